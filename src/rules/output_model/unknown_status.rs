//! D3307.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::{RETRY_ACTION, RETURN_DATA};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::OutputModel;
use crate::syntax::ast::{self, Expr, StringFlags};
use crate::text::{Edit, Ranged, TextRange, edit_distance};

use super::status::Expected;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3307",
    name: "unknown-status",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "returnData is a text that is no status",
    page: include_str!("unknown_status.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    let expected = Expected::new(context);
    for output in context.output_models(part) {
        for literal in status_literals(context, output) {
            let text = literal.value.to_str();
            let Some(statuses) = expected.statuses(output.scope) else { continue };
            if statuses.contains(&text) || text == RETRY_ACTION || seen.contains(&literal.range()) {
                continue;
            }
            let near = near_status(text, statuses);
            // Without a manifest or a header it may be a utility command, which returns values.
            if context.kind.is_none() && near.is_none() && !is_meant_as_status(text) {
                continue;
            }
            seen.insert(literal.range());
            report(literal, statuses, near, sink);
        }
    }
}

/// The literals that a model's returnData can be. An empty text that a variable starts with is no business of this
/// rule, but of the one about statuses that are never set.
fn status_literals<'a>(context: &Context<'a>, output: &OutputModel<'a>) -> Vec<&'a ast::ExprStringLiteral> {
    let Some(argument) = output.slot(RETURN_DATA).expr() else { return Vec::new() };
    let scope = output.slot_scope(RETURN_DATA);
    let values = context.model.values(argument, scope).known;
    let is_direct = argument.is_string_literal_expr();
    let literals = values.into_iter().filter_map(|(value, _)| match value {
        Expr::StringLiteral(literal) => Some(literal),
        _ => None,
    });
    literals.filter(|literal| is_direct || !literal.value.is_empty()).collect()
}

fn report(literal: &ast::ExprStringLiteral, statuses: &[&str], near: Option<&str>, sink: &mut Sink<'_>) {
    let known: Vec<String> = statuses.iter().map(|status| format!("`{status}`")).collect();
    let message = format!("`{}` is no status that D3 knows; use {}", literal.value.to_str(), listed(&known));
    let fix = near.and_then(|near| {
        let [part] = literal.value.as_slice() else { return None };
        let content = content_range(part);
        Some(Fix::new(
            format!("Change to `{near}`"),
            Applicability::Safe,
            Place::Script,
            vec![Edit::replace(content, near)],
        ))
    });
    sink.report(literal.range(), message).maybe_fix(fix);
}

/// `a, b or c`.
fn listed(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        other => other.join(", "),
    }
}

/// The text of a literal between its quotes.
fn content_range(literal: &ast::StringLiteral) -> TextRange {
    TextRange::new(literal.start() + literal.flags.opener_len(), literal.end() - literal.flags.closer_len())
}

/// The status that differs in case, blanks or one letter.
fn near_status(text: &str, statuses: &[&'static str]) -> Option<&'static str> {
    statuses.iter().copied().find(|status| edit_distance(text.trim(), status) <= 1)
}

/// Words that people write for a status.
fn is_meant_as_status(text: &str) -> bool {
    let word = text.trim().to_ascii_lowercase().replace([' ', '_', '-'], "");
    let words = [
        "",
        "success",
        "succeeded",
        "succeed",
        "ok",
        "done",
        "complete",
        "completed",
        "fail",
        "failure",
        "error",
        "errors",
        "partial",
        "partialsuccess",
        "partiallysuccess",
        "partialsuccessful",
        "unsuccessful",
        "successfulwithnodata",
        "noeventdata",
        "successwithnoeventdata",
    ];
    words.contains(&word.as_str())
}
