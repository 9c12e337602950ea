//! The documents that the editor has open, and the disk underneath them.
//!
//! Owns: texts, versions and edits in either encoding. Must not know: what a text means.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use ropey::Rope;
use tokio::sync::watch;
use tower_lsp_server::ls_types::{Range, TextDocumentContentChangeEvent, Uri};

use super::worker::Checked;
use crate::project::{Disk, Files};
use crate::text::{Encoding, Position, Source};

/// An open document.
#[derive(Debug)]
pub struct Document {
    /// Where it is on disk; `None` for one that is on none.
    pub path: Option<PathBuf>,
    /// The language that the editor takes it for.
    pub language: String,
    /// The editor's version.
    pub version: i32,
    /// Grows with everything that may change what is found in the document: its own edits and
    /// those of other files. Never the same twice in a session.
    pub revision: u64,
    /// The first revision: tells one opening of a document from the next.
    pub opened: u64,
    /// Whether a check is under way, or waits for its turn.
    pub running: bool,
    /// How many checks and questions are reading this text and the files around it.
    pub readers: usize,
    /// Whether findings are on show that were pushed.
    pub shows: bool,
    /// The newest finished check.
    pub checked: watch::Sender<Option<Arc<Checked>>>,
    /// What a text means that is not checked yet, where that was asked for.
    pub meaning: Option<Arc<Checked>>,
    text: Rope,
}

/// What a check takes from a document.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// See [`Document::path`].
    pub path: Option<PathBuf>,
    /// See [`Document::language`].
    pub language: String,
    /// See [`Document::version`].
    pub version: i32,
    /// See [`Document::revision`].
    pub revision: u64,
    text: Rope,
}

impl Snapshot {
    /// The whole text.
    pub fn text(&self) -> Arc<str> {
        String::from(&self.text).into()
    }
}

impl Document {
    /// What is known of the newest text: all, or only what it means.
    pub fn known(&self) -> Option<Arc<Checked>> {
        let checked = self.checked.borrow().clone();
        [checked, self.meaning.clone()].into_iter().flatten().find(|known| known.revision == self.revision)
    }

    /// Whether anything that is known, or about to be, of the newest text stems from files that may change under it, and
    /// from which ones is not known.
    pub fn is_being_read(&self) -> bool {
        self.readers > 0 || self.meaning.as_ref().is_some_and(|meaning| meaning.revision == self.revision)
    }

    /// What a check needs; cheap.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            path: self.path.clone(),
            language: self.language.clone(),
            version: self.version,
            revision: self.revision,
            text: self.text.clone(),
        }
    }
}

/// All open documents. No guard of a map is held across another access.
#[derive(Debug, Default)]
pub struct Documents {
    by_uri: DashMap<Uri, Document>,
    by_path: DashMap<PathBuf, Uri>,
    revisions: AtomicU64,
}

