//! D3209.

use crate::diagnostic::{Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Cause;
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
        let name = node.id.as_str();
        let (message, place) = match unbound.cause {
            Cause::OtherPaths => (
                format!("`{name}` is not bound on every path to here; give it a value first"),
                "it is bound here, on some paths only",
            ),
            Cause::Itself => (
                format!(
                    "`{name}` is not bound yet, as this makes it local; declare it `global`, or give it a value first"
                ),
                "this makes it a name of the function",
            ),
            Cause::Later => (format!("`{name}` is not bound yet; give it a value first"), "it is bound here"),
            Cause::Deleted => {
                (format!("`{name}` is not bound any more; read it before its `del`"), "it is deleted here")
            }
            Cause::Caught => (
                format!("`{name}` is not bound any more; read it inside of the handler, or keep it under another name"),
                "the name ends with this handler",
            ),
        };
        sink.report(node.range(), message).related(Place::Script, unbound.place, place);
    }
}
