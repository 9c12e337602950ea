//! D3505.

use std::cell::LazyCell;

use crate::diagnostic::Severity;
use crate::image::names::RETRY_COUNT;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Direction, FunctionId, Model, SystemScript};
use crate::text::{Ranged, TextSize};

use super::common::is_retry;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3505",
    name: "unbounded-retry",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a retry without a look at `retrycount`",
    page: include_str!("unbounded_retry.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let retries: Vec<_> = model.nodes.dicts.iter().filter(|site| is_retry(site.node)).collect();
    if retries.is_empty() || system_counts(context) {
        return;
    }
    // At the top level it is known to all functions.
    let Some(counting) = counting(model).collect::<Option<Vec<FunctionId>>>() else { return };
    // What runs together with something that counts: whoever calls that, and all that is called by these.
    let callers = model.related(&counting, Direction::Using);
    let called = LazyCell::new(|| {
        let callers: Vec<FunctionId> = callers.iter().copied().collect();
        model.related(&callers, Direction::Used)
    });
    for site in retries {
        let Some(function) = model.top_level_function_of(site.scope) else { continue };
        if callers.contains(&function) || called.contains(&function) {
            continue;
        }
        let message = format!("nothing tests `{RETRY_COUNT}`, so this retry has no end; stop after some attempts");
        sink.report(site.node.range(), message);
    }
}

/// The top-level functions that name the retry count; `None` stands for the module itself.
fn counting<'m>(model: &'m Model<'_>) -> impl Iterator<Item = Option<FunctionId>> + 'm {
    let least = TextSize::of(RETRY_COUNT);
    let strings = model.nodes.strings.iter().filter(move |site| site.node.range().len() > least);
    let strings = strings.filter(|site| site.node.value.to_str() == RETRY_COUNT);
    strings.map(|site| model.top_level_function_of(site.scope))
}

/// Whether a helper of the system script may do the counting.
fn system_counts(context: &Context<'_>) -> bool {
    match context.system {
        SystemScript::None => false,
        SystemScript::Unknown => true,
        SystemScript::Known(system) => counting(system.model()).next().is_some(),
    }
}
