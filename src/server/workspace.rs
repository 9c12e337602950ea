//! What is asked of the whole workspace: findings of all files, and the commands of all manifests.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use dashmap::DashMap;
use futures::StreamExt;
use rustc_hash::{FxHashMap, FxHashSet};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    Diagnostic, FullDocumentDiagnosticReport, Location, ProgressToken, SymbolInformation, SymbolKind,
    UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDocumentDiagnosticReport, WorkspaceFolder, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use super::convert::{Sheet, path_of, uri_of};
use super::failures::function;
use super::progress::Progress;
use super::session::Session;
use super::watch::{Stamp, stamp};
use super::worker::{Checked, Subject, check_file};
use crate::manifest::Command;
use crate::project::{MANIFEST, absolute, walk};
use crate::runner;
use crate::syntax;
use crate::text::TextRange;

/// What was found in files that are not open, until something changes that it depends on.
#[derive(Debug, Default)]
pub struct ClosedFiles {
    by_path: DashMap<PathBuf, Arc<Known>>,
    /// Counts calls of [`ClosedFiles::forget`].
    forgotten: AtomicU64,
}

/// What was found in a file.
#[derive(Debug)]
struct Known {
    /// `None` for a file that is not d3ls's business.
    items: Option<Vec<Diagnostic>>,
    depends: Vec<PathBuf>,
    stamps: Vec<(PathBuf, Stamp)>,
}

impl Known {
    fn new(checked: Checked) -> Arc<Self> {
        let is_other = matches!(checked.subject, Subject::Other);
        let items = (!is_other).then_some(checked.items);
        Arc::new(Self { items, depends: checked.depends, stamps: checked.stamps })
    }
}

impl ClosedFiles {
    /// Forgets what `outdated` says so of: it is given a file and what that depends on.
    pub fn forget(&self, outdated: impl Fn(&Path, &[PathBuf]) -> bool) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.by_path.retain(|own, known| !outdated(own, &known.depends));
    }

    /// What is known of the file at `path`, checked if it is not. What may be outdated by then is handed out, since the
    /// change is followed by another pull, but not kept.
    fn get(&self, session: &Session, path: &Path) -> Arc<Known> {
        if let Some(known) = self.known(path) {
            return known;
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        let check = || uri_of(path).and_then(|uri| check_file(session, uri, path)).unwrap_or_default();
        let mut checked = session.pool.install(check);
        for (path, checked) in checked.scripts.drain(..) {
            self.keep(path, Known::new(checked), before);
        }
        let known = Known::new(checked);
        self.keep(path.to_owned(), Arc::clone(&known), before);
        known
    }

    /// Keeps what a check found that began after so many calls of [`ClosedFiles::forget`], if there was none since.
    fn keep(&self, path: PathBuf, known: Arc<Known>, before: u64) {
        self.by_path.insert(path.clone(), known);
        // A call that comes later finds it there.
        if self.forgotten.load(Ordering::SeqCst) != before {
            self.by_path.remove(&path);
        }
    }

    fn known(&self, path: &Path) -> Option<Arc<Known>> {
        let known = Arc::clone(&*self.by_path.get(path)?);
        known.stamps.iter().all(|(path, then)| stamp(path) == *then).then_some(known)
    }
}

/// Takes the folders that the client names at the start.
pub fn set_folders(session: &Session, folders: &[WorkspaceFolder], root: Option<&Uri>) {
    let mut paths: Vec<PathBuf> = folders.iter().filter_map(|folder| path_of(&folder.uri)).collect();
    if folders.is_empty() {
        paths.extend(root.and_then(path_of));
    }
    *session.folders.write().unwrap_or_else(PoisonError::into_inner) = paths;
}

/// Adds and removes folders.
pub fn change_folders(session: &Arc<Session>, added: &[WorkspaceFolder], removed: &[WorkspaceFolder]) {
    let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
        folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
    };
    let (added, removed) = (paths(added), paths(removed));
    {
        let mut folders = session.folders.write().unwrap_or_else(PoisonError::into_inner);
        folders.retain(|folder| !removed.contains(folder) && !added.contains(folder));
        folders.extend(added);
    }
    session.changed();
    look_through(session);
}

