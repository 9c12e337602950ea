//! The pure heart: text, manifest, system script, settings and image in; findings out.
//!
//! Owns: the order of things, and that one bad rule costs its own findings only.
//! Must not know: files, clocks, the protocol. Broken input is data, never an error.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::image::Image;
use crate::manifest::{Kind, Manifest};
use crate::rules::Selection;
use crate::semantic::{Analysis, SystemScript};
use crate::text::Source;

/// All that a check of one script depends on.
#[derive(Debug, Clone)]
pub struct Input {
    /// The script.
    pub source: Source,
    /// What kind of script it is, if that is known (a manifest's kind, a header comment, `--treat-as`).
    pub kind: Option<Kind>,
    /// Its name as its manifest writes it: which commands are in it. `None` without a manifest.
    pub script: Option<String>,
    /// Its manifest, broken ones included.
    pub manifest: Option<Arc<Manifest>>,
    /// The system script underneath.
    pub system: SystemScript,
    /// Names of modules and packages beside the script, which D3 would not find.
    pub siblings: Arc<BTreeSet<String>>,
    /// What the D3 image offers.
    pub image: Arc<Image>,
    /// Which rules are on, and how severe.
    pub selection: Arc<Selection>,
}

/// What a check of one script found.
#[derive(Debug)]
pub struct Report {
    /// The findings in the script and those in its manifest that stem from the script, sorted by
    /// place, position and code.
    pub diagnostics: Vec<Diagnostic>,
    /// Codes of selected rules that could not be evaluated, sorted.
    pub not_evaluated: Vec<&'static str>,
    /// What the script means, for the editor.
    pub analysis: Arc<Analysis>,
}

/// Checks one script.
pub fn check(input: &Input) -> Report {
    let parsed = crate::syntax::parse(&input.source.text());
    Report {
        diagnostics: Vec::new(),
        not_evaluated: Vec::new(),
        analysis: Arc::new(Analysis { parsed }),
    }
}

/// The findings in a manifest by itself: its errors, sorted by position and code.
pub fn check_manifest(_manifest: &Manifest, _selection: &Selection) -> Vec<Diagnostic> {
    Vec::new()
}
