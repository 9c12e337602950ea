//! What the cursor is in, read from the tree of the statement around it and from what the script means.

use crate::image::names;
use crate::semantic::{BindingKind, FunctionId, MODULE, Model, Origin, ParameterKind, Scope, ScopeId, ScopeKind, Slot};
use crate::syntax::D3Call;
use crate::syntax::ast::{self, AnyNodeRef, CmpOp, Expr};
use crate::text::{Ranged, TextSize};

use super::statement::{Statement, nodes_around};

/// What stands under the cursor, or would be typed there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Word<'a> {
    /// The type of a D3 call.
    Type(&'a D3Call),
    /// A string literal.
    Text,
    /// A name where an expression may stand.
    Name,
    /// The name of a keyword argument.
    Keyword,
    /// The name behind a dot.
    Member(&'a ast::ExprAttribute),
    /// A module in `import`.
    Module,
    /// The module of `from ... import`.
    FromModule(&'a ast::StmtImportFrom),
    /// A member in `from ... import`.
    FromMember(&'a ast::StmtImportFrom),
    /// The name of a function that is being defined.
    Definition,
    /// Anything else.
    Other,
}

/// Which argument of a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Argument<'a> {
    /// By place, from 0.
    Positional(usize),
    /// By name.
    Named(&'a str),
}

/// The cursor's place in the tree and in the script.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    /// The statement around it.
    pub statement: &'a Statement,
    /// What the script means.
    pub model: &'a Model<'a>,
    /// The scope it is in.
    pub scope: ScopeId,
    /// What stands there.
    pub word: Word<'a>,
    /// The expression or statement with the word, and the nodes around it, innermost first.
    pub chain: Vec<AnyNodeRef<'a>>,
}

impl<'a> Cursor<'a> {
    /// Finds the cursor in its statement.
    pub(super) fn new(model: &'a Model<'a>, statement: &'a Statement) -> Self {
        let at = statement.cursor;
        let nodes = nodes_around(&statement.parsed.body, at);
        let is_part = |node: &AnyNodeRef<'a>| {
            matches!(node, AnyNodeRef::Identifier(_) | AnyNodeRef::StringLiteral(_) | AnyNodeRef::Alias(_))
        };
        let in_alias = nodes.iter().any(|node| matches!(node, AnyNodeRef::Alias(_)));
        let chain: Vec<_> = nodes.into_iter().skip_while(is_part).collect();
        let slot = statement.parsed.d3_calls.iter().find(|call| {
            !statement.in_string && call.type_word.as_ref().is_some_and(|word| word.range.contains_range(at))
        });
        let word = match (slot, chain.first()) {
            (Some(call), _) => Word::Type(call),
            (None, Some(AnyNodeRef::ExprStringLiteral(_))) => Word::Text,
            (None, Some(AnyNodeRef::ExprName(name))) if name.ctx.is_load() && statement.may_begin_name() => Word::Name,
            (None, Some(AnyNodeRef::ExprName(_))) => Word::Other,
            (None, Some(AnyNodeRef::Keyword(_))) => Word::Keyword,
            (None, Some(AnyNodeRef::ExprAttribute(node))) if node.attr.range.contains_range(at) => Word::Member(node),
            (None, Some(AnyNodeRef::StmtImport(_))) => Word::Module,
            (None, Some(AnyNodeRef::StmtImportFrom(node))) if in_alias => Word::FromMember(node),
            (None, Some(AnyNodeRef::StmtImportFrom(node))) => Word::FromModule(node),
            (None, Some(AnyNodeRef::StmtFunctionDef(node))) if node.name.range.contains_range(at) => Word::Definition,
            _ => Word::Other,
        };
        Self { statement, model, scope: scope_at(model, statement), word, chain }
    }

    /// The object whose key the word is: `x` in `x[word]`, `x.get(word)` and `word in x`.
    pub(super) fn keyed_object(&self) -> Option<&'a Expr> {
        keyed_object(&self.chain)
    }

    /// Which of the engine's objects an expression of the statement is.
    pub(super) fn origin(&self, expr: &'a Expr) -> Option<Origin> {
        self.model.origin(expr, self.scope)
    }

    /// The call that the node at `depth` of the chain is an argument of, and which one.
    pub(super) fn argument(&self, depth: usize) -> Option<(&'a ast::ExprCall, Argument<'a>)> {
        let node = self.chain.get(depth)?;
        let (arguments, call, argument) = match (node, self.chain.get(depth + 1)?) {
            (_, AnyNodeRef::Keyword(keyword)) => (
                self.chain.get(depth + 2)?,
                self.chain.get(depth + 3)?,
                Argument::Named(keyword.arg.as_ref()?.as_str()),
            ),
            (AnyNodeRef::Keyword(keyword), around) => {
                (around, self.chain.get(depth + 2)?, Argument::Named(keyword.arg.as_ref()?.as_str()))
            }
            (_, around @ AnyNodeRef::Arguments(arguments)) => {
                let place = arguments.args.iter().position(|argument| argument.range() == node.range())?;
                (around, self.chain.get(depth + 2)?, Argument::Positional(place))
            }
            _ => return None,
        };
        match (arguments, call) {
            (AnyNodeRef::Arguments(_), AnyNodeRef::ExprCall(call)) => Some((call, argument)),
            _ => None,
        }
    }

    /// The field of the output model that the node at `depth` of the chain ends up in: as an argument, or through a variable.
    pub(super) fn output_slot(&self, depth: usize) -> Option<&'static str> {
        if let Some((call, argument)) = self.argument(depth) {
            return slot_of_argument(self.model, call, argument, self.scope);
        }
        // `status = "Failed" if error else "Successful"`
        if let AnyNodeRef::ExprIf(node) = self.chain.get(depth + 1)? {
            let is_branch = node.test.range() != self.chain[depth].range();
            return self.output_slot(depth + 1).filter(|_| is_branch);
        }
        let node = self.chain.get(depth)?.range();
        let name = match self.chain.get(depth + 1)? {
            AnyNodeRef::StmtAssign(statement) if statement.value.range() == node => match &statement.targets[..] {
                [Expr::Name(name)] => name,
                _ => return None,
            },
            AnyNodeRef::StmtAnnAssign(statement) if statement.value.as_ref()?.range() == node => {
                statement.target.as_name_expr()?
            }
            _ => return None,
        };
        self.output_slot_of_name(name.id.as_str())
    }

    /// The field of the output model that a variable ends up in.
    pub(super) fn output_slot_of_name(&self, name: &str) -> Option<&'static str> {
        let function = self.model.function_of(self.scope)?;
        self.model
            .output_models
            .iter()
            .filter(|output| self.model.function_of(output.scope) == Some(function))
            .find_map(|output| slot_holding(&output.slots, name))
    }

    /// Whether the word is a key of a dictionary display.
    pub(super) fn is_dictionary_key(&self) -> bool {
        match (self.chain.first(), self.chain.get(1)) {
            (Some(leaf), Some(AnyNodeRef::ExprDict(node))) => {
                node.items.iter().filter_map(|item| item.key.as_ref()).any(|key| key.range() == leaf.range())
            }
            // `{"key"` alone is a set display as yet.
            (Some(_), Some(AnyNodeRef::ExprSet(_))) => true,
            _ => false,
        }
    }

    /// The literal key whose value the word is in a dictionary display.
    pub(super) fn dictionary_value(&self) -> Option<&'a str> {
        let leaf = self.chain.first()?.range();
        let AnyNodeRef::ExprDict(node) = self.chain.get(1)? else { return None };
        let item = node.items.iter().find(|item| item.value.range() == leaf)?;
        Some(item.key.as_ref()?.as_string_literal_expr()?.value.to_str())
    }
}

