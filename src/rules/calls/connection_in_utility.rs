//! D3404.

use crate::diagnostic::Severity;
use crate::image::names;
use crate::manifest::Kind;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Origin;
use crate::text::Ranged;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3404",
    name: "connection-in-utility",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Kind,
    summary: "a utility command reads connection parameters, which it does not have",
    page: include_str!("connection_in_utility.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    if context.kind != Some(Kind::Utility) {
        return;
    }
    let model = context.model;
    let subscripts = model.nodes.subscripts.iter().map(|site| (&*site.node.value, &*site.node.slice, site));
    let mut ranges = Vec::new();
    for (object, key, site) in subscripts {
        if super::is_text(key, names::CONNECTOR) && model.origin(object, site.scope) == Some(Origin::Runtime) {
            ranges.push(site.node.range());
        }
    }
    for site in &model.nodes.calls {
        let Some((object, key)) = super::get_call(site.node) else { continue };
        if super::is_text(key, names::CONNECTOR) && model.origin(object, site.scope) == Some(Origin::Runtime) {
            ranges.push(site.node.range());
        }
    }
    ranges.sort_by_key(|range| range.start());
    for range in ranges {
        sink.report(range, "a utility command has no connection; take the value as an input of the command");
    }
}
