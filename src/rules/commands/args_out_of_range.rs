//! D3104.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Function, Model, ParameterKind, ScopeId, Site};
use crate::syntax::ast::{self, ExceptHandler, Expr, UnaryOp};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3104",
    name: "args-out-of-range",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Manifest,
    summary: "`args` is indexed beyond the inputs, or unpacked into another number of names",
    page: include_str!("args_out_of_range.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for (command, function) in super::declared(context, part) {
        let Some(parameter) = &function.node.parameters.vararg else { continue };
        let Some(length) = command.inputs.len().checked_sub(function.positional().count()) else { continue };
        let inputs = Inputs { model: context.model, function, parameter: parameter.name.as_str(), length };
        if inputs.is_length_tested() {
            continue;
        }
        inputs.check_indexes(sink);
        inputs.check_unpacking(sink);
    }
}

/// What a command's `*args` holds.
struct Inputs<'c, 'a> {
    model: &'c Model<'a>,
    function: &'c Function<'a>,
    parameter: &'c str,
    /// How many inputs it gets.
    length: usize,
}

impl<'a> Inputs<'_, 'a> {
    /// Those of `sites` that lie in the function: functions follow each other in the order of the walk.
    fn within<'n, T: Ranged>(&self, sites: &'n [Site<'a, T>]) -> &'n [Site<'a, T>] {
        let range = self.function.node.range();
        let first = sites.partition_point(|site| site.node.start() < range.start());
        let last = sites.partition_point(|site| site.node.start() < range.end());
        &sites[first..last]
    }

    fn check_indexes(&self, sink: &mut Sink<'_>) {
        for site in self.within(&self.model.nodes.subscripts) {
            let Some(length) = self.length_of(&site.node.value, site.scope, MAX_STEPS) else { continue };
            let Some(index) = integer(&site.node.slice) else { continue };
            let fits = usize::try_from(index).map_or(index.unsigned_abs() <= length as u64, |index| index < length);
            if !fits && !self.is_guarded(site.node.range()) {
                sink.report(site.node.range(), self.message(format!("index {index} is beyond them"), length));
            }
        }
    }

    fn check_unpacking(&self, sink: &mut Sink<'_>) {
        for site in self.within(&self.model.nodes.assigns) {
            for target in &site.node.targets {
                let (Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. })) = target else {
                    continue;
                };
                let Some(length) = self.length_of(&site.node.value, site.scope, MAX_STEPS) else { continue };
                let starred = elts.iter().filter(|element| element.is_starred_expr()).count();
                let fits = if starred > 0 { elts.len() - starred <= length } else { elts.len() == length };
                if !fits && !self.is_guarded(site.node.range()) {
                    let message = self.message(format!("they can't be unpacked into {} names", elts.len()), length);
                    sink.report(site.node.value.range(), message);
                }
            }
        }
    }

    fn message(&self, what: String, length: usize) -> String {
        let inputs = if length == 1 { "1 input" } else { &format!("{length} inputs") };
        format!("`{}` holds {inputs} here, and {what}; change the code, or the manifest's inputs", self.parameter)
    }

    /// How many inputs `expr` holds, where it is the arguments or a part of them.
    fn length_of(&self, expr: &'a Expr, scope: ScopeId, steps: usize) -> Option<usize> {
        let steps = steps.checked_sub(1)?;
        match expr {
            Expr::Name(name) => {
                let [only] = self.model.bindings_of_name(name, scope) else { return None };
                let binding = self.model.binding(*only);
                match binding.kind {
                    BindingKind::Parameter(ParameterKind::VarArgs) if binding.scope == self.function.scope => {
                        Some(self.length)
                    }
                    // A list made of them may grow.
                    BindingKind::Assignment(Some(Expr::Call(_))) => None,
                    BindingKind::Assignment(Some(value)) => self.length_of(value, binding.written_in, steps),
                    _ => None,
                }
            }
            Expr::Subscript(subscript) => {
                let Expr::Slice(slice) = &*subscript.slice else { return None };
                slice_length(slice, self.length_of(&subscript.value, scope, steps)?)
            }
            Expr::Call(call) => {
                let copies = matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "list" | "tuple"));
                match &*call.arguments.args {
                    [only] if copies && call.arguments.keywords.is_empty() => self.length_of(only, scope, steps),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether the function asks how many inputs there are, or whether there are any.
    fn is_length_tested(&self) -> bool {
        let model = self.model;
        let by_len = self.within(&model.nodes.calls).iter().any(|site| {
            matches!(&*site.node.func, Expr::Name(name) if name.id.as_str() == "len")
                && site
                    .node
                    .arguments
                    .args
                    .first()
                    .is_some_and(|only| self.length_of(only, site.scope, MAX_STEPS).is_some())
        });
        let Some(entry) = model.scope(self.function.scope).names.get(self.parameter) else { return true };
        let is_indexed = |range: TextRange| {
            self.within(&model.nodes.subscripts).iter().any(|site| site.node.value.range() == range)
                || self.within(&model.nodes.assigns).iter().any(|site| site.node.value.range() == range)
        };
        // Without inputs, any other use may be a test: `args[0] if args else ""`.
        by_len
            || self.length == 0
                && entry.references.iter().any(|id| !is_indexed(model.references[id.0 as usize].node.range()))
    }

    /// Whether a failure is caught just here: by `except IndexError`, or by any handler of a `try` around one statement.
    fn is_guarded(&self, range: TextRange) -> bool {
        self.within(&self.model.nodes.tries).iter().any(|site| {
            let body = &site.node.body;
            let (Some(first), Some(last)) = (body.first(), body.last()) else { return false };
            let is_inside = TextRange::new(first.start(), last.end()).contains_range(range);
            is_inside
                && site.node.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| {
                    body.len() == 1 || handler.type_.as_deref().is_some_and(names_index_error)
                })
        })
    }
}

/// How many assignments and slices are followed.
const MAX_STEPS: usize = 8;

fn names_index_error(exception: &Expr) -> bool {
    match exception {
        Expr::Name(name) => matches!(name.id.as_str(), "IndexError" | "LookupError" | "ValueError"),
        Expr::Tuple(tuple) => tuple.elts.iter().any(names_index_error),
        _ => false,
    }
}

/// The value of an integer literal with its sign.
fn integer(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            ast::Number::Int(value) => value.as_i64(),
            _ => None,
        },
        Expr::UnaryOp(node) if node.op == UnaryOp::USub => integer(&node.operand)?.checked_neg(),
        _ => None,
    }
}

/// How many elements `[lower:upper]` takes of `length`.
fn slice_length(slice: &ast::ExprSlice, length: usize) -> Option<usize> {
    if slice.step.is_some() {
        return None;
    }
    let end = i64::try_from(length).ok()?;
    let bound = |expr: Option<&Expr>, default: i64| match expr {
        None => Some(default),
        Some(expr) => integer(expr).map(|value| if value < 0 { (end + value).max(0) } else { value.min(end) }),
    };
    let lower = bound(slice.lower.as_deref(), 0)?;
    let upper = bound(slice.upper.as_deref(), end)?;
    usize::try_from((upper - lower).max(0)).ok()
}
