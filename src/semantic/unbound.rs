//! Reads of local names that are unbound on a path that certainly can be taken.
//!
//! A path through several conditions may be one that never is taken, because the conditions belong together. So a read
//! counts only where nothing between the binding and the read decides anything: see `Search::is_plain`. Where the name
//! is unbound on all paths, none of that matters.

use crate::syntax::ast::{self, AnyNodeRef, Expr, Stmt};
use crate::text::{Ranged, TextRange};

use super::Model;
use super::condition::decide;
use super::flow::Held;
use super::guards::is_broad;
use super::model::{BindingId, BindingKind, Context, FunctionId, Name, Reference, ReferenceId, ScopeKind};
use super::outcomes::Paths;

/// A read of a name that may be unbound.
#[derive(Debug)]
pub struct Unbound<'m, 'a> {
    /// The read.
    pub reference: &'m Reference<'a>,
    /// Why.
    pub cause: Cause,
    /// Where what the cause says is written.
    pub place: TextRange,
}

/// Why a name is unbound where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It is bound on other paths only.
    OtherPaths,
    /// The statement that binds it first reads it: `count += 1`.
    Itself,
    /// It is bound later only.
    Later,
    /// `del` unbound it.
    Deleted,
    /// It was the name of a caught exception, which ends with its handler.
    Caught,
}

impl<'a> Model<'a> {
    /// The first such read of each local name in some of the top-level statements, in source order.
    pub fn possibly_unbound(&self, part: TextRange) -> Vec<Unbound<'_, 'a>> {
        let inner = &self.scopes[1..];
        let first = inner.partition_point(|scope| scope.range.start() < part.start());
        let next = inner.partition_point(|scope| scope.range.start() < part.end());
        let mut found: Vec<Unbound<'_, 'a>> = inner[first..next]
            .iter()
            .filter_map(|scope| match scope.kind {
                ScopeKind::Function(function) => Some((function, scope)),
                _ => None,
            })
            .flat_map(|(function, scope)| {
                scope.names.values().filter_map(move |entry| self.unbound_name(function, entry))
            })
            .collect();
        found.sort_by_key(|unbound| unbound.reference.node.start());
        found
    }

    /// Whether control comes to a read through one of the bindings before it only, as the blocks around them show.
    pub(super) fn is_certainly_bound(&self, entry: &Name, reference: &Reference<'a>) -> bool {
        let read = reference.node.range();
        let (before, after) = entry
            .bindings
            .split_at(entry.bindings.partition_point(|&id| self.binding(id).range.start() < read.start()));
        let Some(&last) = before.last() else { return false };
        // Where a name is unbound again, what covers the read must be undisturbed.
        if entry.bindings.iter().any(|&id| is_unbinding(&self.binding(id).kind)) {
            let covers = self.binding(last).covers;
            let is_disturbed = after.first().is_some_and(|&id| self.binding(id).range.start() < covers.end());
            return covers.contains_range(read) && !is_disturbed;
        }
        before.iter().rev().take(MAX_COVERING).any(|&id| self.binding(id).covers.contains_range(read))
    }

    fn unbound_name(&self, function: FunctionId, entry: &Name) -> Option<Unbound<'_, 'a>> {
        let bindings = || entry.bindings.iter().map(|&id| self.binding(id));
        // Where a name is bound on the way of every path, it matters only whether that comes too late.
        let may_be_missed = bindings().all(|binding| {
            binding.context.contains(Context::CONDITIONAL)
                && !matches!(binding.kind, BindingKind::Parameter(_) | BindingKind::Delete)
        });
        let is_candidate = !entry.references.is_empty()
            && (may_be_missed || self.may_be_bound_late(function, entry))
            && bindings().all(|binding| {
                self.is_inline(binding.written_in, function)
                    && !matches!(binding.kind, BindingKind::Pattern | BindingKind::TypeName)
            });
        if !is_candidate {
            return None;
        }
        entry.references.iter().find_map(|&id| {
            let reference = &self.references[id.0 as usize];
            if self.is_certainly_bound(entry, reference) {
                return None;
            }
            let is_evaluated = !reference.context.intersects(Context::NOT_EVALUATED | Context::ANNOTATION);
            let is_inline = reference.scope == self.function(function).scope;
            let reaching = (is_evaluated && is_inline)
                .then(|| self.flow(function).reaching_through_loops(self, id))
                .flatten()
                .filter(|reaching| reaching.unbound)?;
            let search = Search { model: self, function, reference: id, bindings: &reaching.bindings };
            let (cause, place) = self.cause(entry, reference)?;
            match reaching.bindings.first() {
                None => search.is_certain(entry).then_some(Unbound { reference, cause, place }),
                Some(_) if !may_be_missed || !search.is_plain() => None,
                Some(_) if cause == Cause::Itself => Some(Unbound { reference, cause, place }),
                Some(&first) => Some(Unbound { reference, cause: Cause::OtherPaths, place: self.binding(first).range }),
            }
        })
    }

