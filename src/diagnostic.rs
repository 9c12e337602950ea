//! What the engine tells its user: findings and the edits that mend them.
//!
//! Owns: the data that rules produce and that reports, fixes and editors show.
//! Must not know: any rule, any output format, the disk.

use crate::text::{Edit, TextRange};

/// How bad a finding is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Most likely a mistake.
    Warning,
    /// D3 would refuse it or it breaks at run time.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Which of the files that belong together a range lies in. The engine knows no paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The script that is checked.
    Script,
    /// Its manifest, `d3.json`.
    Manifest,
    /// The system script underneath. Findings never lie here, related locations may.
    SystemScript,
    /// The settings, `d3ls.toml`.
    Settings,
}

/// How far an edit can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Behaviour is unchanged, or the old code was certain to fail and only one repair exists.
    Safe,
    /// Applied with `--unsafe-fixes` only.
    Unsafe,
    /// A quick fix in the editor only: it edits another file, or is one choice of several.
    Offered,
}

/// A set of edits that mends a finding; all of them or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, in the imperative: "Rename to `CheckDevice`".
    pub title: String,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// The edits, sorted by place and range, without overlap within one place.
    pub edits: Vec<(Place, Edit)>,
}

impl Fix {
    /// A fix that edits one place only.
    pub fn new(title: impl Into<String>, applicability: Applicability, place: Place, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        Self { title: title.into(), applicability, edits: edits.into_iter().map(|edit| (place, edit)).collect() }
    }
}

/// A second place that helps to understand a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub place: Place,
    /// Bytes of that file.
    pub range: TextRange,
    /// What is there.
    pub message: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's code, `D3201`.
    pub code: &'static str,
    /// The rule's name, `reserved-class`.
    pub rule: &'static str,
    /// After the settings have had their say.
    pub severity: Severity,
    /// What happened and what to do, in one or two sentences without a final dot.
    pub message: String,
    /// The file.
    pub place: Place,
    /// Bytes of that file: the smallest thing a user would change.
    pub range: TextRange,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// Ways to mend it, the preferred one first.
    pub fixes: Vec<Fix>,
}
