//! Builds the graph of one function, statement by statement.

use crate::syntax::ast::visitor::Visitor;
use crate::syntax::ast::{self, Expr, Stmt};
use crate::text::{Ranged, TextRange, TextSize};

use super::super::Model;
use super::super::condition::{Fact, decide};
use super::super::model::{FunctionId, ScopeId};
use super::super::truth::{always_runs, hardly_skips, never_ends, truth};
use super::rounds::Rounds;
use super::steps::{Names, Walker};
use super::{BlockId, ENTRY, EXITED, Edge, FALLS_OFF, FIXED, Flow, Outcome, RAISED, RETURNED, Step, Why};

/// How deep `finally` bodies may stand in each other before their insides are left out: each level multiplies them.
const MAX_COPIES: usize = 3;

pub(super) fn build<'a>(model: &Model<'a>, function: FunctionId) -> Flow {
    let mut names = Names::new(model, function);
    let mut shared = std::mem::take(&mut names.shared);
    shared.sort_unstable();
    let mut builder = Graph {
        model,
        function,
        scope: model.function(function).scope,
        names: &names,
        flow: Flow {
            scope: model.function(function).scope,
            blocks: Vec::new(),
            statements: Vec::new(),
            places: Default::default(),
            tracks: Default::default(),
            ends: Default::default(),
            reached: Vec::new(),
            reachable: Vec::new(),
            shared,
            repeated: Default::default(),
        },
        steps: names.parameters.iter().map(|&parameter| (ENTRY, Step::Bind(parameter))).collect(),
        current: ENTRY,
        frames: Vec::new(),
        copies: 0,
        before: Vec::new(),
    };
    builder.flow.blocks.resize_with(FIXED, Default::default);
    let first = builder.block();
    builder.edge(ENTRY, first);
    builder.current = first;
    builder.body(&model.function(function).node.body);
    builder.go(FALLS_OFF);
    let Graph { mut flow, steps, .. } = builder;
    flow.finish(model, steps);
    flow
}

/// A way out of the statements around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Jump {
    Break,
    Continue,
    Return,
    Raise,
}

/// What stands around the statements being built.
enum Frame<'a> {
    Loop {
        again: BlockId,
        after: BlockId,
    },
    /// Where exceptions of a `try` body go, and the handlers that name what they catch.
    Guarded {
        dispatch: BlockId,
        handlers: Vec<(&'a Expr, BlockId)>,
    },
    /// A `finally` that every way out passes, in one copy for each kind of jump.
    Finally {
        body: &'a [Stmt],
        copies: [Option<BlockId>; 4],
    },
}

struct Graph<'m, 'a> {
    model: &'m Model<'a>,
    function: FunctionId,
    scope: ScopeId,
    names: &'m Names<'m, 'a>,
    flow: Flow,
    /// All steps so far, with their blocks.
    steps: Vec<(BlockId, Step)>,
    current: BlockId,
    frames: Vec<Frame<'a>>,
    copies: usize,
    /// What runs before the current statement in the blocks around it, once each, from the innermost loop on.
    before: Vec<&'a [Stmt]>,
}

