//! D3905.

use crate::diagnostic::Severity;
use crate::rules::{Check, FixKind, Needs, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3905",
    name: "internal-error",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a rule failed; all others still report",
    page: include_str!("internal_error.md"),
    check: Check::Engine,
};
