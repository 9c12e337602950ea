//! D3502.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::{DATE_FORMAT, PASSDOWN_DATA, PASSDOWN_START_TIME};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{ScopeId, Slot};
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange, edit_distance};

use super::common::entry;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3502",
    name: "passdown-format",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "passdown data without `StartTime`, or with another date format than D3's",
    page: include_str!("passdown_format.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for output in context.output_models(part) {
        let Slot::Given(argument, scope) = output.slot(PASSDOWN_DATA) else { continue };
        for (value, scope) in context.model.values(argument, scope).known {
            let Expr::Dict(dict) = value else { continue };
            if !seen.contains(&dict.range()) {
                seen.insert(dict.range());
                check_dict(context, dict, argument.is_dict_expr(), scope, sink);
            }
        }
    }
}

fn check_dict<'a>(
    context: &Context<'a>,
    dict: &'a ast::ExprDict,
    is_direct: bool,
    scope: ScopeId,
    sink: &mut Sink<'_>,
) {
    if let Some((key, value)) = entry(dict, PASSDOWN_START_TIME) {
        if let Some((message, fix)) = wrong_format(context, value, scope) {
            sink.report(key.range(), message).maybe_fix(fix);
        }
        return;
    }
    // A key may be added to a variable later, and one that is computed may be the right one.
    let is_open = dict.items.iter().any(|item| !matches!(item.key, Some(Expr::StringLiteral(_))));
    if is_open || (!is_direct && dict.items.is_empty()) {
        return;
    }
    let keys = dict.items.iter().filter_map(|item| match &item.key {
        Some(Expr::StringLiteral(key)) => Some(key),
        _ => None,
    });
    let is_near = |key: &ast::ExprStringLiteral| {
        edit_distance(&key.value.to_str().replace(['_', ' '], ""), PASSDOWN_START_TIME) <= 1
    };
    let near = keys.clone().find(|key| is_near(key));
    let Some(place) = near.or_else(|| keys.clone().next()) else { return };
    // A variable that holds other things may get its key later.
    if !is_direct && near.is_none() {
        return;
    }
    let message = format!("D3 reads the key `{PASSDOWN_START_TIME}` of passdown data, and it is missing here");
    let fix = near.map(|key| {
        let edits = vec![Edit::replace(key.range(), format!("\"{PASSDOWN_START_TIME}\""))];
        Fix::new(format!("Rename to `{PASSDOWN_START_TIME}`"), Applicability::Safe, Place::Script, edits)
    });
    sink.report(place.range(), message).maybe_fix(fix);
}

/// What is wrong with the form of a time.
fn wrong_format<'a>(context: &Context<'a>, value: &'a Expr, scope: ScopeId) -> Option<(String, Option<Fix>)> {
    let message = format!("D3 reads `{PASSDOWN_START_TIME}` in the format `{DATE_FORMAT}` only");
    let fix = |range: TextRange, text: String| {
        Some(Fix::new("Use D3's date format", Applicability::Safe, Place::Script, vec![Edit::replace(range, text)]))
    };
    let values = context.model.values(value, scope);
    let [(Expr::Call(call), scope)] = values.known[..] else { return None };
    let Expr::Attribute(method) = &*call.func else { return None };
    match (method.attr.as_str(), &*call.arguments.args) {
        ("strftime", [format]) => {
            let formats = context.model.values(format, scope);
            let [(Expr::StringLiteral(text), _)] = formats.known[..] else { return None };
            (formats.complete && !is_fine(text.value.to_str()))
                .then(|| (message, fix(format.range(), format!("\"{DATE_FORMAT}\""))))
        }
        ("isoformat", []) => {
            let range = TextRange::new(method.attr.start(), call.end());
            Some((message, fix(range, format!("strftime(\"{DATE_FORMAT}\")"))))
        }
        _ => None,
    }
}

/// D3's format, or one that gives the same text.
fn is_fine(format: &str) -> bool {
    format.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S") == DATE_FORMAT
        // Seconds, or what is finer, may be written out as zeros.
        || ["%Y-%m-%d %H:%M:00", "%Y-%m-%d %H:00:00", "%Y-%m-%d 00:00:00"].contains(&format)
}
