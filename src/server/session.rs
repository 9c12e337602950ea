//! What all handlers share, and who has to be checked again when a file changes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use dashmap::DashMap;
use rustc_hash::FxHashSet;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{Diagnostic, DidChangeTextDocumentParams, TextDocumentItem, Uri};

use super::capabilities::Agreed;
use super::convert::path_of;
use super::documents::{Document, Documents, Overlay};
use super::failures::Failures;
use super::notice::Told;
use super::outbox::Outbox;
use super::progress::Cancel;
use super::runs::Runs;
use super::settings::SetLogLevel;
use super::worker::{self, Checked};
use super::workspace::ClosedFiles;
use crate::project::{MANIFEST, Outsiders, SETTINGS, Workspace, is_python};
use crate::runner;

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
    /// The tokens of work whose progress is shown, and how it is cancelled.
    pub shown: DashMap<String, Cancel>,
    /// The runs under way.
    pub runs: Arc<Runs>,
    /// The threads that check: the rules run side by side on them.
    pub pool: rayon::ThreadPool,
    /// A turn for each check that reads at a time.
    pub turns: Arc<Semaphore>,
    /// For tasks that are started from other threads.
    pub runtime: Handle,
    /// What failed in runs.
    pub failures: Failures,
    /// What the user was told.
    pub told: Told,
    /// The client said that the session ends.
    pub ending: AtomicBool,
    agreed: OnceLock<Agreed>,
    /// The system scripts outside of their manifests' folders, as documents were last checked with them.
    outside: Mutex<Arc<Outsiders>>,
    /// The interpreter that the editor's settings name.
    python: RwLock<Option<PathBuf>>,
    findings: Wish,
    lenses: Wish,
}

/// Something that the client is asked to ask again for, once at a time.
#[derive(Debug, Default)]
struct Wish {
    asking: AtomicBool,
    again: AtomicBool,
}

/// What the client may be asked to ask again for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Findings,
    Lenses,
}

impl Session {
    /// A session before `initialize`.
    pub fn new(
        client: Client,
        outbox: Outbox,
        runs: Arc<Runs>,
        pool: rayon::ThreadPool,
        runtime: Handle,
        set_log_level: SetLogLevel,
    ) -> Self {
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
            shown: DashMap::default(),
            runs,
            turns: Arc::new(Semaphore::new(pool.current_num_threads().max(2))),
            pool,
            runtime,
            failures: Failures::default(),
            told: Told::default(),
            ending: AtomicBool::new(false),
            agreed: OnceLock::new(),
            outside: Mutex::default(),
            python: RwLock::default(),
            findings: Wish::default(),
            lenses: Wish::default(),
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

    /// The interpreter that the editor's settings name.
    pub fn python(&self) -> Option<PathBuf> {
        self.python.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the interpreter that the editor's settings name.
    pub fn set_python(&self, path: Option<PathBuf>) {
        *self.python.write().unwrap_or_else(PoisonError::into_inner) = path;
    }

    /// The session ends: what waits for changes is answered, and what runs is stopped.
    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.runs.end();
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
        if let Some(path) = &path {
            self.failures.opened(path, &text);
        }
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
        if let Some(path) = &path {
            self.failures.forget(path);
        }
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
            Some(path) => {
                self.failures.closed(&path);
                self.touch(&Changes::of(&path), None);
            }
            None => self.changed(),
        }
    }

    fn edited(self: &Arc<Self>, uri: &Uri, path: Option<&Path>) {
        if let Some(path) = path {
            self.touch(&Changes::of(path), Some(uri));
        }
        worker::start(self, uri);
    }

    /// Files were written on disk; each with whether it may also have been created or deleted. Where the editor has one
    /// open, the disk does not count.
    pub fn files_changed(self: &Arc<Self>, changed: impl IntoIterator<Item = (PathBuf, bool)>) {
        let (mut changes, mut has_case) = (Changes::default(), false);
        for (path, named_anew) in changed {
            has_case |= runner::is_case(&path);
            if self.documents.at(&path).is_none() {
                self.failures.forget(&path);
                changes.add(&path, named_anew);
            }
        }
        if !changes.all.is_empty() {
            self.touch(&changes, None);
        }
        if has_case {
            self.refresh(Shown::Lenses);
        }
    }

