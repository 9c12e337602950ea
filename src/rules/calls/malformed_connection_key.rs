//! D3402.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names;
use crate::rules::context::within;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Access;
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3402",
    name: "malformed-connection-key",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "a connection key with upper case or spaces",
    page: include_str!("malformed_connection_key.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for read in within(&context.model.connection_reads, part, |read| read.range.start()) {
        let right = well_formed(read.key);
        let declared = || {
            context.manifest.is_some_and(|manifest| {
                manifest.connection.iter().any(|parameter| parameter.parameter_name.value == read.key)
            })
        };
        if right == read.key || right.is_empty() || read.access == Access::Write || declared() {
            continue;
        }
        let message =
            format!("connection keys are lower case without spaces: `{}` is never there, `{right}` may be", read.key);
        let fix = super::content(read.key_node).map(|content| {
            let edit = Edit::replace(content, right.clone());
            Fix::new(format!("Change to `{right}`"), Applicability::Safe, Place::Script, vec![edit])
        });
        sink.report(read.key_node.range(), message).maybe_fix(fix);
    }
}

/// The key as D3 writes it.
pub(super) fn well_formed(key: &str) -> String {
    names::connection_key(key)
}