    /// Whether the function itself reads a name before it binds it, or unbinds it again.
    fn may_be_bound_late(&self, function: FunctionId, entry: &Name) -> bool {
        let scope = self.function(function).scope;
        let Some(first) = entry.bindings.first().map(|&id| self.binding(id)) else { return false };
        let bound = first.range.start().max(first.covers.start());
        let reads = entry.references.iter().map(|id| &self.references[id.0 as usize]);
        reads.take_while(|read| read.node.start() < bound).any(|read| read.scope == scope)
            || entry.bindings.iter().any(|&id| is_unbinding(&self.binding(id).kind))
    }

    /// Why a name is unbound on all paths to a read.
    fn cause(&self, entry: &Name, reference: &Reference<'a>) -> Option<(Cause, TextRange)> {
        let read = reference.node.range();
        let is_before = |id: &BindingId| {
            let binding = self.binding(*id);
            binding.range.start() < read.start() && binding.covers.start() <= read.start()
        };
        let before = entry.bindings.iter().rfind(|id| is_before(id));
        let binding = self.binding(*before.or(entry.bindings.first())?);
        let cause = match binding.kind {
            _ if before.is_none() && binding.range.start() <= read.start() => Cause::Itself,
            _ if before.is_none() => Cause::Later,
            BindingKind::Delete => Cause::Deleted,
            BindingKind::Except => Cause::Caught,
            _ => Cause::OtherPaths,
        };
        Some((cause, binding.range))
    }
}

/// How many of the last bindings before a read are looked at.
const MAX_COVERING: usize = 4;

/// How many bindings before a read are looked at for what may cut them short.
const MAX_BEFORE: usize = 20;

/// `del` and the end of a handler unbind a name again.
fn is_unbinding(kind: &BindingKind<'_>) -> bool {
    matches!(kind, BindingKind::Except | BindingKind::Delete)
}

struct Search<'m, 'a> {
    model: &'m Model<'a>,
    function: FunctionId,
    reference: ReferenceId,
    bindings: &'m [BindingId],
}