impl<'a> Graph<'_, 'a> {
    fn block(&mut self) -> BlockId {
        self.flow.blocks.push(Default::default());
        self.flow.blocks.len() - 1
    }

    fn edge(&mut self, from: BlockId, to: BlockId) {
        self.edge_why(from, to, Why::Plain, None);
    }

    fn edge_why(&mut self, from: BlockId, to: BlockId, why: Why, outcome: Option<Outcome>) {
        self.flow.blocks[from].edges.push(Edge { to, why, outcome });
    }

    /// Leads on to `to`; what follows in the source is only reached from elsewhere.
    fn go(&mut self, to: BlockId) {
        self.edge(self.current, to);
        self.current = self.block();
    }

    /// Continues in `to`.
    fn flow_into(&mut self, to: BlockId) {
        self.edge(self.current, to);
        self.current = to;
    }

    /// Where a jump leads from inside the first `depth` frames.
    fn target(&mut self, jump: Jump, depth: usize) -> BlockId {
        for place in (0..depth).rev() {
            match &self.frames[place] {
                Frame::Loop { again, .. } if jump == Jump::Continue => return *again,
                Frame::Loop { after, .. } if jump == Jump::Break => return *after,
                Frame::Guarded { dispatch, .. } if jump == Jump::Raise => return *dispatch,
                Frame::Finally { body, copies } => {
                    if let Some(copy) = copies[jump as usize] {
                        return copy;
                    }
                    if self.copies < MAX_COPIES {
                        let body = *body;
                        return self.copy_of_finally(body, jump, place);
                    }
                }
                _ => {}
            }
        }
        match jump {
            Jump::Return => RETURNED,
            Jump::Raise => RAISED,
            // Outside of a loop: a syntax error.
            Jump::Break | Jump::Continue => EXITED,
        }
    }

    fn copy_of_finally(&mut self, body: &'a [Stmt], jump: Jump, place: usize) -> BlockId {
        let entry = self.block();
        if let Frame::Finally { copies, .. } = &mut self.frames[place] {
            copies[jump as usize] = Some(entry);
        }
        let inner = self.frames.split_off(place);
        let kept = std::mem::replace(&mut self.current, entry);
        self.copies += 1;
        self.repeated_body(body);
        self.copies -= 1;
        let onward = self.target(jump, place);
        self.edge(self.current, onward);
        self.current = kept;
        self.frames.extend(inner);
        entry
    }

    fn jump(&mut self, jump: Jump) {
        let target = self.target(jump, self.frames.len());
        self.go(target);
    }

    fn is_guarded(&self) -> bool {
        self.frames.iter().any(|frame| !matches!(frame, Frame::Loop { .. }))
    }

    /// Adds what `walk` collects to the current block. Where it can raise an exception inside a `try`, the exception
    /// comes before any of it.
    fn steps(&mut self, walk: impl FnOnce(&mut Walker<'_, '_, '_>)) {
        let mut walker = Walker::new(self.names);
        walk(&mut walker);
        let Walker { steps, raises, .. } = walker;
        if raises && self.is_guarded() {
            let dispatch = self.target(Jump::Raise, self.frames.len());
            self.edge(self.current, dispatch);
            let next = self.block();
            self.flow.blocks[next].last = self.flow.blocks[self.current].last;
            self.flow_into(next);
        }
        self.steps.extend(steps.into_iter().map(|step| (self.current, step)));
    }

    fn expr(&mut self, expr: &Expr) {
        self.steps(|walker| walker.visit_expr(expr));
    }

    fn head(&mut self, range: TextRange) {
        self.flow.blocks[self.current].last = Some(range);
    }

    fn body(&mut self, body: &'a [Stmt]) {
        let depth = self.before.len();
        for (place, statement) in body.iter().enumerate() {
            self.before.truncate(depth);
            self.before.push(&body[..place]);
            self.statement(statement);
        }
        self.before.truncate(depth);
    }

    /// A body that runs again and again, or on several ways.
    fn repeated_body(&mut self, body: &'a [Stmt]) {
        let before = std::mem::take(&mut self.before);
        self.body(body);
        self.before = before;
    }

    fn statement(&mut self, statement: &'a Stmt) {
        self.flow.statements.push((statement.range(), self.current));
        match statement {
            Stmt::If(node) => self.if_statement(node),
            Stmt::For(node) => self.for_statement(node),
            Stmt::While(node) => self.while_statement(node),
            Stmt::Try(node) => self.try_statement(node),
            Stmt::With(node) => self.with_statement(node),
            Stmt::Match(node) => self.match_statement(node),
            _ => {
                self.simple(statement);
            }
        }
    }

    fn simple(&mut self, statement: &'a Stmt) {
        self.steps(|walker| simple_steps(walker, statement));
        self.head(statement.range());
        match statement {
            Stmt::Return(node) => {
                let returns = &self.model.function(self.function).returns;
                let place = returns.binary_search_by_key(&node.start(), |known| known.start()).ok();
                self.flow.blocks[self.current].returned = place;
                self.jump(Jump::Return);
            }
            Stmt::Raise(node) => self.raise(node.exc.as_deref()),
            Stmt::Break(_) => self.jump(Jump::Break),
            Stmt::Continue(_) => self.jump(Jump::Continue),
            Stmt::Assert(node) if truth(&node.test) == Some(false) => self.jump(Jump::Raise),
            Stmt::Expr(node) if self.model.never_returns(&node.value, self.scope) => self.go(EXITED),
            _ => {}
        }
    }

    /// An exception that the innermost `try` names goes to that handler only.
    fn raise(&mut self, exception: Option<&Expr>) {
        if let (Some(raised), Some(Frame::Guarded { handlers, .. })) =
            (exception.and_then(exception_name), self.frames.last())
            && let Some((_, handler)) = handlers.iter().find(|(caught, _)| names_exception(caught, raised))
        {
            self.go(*handler);
            return;
        }
        self.jump(Jump::Raise);
    }

    /// Leads to `yes` and `no` as `test` comes out.
    fn branch(&mut self, test: &'a Expr, yes: BlockId, no: (BlockId, Why)) {
        self.expr(test);
        let outcome = |is| Some(Outcome { test: test.start(), is });
        let constant = truth(test);
        if constant != Some(false) {
            self.edge_why(self.current, yes, Why::Plain, outcome(true));
        }
        if constant != Some(true) {
            self.edge_why(self.current, no.0, no.1, outcome(false));
        }
    }

    fn if_statement(&mut self, node: &'a ast::StmtIf) {
        let after = self.block();
        self.head(TextRange::new(node.start(), node.test.end()));
        let first = (Some(&*node.test), &node.body);
        let rest = node.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        let mut is_open = true;
        for (test, body) in std::iter::once(first).chain(rest) {
            let next = self.block();
            match test {
                Some(test) => {
                    let inside = self.block();
                    self.branch(test, inside, (next, Why::Plain));
                    let last = self.flow.blocks[self.current].last;
                    self.flow.blocks[next].last = last;
                    self.current = inside;
                }
                None => is_open = false,
            }
            self.body(body);
            self.edge(self.current, after);
            self.current = next;
        }
        if is_open {
            self.edge(self.current, after);
        }
        self.current = after;
    }

    fn for_statement(&mut self, node: &'a ast::StmtFor) {
        self.expr(&node.iter);
        let head = TextRange::new(node.start(), node.iter.end());
        self.head(head);
        let (inside, again, done, after) = (self.block(), self.block(), self.block(), self.block());
        self.edge(self.current, inside);
        if !always_runs(self.model, &node.iter, self.scope) {
            let why = if hardly_skips(self.model, &node.iter, self.scope) { Why::Doubtful } else { Why::Skipped };
            self.edge_why(self.current, done, why, None);
        }
        self.current = inside;
        self.steps(|walker| walker.target(&node.target));
        // Only the target's own parts can fail, which is as good as never.
        self.frames.push(Frame::Loop { again, after });
        self.repeated_body(&node.body);
        self.frames.pop();
        self.edge(self.current, again);
        self.flow.blocks[again].last = Some(head);
        self.edge(again, inside);
        if !never_ends(self.model, &node.iter) {
            self.edge_why(again, done, ends_by_itself(Rounds::of_for(node)), None);
        }
        self.current = done;
        self.body(&node.orelse);
        self.flow_into(after);
    }

    fn while_statement(&mut self, node: &'a ast::StmtWhile) {
        let head = TextRange::new(node.start(), node.test.end());
        self.head(head);
        let (inside, again, done, after) = (self.block(), self.block(), self.block(), self.block());
        let skipped = if self.holds_at_first(&node.test) { Why::Doubtful } else { Why::Skipped };
        self.branch(&node.test, inside, (done, skipped));
        self.current = inside;
        self.frames.push(Frame::Loop { again, after });
        self.repeated_body(&node.body);
        self.frames.pop();
        self.flow_into(again);
        self.head(head);
        self.branch(&node.test, inside, (done, ends_by_itself(Rounds::of_while(node))));
        self.current = done;
        self.body(&node.orelse);
        self.flow_into(after);
    }

    /// Whether the test of a loop holds the first time, for certain: `tries = 0` and `while tries < 3:`.
    fn holds_at_first(&self, test: &'a Expr) -> bool {
        let fact = |name: &str| match self.model.scope(self.scope).names.get(name) {
            Some(entry) => {
                let last = entry.bindings.partition_point(|&id| self.model.binding(id).range.start() < test.start());
                let binding = *entry.bindings[..last].last()?;
                let value = self.model.assigned(binding).filter(|value| value.is_literal_expr())?;
                let runs = |body: &[Stmt]| {
                    let place = body.partition_point(|statement| statement.end() < value.end());
                    matches!(body.get(place), Some(it @ (Stmt::Assign(_) | Stmt::AnnAssign(_))) if it.start() < value.start())
                };
                let is_certain = self.before.iter().any(|body| runs(body)) && !self.flow.shared.contains(&binding);
                is_certain.then(|| Fact::of(value))
            }
            None => self.model.constant(name, self.scope),
        };
        decide(test, &fact) == Some(true)
    }

    fn try_statement(&mut self, node: &'a ast::StmtTry) {
        let has_finally = !node.finalbody.is_empty();
        if has_finally {
            self.frames.push(Frame::Finally { body: &node.finalbody, copies: [None; 4] });
        }
        let after = self.block();
        let depth = self.frames.len();
        let mut entries = Vec::new();
        if node.handlers.is_empty() {
            self.body(&node.body);
        } else {
            entries = self.guarded_body(node, depth);
        }
        self.body(&node.orelse);
        self.edge(self.current, after);
        for (handler, entry) in entries {
            self.current = entry;
            self.handler(handler);
            self.edge(self.current, after);
        }
        if has_finally {
            self.frames.pop();
        }
        self.current = after;
        self.body(&node.finalbody);
    }

    fn guarded_body(
        &mut self,
        node: &'a ast::StmtTry,
        depth: usize,
    ) -> Vec<(&'a ast::ExceptHandlerExceptHandler, BlockId)> {
        let dispatch = self.block();
        let entries: Vec<_> = node
            .handlers
            .iter()
            .map(|ast::ExceptHandler::ExceptHandler(handler)| {
                let entry = self.block();
                self.flow.blocks[entry].handles = true;
                self.edge(dispatch, entry);
                (handler, entry)
            })
            .collect();
        if !node.handlers.iter().any(catches_all) {
            let outer = self.target(Jump::Raise, depth);
            self.edge_why(dispatch, outer, Why::Plain, None);
        }
        self.edge_why(self.current, dispatch, Why::Doubtful, None);
        let handlers = entries.iter().filter_map(|(handler, entry)| Some((handler.type_.as_deref()?, *entry)));
        self.frames.push(Frame::Guarded { dispatch, handlers: handlers.collect() });
        self.body(&node.body);
        self.frames.pop();
        entries
    }

    fn handler(&mut self, handler: &'a ast::ExceptHandlerExceptHandler) {
        let end = handler.type_.as_deref().map_or(handler.start() + TextSize::of("except"), Ranged::end);
        self.head(TextRange::new(handler.start(), end));
        if let Some(name) = &handler.name {
            self.steps(|walker| walker.bind(name.start()));
        }
        self.body(&handler.body);
        if let Some(name) = &handler.name {
            self.steps(|walker| walker.unbind(name.start()));
        }
    }

    fn with_statement(&mut self, node: &'a ast::StmtWith) {
        self.steps(|walker| {
            for item in &node.items {
                walker.visit_expr(&item.context_expr);
                if let Some(target) = &item.optional_vars {
                    walker.target(target);
                }
            }
        });
        let end = node.items.last().map_or(node.end(), Ranged::end);
        self.head(TextRange::new(node.start(), end));
        let after = self.block();
        let suppresses = node.items.iter().any(|item| self.model.suppresses(&item.context_expr));
        if suppresses {
            let dispatch = self.block();
            let outer = self.target(Jump::Raise, self.frames.len());
            self.edge(dispatch, after);
            self.edge(dispatch, outer);
            self.edge_why(self.current, dispatch, Why::Doubtful, None);
            self.frames.push(Frame::Guarded { dispatch, handlers: Vec::new() });
            self.body(&node.body);
            self.frames.pop();
        } else {
            self.edge_why(self.current, after, Why::Doubtful, None);
            self.body(&node.body);
        }
        self.flow_into(after);
    }

    fn match_statement(&mut self, node: &'a ast::StmtMatch) {
        self.expr(&node.subject);
        self.head(TextRange::new(node.start(), node.subject.end()));
        let after = self.block();
        for case in &node.cases {
            let (inside, next) = (self.block(), self.block());
            self.edge(self.current, inside);
            if !case.pattern.is_irrefutable() || case.guard.is_some() {
                self.edge(self.current, next);
                self.flow.blocks[next].last = self.flow.blocks[self.current].last;
            }
            self.current = inside;
            self.steps(|walker| {
                walker.visit_pattern(&case.pattern);
                if let Some(guard) = &case.guard {
                    walker.visit_expr(guard);
                }
            });
            self.body(&case.body);
            self.edge(self.current, after);
            self.current = next;
        }
        self.flow_into(after);
    }
}

