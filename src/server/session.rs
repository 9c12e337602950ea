//! What all handlers share, and who has to be checked again when a file changes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use dashmap::DashSet;
use tokio::sync::watch;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{DidChangeTextDocumentParams, TextDocumentItem, Uri};

use super::capabilities::Agreed;
use super::convert::path_of;
use super::documents::{Document, Documents, Overlay};
use super::notice::Told;
use super::outbox::Outbox;
use super::settings::SetLogLevel;
use super::worker::{self, Checked};
use super::workspace::ClosedFiles;
use crate::project::{MANIFEST, SETTINGS, Workspace};

/// One client's session.
pub struct Session {
    /// What is open.
    pub documents: Arc<Documents>,
    /// What is on disk, under what is open.
    pub workspace: Workspace,
    /// The queue to the client.
    pub outbox: Outbox,
    /// For requests to the client.
    pub client: Client,
    /// Changes which messages are logged.
    pub set_log_level: SetLogLevel,
    /// What is known of closed files in the workspace's folders.
    pub closed: ClosedFiles,
    /// The workspace's folders.
    pub folders: RwLock<Vec<PathBuf>>,
    /// Grows with every change of a document or a file, and at the end of the session.
    pub changes: watch::Sender<u64>,
    /// The tokens of work whose progress is shown; the user cancels it by their removal.
    pub shown: DashSet<String>,
    /// What the user was told.
    pub told: Told,
    /// The client said that the session ends.
    pub ending: AtomicBool,
    agreed: OnceLock<Agreed>,
    refreshing: AtomicBool,
    refresh_again: AtomicBool,
}

impl Session {
    /// A session before `initialize`.
    pub fn new(client: Client, outbox: Outbox, set_log_level: SetLogLevel) -> Self {
        let documents = Arc::new(Documents::default());
        Self {
            workspace: Workspace::new(Overlay(Arc::clone(&documents))),
            documents,
            outbox,
            client,
            set_log_level,
            closed: ClosedFiles::default(),
            folders: RwLock::default(),
            changes: watch::Sender::new(0),
            shown: DashSet::default(),
            told: Told::default(),
            ending: AtomicBool::new(false),
            agreed: OnceLock::new(),
            refreshing: AtomicBool::new(false),
            refresh_again: AtomicBool::new(false),
        }
    }

    /// Keeps what was agreed; the first time counts.
    pub fn agree(&self, agreed: Agreed) -> &Agreed {
        self.agreed.get_or_init(|| agreed)
    }

    /// What was agreed; the protocol's defaults before.
    pub fn agreed(&self) -> &Agreed {
        self.agreed.get_or_init(Agreed::default)
    }

    /// The session ends: what waits for changes is answered.
    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.changed();
    }

    /// Something changed that may change findings anywhere.
    pub fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Opens a document and starts its check.
    pub fn open(self: &Arc<Self>, document: TextDocumentItem) {
        let TextDocumentItem { uri, language_id, version, text } = document;
        let path = path_of(&uri);
        self.documents.open(&uri, path.clone(), language_id, version, &text);
        self.edited(&uri, path.as_deref());
    }

    /// Edits a document and starts its check.
    pub fn change(self: &Arc<Self>, change: &DidChangeTextDocumentParams) {
        let (uri, version) = (&change.text_document.uri, change.text_document.version);
        if !self.documents.change(uri, version, &change.content_changes, self.agreed().encoding) {
            tracing::warn!("a change of {}, which is not open", uri.as_str());
            return;
        }
        let path = self.documents.with(uri, |document| document.path.clone()).flatten();
        self.edited(uri, path.as_deref());
    }

    /// Closes a document; what the disk holds counts again.
    pub fn close(self: &Arc<Self>, uri: &Uri) {
        if !self.documents.close(uri) {
            return;
        }
        if !self.agreed().pulls {
            self.outbox.publish(uri, Vec::new(), None);
        }
        match path_of(uri) {
            Some(path) => self.touch(&path, None, false),
            None => self.changed(),
        }
    }

    fn edited(self: &Arc<Self>, uri: &Uri, path: Option<&Path>) {
        if let Some(path) = path {
            self.touch(path, Some(uri), false);
        }
        worker::start(self, uri);
    }

    /// A file was written on disk; `named_anew` if it may also have been created or deleted. Where the editor has it open, the disk does not count.
    pub fn file_changed(self: &Arc<Self>, path: &Path, named_anew: bool) {
        if self.documents.at(path).is_none() {
            self.touch(path, None, named_anew);
        }
    }

    /// Forgets what was known of `path` and checks what depends on it, except for `origin`.
    fn touch(self: &Arc<Self>, path: &Path, origin: Option<&Uri>, named_anew: bool) {
        self.workspace.invalidate(path);
        self.closed.forget(path, |own, depends| own == path || affects(own, depends, path, named_anew));
        self.changed();
        let touched = self.documents.touch(|uri, document| Some(uri) != origin && depends(document, path, named_anew));
        for uri in &touched {
            worker::start(self, uri);
        }
        if !touched.is_empty() && self.agreed().pulls && self.agreed().refreshes {
            self.refresh();
        }
    }

    /// Asks the client to ask again, once at a time.
    fn refresh(self: &Arc<Self>) {
        self.refresh_again.store(true, Ordering::SeqCst);
        if self.refreshing.swap(true, Ordering::SeqCst) {
            return;
        }
        let session = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                while session.refresh_again.swap(false, Ordering::SeqCst) {
                    if let Err(problem) = session.client.workspace_diagnostic_refresh().await {
                        tracing::warn!("the client did not refresh: {problem}");
                    }
                }
                session.refreshing.store(false, Ordering::SeqCst);
                // A wish may have come between the last look and the store.
                let wished = session.refresh_again.load(Ordering::SeqCst);
                if !wished || session.refreshing.swap(true, Ordering::SeqCst) {
                    return;
                }
            }
        });
    }

    /// The findings and the meaning of the newest text; `None` where the document is not open.
    pub async fn fresh(self: &Arc<Self>, uri: &Uri) -> Option<Arc<Checked>> {
        loop {
            let (wanted, mut results) =
                self.documents.with(uri, |document| (document.revision, document.checked.subscribe()))?;
            worker::start(self, uri);
            let is_new = |checked: &Option<Arc<Checked>>| checked.as_ref().is_some_and(|it| it.revision >= wanted);
            let checked = results.wait_for(is_new).await.ok()?.clone()?;
            let newest = self.documents.with(uri, |document| document.revision)?;
            if checked.revision == newest {
                return Some(checked);
            }
        }
    }
}

/// Whether the findings in `document` may change with the file at `path`. Looks at no disk.
fn depends(document: &Document, path: &Path, named_anew: bool) -> bool {
    let Some(own) = &document.path else { return false };
    match &*document.checked.borrow() {
        Some(checked) if checked.revision == document.revision => {
            affects(own, Some(&checked.depends), path, named_anew)
        }
        _ => affects(own, None, path, named_anew),
    }
}

/// Whether the findings in the file at `own`, which depends on `depends`, may change with the file at `path`.
fn affects(own: &Path, depends: Option<&[PathBuf]>, path: &Path, named_anew: bool) -> bool {
    let name = path.file_name().unwrap_or_default();
    if name == MANIFEST || name == SETTINGS {
        return path.parent().is_some_and(|folder| own.starts_with(folder));
    }
    if own.parent() == Some(path) || (named_anew && own.parent() == path.parent()) {
        return true;
    }
    // What it depends on is being found out.
    depends.is_none_or(|depends| depends.iter().any(|known| known == path))
}