/// Looks through the workspace's folders for manifests, which may name system scripts outside of their own folders. Nothing
/// waits for that: a folder may be as large as the disk.
pub fn look_through(session: &Arc<Session>) {
    let inside = Arc::clone(session);
    let thread = std::thread::Builder::new().name("folders".to_owned()).stack_size(super::STACK);
    if let Err(problem) = thread.spawn(move || files(&inside)) {
        tracing::warn!("the folders are not looked through: {problem}");
    }
}

/// The Python files and manifests in the workspace's folders, each once.
fn files(session: &Arc<Session>) -> Vec<PathBuf> {
    let folders = session.folders.read().unwrap_or_else(PoisonError::into_inner).clone();
    let folders: Vec<PathBuf> = folders.into_iter().filter(|folder| folder.is_dir()).collect();
    let found = walk(&folders).found;
    session.know(found.iter().filter(|path| is_manifest(path)).cloned());
    found
}

fn is_manifest(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == MANIFEST)
}

/// The findings of all files in the workspace's folders. Where nothing differs from what the client has, the answer
/// waits for a change: clients ask again as soon as they are answered.
pub async fn diagnostics(
    session: &Arc<Session>,
    params: WorkspaceDiagnosticParams,
) -> Result<WorkspaceDiagnosticReport> {
    let previous: FxHashMap<Uri, String> =
        params.previous_result_ids.into_iter().map(|known| (known.uri, known.value)).collect();
    let mut token = params.work_done_progress_params.work_done_token;
    let mut changes = session.changes.subscribe();
    loop {
        changes.mark_unchanged();
        let items = report(session, &previous, token.take()).await?;
        let is_new = items.iter().any(|item| matches!(item, WorkspaceDocumentDiagnosticReport::Full(_)));
        let waits = !is_new && !previous.is_empty() && session.agreed().watches;
        if !waits || session.ending.load(Ordering::SeqCst) {
            return Ok(WorkspaceDiagnosticReport { items });
        }
        if changes.changed().await.is_err() {
            return Err(Error::request_cancelled());
        }
    }
}

async fn report(
    session: &Arc<Session>,
    previous: &FxHashMap<Uri, String>,
    token: Option<ProgressToken>,
) -> Result<Vec<WorkspaceDocumentDiagnosticReport>> {
    let inside = Arc::clone(session);
    let paths = blocking(move || {
        let mut paths = files(&inside);
        let settings: FxHashSet<PathBuf> =
            paths.iter().filter_map(|path| Some(inside.workspace.settings_for(path)?.path.clone())).collect();
        paths.extend(settings);
        let manifests = paths.iter().filter(|path| is_manifest(path));
        let cases: Vec<PathBuf> = manifests.flat_map(|manifest| runner::cases_beside(manifest)).collect();
        paths.extend(cases);
        // Their checks take in those of their scripts.
        paths.sort_by_key(|path| !is_manifest(path));
        paths
    })
    .await?;
    let progress = Progress::of_files(session, token, paths.len());
    let mut items = Vec::new();
    let mut reported = FxHashSet::default();
    let at_once = session.pool.current_num_threads();
    let mut checks = futures::stream::iter(paths).map(|path| check_one(session, path)).buffer_unordered(at_once);
    while let Some(checked) = checks.next().await {
        progress.step()?;
        if let Some((uri, version, found)) = checked? {
            reported.insert(uri.clone());
            items.push(document_report(uri, version, found, previous));
        }
    }
    // What is gone, or no D3 script any more, has no findings.
    let gone = previous.keys().filter(|uri| !reported.contains(*uri));
    items.extend(gone.map(|uri| full(uri.clone(), None, None, Vec::new())));
    Ok(items)
}

type Found = (Uri, Option<i32>, Vec<Diagnostic>);

