//! D3209.

use crate::diagnostic::{Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3209",
    name: "possibly-unbound",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a local name is read on a path where it is not bound",
    page: include_str!("possibly_unbound.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for unbound in context.model.possibly_unbound(part) {
        let node = unbound.reference.node;
        let message = format!("`{}` is not bound on every path to here; give it a value first", node.id);
        sink.report(node.range(), message).related(
            Place::Script,
            unbound.bound,
            "it is bound here, on some paths only",
        );
    }
}
