//! D39xx: the tool and the manifest.

pub(super) mod internal_error;
pub(super) mod invalid_manifest;
pub(super) mod mixed_status;
pub(super) mod unknown_code;
pub(super) mod unused_ignore;

use crate::diagnostic::{Fix, Place};
use crate::manifest::{Manifest, ManifestErrorKind};

use super::Sink;

/// Reports what the manifest found wrong with itself.
fn manifest_errors(manifest: &Manifest, kind: ManifestErrorKind, sink: &mut Sink<'_>) {
    for error in manifest.errors.iter().filter(|error| error.kind == kind) {
        let fix = error.fix.clone();
        sink.report(error.range, error.message.clone())
            .severity(error.severity)
            .maybe_fix(fix.map(|(title, edits, applicability)| Fix::new(title, applicability, Place::Manifest, edits)));
    }
}
