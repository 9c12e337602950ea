//! D3206.

use rustc_hash::FxHashMap;

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::SystemScript;
use crate::text::Ranged;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3206",
    name: "undefined-name",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a name that nothing in the final script binds",
    page: include_str!("undefined_name.md"),
    check: Check::Script(check),
};

/// For how many names a near one is looked for.
const MAX_HINTS: usize = 20;

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    if matches!(context.system, SystemScript::Unknown) {
        sink.not_evaluated();
        return;
    }
    let mut hints: FxHashMap<&str, Option<&str>> = FxHashMap::default();
    for reference in model.undefined() {
        let name = reference.node.id.as_str();
        let is_new = hints.len() < MAX_HINTS && !hints.contains_key(name);
        if is_new {
            hints.insert(name, model.near_name(reference));
        }
        let advice = match hints.get(name).copied().flatten() {
            Some(near) => format!("did you mean `{near}`?"),
            None => "define or import it".to_owned(),
        };
        sink.report(reference.node.range(), format!("`{name}` is defined nowhere; {advice}"));
    }
}
