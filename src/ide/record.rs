//! Scripts that are shown but never edited: the Live one, which is the record of what D3 runs, and the system script.

use crate::diagnostic::{Diagnostic, Place};
use crate::manifest::ScriptRole;
use crate::semantic::Surroundings;

/// Why a script is not edited; `None` for a draft and for a script that no manifest names.
pub(super) fn why_not_edited(surroundings: &Surroundings) -> Option<&'static str> {
    let (manifest, script) = (surroundings.manifest.as_ref()?, surroundings.script.as_ref()?);
    match manifest.role_of(script)? {
        ScriptRole::Draft => None,
        ScriptRole::Live => Some("this is the Live script, the record of what D3 runs; edit the draft"),
        ScriptRole::System => Some("this is the system script, which D3 does not let you edit"),
    }
}

/// Takes from the findings in a script that is not edited the fixes that would edit it.
pub fn keep_unedited(surroundings: &Surroundings, findings: &mut [Diagnostic]) {
    if why_not_edited(surroundings).is_none() {
        return;
    }
    for finding in findings {
        finding.fixes.retain(|fix| fix.edits.iter().all(|(place, _)| *place != Place::Script));
    }
}