impl Documents {
    fn revision(&self) -> u64 {
        self.revisions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Opens a document, or opens it anew.
    pub fn open(&self, uri: &Uri, path: Option<PathBuf>, language: String, version: i32, text: &str) {
        if let Some(path) = &path {
            self.by_path.insert(path.clone(), uri.clone());
        }
        let revision = self.revision();
        let document = Document {
            path,
            language,
            version,
            revision,
            opened: revision,
            running: false,
            readers: 0,
            shows: false,
            checked: watch::Sender::new(None),
            meaning: None,
            text: Rope::from_str(text),
        };
        self.by_uri.insert(uri.clone(), document);
    }

    /// Applies changes in order. `false` where the document is not open.
    pub fn change(
        &self,
        uri: &Uri,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> bool {
        let revision = self.revision();
        let Some(mut document) = self.by_uri.get_mut(uri) else { return false };
        for change in changes {
            match change.range {
                Some(range) => edit(&mut document.text, range, &change.text, encoding),
                None => document.text = Rope::from_str(&change.text),
            }
        }
        document.version = version;
        document.revision = revision;
        true
    }

    /// Forgets a document. `false` where it was not open.
    pub fn close(&self, uri: &Uri) -> bool {
        let Some((_, document)) = self.by_uri.remove(uri) else { return false };
        if let Some(path) = document.path {
            self.by_path.remove_if(&path, |_, open| open == uri);
        }
        true
    }

    /// Marks as outdated every document for which `outdated` says so, and names them.
    pub fn touch(&self, outdated: impl Fn(&Uri, &Document) -> bool) -> Vec<Uri> {
        let mut touched = Vec::new();
        for mut entry in self.by_uri.iter_mut() {
            if outdated(entry.key(), entry.value()) {
                entry.value_mut().revision = self.revision();
                touched.push(entry.key().clone());
            }
        }
        touched
    }

    /// Looks at one document.
    pub fn with<T>(&self, uri: &Uri, look: impl FnOnce(&mut Document) -> T) -> Option<T> {
        self.by_uri.get_mut(uri).map(|mut document| look(document.value_mut()))
    }

    /// Looks at all documents, in no order.
    pub fn each(&self, mut look: impl FnMut(&Uri, &Document)) {
        for entry in &self.by_uri {
            look(entry.key(), entry.value());
        }
    }

    /// The document open for the file at `path`.
    pub fn at(&self, path: &Path) -> Option<Uri> {
        self.by_path.get(path).map(|uri| uri.clone())
    }
}

/// The disk, with the open documents laid over it.
pub struct Overlay(pub Arc<Documents>);

impl Files for Overlay {
    fn read(&self, path: &Path) -> io::Result<Source> {
        let open = self.0.at(path).and_then(|uri| self.0.with(&uri, |document| document.snapshot()));
        match open {
            Some(snapshot) => Ok(Source::from_text(snapshot.text())),
            None => Disk.read(path),
        }
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.at(path).is_some() || Disk.exists(path)
    }
}

/// Replaces `range` by `new_text`. Positions outside the text are moved into it.
fn edit(text: &mut Rope, range: Range, new_text: &str, encoding: Encoding) {
    let (start, end) = (index(text, range.start, encoding), index(text, range.end, encoding));
    let (start, end) = (start.min(end), start.max(end));
    text.remove(start..end);
    text.insert(start, new_text);
}

/// The index of the character at `position`, as [`crate::text::LineIndex::offset`] has it: a column beyond the
/// line is the line's end, one inside a character its start, a line beyond the last the end of the text.
fn index(text: &Rope, position: tower_lsp_server::ls_types::Position, encoding: Encoding) -> usize {
    let Position { line, column } = Position { line: position.line, column: position.character };
    let (line, column) = (line as usize, column as usize);
    if line >= text.len_lines() {
        return text.len_chars();
    }
    let start = text.line_to_char(line);
    let mut units = 0;
    for (count, character) in text.line(line).chars().enumerate() {
        units += match encoding {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units > column || matches!(character, '\r' | '\n') {
            return start + count;
        }
    }
    start + text.line(line).len_chars()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tower_lsp_server::ls_types;

    use super::*;
    use crate::text::{Edit, LineIndex, TextRange, apply};

    fn whole_text_edit(text: &str, range: Range, new_text: &str, encoding: Encoding) -> String {
        let index = LineIndex::new(text);
        let offset =
            |at: ls_types::Position| index.offset(text, Position { line: at.line, column: at.character }, encoding);
        let (start, end) = (offset(range.start), offset(range.end));
        apply(text, &[Edit::replace(TextRange::new(start.min(end), start.max(end)), new_text)])
    }

    fn text() -> impl Strategy<Value = String> {
        const PIECES: &[&str] =
            &["a", "x = 1", "é", "🙂", "👩‍🚒", "\n", "\r\n", "\r", "\t", "\u{feff}", "\u{2028}", "\u{b}", "\u{85}", " "];
        prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat())
    }

    fn position() -> impl Strategy<Value = ls_types::Position> {
        (0..8_u32, prop_oneof![0..12_u32, Just(u32::MAX)])
            .prop_map(|(line, character)| ls_types::Position { line, character })
    }

    proptest! {
        #[test]
        fn edits_equal_those_of_the_whole_text(
            first in text(),
            edits in prop::collection::vec((position(), position(), text()), 1..12),
            encoding in prop::sample::select(&[Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][..]),
        ) {
            let mut rope = Rope::from_str(&first);
            let mut whole = first;
            for (start, end, new_text) in edits {
                let range = Range { start, end };
                edit(&mut rope, range, &new_text, encoding);
                whole = whole_text_edit(&whole, range, &new_text, encoding);
                prop_assert_eq!(String::from(&rope), whole.clone());
            }
        }
    }

    #[test]
    fn an_open_document_hides_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("d3.json");
        std::fs::write(&path, "disk").expect("written");
        let uri: Uri = "file:///x/d3.json".parse().expect("a uri");
        let documents = Arc::new(Documents::default());
        let overlay = Overlay(Arc::clone(&documents));
        let read = || overlay.read(&path).expect("readable").text().to_string();
        assert_eq!(read(), "disk");
        documents.open(&uri, Some(path.clone()), "json".to_owned(), 1, "editor");
        assert_eq!(read(), "editor");
        assert!(documents.close(&uri));
        assert_eq!(read(), "disk");
    }
}
