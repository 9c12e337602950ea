//! Moves the ranges of a tree to where they are in another text: from a repaired text back to the text as given, or to
//! where an edit has moved them.

use std::cell::Cell;

use ruff_python_ast::visitor::transformer::{self, Transformer};
use ruff_python_ast::{self as ast, Expr, Identifier, Pattern, Stmt, StringFlags, TypeParam};

use crate::text::{TextRange, TextSize};

/// Where what a tree was parsed from stands in the other text.
pub(super) trait Places {
    /// Where an offset is.
    fn offset(&self, offset: TextSize) -> TextSize;

    /// Where a range is.
    fn range(&self, range: TextRange) -> TextRange {
        TextRange::new(self.offset(range.start()), self.offset(range.end()))
    }

    /// Whether what stands at `range` ends with bytes that are not in the other text.
    fn lacks_end(&self, range: TextRange) -> bool;

    /// Whether the string that stands at `range`, and is now at `moved`, is closed there.
    fn is_closed(&self, range: TextRange, moved: TextRange, flags: impl StringFlags) -> bool;
}

/// Moves all ranges of some statements.
pub(super) fn relocate(body: &mut [Stmt], places: &impl Places) {
    Mover(places).visit_body(body);
}

/// An edit before a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    /// What it took away.
    pub(super) removed: TextSize,
    /// What it put there.
    pub(super) added: TextSize,
}

impl Places for Shift {
    fn offset(&self, offset: TextSize) -> TextSize {
        offset + self.added - self.removed
    }

    fn lacks_end(&self, _: TextRange) -> bool {
        false
    }

    fn is_closed(&self, _: TextRange, _: TextRange, flags: impl StringFlags) -> bool {
        !flags.is_unclosed()
    }
}

/// Texts that were inserted into a piece, and where the piece begins.
#[derive(Debug)]
pub(super) struct Insertions<'t> {
    /// The text as given. The parser's ranges of broken strings may split its characters.
    text: &'t str,
    /// Where the piece begins in the text as given.
    base: TextSize,
    /// In order.
    inserted: Vec<Insertion>,
    /// Whether the parser has read an inserted closer as the opener of a string.
    diverged: Cell<bool>,
}

/// One inserted text.
#[derive(Debug)]
struct Insertion {
    /// Where it is in the repaired piece.
    at: TextSize,
    length: TextSize,
    /// The length of all insertions before it.
    before: TextSize,
}

impl<'t> Insertions<'t> {
    /// No insertions yet, in a piece that begins at `base`.
    pub(super) fn new(text: &'t str, base: TextSize) -> Self {
        Self { text, base, inserted: Vec::new(), diverged: Cell::new(false) }
    }

    /// Adds an insertion of `length` bytes at an offset of the repaired piece, behind all others.
    pub(super) fn push(&mut self, at: TextSize, length: TextSize) {
        let before = self.inserted.last().map_or_else(TextSize::default, |last| last.before + last.length);
        self.inserted.push(Insertion { at, length, before });
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.inserted.is_empty()
    }

    /// Whether the parser did not understand the insertions as they were meant. Known after
    /// [`Self::relocate`].
    pub(super) fn has_diverged(&self) -> bool {
        self.diverged.get()
    }

    /// The last insertion that begins before an offset of the repaired piece.
    fn last_before(&self, repaired: TextSize) -> Option<&Insertion> {
        let count = self.inserted.partition_point(|insertion| insertion.at < repaired);
        self.inserted[..count].last()
    }
}

impl Places for Insertions<'_> {
    fn offset(&self, repaired: TextSize) -> TextSize {
        let removed = self.last_before(repaired).map_or_else(TextSize::default, |insertion| {
            insertion.before + insertion.length.min(repaired - insertion.at)
        });
        let offset = self.base + repaired - removed;
        let whole = self.text.floor_char_boundary(offset.to_usize());
        TextSize::try_from(whole).unwrap_or(offset)
    }

    fn lacks_end(&self, repaired: TextRange) -> bool {
        self.last_before(repaired.end()).is_some_and(|insertion| repaired.end() <= insertion.at + insertion.length)
    }

    fn is_closed(&self, repaired: TextRange, range: TextRange, flags: impl StringFlags) -> bool {
        self.diverged.set(self.diverged.get() || range.len() < flags.opener_len());
        // The parser forgets of an invalid string that it is not closed.
        let has_quote = self.text[..range.end().to_usize()].ends_with(['"', '\'']);
        let is_long_enough = range.len() >= flags.opener_len() + flags.closer_len();
        has_quote && !flags.is_unclosed() && !self.lacks_end(repaired) && is_long_enough
    }
}

/// Visits what has a range.
struct Mover<'p, P>(&'p P);

