//! What failed in runs, as findings on the lines where it failed, until the next run or the next edit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dashmap::DashMap;
use tower_lsp_server::ls_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
};

use super::convert::{Sheet, uri_of};
use super::session::Session;
use crate::project::{Disk, Files};
use crate::runner::{Failure, Frame, Part, Request};
use crate::syntax::ast::Stmt;
use crate::syntax::{self, Parsed};
use crate::text::{LineIndex, TextRange, TextSize};

/// More callers than this are not told.
const MOST_RELATED: usize = 10;

/// The failures on show, by file.
#[derive(Debug, Default)]
pub struct Failures {
    by_path: DashMap<PathBuf, InFile>,
}

/// What failed in a file.
#[derive(Debug)]
struct InFile {
    /// The file as it was run.
    text: Arc<str>,
    /// Whether that is what the disk holds.
    saved: bool,
    found: Vec<Diagnostic>,
}

impl Failures {
    /// Those in the file at `path`.
    pub fn of(&self, path: &Path) -> Vec<Diagnostic> {
        self.by_path.get(path).map_or_else(Vec::new, |file| file.found.clone())
    }

    /// Forgets those in the file at `path`. Says whether there were any.
    pub fn forget(&self, path: &Path) -> bool {
        self.by_path.remove(path).is_some()
    }

    /// The file at `path` is opened with this text: to look at a failure is no edit.
    pub fn opened(&self, path: &Path, text: &str) {
        self.by_path.remove_if(path, |_, file| *file.text != *text);
    }

    /// The file at `path` is saved as it is.
    pub fn saved(&self, path: &Path) {
        if let Some(mut file) = self.by_path.get_mut(path) {
            file.saved = true;
        }
    }

    /// The file at `path` is closed: what was not saved is lost.
    pub fn closed(&self, path: &Path) {
        self.by_path.remove_if(path, |_, file| !file.saved);
    }

    /// Adds one to those in a file that was run.
    pub fn add(&self, path: &Path, text: &Arc<str>, found: Diagnostic) {
        let saved = || Disk.read(path).is_ok_and(|source| source.text() == *text);
        let mut file = self.by_path.entry(path.to_owned()).or_insert_with(|| InFile {
            text: Arc::clone(text),
            saved: saved(),
            found: Vec::new(),
        });
        file.found.push(found);
    }
}

/// Something that failed.
pub struct Failed<'a> {
    /// What was run.
    pub request: &'a Request,
    /// `d3ls run` or `d3ls test`.
    pub source: &'static str,
    /// The type of the error.
    pub code: &'a str,
    /// What to say.
    pub message: String,
    /// The way there, the outermost line first; where there is none, the command's function is shown.
    pub traceback: &'a [Frame],
}

impl<'a> Failed<'a> {
    /// An error of a run.
    pub fn run(request: &'a Request, source: &'static str, failure: &'a Failure, message: String) -> Self {
        Self { request, source, code: &failure.kind, message, traceback: &failure.traceback }
    }

    /// Where it is shown: in each script the innermost line that it came through.
    pub fn findings(&self, session: &Session) -> Vec<(PathBuf, Diagnostic)> {
        let parts = &self.request.target.scripts.plan.parts;
        let places: Vec<(&Part, TextRange)> = if self.traceback.is_empty() {
            parts
                .last()
                .and_then(|part| Some((part, function(&syntax::parse(&part.text), &self.request.target.command)?)))
                .into_iter()
                .collect()
        } else {
            let innermost = |part: &'a Part| {
                let frame = self.traceback.iter().rev().find(|frame| Path::new(&frame.path) == part.path)?;
                Some((part, line(&part.text, frame.line)))
            };
            parts.iter().filter_map(innermost).collect()
        };
        let found = places.into_iter().filter_map(|(part, range)| {
            let sheet = sheet(session, part)?;
            Some((part.path.clone(), self.finding(session, &sheet, range)))
        });
        found.collect()
    }

    fn finding(&self, session: &Session, sheet: &Sheet, range: TextRange) -> Diagnostic {
        let encoding = session.agreed().encoding;
        let related = self.related(session);
        Diagnostic {
            range: sheet.range(range, encoding),
            severity: Some(DiagnosticSeverity::ERROR),
            code: Some(NumberOrString::String(self.code.to_owned())),
            source: Some(self.source.to_owned()),
            message: self.message.clone(),
            related_information: (!related.is_empty()).then_some(related),
            ..Diagnostic::default()
        }
    }

    /// The way to the failing line, the innermost first.
    fn related(&self, session: &Session) -> Vec<DiagnosticRelatedInformation> {
        if !session.agreed().related || self.traceback.len() < 2 {
            return Vec::new();
        }
        let parts = &self.request.target.scripts.plan.parts;
        let frames = self.traceback.iter().rev().take(MOST_RELATED);
        let related = frames.filter_map(|frame| {
            let part = parts.iter().find(|part| Path::new(&frame.path) == part.path)?;
            let sheet = sheet(session, part)?;
            let range = sheet.range(line(&part.text, frame.line), session.agreed().encoding);
            let location = Location { uri: sheet.uri, range };
            Some(DiagnosticRelatedInformation { location, message: format!("in {}", frame.function) })
        });
        related.collect()
    }
}

/// A script as it was run.
fn sheet(session: &Session, part: &Part) -> Option<Sheet> {
    let uri = session.documents.at(&part.path).or_else(|| uri_of(&part.path))?;
    Some(Sheet::new(uri, None, Arc::clone(&part.text)))
}

/// What is written on a line, which counts from 1.
fn line(text: &str, line: u32) -> TextRange {
    let range = LineIndex::new(text).line_range(usize::try_from(line).unwrap_or_default().saturating_sub(1));
    let written = &text[std::ops::Range::<usize>::from(range)];
    let start = range.start() + TextSize::of(&written[..written.len() - written.trim_start().len()]);
    TextRange::at(start.min(range.end()), TextSize::of(written.trim()))
}

/// The name of a function at the top level, where it is defined last.
pub fn function(parsed: &Parsed, name: &str) -> Option<TextRange> {
    parsed.body.iter().rev().find_map(|statement| match statement {
        Stmt::FunctionDef(node) if *node.name == *name => Some(node.name.range),
        _ => None,
    })
}
