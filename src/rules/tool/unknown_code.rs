//! D3902.

use crate::diagnostic::Severity;
use crate::rules::{Check, FixKind, Needs, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3902",
    name: "unknown-code",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "an unknown code or name in an ignore comment or in the settings",
    page: include_str!("unknown_code.md"),
    check: Check::Engine,
};