    /// Forgets what was known of some files and checks what depends on them; `origin` is the document whose edit this is.
    ///
    /// What is being checked may have read what is forgotten here, also if it began after the edit: so the revision of
    /// `origin` grows once more.
    fn touch(self: &Arc<Self>, changes: &Changes, origin: Option<&Uri>) {
        changes.all.iter().for_each(|path| self.workspace.invalidate(path));
        changes.named_anew.iter().for_each(|folder| self.workspace.invalidate_names(folder));
        self.closed.forget(|own, depends| changes.are_of(own) || changes.affect(own, Some(depends)));
        self.changed();
        let mut touched = self.documents.touch(|uri, document| Some(uri) == origin || depends(document, changes));
        touched.retain(|uri| Some(uri) != origin);
        self.check_again(&touched);
        if !changes.governed.is_empty() {
            let session = Arc::clone(self);
            self.runtime.spawn_blocking(move || session.settle_outside());
        }
    }

    fn check_again(self: &Arc<Self>, touched: &[Uri]) {
        if touched.is_empty() {
            return;
        }
        for uri in touched {
            worker::start(self, uri);
        }
        self.refresh(Shown::Findings);
        self.refresh(Shown::Lenses);
    }

    /// Takes in manifests that were found: they may name scripts outside of their folders.
    pub fn know(self: &Arc<Self>, manifests: impl IntoIterator<Item = PathBuf>) {
        self.workspace.know(manifests);
        self.settle_outside();
    }

    /// Checks the scripts again that belong to other manifests outside of their folders than before. Reads manifests.
    fn settle_outside(self: &Arc<Self>) {
        // Checks start from here, and this thread may be none of the runtime's.
        let _entered = self.runtime.enter();
        let mut settled = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.workspace.outside();
        let before = std::mem::replace(&mut *settled, Arc::clone(&now));
        let all = before.keys().chain(now.keys());
        let moved: FxHashSet<&PathBuf> = all.filter(|script| before.get(*script) != now.get(*script)).collect();
        if moved.is_empty() {
            return;
        }
        self.closed.forget(|own, _| moved.contains(&own.to_path_buf()));
        self.changed();
        let is_moved = |document: &Document| document.path.as_ref().is_some_and(|path| moved.contains(path));
        let touched = self.documents.touch(|_, document| is_moved(document));
        self.check_again(&touched);
    }

    /// What is found in a file with what failed there in runs.
    pub fn with_failures(&self, path: Option<&Path>, found: &[Diagnostic]) -> Vec<Diagnostic> {
        let failures = path.map(|path| self.failures.of(path)).unwrap_or_default();
        found.iter().cloned().chain(failures).collect()
    }

    /// Failures in these files came or went: what is shown of them changes.
    pub fn republish(self: &Arc<Self>, paths: &[impl AsRef<Path>]) {
        if paths.is_empty() {
            return;
        }
        for uri in paths.iter().filter_map(|path| self.documents.at(path.as_ref())) {
            worker::publish_again(self, &uri);
        }
        self.changed();
        self.refresh(Shown::Findings);
    }

    /// Asks the client to ask again, once at a time.
    fn refresh(self: &Arc<Self>, what: Shown) {
        let agreed = self.agreed();
        let (wish, can) = match what {
            Shown::Findings => (&self.findings, agreed.pulls && agreed.refreshes),
            Shown::Lenses => (&self.lenses, agreed.refreshes_lenses),
        };
        if !can {
            return;
        }
        wish.again.store(true, Ordering::SeqCst);
        if wish.asking.swap(true, Ordering::SeqCst) {
            return;
        }
        let session = Arc::clone(self);
        self.runtime.spawn(async move { session.ask_again(what).await });
    }