impl<'a> Search<'_, 'a> {
    fn read(&self) -> &'a ast::ExprName {
        self.model.references[self.reference.0 as usize].node
    }

    fn contains_all_bindings(&self, range: TextRange) -> bool {
        self.bindings.iter().all(|&id| range.contains_range(self.model.binding(id).range))
    }

    /// Whether the name is unbound on all paths, doubtful ones too, and nobody counts on that.
    fn is_certain(&self, entry: &Name) -> bool {
        let model = self.model;
        let read = self.read().range();
        let reference = &model.references[self.reference.0 as usize];
        let before =
            &entry.bindings[..entry.bindings.partition_point(|&id| model.binding(id).range.start() < read.start())];
        let is_counted_on = || {
            let around = model.ancestors(self.function, read);
            around.iter().any(|node| matches!(node, AnyNodeRef::StmtTry(statement) if is_tried(statement, read)))
        };
        // What stood in a broken statement is not known.
        let is_broken = || {
            let whole = model.function(self.function).node.range();
            let errors = &model.script.parsed.errors;
            let next = errors.partition_point(|error| error.range.start() < whole.start());
            errors.get(next).is_some_and(|error| error.range.start() < whole.end())
        };
        // `nonlocal __class__` is bound by the class around.
        let nonlocals = &model.scope(reference.scope).nonlocals;
        !reference.context.contains(Context::NAME_GUARD)
            && !nonlocals.contains(&reference.node.id.as_str())
            && model
                .flow(self.function)
                .reaching_at_all(model, self.reference)
                .is_some_and(|all| all.bindings.is_empty())
            && before.len() <= MAX_BEFORE
            && !before.iter().any(|&id| self.may_be_cut_short(id))
            && !is_counted_on()
            && !is_broken()
    }

    /// Whether an exception can lead from a binding to the read: what has run by then is not known.
    fn may_be_cut_short(&self, id: BindingId) -> bool {
        let read = self.read().range();
        let binding = self.model.binding(id);
        self.model.ancestors(self.function, binding.range).iter().any(|node| {
            let body = match node {
                AnyNodeRef::StmtTry(statement) => span(&statement.body),
                AnyNodeRef::StmtWith(statement) => Some(statement.range()),
                _ => None,
            };
            body.is_some_and(|body| body.contains_range(binding.range) && !body.contains_range(read))
        })
    }

    /// Whether the path on which the name is unbound depends on one decision only: whether it is bound.
    fn is_plain(&self) -> bool {
        if self.is_guarded() || self.is_left_between() {
            return false;
        }
        let Some((&first, others)) = self.bindings.split_first() else { return false };
        match self.skip(first) {
            // A later binding inside of the same `if` depends on the first.
            Some(Skip { condition: Some(condition) }) => {
                others.iter().all(|&id| condition.range().contains_range(self.model.binding(id).range))
                    && self.is_possible(condition)
            }
            Some(Skip { condition: None }) => {
                others.iter().all(|&id| self.skip(id).is_some_and(|skip| skip.condition.is_none()))
            }
            None => false,
        }
    }

    /// Whether a path that misses the condition leads to the read, by what is known of the name that it tests.
    fn is_possible(&self, condition: &'a ast::StmtIf) -> bool {
        let other = tested_name(&condition.test).unwrap_or_default();
        self.unbound_with(other).is_some_and(|held| !held.is_empty())
    }

    /// Whether the read stands under a condition that may be the same as the binding's.
    fn is_guarded(&self) -> bool {
        let read = self.read().range();
        let around = self.model.ancestors(self.function, read);
        around.iter().any(|node| {
            let guard = match node {
                AnyNodeRef::StmtIf(statement) => {
                    let is_first_test = statement.test.range().contains_range(read);
                    let shared = branches(statement).filter_map(span).find(|body| body.contains_range(read));
                    return !is_first_test
                        && !shared.is_some_and(|body| self.contains_all_bindings(body))
                        && !self.passes_unbound(clause_tests(statement, read));
                }
                AnyNodeRef::StmtWhile(statement) => span(&statement.body),
                AnyNodeRef::StmtFor(statement) => span(&statement.body),
                AnyNodeRef::ExceptHandlerExceptHandler(handler) => {
                    // Which statement raised what is caught here is not known.
                    return handler.type_.as_deref().is_some_and(|caught| !is_broad(caught));
                }
                AnyNodeRef::StmtTry(statement) => {
                    return is_tried(statement, read)
                        || self.is_bound_at_once(statement, read)
                        || self.is_undone(statement, read);
                }
                AnyNodeRef::ExprBoolOp(node) => {
                    let before = node.values.iter().take_while(|value| value.end() < read.start());
                    let tests: Vec<(&'a Expr, bool)> =
                        before.map(|value| (value, node.op == ast::BoolOp::And)).collect();
                    return !tests.is_empty() && !self.passes_unbound(tests);
                }
                AnyNodeRef::ExprIf(node) => return !node.test.range().contains_range(read),
                AnyNodeRef::StmtAssert(_) | AnyNodeRef::StmtMatch(_) | AnyNodeRef::StmtDelete(_) => return true,
                _ => return false,
            };
            guard.is_some_and(|body| body.contains_range(read) && !self.contains_all_bindings(body))
        })
    }

    /// Whether a `try` begins with the binding, by an assignment that can hardly fail, and the read comes after that.
    fn is_bound_at_once(&self, statement: &ast::StmtTry, read: TextRange) -> bool {
        let Some(Stmt::Assign(first)) = statement.body.first() else { return false };
        self.contains_all_bindings(first.range()) && is_lookup(&first.value) && read.start() >= first.end()
    }

    /// Whether the read stands in the `finally` of a generator. The `try` of a context manager begins with what its
    /// `finally` undoes, and as a rule that does not fail.
    fn is_undone(&self, statement: &ast::StmtTry, read: TextRange) -> bool {
        self.model.function(self.function).is_generator
            && span(&statement.finalbody).is_some_and(|body| body.contains_range(read))
    }

    /// Whether these tests certainly come out so on a path on which the name is unbound. They are if they look at one
    /// other name, of which enough is known.
    fn passes_unbound(&self, tests: Vec<(&'a Expr, bool)>) -> bool {
        let model = self.model;
        let name = self.read().id.as_str();
        let Some(other) = tests.iter().find_map(|(test, _)| tested_name(test)).filter(|other| *other != name) else {
            return false;
        };
        let Some(first_test) = tests.iter().map(|(test, _)| test.start()).min() else { return false };
        let fact = |held: &Held, tested: &str| (tested == other).then(|| model.fact_of(*held)).flatten();
        self.unbound_with(other).is_some_and(|held| {
            held.iter().any(|held| {
                // What is bound after the tests says nothing of how they came out.
                held.binding.is_some_and(|id| model.binding(id).range.end() <= first_test)
                    && tests.iter().all(|(test, is)| decide(test, &|tested: &str| fact(held, tested)) == Some(*is))
            })
        })
    }

    /// What another name holds at the read on the paths on which the name is unbound; `None` where these are too many.
    fn unbound_with(&self, other: &'a str) -> Option<Vec<Held>> {
        let model = self.model;
        let flow = model.flow(self.function);
        let feasible = |test: &'a Expr, is: bool, held: &[Held; 2]| {
            let fact = |tested: &str| (tested == other).then(|| model.fact_of(held[1])).flatten();
            decide(test, &fact).is_none_or(|decided| decided == is)
        };
        let together = flow.together(model, [self.read().id.as_str(), other], Paths::All, feasible)?;
        let held = flow.held_at(&together, self.reference);
        Some(held.into_iter().filter(|held| held[0].binding.is_none()).map(|held| held[1]).collect())
    }

    /// Whether something between the bindings and the read leaves the way: then the read may be reached only where the
    /// name is bound.
    fn is_left_between(&self) -> bool {
        let read = self.read().range();
        let Some(first) = self.bindings.iter().map(|&id| self.model.binding(id).range.start()).min() else {
            return true;
        };
        let ifs = &self.model.nodes.ifs;
        let place = ifs.partition_point(|site| site.node.start() < first);
        ifs[place..]
            .iter()
            .take_while(|site| site.node.start() < read.start())
            .filter(|site| !site.node.range().contains_range(read))
            .any(|site| branches(site.node).any(may_leave))
    }

    /// By which simple turn the binding is missed: an `if` without `else`, or an exception that is swallowed. `None`
    /// where it takes more than that.
    fn skip(&self, id: BindingId) -> Option<Skip<'a>> {
        let read = self.read().range();
        let around = self.model.ancestors(self.function, self.model.binding(id).range);
        let mut in_loop = false;
        let mut condition = None;
        for node in around.iter().filter(|node| !node.range().contains_range(read)) {
            match node {
                AnyNodeRef::StmtFor(_) | AnyNodeRef::StmtWhile(_) => in_loop = true,
                AnyNodeRef::StmtIf(statement) => {
                    let is_exhaustive = statement.elif_else_clauses.iter().any(|clause| clause.test.is_some());
                    let may_stop = branches(statement).any(may_call_off);
                    if in_loop || is_exhaustive || condition.is_some() || may_stop {
                        return None;
                    }
                    condition = Some(*statement);
                }
                AnyNodeRef::StmtTry(statement) => {
                    let mut handlers = statement.handlers.iter();
                    let handled_only = always_raises(&statement.body) || may_leave(&statement.orelse);
                    if handled_only
                        || handlers.any(|ast::ExceptHandler::ExceptHandler(handler)| may_call_off(&handler.body))
                    {
                        return None;
                    }
                }
                // What only a handler binds is read where the exception is expected.
                AnyNodeRef::ExceptHandlerExceptHandler(_)
                | AnyNodeRef::StmtMatch(_)
                | AnyNodeRef::ExprBoolOp(_)
                | AnyNodeRef::ExprIf(_) => return None,
                _ => {}
            }
        }
        Some(Skip { condition })
    }
}

