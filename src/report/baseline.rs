//! Findings that a team lives with for now: known ones are not reported, new ones are.
//!
//! A finding is known by its file, its rule and the text of the line it starts on, so that it may move.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::json::to_text;
use super::results::{Finding, Results};

const VERSION: u64 = 1;
/// No finding of this rule is ever known: it says that d3ls itself failed.
const INTERNAL_ERROR: &str = "D3905";
/// How much of a line is kept, in characters: a file can be one line.
const MAX_TEXT: usize = 200;

/// How many findings are known, by path, code and text of the line.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Baseline {
    counts: BTreeMap<(String, String, String), usize>,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineError {
    /// It was written by a d3ls whose baselines differ.
    Version(u64),
    /// It is damaged, or something else: what, and where.
    Broken(String),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(formatter, "the baseline has version {version}, and this d3ls reads version {VERSION}")
            }
            Self::Broken(message) => write!(formatter, "this is no baseline: {message}"),
        }
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u64,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    code: String,
    text: String,
    count: usize,
}

impl Baseline {
    /// All findings of a run. `stored` is a shown path as the baseline has it.
    pub fn of(results: &Results, stored: impl Fn(&str) -> String) -> Self {
        let mut baseline = Self::default();
        for finding in results.findings.iter().filter(|finding| finding.diagnostic.code != INTERNAL_ERROR) {
            *baseline.counts.entry(key(finding, &stored)).or_default() += 1;
        }
        baseline
    }

    /// Reads what [`Baseline::write`] wrote.
    ///
    /// # Errors
    /// The text has another version, or is no baseline at all.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let broken = |error: serde_json::Error| BaselineError::Broken(error.to_string());
        let Versioned { version } = serde_json::from_str(text).map_err(broken)?;
        if version != VERSION {
            return Err(BaselineError::Version(version));
        }
        let Document { findings, .. } = serde_json::from_str(text).map_err(broken)?;
        let mut counts = BTreeMap::new();
        for Entry { path, code, text, count } in findings {
            *counts.entry((path, code, text)).or_default() += count;
        }
        Ok(Self { counts })
    }

    /// The baseline as JSON, sorted, so that it changes little from one time to the next.
    pub fn write(&self) -> String {
        let findings = self.counts.iter().map(|((path, code, text), count)| Entry {
            path: path.clone(),
            code: code.clone(),
            text: text.clone(),
            count: *count,
        });
        to_text(&Document { version: VERSION, findings: findings.collect() })
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Takes the known findings out of `results`, and counts them and those that are gone: what the baseline holds
    /// for a file and a rule that were checked and found no more.
    pub fn apply(&self, results: &mut Results, stored: impl Fn(&str) -> String) {
        let mut left = self.counts.clone();
        let before = results.findings.len();
        results.findings.retain(|finding| match left.get_mut(&key(finding, &stored)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        results.known = before - results.findings.len();
        let checked: BTreeSet<String> = results.files.iter().map(|path| stored(path)).collect();
        let is_gone = |path: &str, code: &str| {
            checked.contains(path) && results.rules.contains(code) && !results.not_evaluated.contains(code)
        };
        results.gone = left.iter().filter(|((path, code, _), _)| is_gone(path, code)).map(|(_, count)| count).sum();
    }
}

fn key(finding: &Finding, stored: impl Fn(&str) -> String) -> (String, String, String) {
    let file = finding.file();
    let line = file.index().line_range(file.index().line(finding.diagnostic.range.start()));
    let line = file.text.get(line.start().to_usize()..line.end().to_usize()).unwrap_or_default();
    let line = line.trim_start_matches('\u{feff}').trim().chars().take(MAX_TEXT).collect();
    (stored(&file.path), finding.diagnostic.code.to_owned(), line)
}
