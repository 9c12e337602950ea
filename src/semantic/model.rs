//! The data of the semantic model: flat tables that refer to each other by index.

use bitflags::bitflags;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::syntax::ast::{self, Expr, Stmt};
use crate::text::TextRange;

/// Index of a [`Scope`]; 0 is the module's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

/// Index of a [`Binding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub u32);

/// Index of a [`Reference`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceId(pub u32);

/// Index of a [`Function`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// The module's scope.
pub const MODULE: ScopeId = ScopeId(0);

bitflags! {
    /// What surrounds a node.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct Context: u16 {
        /// In a `try` that catches ImportError, or in its handlers.
        const IMPORT_GUARD = 1;
        /// In a `try` that catches NameError or UnboundLocalError, or in its handlers.
        const NAME_GUARD = 1 << 1;
        /// Under a test of `sys.version_info`.
        const VERSION_GUARD = 1 << 2;
        /// Under `if __name__ == "__main__"`.
        const MAIN_GUARD = 1 << 3;
        /// Under `if TYPE_CHECKING`, or in an annotation that is not evaluated.
        const NOT_EVALUATED = 1 << 4;
        /// Under an `if`, a loop, a `try` or a `match`: bound on some paths only.
        const CONDITIONAL = 1 << 5;
        /// In a loop's body.
        const LOOP = 1 << 6;
        /// The whole expression of a statement.
        const STATEMENT = 1 << 7;
        /// In an `except` handler.
        const HANDLER = 1 << 8;
        /// In an annotation.
        const ANNOTATION = 1 << 9;
        /// Awaited.
        const AWAITED = 1 << 10;
        /// In a `try` that catches KeyError, or in its handlers.
        const KEY_GUARD = 1 << 11;
        /// In a `try` that catches AttributeError, in its handlers, or under a test with `hasattr`.
        const ATTRIBUTE_GUARD = 1 << 12;
        /// In a `try` that catches SystemExit, or in a `with` that expects it.
        const EXIT_GUARD = 1 << 13;
        /// In a `try` that catches TypeError, or in its handlers.
        const TYPE_GUARD = 1 << 14;
        /// In a `try` or `with` that waits for an exception of a certain kind.
        const EXPECTS_EXCEPTION = 1 << 15;
    }
}

/// What a scope belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// The script itself.
    Module,
    /// A function's body and parameters.
    Function(FunctionId),
    /// A class body: its names are attributes.
    Class,
    /// A lambda.
    Lambda,
    /// A comprehension or generator expression.
    Comprehension,
}

/// A namespace.
#[derive(Debug)]
pub struct Scope<'a> {
    /// What it belongs to.
    pub kind: ScopeKind,
    /// The scope around it; the module has none.
    pub parent: Option<ScopeId>,
    /// The bytes it spans.
    pub range: TextRange,
    /// Its names.
    pub names: FxHashMap<&'a str, Name>,
    /// The signs of its names.
    pub(super) signs: Signs,
    /// Names declared `global` here.
    pub globals: Vec<&'a str>,
    /// Names declared `nonlocal` here.
    pub nonlocals: Vec<&'a str>,
}

/// A script has about one name of its own in so many bytes.
const BYTES_PER_GLOBAL: usize = 400;

/// How many names a small function binds: as many as a table of the second size takes.
const FEW_NAMES: usize = 7;

impl<'a> Scope<'a> {
    /// A scope without names.
    pub(super) fn new(kind: ScopeKind, parent: Option<ScopeId>, range: TextRange) -> Self {
        let names = match kind {
            ScopeKind::Module => range.len().to_usize() / BYTES_PER_GLOBAL,
            ScopeKind::Function(_) | ScopeKind::Class => FEW_NAMES,
            ScopeKind::Lambda | ScopeKind::Comprehension => 0,
        };
        Self {
            kind,
            parent,
            range,
            names: FxHashMap::with_capacity_and_hasher(names, Default::default()),
            signs: Signs::default(),
            globals: Vec::new(),
            nonlocals: Vec::new(),
        }
    }

