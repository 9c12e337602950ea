//! D3702.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::TextRange;

use super::changes::{self, Change};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3702",
    name: "newer-stdlib",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a module, attribute or argument that the standard library got after Python 3.9",
    page: include_str!("newer_stdlib.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let (major, minor) = context.image.python_version();
    for found in changes::find(context, part, Change::Added) {
        let (since_major, since_minor) = found.version;
        let message =
            format!("{} came with Python {since_major}.{since_minor}, and D3 runs Python {major}.{minor}", found.what);
        sink.report(found.range, message);
    }
}
