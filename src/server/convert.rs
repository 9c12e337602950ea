//! Between the protocol's words and the engine's: positions, findings, files.
//!
//! Must not know: documents, requests, the order of things.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use tower_lsp_server::ls_types::{self as lsp, Uri};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::project::absolute;
use crate::text::{Encoding, LineIndex, Position, TextRange, TextSize};

/// A file as it was when it was checked.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Its address, as the editor writes it if it is open there.
    pub uri: Uri,
    /// Its version, if it is open in the editor.
    pub version: Option<i32>,
    /// Its content.
    pub text: Arc<str>,
    /// The lines of `text`, once a place in it was asked for.
    index: OnceLock<LineIndex>,
}

/// The files behind the places of a check's findings.
pub type Sheets = FxHashMap<Place, Sheet>;

impl Sheet {
    /// Takes a file.
    pub fn new(uri: Uri, version: Option<i32>, text: Arc<str>) -> Self {
        Self { uri, version, text, index: OnceLock::new() }
    }

    fn index(&self) -> &LineIndex {
        self.index.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The protocol's words for `range`.
    pub fn range(&self, range: TextRange, encoding: Encoding) -> lsp::Range {
        let position = |offset| {
            let Position { line, column } = self.index().position(&self.text, offset, encoding);
            lsp::Position { line, character: column }
        };
        lsp::Range { start: position(range.start()), end: position(range.end()) }
    }

    /// The byte at `position`, moved into the text.
    pub fn offset(&self, position: lsp::Position, encoding: Encoding) -> TextSize {
        self.index().offset(&self.text, Position { line: position.line, column: position.character }, encoding)
    }
}

/// A finding in the protocol's words; `None` where its file is not among `sheets`.
pub fn diagnostic(found: &Diagnostic, sheets: &Sheets, encoding: Encoding, related: bool) -> Option<lsp::Diagnostic> {
    let sheet = sheets.get(&found.place)?;
    let related: Vec<_> = found
        .related
        .iter()
        .filter(|_| related)
        .filter_map(|one| {
            let sheet = sheets.get(&one.place)?;
            let location = lsp::Location { uri: sheet.uri.clone(), range: sheet.range(one.range, encoding) };
            Some(lsp::DiagnosticRelatedInformation { location, message: one.message.clone() })
        })
        .collect();
    Some(lsp::Diagnostic {
        range: sheet.range(found.range, encoding),
        severity: Some(match found.severity {
            Severity::Error => lsp::DiagnosticSeverity::ERROR,
            Severity::Warning => lsp::DiagnosticSeverity::WARNING,
            Severity::Info => lsp::DiagnosticSeverity::INFORMATION,
        }),
        code: Some(lsp::NumberOrString::String(found.code.to_owned())),
        source: Some("d3ls".to_owned()),
        message: found.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        ..lsp::Diagnostic::default()
    })
}

/// An error that no rule reports, in the protocol's words.
pub fn problem(message: &str, range: TextRange, sheet: &Sheet, encoding: Encoding) -> lsp::Diagnostic {
    lsp::Diagnostic {
        range: sheet.range(range, encoding),
        severity: Some(lsp::DiagnosticSeverity::ERROR),
        source: Some("d3ls".to_owned()),
        message: message.to_owned(),
        ..lsp::Diagnostic::default()
    }
}

/// The file that `uri` names; `None` for one that names no file (`untitled:`, `git:`).
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let host = uri.authority().map(|authority| authority.host()).unwrap_or_default();
    let path = uri.path().decode().to_string().ok()?;
    Some(absolute(Path::new(&local_path(host, &path, cfg!(windows)))))
}

/// The path that a `file:` address with these parts means. On Windows `/c:/a` is `C:/a`, whatever
/// the case of the letter, so that one file has one name, and `//host/share` is a share.
fn local_path(host: &str, path: &str, windows: bool) -> String {
    if !windows {
        return path.to_owned();
    }
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return format!("//{host}{path}");
    }
    match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => {
            format!("{}{}", char::from(drive.to_ascii_uppercase()), &path[2..])
        }
        _ => path.to_owned(),
    }
}

/// The address of a file that is not open in the editor.
pub fn uri_of(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_file_addresses_are_files() {
        let path = |uri: &str| path_of(&uri.parse().expect("a uri"));
        assert_eq!(path("untitled:Untitled-1"), None);
        assert_eq!(path("git:/a/b.py?HEAD"), None);
        if cfg!(unix) {
            assert_eq!(path("file:///a%20b/%C3%A9/../x%3A.py"), Some(PathBuf::from("/a b/x:.py")));
            assert_eq!(path("FILE://localhost/a.py"), Some(PathBuf::from("/a.py")));
        }
    }

    #[test]
    fn drives_and_shares_of_windows() {
        assert_eq!(local_path("", "/c:/a b/x.py", true), "C:/a b/x.py");
        assert_eq!(local_path("", "/C:/x.py", true), "C:/x.py");
        assert_eq!(local_path("server", "/share/x.py", true), "//server/share/x.py");
        assert_eq!(local_path("", "/c:/x.py", false), "/c:/x.py");
    }

    #[test]
    fn a_file_keeps_its_address() {
        let path = absolute(Path::new("/a b/[c]/é😀.py"));
        let uri = uri_of(&path).expect("a uri");
        assert_eq!(path_of(&uri), Some(path));
    }
}
