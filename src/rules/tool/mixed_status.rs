//! D3904.

use crate::diagnostic::Severity;
use crate::manifest::{Manifest, ManifestErrorKind};
use crate::rules::{Check, FixKind, Needs, Rule, Sink};

use super::manifest_errors;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3904",
    name: "mixed-status",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "Python commands of one integration are not all Draft or all Live",
    page: include_str!("mixed_status.md"),
    check: Check::Manifest(check),
};

fn check(manifest: &Manifest, sink: &mut Sink<'_>) {
    manifest_errors(manifest, ManifestErrorKind::MixedStatus, sink);
}