    /// The bindings of a name that is bound here.
    pub(super) fn bind(&mut self, name: &'a str) -> &mut SmallVec<[BindingId; 2]> {
        self.signs.add(Signs::of(name));
        &mut self.names.entry(name).or_default().bindings
    }
}

/// Which names may be among some: the quick question before a look into a table.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Signs(u64);

impl Signs {
    /// The sign of one name: by its length, its first letter and its last. Several names have the same.
    pub(super) fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        let end = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or_default());
        Self(1 << ((bytes.len() + 5 * end(bytes.first()) + 3 * end(bytes.last())) % 64))
    }

    /// Adds those of others.
    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether the name whose sign is `one` may be among them.
    pub(super) fn may_hold(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }
}

/// All that is known of one name in one scope.
#[derive(Debug, Default)]
pub struct Name {
    /// Where it is bound, in source order.
    pub bindings: SmallVec<[BindingId; 2]>,
    /// Where it is read, in source order.
    pub references: SmallVec<[ReferenceId; 2]>,
}

/// A name being bound, in any way Python has.
#[derive(Debug)]
pub struct Binding<'a> {
    /// The name.
    pub name: &'a str,
    /// The name's bytes: the smallest thing a user would change.
    pub range: TextRange,
    /// How.
    pub kind: BindingKind<'a>,
    /// The scope the name lives in: for a `global` name the module's.
    pub scope: ScopeId,
    /// The scope the binding is written in.
    pub written_in: ScopeId,
    /// Where control comes through the binding only: from behind its statement to the end of the block around it.
    /// Empty where that is not so plain.
    pub covers: TextRange,
    /// What surrounds it.
    pub context: Context,
}

/// How a name is bound.
#[derive(Debug, Clone, Copy)]
pub enum BindingKind<'a> {
    /// `name = value`; `None` where the value is part of something (unpacking, a chain through a star).
    Assignment(Option<&'a Expr>),
    /// `name: annotation = value`.
    Annotated(Option<&'a Expr>),
    /// `name += value`.
    Augmented(&'a ast::StmtAugAssign),
    /// `(name := value)`.
    Walrus(&'a Expr),
    /// `for name in iterable`, in statements and comprehensions.
    For(&'a Expr),
    /// `with value as name`.
    With(&'a Expr),
    /// `except type as name`.
    Except,
    /// `import a.b as name`.
    Import(ImportId),
    /// `def name`.
    Function(FunctionId),
    /// `class name`.
    Class(&'a ast::StmtClassDef),
    /// A parameter of a function or lambda.
    Parameter(ParameterKind),
    /// `del name`.
    Delete,
    /// A name in a `match` pattern.
    Pattern,
    /// A type alias or type parameter, which 3.9 does not have.
    TypeName,
}

/// Which sort of parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Passed by place: its index, from 0.
    Positional(usize),
    /// `*name`.
    VarArgs,
    /// Passed by keyword only.
    KeywordOnly,
    /// `**name`.
    KwArgs,
}

/// Index of an [`Import`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportId(pub u32);

/// One name of an import statement.
#[derive(Debug)]
pub struct Import<'a> {
    /// The statement.
    pub statement: &'a Stmt,
    /// The alias.
    pub alias: &'a ast::Alias,
    /// The module imported from, or imported: `os.path` in `import os.path`, `os` in `from os import path`.
    /// Empty for `from . import x`.
    pub module: &'a str,
    /// The bytes of the module's name, leading dots included.
    pub module_range: TextRange,
    /// The member in `from module import member`; `None` for `import module`.
    pub member: Option<&'a str>,
    /// Leading dots.
    pub level: u32,
    /// Where it is written.
    pub scope: ScopeId,
    /// What surrounds it.
    pub context: Context,
}

impl Import<'_> {
    /// `from module import *`.
    pub fn is_star(&self) -> bool {
        self.member == Some("*")
    }
}

/// A name being read.
#[derive(Debug)]
pub struct Reference<'a> {
    /// The node.
    pub node: &'a ast::ExprName,
    /// Where it is written.
    pub scope: ScopeId,
    /// What it means.
    pub resolution: Resolution,
    /// What surrounds it.
    pub context: Context,
    /// The call that it is the callee of, by its place in [`Nodes::calls`].
    pub call: Option<u32>,
}

/// What a name that is read means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Bound in this scope of the script.
    Bound(ScopeId),
    /// Bound at the top level of the system script.
    System,
    /// Given by D3's engine to every script: `pb`, `runtime`, `D3`, reserved classes.
    Engine,
    /// Only imported by the engine beforehand.
    Implicit,
    /// A builtin.
    Builtin,
    /// Bound nowhere that we can see.
    Unknown,
}

/// A `def` or `async def`, at any depth.
#[derive(Debug)]
pub struct Function<'a> {
    /// The node.
    pub node: &'a ast::StmtFunctionDef,
    /// Where its name is bound.
    pub written_in: ScopeId,
    /// Its own scope.
    pub scope: ScopeId,
    /// The function around it, if any.
    pub parent: Option<FunctionId>,
    /// Holds `yield` of its own.
    pub is_generator: bool,
    /// What surrounds it.
    pub context: Context,
    /// Its own `return` statements.
    pub returns: Vec<&'a ast::StmtReturn>,
}

