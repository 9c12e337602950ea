//! D3901.

use crate::diagnostic::Severity;
use crate::rules::{Check, FixKind, Needs, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3901",
    name: "unused-ignore",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "an ignore comment that ignores nothing",
    page: include_str!("unused_ignore.md"),
    check: Check::Engine,
};