/// The findings of the file at `path`, as the editor has it if it is open there; `None` for what is not d3ls's business.
async fn check_one(session: &Arc<Session>, path: PathBuf) -> Result<Option<Found>> {
    if let Some(uri) = session.documents.at(&path)
        && let Some(checked) = session.fresh(&uri).await
    {
        let version = session.documents.with(&uri, |document| document.version);
        let is_other = matches!(checked.subject, Subject::Other);
        let items = session.with_failures(Some(&path), &checked.items);
        return Ok((!is_other || !items.is_empty()).then_some((uri, version, items)));
    }
    let inside = Arc::clone(session);
    blocking(move || {
        let known = inside.closed.get(&inside, &path);
        let items = inside.with_failures(Some(&path), known.items.as_deref().unwrap_or_default());
        (known.items.is_some() || !items.is_empty()).then_some((uri_of(&path)?, None, items))
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_panic| Error::internal_error())
}

fn document_report(
    uri: Uri,
    version: Option<i32>,
    found: Vec<Diagnostic>,
    previous: &FxHashMap<Uri, String>,
) -> WorkspaceDocumentDiagnosticReport {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&found).unwrap_or_default().hash(&mut hasher);
    let result_id = format!("{:016x}", hasher.finish());
    if previous.get(&uri) != Some(&result_id) {
        return full(uri, version, Some(result_id), found);
    }
    WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
        uri,
        version: version.map(i64::from),
        unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
    })
}

fn full(
    uri: Uri,
    version: Option<i32>,
    result_id: Option<String>,
    items: Vec<Diagnostic>,
) -> WorkspaceDocumentDiagnosticReport {
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version: version.map(i64::from),
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    })
}

/// The commands of all manifests in the workspace's folders that `query` stands for: its letters in order, whatever
/// their case, in the internal name or the display name. A command is where its function is, else in its manifest.
pub fn symbols(session: &Arc<Session>, query: &str) -> Vec<SymbolInformation> {
    let mut found = Vec::new();
    for path in files(session).into_iter().filter(|path| is_manifest(path)) {
        let Some(manifest) = session.workspace.manifest(&path) else { continue };
        let named = |command: &&Command| {
            let display = command.display_name.as_ref();
            matches(query, &command.internal_name.value) || display.is_some_and(|name| matches(query, &name.value))
        };
        let mut commands: Vec<&Command> = manifest.commands.iter().filter(named).collect();
        if commands.is_empty() {
            continue;
        }
        let container = manifest.name.as_ref().map(|name| name.value.clone());
        let mut push = |command: &Command, sheet: &Sheet, range: TextRange| {
            let range = sheet.range(range, session.agreed().encoding);
            found.push(symbol(command, container.clone(), Location { uri: sheet.uri.clone(), range }));
        };
        for script in manifest.scripts() {
            let script = absolute(&path.parent().unwrap_or(&path).join(&script.value));
            let Some(sheet) = sheet(session, &script) else { continue };
            let parsed = syntax::parse(&sheet.text);
            commands.retain(|command| {
                let function = function(&parsed, &command.internal_name.value);
                if let Some(range) = function {
                    push(command, &sheet, range);
                }
                function.is_none()
            });
        }
        if let Some(sheet) = uri_of(&path).map(|uri| Sheet::new(uri, None, Arc::clone(&manifest.text))) {
            commands.iter().for_each(|command| push(command, &sheet, command.internal_name.range));
        }
    }
    found
}

fn sheet(session: &Session, path: &Path) -> Option<Sheet> {
    let text = session.workspace.read(path).ok()?.text();
    let uri = session.documents.at(path).or_else(|| uri_of(path))?;
    Some(Sheet::new(uri, None, text))
}

// The protocol's own type asks for its deprecated field.
#[allow(deprecated)]
fn symbol(command: &Command, container_name: Option<String>, location: Location) -> SymbolInformation {
    SymbolInformation {
        name: command.internal_name.value.clone(),
        kind: SymbolKind::EVENT,
        tags: None,
        deprecated: None,
        location,
        container_name,
    }
}

fn matches(query: &str, name: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|letter| !letter.is_whitespace())
        .all(|wanted| letters.any(|letter| letter == wanted))
}