impl<'a> Function<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        self.node.name.as_str()
    }

    /// Positional parameters, in order.
    pub fn positional(&self) -> impl Iterator<Item = &'a ast::ParameterWithDefault> + use<'a> {
        self.node.parameters.posonlyargs.iter().chain(&self.node.parameters.args)
    }

    /// Whether it has decorators, which may change how it is called.
    pub fn is_decorated(&self) -> bool {
        !self.node.decorator_list.is_empty()
    }

    /// Whether it is written at the top level of the script, if only under a condition.
    pub fn is_top_level(&self) -> bool {
        self.written_in == MODULE
    }
}

/// A node of interest, with where it is.
#[derive(Debug)]
pub struct Site<'a, T> {
    /// The node.
    pub node: &'a T,
    /// The scope it is evaluated in.
    pub scope: ScopeId,
    /// What surrounds it.
    pub context: Context,
}

impl<T> Clone for Site<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Site<'_, T> {}

/// All nodes of the kinds that rules look at, in source order. One walk collects them for all rules.
#[derive(Debug, Default)]
pub struct Nodes<'a> {
    /// Calls.
    pub calls: Vec<Site<'a, ast::ExprCall>>,
    /// `a.b`.
    pub attributes: Vec<Site<'a, ast::ExprAttribute>>,
    /// `a[b]`.
    pub subscripts: Vec<Site<'a, ast::ExprSubscript>>,
    /// Dictionary displays.
    pub dicts: Vec<Site<'a, ast::ExprDict>>,
    /// Comparisons.
    pub compares: Vec<Site<'a, ast::ExprCompare>>,
    /// `a + b` and its kin.
    pub operations: Vec<Site<'a, ast::ExprBinOp>>,
    /// String literals.
    pub strings: Vec<Site<'a, ast::ExprStringLiteral>>,
    /// f-strings.
    pub f_strings: Vec<Site<'a, ast::ExprFString>>,
    /// Assignments, for targets that are no names.
    pub assigns: Vec<Site<'a, ast::StmtAssign>>,
    /// `if` statements.
    pub ifs: Vec<Site<'a, ast::StmtIf>>,
    /// The tests of `if`, `elif` and `while`, by their starts.
    pub tests: Vec<&'a Expr>,
    /// `while` loops.
    pub whiles: Vec<Site<'a, ast::StmtWhile>>,
    /// `try` statements.
    pub tries: Vec<Site<'a, ast::StmtTry>>,
    /// Annotations, whole.
    pub annotations: Vec<Site<'a, Expr>>,
    /// `raise` statements.
    pub raises: Vec<Site<'a, ast::StmtRaise>>,
    /// Expression statements.
    pub expressions: Vec<Site<'a, ast::StmtExpr>>,
    /// Class definitions.
    pub classes: Vec<Site<'a, ast::StmtClassDef>>,
}
