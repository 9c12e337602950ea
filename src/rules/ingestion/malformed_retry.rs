//! D3504.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::{RETRY_ACTION, RETRY_ACTION_KEY, RETRY_DELAY_KEY, RETURN_DATA};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange, edit_distance};

use super::common::entry;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3504",
    name: "malformed-retry",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "a retry dictionary with wrong keys or values, or the bare text `__RETRY__`",
    page: include_str!("malformed_retry.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for site in context.sites(&context.model.nodes.dicts, part) {
        check_dict(site.node, sink);
    }
    let mut seen = FxHashSet::default();
    for output in context.output_models(part) {
        let Some(argument) = output.slot(RETURN_DATA).expr() else { continue };
        for (value, _) in context.model.values(argument, output.slot_scope(RETURN_DATA)).known {
            let Expr::StringLiteral(text) = value else { continue };
            if text.value.to_str() == RETRY_ACTION && !seen.contains(&text.range()) {
                seen.insert(text.range());
                let message = format!(
                    "a retry is the dictionary `{{\"{RETRY_ACTION_KEY}\": \"{RETRY_ACTION}\", \"{RETRY_DELAY_KEY}\": [...]}}`, not the text alone"
                );
                sink.report(text.range(), message).severity(Severity::Warning);
            }
        }
    }
}

fn check_dict(dict: &ast::ExprDict, sink: &mut Sink<'_>) {
    let keys: Vec<&ast::ExprStringLiteral> = dict
        .items
        .iter()
        .filter_map(|item| match &item.key {
            Some(Expr::StringLiteral(key)) => Some(key),
            _ => None,
        })
        .collect();
    let action = entry(dict, RETRY_ACTION_KEY);
    let delay = entry(dict, RETRY_DELAY_KEY);
    let names_action = |value: &Expr| matches!(value, Expr::StringLiteral(text) if text.value.to_str() == RETRY_ACTION);
    let is_meant = action.is_some() || delay.is_some() || dict.items.iter().any(|item| names_action(&item.value));
    if !is_meant {
        return;
    }
    let near: Vec<_> = keys.iter().filter_map(|key| Some((*key, near_key(key.value.to_str())?))).collect();
    for (key, wanted) in &near {
        let message = format!("D3 reads the key `{wanted}` of a retry; this one is not read");
        sink.report(key.range(), message).fix(replace(key.range(), wanted));
    }
    match action {
        Some((key, Expr::StringLiteral(text))) if text.value.to_str() != RETRY_ACTION => {
            let message = format!("the action of a retry is `{RETRY_ACTION}`, and D3 knows no other");
            let fix = (edit_distance(text.value.to_str().trim_matches('_'), RETRY_ACTION.trim_matches('_')) <= 1)
                .then(|| replace(text.range(), RETRY_ACTION));
            sink.report(key.range(), message).maybe_fix(fix);
        }
        None if !near.iter().any(|(_, wanted)| *wanted == RETRY_ACTION_KEY) && keys.len() == dict.items.len() => {
            if let Some((key, _)) = delay {
                let message = format!("a retry needs `\"{RETRY_ACTION_KEY}\": \"{RETRY_ACTION}\"` beside its delays");
                sink.report(key.range(), message);
            }
        }
        _ => {}
    }
    if let Some((key, value)) = delay
        && !may_be_delays(value)
    {
        let message = format!("`{RETRY_DELAY_KEY}` is a list of numbers, one delay for each retry");
        let fix = value.is_number_literal_expr().then(|| {
            let edits = vec![Edit::insert(value.start(), "["), Edit::insert(value.end(), "]")];
            Fix::new("Make a list of it", Applicability::Safe, Place::Script, edits)
        });
        sink.report(key.range(), message).maybe_fix(fix);
    }
}

fn replace(range: TextRange, wanted: &str) -> Fix {
    let edits = vec![Edit::replace(range, format!("\"{wanted}\""))];
    Fix::new(format!("Change to `{wanted}`"), Applicability::Safe, Place::Script, edits)
}

/// The key that one is meant to be.
fn near_key(key: &str) -> Option<&'static str> {
    let word = |key: &str| key.trim_matches('_').to_owned();
    [RETRY_ACTION_KEY, RETRY_DELAY_KEY].into_iter().find(|wanted| {
        key != *wanted
            && (edit_distance(&word(key), &word(wanted)) <= 1
                || word(key).to_uppercase() == format!("{}S", word(wanted)))
    })
}

/// Whether a value can be a list of delays: only literals are judged.
fn may_be_delays(value: &Expr) -> bool {
    match value {
        Expr::List(list) => list.elts.iter().all(|delay| match delay {
            Expr::UnaryOp(node) => node.op != ast::UnaryOp::USub,
            other => !other.is_literal_expr() || other.is_number_literal_expr(),
        }),
        other => !other.is_literal_expr() && !other.is_dict_expr() && !other.is_set_expr(),
    }
}