impl<P: Places> Mover<'_, P> {
    fn offset(&self, offset: TextSize) -> TextSize {
        self.0.offset(offset)
    }

    fn range(&self, range: TextRange) -> TextRange {
        self.0.range(range)
    }

    /// Moves the range of a string; gives whether the string is closed there.
    fn move_string(&self, range: &mut TextRange, flags: impl StringFlags) -> bool {
        let before = std::mem::replace(range, self.range(*range));
        self.0.is_closed(before, *range, flags)
    }

    fn name(&self, name: &mut Identifier) {
        name.range = self.range(name.range);
    }

    fn names<'a>(&self, names: impl IntoIterator<Item = &'a mut Identifier>) {
        names.into_iter().for_each(|name| self.name(name));
    }
}

/// Moves the range of whichever of the variants a node is.
macro_rules! move_range {
    ($self:ident, $node:ident, $kind:ident: $($variant:ident)*) => {
        match $node {
            $($kind::$variant(inner) => inner.range = $self.range(inner.range),)*
        }
    };
}

impl<P: Places> Transformer for Mover<'_, P> {
    fn visit_stmt(&self, stmt: &mut Stmt) {
        move_range!(self, stmt, Stmt: FunctionDef ClassDef Return Delete TypeAlias Assign AugAssign AnnAssign For While
            If With Match Raise Try Assert Import ImportFrom Global Nonlocal Expr Pass Break Continue IpyEscapeCommand);
        match stmt {
            Stmt::FunctionDef(function) => self.name(&mut function.name),
            Stmt::ClassDef(class) => self.name(&mut class.name),
            Stmt::Global(global) => self.names(&mut global.names),
            Stmt::Nonlocal(nonlocal) => self.names(&mut nonlocal.names),
            Stmt::ImportFrom(import) => self.names(&mut import.module),
            _ => {}
        }
        transformer::walk_stmt(self, stmt);
    }

    fn visit_expr(&self, expr: &mut Expr) {
        if let Expr::Attribute(attribute) = expr {
            self.name(&mut attribute.attr);
        }
        match expr {
            Expr::Call(call) => call.range_start = self.offset(call.range_start),
            Expr::BoolOp(inner) => inner.range = self.range(inner.range),
            Expr::Named(inner) => inner.range = self.range(inner.range),
            Expr::BinOp(inner) => inner.range = self.range(inner.range),
            Expr::UnaryOp(inner) => inner.range = self.range(inner.range),
            Expr::Lambda(inner) => inner.range = self.range(inner.range),
            Expr::If(inner) => inner.range = self.range(inner.range),
            Expr::Dict(inner) => inner.range = self.range(inner.range),
            Expr::Set(inner) => inner.range = self.range(inner.range),
            Expr::ListComp(inner) => inner.range = self.range(inner.range),
            Expr::SetComp(inner) => inner.range = self.range(inner.range),
            Expr::DictComp(inner) => inner.range = self.range(inner.range),
            Expr::Generator(inner) => inner.range = self.range(inner.range),
            Expr::Await(inner) => inner.range = self.range(inner.range),
            Expr::Yield(inner) => inner.range = self.range(inner.range),
            Expr::YieldFrom(inner) => inner.range = self.range(inner.range),
            Expr::Compare(inner) => inner.range = self.range(inner.range),
            Expr::FString(inner) => inner.range = self.range(inner.range),
            Expr::TString(inner) => inner.range = self.range(inner.range),
            Expr::StringLiteral(inner) => inner.range = self.range(inner.range),
            Expr::BytesLiteral(inner) => inner.range = self.range(inner.range),
            Expr::NumberLiteral(inner) => inner.range = self.range(inner.range),
            Expr::BooleanLiteral(inner) => inner.range = self.range(inner.range),
            Expr::NoneLiteral(inner) => inner.range = self.range(inner.range),
            Expr::EllipsisLiteral(inner) => inner.range = self.range(inner.range),
            Expr::Attribute(inner) => inner.range = self.range(inner.range),
            Expr::Subscript(inner) => inner.range = self.range(inner.range),
            Expr::Starred(inner) => inner.range = self.range(inner.range),
            Expr::Name(inner) => inner.range = self.range(inner.range),
            Expr::List(inner) => inner.range = self.range(inner.range),
            Expr::Tuple(inner) => inner.range = self.range(inner.range),
            Expr::Slice(inner) => inner.range = self.range(inner.range),
            Expr::IpyEscapeCommand(inner) => inner.range = self.range(inner.range),
        }
        transformer::walk_expr(self, expr);
    }

    fn visit_decorator(&self, decorator: &mut ast::Decorator) {
        decorator.range = self.range(decorator.range);
        transformer::walk_decorator(self, decorator);
    }

    fn visit_comprehension(&self, comprehension: &mut ast::Comprehension) {
        comprehension.range = self.range(comprehension.range);
        transformer::walk_comprehension(self, comprehension);
    }

    fn visit_except_handler(&self, handler: &mut ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        inner.range = self.range(inner.range);
        self.names(&mut inner.name);
        transformer::walk_except_handler(self, handler);
    }

    fn visit_arguments(&self, arguments: &mut ast::Arguments) {
        arguments.range = self.range(arguments.range);
        transformer::walk_arguments(self, arguments);
    }

    fn visit_parameters(&self, parameters: &mut ast::Parameters) {
        parameters.range = self.range(parameters.range);
        let with_default =
            parameters.posonlyargs.iter_mut().chain(&mut parameters.args).chain(&mut parameters.kwonlyargs);
        for parameter in with_default {
            parameter.range = self.range(parameter.range);
        }
        transformer::walk_parameters(self, parameters);
    }

    fn visit_parameter(&self, parameter: &mut ast::Parameter) {
        parameter.range = self.range(parameter.range);
        self.name(&mut parameter.name);
        transformer::walk_parameter(self, parameter);
    }

    fn visit_keyword(&self, keyword: &mut ast::Keyword) {
        keyword.range = self.range(keyword.range);
        self.names(&mut keyword.arg);
        transformer::walk_keyword(self, keyword);
    }

    fn visit_alias(&self, alias: &mut ast::Alias) {
        alias.range = self.range(alias.range);
        self.name(&mut alias.name);
        self.names(&mut alias.asname);
    }

    fn visit_with_item(&self, item: &mut ast::WithItem) {
        item.range = self.range(item.range);
        transformer::walk_with_item(self, item);
    }

    fn visit_type_params(&self, params: &mut ast::TypeParams) {
        params.range = self.range(params.range);
        transformer::walk_type_params(self, params);
    }

    fn visit_type_param(&self, param: &mut TypeParam) {
        move_range!(self, param, TypeParam: TypeVar TypeVarTuple ParamSpec);
        match param {
            TypeParam::TypeVar(inner) => self.name(&mut inner.name),
            TypeParam::TypeVarTuple(inner) => self.name(&mut inner.name),
            TypeParam::ParamSpec(inner) => self.name(&mut inner.name),
        }
        transformer::walk_type_param(self, param);
    }

    fn visit_match_case(&self, case: &mut ast::MatchCase) {
        case.range = self.range(case.range);
        transformer::walk_match_case(self, case);
    }

    fn visit_pattern(&self, pattern: &mut Pattern) {
        move_range!(self, pattern, Pattern: MatchValue MatchSingleton MatchSequence MatchMapping MatchClass MatchStar
            MatchAs MatchOr);
        match pattern {
            Pattern::MatchStar(star) => self.names(&mut star.name),
            Pattern::MatchAs(name) => self.names(&mut name.name),
            Pattern::MatchMapping(mapping) => self.names(&mut mapping.rest),
            _ => {}
        }
        transformer::walk_pattern(self, pattern);
    }

    fn visit_pattern_arguments(&self, arguments: &mut ast::PatternArguments) {
        arguments.range = self.range(arguments.range);
        transformer::walk_pattern_arguments(self, arguments);
    }

    fn visit_pattern_keyword(&self, keyword: &mut ast::PatternKeyword) {
        keyword.range = self.range(keyword.range);
        self.name(&mut keyword.attr);
        transformer::walk_pattern_keyword(self, keyword);
    }

    fn visit_elif_else_clause(&self, clause: &mut ast::ElifElseClause) {
        clause.range = self.range(clause.range);
        transformer::walk_elif_else_clause(self, clause);
    }

    fn visit_f_string(&self, string: &mut ast::FString) {
        if self.0.lacks_end(string.range) {
            string.flags = string.flags.with_unclosed(true);
        }
        string.range = self.range(string.range);
        transformer::walk_f_string(self, string);
    }

    fn visit_t_string(&self, string: &mut ast::TString) {
        string.range = self.range(string.range);
        transformer::walk_t_string(self, string);
    }

    fn visit_string_literal(&self, string: &mut ast::StringLiteral) {
        let closed = self.move_string(&mut string.range, string.flags);
        string.flags = string.flags.with_unclosed(!closed);
    }

    fn visit_bytes_literal(&self, string: &mut ast::BytesLiteral) {
        let closed = self.move_string(&mut string.range, string.flags);
        string.flags = string.flags.with_unclosed(!closed);
    }

    fn visit_interpolated_string_element(&self, element: &mut ast::InterpolatedStringElement) {
        match element {
            ast::InterpolatedStringElement::Interpolation(field) => {
                field.range = self.range(field.range);
                if let Some(spec) = &mut field.format_spec {
                    spec.range = self.range(spec.range);
                }
            }
            ast::InterpolatedStringElement::Literal(literal) => literal.range = self.range(literal.range),
        }
        transformer::walk_interpolated_string_element(self, element);
    }
}