/// How a binding is missed.
#[derive(Debug, Clone, Copy)]
struct Skip<'a> {
    /// The `if` that it stands under.
    condition: Option<&'a ast::StmtIf>,
}

/// The tests that decide that control comes to `read` inside an `if` statement, with what each must give.
fn clause_tests(statement: &ast::StmtIf, read: TextRange) -> Vec<(&Expr, bool)> {
    let mut tests = vec![(&*statement.test, true)];
    for clause in &statement.elif_else_clauses {
        if clause.start() > read.start() {
            break;
        }
        if let Some(last) = tests.last_mut() {
            last.1 = false;
        }
        match &clause.test {
            Some(test) if test.range().contains_range(read) => {}
            Some(test) => tests.push((test, true)),
            None => {}
        }
    }
    tests
}

fn tested_name(test: &Expr) -> Option<&str> {
    match test {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::UnaryOp(node) => tested_name(&node.operand),
        Expr::Compare(node) => tested_name(&node.left),
        Expr::Call(call) => call.arguments.args.first().and_then(tested_name),
        Expr::BoolOp(node) => node.values.iter().find_map(tested_name),
        _ => None,
    }
}

/// The bytes of a body.
fn span(body: &[Stmt]) -> Option<TextRange> {
    Some(TextRange::new(body.first()?.start(), body.last()?.end()))
}