/// What a statement without statements inside does to names.
fn simple_steps(walker: &mut Walker<'_, '_, '_>, statement: &Stmt) {
    match statement {
        Stmt::Assign(node) => {
            walker.value(&node.value);
            for target in &node.targets {
                walker.target(target);
            }
        }
        Stmt::AnnAssign(node) => {
            if let Some(value) = &node.value {
                walker.value(value);
                walker.target(&node.target);
            }
        }
        Stmt::AugAssign(node) => {
            walker.visit_expr(&node.value);
            walker.augmented(&node.target);
        }
        Stmt::Delete(node) => {
            for target in &node.targets {
                walker.deleted(target);
            }
        }
        Stmt::FunctionDef(node) => {
            for decorator in &node.decorator_list {
                walker.visit_decorator(decorator);
            }
            for default in node.parameters.iter().filter_map(|parameter| parameter.default()) {
                walker.visit_expr(default);
            }
            walker.bind(node.name.start());
        }
        Stmt::ClassDef(node) => {
            for decorator in &node.decorator_list {
                walker.visit_decorator(decorator);
            }
            if let Some(arguments) = &node.arguments {
                walker.visit_arguments(arguments);
            }
            for statement in &node.body {
                walker.visit_stmt(statement);
            }
            walker.bind(node.name.start());
        }
        Stmt::Import(node) => {
            walker.raises = true;
            for alias in &node.names {
                walker.bind(alias.asname.as_ref().map_or(alias.name.start(), Ranged::start));
            }
        }
        Stmt::ImportFrom(node) => {
            walker.raises = true;
            for alias in &node.names {
                walker.bind(alias.asname.as_ref().map_or(alias.name.start(), Ranged::start));
            }
        }
        Stmt::Return(node) => {
            if let Some(value) = &node.value {
                walker.visit_expr(value);
            }
        }
        Stmt::Raise(node) => {
            for value in node.exc.iter().chain(&node.cause) {
                walker.visit_expr(value);
            }
            // Making the exception hardly fails, and raising it is the statement's own business.
            walker.raises = false;
        }
        Stmt::Assert(node) => {
            walker.raises = true;
            walker.visit_expr(&node.test);
        }
        Stmt::Expr(node) => walker.visit_expr(&node.value),
        _ => {}
    }
}

/// The last part of the name of a raised exception or its class.
fn exception_name(raised: &Expr) -> Option<&str> {
    match raised {
        Expr::Call(call) => exception_name(&call.func),
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

fn names_exception(caught: &Expr, raised: &str) -> bool {
    match caught {
        Expr::Tuple(tuple) => tuple.elts.iter().any(|element| exception_name(element) == Some(raised)),
        other => exception_name(other) == Some(raised),
    }
}

fn catches_all(handler: &ast::ExceptHandler) -> bool {
    let ast::ExceptHandler::ExceptHandler(handler) = handler;
    handler
        .type_
        .as_deref()
        .is_none_or(|caught| names_exception(caught, "Exception") || names_exception(caught, "BaseException"))
}

/// Why a loop ends by itself.
fn ends_by_itself(rounds: Rounds<'_>) -> Why {
    if rounds.leave_in_the_last() { Why::Doubtful } else { Why::Plain }
}