/// The object whose key the first node of `chain` is; the nodes around it follow.
pub(super) fn keyed_object<'a>(chain: &[AnyNodeRef<'a>]) -> Option<&'a Expr> {
    let leaf = chain.first()?.range();
    match chain.get(1)? {
        AnyNodeRef::ExprSubscript(node) if node.slice.range() == leaf => Some(&node.value),
        AnyNodeRef::ExprCompare(node) if node.left.range() == leaf => match (&*node.ops, &*node.comparators) {
            ([CmpOp::In | CmpOp::NotIn, ..], [object, ..]) => Some(object),
            _ => None,
        },
        AnyNodeRef::Arguments(arguments) if arguments.args.first()?.range() == leaf => match chain.get(2)? {
            AnyNodeRef::ExprCall(call) => match &*call.func {
                Expr::Attribute(method) if matches!(method.attr.as_str(), "get" | "pop" | "setdefault") => {
                    Some(&method.value)
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The field of the output model that an argument of `call` ends up in: of the engine's own function, or of a helper that passes it on.
pub(super) fn slot_of_argument<'a>(
    model: &'a Model<'a>,
    call: &'a ast::ExprCall,
    argument: Argument<'_>,
    scope: ScopeId,
) -> Option<&'static str> {
    let field = |name: &str| names::OUTPUT_MODEL_SLOTS.into_iter().find(|slot| *slot == name);
    if model.origin(&call.func, scope) == Some(Origin::ReturnOutputModel) {
        return match argument {
            Argument::Positional(place) => names::OUTPUT_MODEL_SLOTS.get(place).copied(),
            Argument::Named(name) => field(name),
        };
    }
    let function = model.function_named(&call.func, scope)?;
    let parameter = match argument {
        Argument::Positional(place) => model.function(function).positional().nth(place)?.parameter.name.as_str(),
        Argument::Named(name) => name,
    };
    slot_of_parameter(model, function, parameter)
}

/// The field of the output model that a helper's parameter is passed on to.
fn slot_of_parameter(model: &Model<'_>, function: FunctionId, parameter: &str) -> Option<&'static str> {
    let own = model.scope(model.function(function).scope).names.get(parameter)?;
    let is_parameter = matches!(
        own.bindings[..],
        [only] if matches!(
            model.binding(only).kind,
            BindingKind::Parameter(ParameterKind::Positional(_) | ParameterKind::KeywordOnly)
        )
    );
    if !is_parameter {
        return None;
    }
    model
        .output_models
        .iter()
        .filter(|output| model.function_of(output.scope) == Some(function))
        .find_map(|output| slot_holding(&output.slots, parameter))
}

fn slot_holding(slots: &[Slot<'_>], name: &str) -> Option<&'static str> {
    let place =
        slots.iter().position(|slot| matches!(slot.expr(), Some(Expr::Name(given)) if given.id.as_str() == name))?;
    names::OUTPUT_MODEL_SLOTS.get(place).copied()
}

/// The innermost scope at `offset`. A line that is indented below a function, with only such lines between, belongs to
/// the function even where the tree has lost it.
fn scope_at(model: &Model<'_>, statement: &Statement) -> ScopeId {
    let offset = statement.offset;
    let found = innermost_scope(model, offset);
    if found != MODULE || statement.at_margin {
        return found;
    }
    let is_above = |scope: &Scope<'_>| {
        matches!(scope.kind, ScopeKind::Function(_)) && scope.parent == Some(MODULE) && scope.range.end() <= offset
    };
    let Some((id, scope)) = scopes(model).filter(|(_, scope)| is_above(scope)).last() else { return MODULE };
    let between = &model.script.parsed.text[scope.range.end().to_usize()..offset.to_usize()];
    let at_margin = |line: &str| line.starts_with(|letter: char| !letter.is_whitespace() && letter != '#');
    if between.split(['\n', '\r']).skip(1).any(at_margin) { MODULE } else { id }
}

/// The innermost scope whose text holds `offset`.
pub(super) fn innermost_scope(model: &Model<'_>, offset: TextSize) -> ScopeId {
    let holds = |scope: &Scope<'_>| scope.range.start() < offset && scope.range.contains_inclusive(offset);
    scopes(model).filter(|(_, scope)| holds(scope)).last().map_or(MODULE, |(id, _)| id)
}

fn scopes<'m, 'a>(model: &'m Model<'a>) -> impl Iterator<Item = (ScopeId, &'m Scope<'a>)> {
    (0..).map(ScopeId).zip(&model.scopes)
}