fn branches(statement: &ast::StmtIf) -> impl Iterator<Item = &[Stmt]> {
    std::iter::once(&*statement.body).chain(statement.elif_else_clauses.iter().map(|clause| &*clause.body))
}

/// Whether a body certainly ends by an exception, so that what follows its `try` counts on that.
fn always_raises(body: &[Stmt]) -> bool {
    match body.last() {
        Some(Stmt::Raise(_)) => true,
        Some(Stmt::Try(statement)) => always_raises(&statement.finalbody),
        _ => false,
    }
}

/// Whether a body ends by leaving, or by a call that may do so.
fn may_leave(body: &[Stmt]) -> bool {
    matches!(body.last(), Some(Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)))
        || may_call_off(body)
}

/// Whether a body ends with a call that perhaps never comes back: of a function that is not a known one.
fn may_call_off(body: &[Stmt]) -> bool {
    let Some(Stmt::Expr(statement)) = body.last() else { return false };
    let Expr::Call(call) = &*statement.value else { return true };
    match &*call.func {
        Expr::Name(name) => !matches!(name.id.as_str(), "print" | "setattr"),
        Expr::Attribute(attribute) => {
            let method = attribute.attr.as_str();
            let of_a_log = matches!(&*attribute.value, Expr::Name(name)
                if matches!(name.id.as_str(), "pb" | "log" | "logger" | "logging" | "LOG" | "LOGGER"));
            !of_a_log && !matches!(method, "append" | "extend" | "add" | "insert" | "update" | "sleep" | "write")
        }
        _ => true,
    }
}

/// Whether a `try` is there to see whether the name is bound.
fn is_tried(statement: &ast::StmtTry, read: TextRange) -> bool {
    statement.handlers.iter().any(expects_it) || is_all_that_is_tried(statement, read)
}

/// Whether a handler is there for names that are not bound.
fn expects_it(handler: &ast::ExceptHandler) -> bool {
    let ast::ExceptHandler::ExceptHandler(handler) = handler;
    let names_it = |caught: &Expr| matches!(caught, Expr::Name(name) if matches!(name.id.as_str(), "NameError" | "UnboundLocalError"));
    handler.type_.as_deref().is_some_and(|caught| match caught {
        Expr::Tuple(tuple) => tuple.elts.iter().any(names_it),
        other => names_it(other),
    })
}

/// Whether the statement that reads is the only one that a `try` tries, and whatever it raises is caught:
/// `try: file.close()`.
fn is_all_that_is_tried(statement: &ast::StmtTry, read: TextRange) -> bool {
    let is_alone = matches!(&*statement.body, [only] if only.range().contains_range(read));
    is_alone
        && statement
            .handlers
            .iter()
            .any(|ast::ExceptHandler::ExceptHandler(handler)| handler.type_.as_deref().is_none_or(is_broad))
}

/// A name, or what is looked up in one.
fn is_lookup(expr: &Expr) -> bool {
    match expr {
        Expr::Attribute(node) => is_lookup(&node.value),
        Expr::Subscript(node) => is_lookup(&node.value) && is_lookup(&node.slice),
        _ => expr.is_name_expr() || expr.is_literal_expr(),
    }
}