    async fn ask_again(&self, what: Shown) {
        let wish = match what {
            Shown::Findings => &self.findings,
            Shown::Lenses => &self.lenses,
        };
        loop {
            while wish.again.swap(false, Ordering::SeqCst) {
                let asked = match what {
                    Shown::Findings => self.client.workspace_diagnostic_refresh().await,
                    Shown::Lenses => self.client.code_lens_refresh().await,
                };
                if let Err(problem) = asked {
                    tracing::warn!("the client did not refresh: {problem}");
                }
            }
            wish.asking.store(false, Ordering::SeqCst);
            // A wish may have come between the last look and the store.
            let wished = wish.again.load(Ordering::SeqCst);
            if !wished || wish.asking.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }

    /// What the newest text means, for what is asked while it is typed: nobody waits for the rules, nor for the check
    /// of an older text. The findings are there only if they are known already. `None` where the document is not open.
    pub async fn meaning(self: &Arc<Self>, uri: &Uri) -> Option<Arc<Checked>> {
        let (known, snapshot, opened) = self.documents.with(uri, |document| {
            let known = document.known();
            document.readers += usize::from(known.is_none());
            (known, document.snapshot(), document.opened)
        })?;
        if known.is_some() {
            return known;
        }
        let _reading = Reading { documents: &self.documents, uri, opened };
        let (inside, target) = (Arc::clone(self), uri.clone());
        let work = tokio::task::spawn_blocking(move || worker::meaning(&inside, &target, &snapshot));
        let meaning = work.await.ok().flatten().map(Arc::new);
        self.documents.with(uri, |document| {
            if document.opened == opened {
                document.meaning.clone_from(&meaning);
            }
        });
        let Some(meaning) = meaning else { return self.fresh(uri).await };
        Some(meaning)
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

/// A question that reads a document and the files around it, until it is answered or cancelled.
struct Reading<'s> {
    documents: &'s Documents,
    uri: &'s Uri,
    opened: u64,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.documents.with(self.uri, |document| {
            if document.opened == self.opened {
                document.readers -= 1;
            }
        });
    }
}

/// Whether the findings in `document` may change with these files. Looks at no disk.
fn depends(document: &Document, changes: &Changes) -> bool {
    let Some(own) = &document.path else { return false };
    match &*document.checked.borrow() {
        Some(checked) if checked.revision == document.revision => changes.affect(own, Some(&checked.depends)),
        // What nobody has read yet will be read as it is then.
        _ => document.is_being_read() && changes.affect(own, None),
    }
}

/// Files that changed: thousands at once when a branch is switched, and each file that is known is asked about only once.
#[derive(Default)]
struct Changes {
    all: FxHashSet<PathBuf>,
    /// Those that are neither manifests nor settings.
    others: FxHashSet<PathBuf>,
    /// The folders of manifests and settings.
    governed: FxHashSet<PathBuf>,
    /// The folders in which files may have come or gone.
    named_anew: FxHashSet<PathBuf>,
}

impl Changes {
    /// One file that keeps its name.
    fn of(path: &Path) -> Self {
        let mut changes = Self::default();
        changes.add(path, false);
        changes
    }

    /// Adds a file; `named_anew` if it may have been created or deleted.
    fn add(&mut self, path: &Path, named_anew: bool) {
        self.all.insert(path.to_owned());
        let folder = path.parent().map(Path::to_owned);
        let name = path.file_name().unwrap_or_default();
        if name == MANIFEST || name == SETTINGS {
            self.governed.extend(folder);
        } else {
            self.others.insert(path.to_owned());
            self.named_anew.extend(folder.filter(|_| named_anew));
        }
    }

    /// Whether the file at `own`, or a folder that it is in, is among them.
    fn are_of(&self, own: &Path) -> bool {
        own.ancestors().any(|path| self.all.contains(path))
    }

    /// Whether the findings in the file at `own`, which depends on `depends`, may change with them.
    fn affect(&self, own: &Path, depends: Option<&[PathBuf]>) -> bool {
        let is_governed = || own.ancestors().any(|path| self.governed.contains(path));
        let folder = own.parent();
        let has_changed = || folder.is_some_and(|path| self.others.contains(path) || self.named_anew.contains(path));
        // What it depends on may be being found out; a script may depend on a manifest anywhere.
        let may_use = || !self.others.is_empty() || is_python(own);
        let is_used = || depends.map_or_else(may_use, |depends| depends.iter().any(|path| self.all.contains(path)));
        (!self.governed.is_empty() && is_governed()) || (!self.others.is_empty() && has_changed()) || is_used()
    }
}
