//! Findings with the files they lie in, in the order they are shown.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::fix::Wanted;
use crate::text::{Encoding, LineIndex, Position, TextRange, TextSize};

/// A file that findings lie in.
#[derive(Debug)]
pub struct File {
    /// As it is shown: relative to the working directory, `/` between folders.
    pub path: String,
    /// Its text; empty where it is none.
    pub text: Arc<str>,
    /// Where its lines start, once a position in it was asked for.
    index: OnceLock<LineIndex>,
}

impl File {
    /// A file with its text.
    pub fn new(path: String, text: Arc<str>) -> Self {
        Self { path, index: OnceLock::new(), text }
    }

    /// Where its lines start.
    pub fn index(&self) -> &LineIndex {
        self.index.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of `offset`, both from 1, in Unicode scalar values. A byte-order mark is no column.
    pub fn position(&self, offset: TextSize) -> Position {
        let Position { line, column } = self.index().position(&self.text, offset, Encoding::Utf32);
        let mark = u32::from(line == 0 && column > 0 && self.text.starts_with('\u{feff}'));
        Position { line: line + 1, column: column + 1 - mark }
    }

    /// Start and end of `range`, as [`File::position`] has them.
    pub fn range(&self, range: TextRange) -> (Position, Position) {
        (self.position(range.start()), self.position(range.end()))
    }
}

/// The files that belong to a checked one.
#[derive(Debug, Clone)]
pub struct Files {
    /// The checked file: what a place without a file of its own falls back to.
    pub main: Arc<File>,
    /// The others.
    pub others: Vec<(Place, Arc<File>)>,
}

impl Files {
    /// The file at `place`.
    pub fn at(&self, place: Place) -> &File {
        self.others.iter().find(|(other, _)| *other == place).map_or(&self.main, |(_, file)| file)
    }
}

/// A finding and its files.
#[derive(Debug)]
pub struct Finding {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Its files.
    pub files: Arc<Files>,
}

impl Finding {
    /// The file it lies in.
    pub fn file(&self) -> &File {
        self.files.at(self.diagnostic.place)
    }

    /// Whether `--fix`, or `--fix --unsafe-fixes`, would mend it.
    pub fn is_fixable(&self, unsafe_fixes: bool) -> bool {
        Wanted { place: self.diagnostic.place, unsafe_fixes }.of(&self.diagnostic).is_some()
    }
}

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Results {
    /// What was found; sorted by [`Results::sort`].
    pub findings: Vec<Finding>,
    /// The D3 scripts and manifests that were checked, as they are shown.
    pub files: BTreeSet<String>,
    /// How many Python files are no D3 scripts.
    pub skipped: usize,
    /// The codes of the rules that were selected.
    pub rules: BTreeSet<&'static str>,
    /// Those of them that could not be evaluated for some file.
    pub not_evaluated: BTreeSet<&'static str>,
    /// Whether a script was checked that has no manifest.
    pub lacks_manifest: bool,
    /// Whether anything could not be done as it was asked for, which was said elsewhere.
    pub failed: bool,
    /// How many findings were fixed.
    pub fixed: usize,
    /// How many findings are in the baseline, and so not among the others.
    pub known: usize,
    /// How many findings of the baseline were found no more.
    pub gone: usize,
}

impl Results {
    /// Sorts the findings by path (code points), position and code, and leaves each once: the same
    /// fault of a manifest can stem from several scripts.
    pub fn sort(&mut self) {
        fn key(finding: &Finding) -> (&str, TextSize, &'static str, TextSize, &str) {
            let Diagnostic { range, code, message, .. } = &finding.diagnostic;
            (&finding.file().path, range.start(), code, range.end(), message)
        }
        self.findings.sort_by(|a, b| key(a).cmp(&key(b)));
        self.findings.dedup_by(|a, b| key(a) == key(b));
    }

    /// How many findings there are of `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.diagnostic.severity == severity).count()
    }

    /// How many findings `--fix`, or `--fix --unsafe-fixes`, would mend.
    pub fn fixable(&self, unsafe_fixes: bool) -> usize {
        self.findings.iter().filter(|finding| finding.is_fixable(unsafe_fixes)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one_and_no_byte_order_mark() {
        let file = File::new("a.py".to_owned(), "\u{feff}é🙂x\né".into());
        let at = |offset: u32| {
            let Position { line, column } = file.position(offset.into());
            (line, column)
        };
        assert_eq!([at(0), at(3), at(5), at(9), at(13)], [(1, 1), (1, 1), (1, 2), (1, 3), (2, 2)]);
    }
}
