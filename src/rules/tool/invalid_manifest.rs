//! D3903.

use crate::diagnostic::Severity;
use crate::manifest::{Manifest, ManifestErrorKind};
use crate::rules::{Check, FixKind, Needs, Rule, Sink};

use super::manifest_errors;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3903",
    name: "invalid-manifest",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "a manifest that d3ls can't take as it is",
    page: include_str!("invalid_manifest.md"),
    check: Check::Manifest(check),
};

fn check(manifest: &Manifest, sink: &mut Sink<'_>) {
    manifest_errors(manifest, ManifestErrorKind::Invalid, sink);
}
