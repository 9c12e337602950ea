//! D3311.

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::image::names::OUTPUT_FIELDS;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{ScopeId, Slot};
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange};

/// How deep dictionaries and lists are looked into.
const MAX_DEPTH: usize = 4;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3311",
    name: "not-serialisable",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a set, bytes, a response or a datetime in a field of an output model",
    page: include_str!("not_serialisable.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for output in context.output_models(part) {
        for (field, slot) in OUTPUT_FIELDS.iter().zip(&output.slots) {
            let Slot::Given(argument, scope) = *slot else { continue };
            let Some((range, what)) = offender(context, argument, scope, MAX_DEPTH) else { continue };
            // Inside of the argument the part itself is shown, elsewhere the argument.
            let range = if argument.range().contains_range(range) { range } else { argument.range() };
            if seen.contains(&range) {
                continue;
            }
            seen.insert(range);
            let message = format!("{what} in `{}` can't be written as JSON; convert it first", field.name);
            sink.report(range, message);
        }
    }
}

/// The first part of a value that JSON has no form for.
fn offender<'a>(
    context: &Context<'a>,
    expr: &'a Expr,
    scope: ScopeId,
    depth: usize,
) -> Option<(TextRange, &'static str)> {
    let depth = depth.checked_sub(1)?;
    let values = context.model.values(expr, scope);
    // Several values may be told apart by a test that is not seen here.
    let [(value, scope)] = values.known[..] else { return None };
    if !values.complete {
        return None;
    }
    match value {
        Expr::Set(_) | Expr::SetComp(_) => Some((value.range(), "a set")),
        Expr::BytesLiteral(_) => Some((value.range(), "a bytes value")),
        Expr::Call(call) => {
            let name = context.model.callee(call)?;
            let what = match name.parts() {
                ["set" | "frozenset"] => "a set",
                ["bytes" | "bytearray"] => "a bytes value",
                ["requests", "get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "request"] => {
                    "a response"
                }
                ["datetime", "datetime"]
                | [
                    "datetime",
                    "datetime",
                    "now" | "utcnow" | "today" | "strptime" | "fromtimestamp" | "utcfromtimestamp" | "combine"
                    | "fromisoformat",
                ] => "a datetime",
                ["datetime", "date"] | ["datetime", "date", "today"] => "a date",
                ["datetime", "timedelta"] => "a timedelta",
                _ => return None,
            };
            Some((value.range(), what))
        }
        Expr::Dict(dict) => dict.items.iter().find_map(|item| offender(context, &item.value, scope, depth)),
        Expr::List(list) => list.elts.iter().find_map(|element| offender(context, element, scope, depth)),
        Expr::Tuple(tuple) => tuple.elts.iter().find_map(|element| offender(context, element, scope, depth)),
        _ => None,
    }
}
