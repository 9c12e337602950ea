//! D3704.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::TextRange;

use super::changes::{self, Change};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3704",
    name: "removed-later",
    severity: Severity::Warning,
    default_on: false,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a module, attribute or argument that the standard library lost after Python 3.9",
    page: include_str!("removed_later.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    for found in changes::find(context, part, Change::Removed) {
        let (major, minor) = found.version;
        sink.report(
            found.range,
            format!("{} is gone since Python {major}.{minor}; replace it before D3's image moves on", found.what),
        );
    }
}
