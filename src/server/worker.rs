//! Checks documents: the newest version only, off the transport's thread, stale results dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::OwnedSemaphorePermit;
use tower_lsp_server::ls_types::{self as lsp, Uri};

use super::case_document;
use super::convert::{self, Sheet, Sheets, uri_of};
use super::documents::{Document, Snapshot};
use super::notice;
use super::session::Session;
use super::watch::{Stamp, stamp};
use crate::check::{Before, Input, Kept, Report, analyse, check, check_again, check_manifest};
use crate::diagnostic::{Diagnostic, Place};
use crate::ide::keep_unedited;
use crate::ide::manifest::ManifestDocument;
use crate::manifest::{Manifest, ScriptRole, SystemScriptSetting};
use crate::project::{
    self, Candidate, MANIFEST, ManifestFile, Places, SETTINGS, Script, SettingsFile, absolute, names_in,
};
use crate::rules::Selection;
use crate::runner;
use crate::semantic::{Analysis, SystemScript};
use crate::text::{MAX_BYTES, Source};

/// What a check of one document found.
#[derive(Debug, Default)]
pub struct Checked {
    /// The document's revision that was checked.
    pub revision: u64,
    /// The findings in the document.
    pub findings: Vec<Finding>,
    /// The same in the protocol's words.
    pub items: Vec<lsp::Diagnostic>,
    /// Other files whose change may change the findings.
    pub depends: Vec<PathBuf>,
    /// The files behind the findings as they were on disk, where no client watches them.
    pub stamps: Vec<(PathBuf, Stamp)>,
    /// What the document is.
    pub subject: Subject,
    /// The checks of a manifest's scripts that its own check took in, where neither is open and the client watches files.
    pub scripts: Vec<(PathBuf, Checked)>,
    /// The check itself broke; its findings are unknown.
    pub broken: bool,
}

/// What a document is, with all that a further question about it needs.
#[derive(Debug, Default)]
pub enum Subject {
    /// Nothing that d3ls knows: it publishes nothing.
    #[default]
    Other,
    /// A D3 script.
    Script {
        /// What was checked.
        input: Box<Input>,
        /// What it means.
        analysis: Arc<Analysis>,
        /// The files behind it.
        sheets: Arc<Sheets>,
        /// What the next check of it makes use of.
        kept: Kept,
    },
    /// A manifest.
    Manifest {
        /// Which rules are on for it.
        selection: Arc<Selection>,
        /// The manifest alone.
        sheets: Arc<Sheets>,
        /// Those of its scripts that findings here stem from: what they mean and their files.
        stems_from: Vec<(Arc<Analysis>, Arc<Sheets>)>,
        /// Its folder.
        folder: PathBuf,
        /// What the editor sees in it.
        document: ManifestDocument,
        /// The scripts of `document`, by the names that it gives them.
        scripts: FxHashMap<String, Sheet>,
    },
    /// A test case.
    Case {
        /// Its text.
        sheet: Sheet,
        /// The manifest beside it.
        manifest: PathBuf,
    },
    /// The settings.
    Settings {
        /// Where they are.
        path: PathBuf,
        /// Which rules are on for them.
        selection: Arc<Selection>,
        /// The settings alone.
        sheets: Arc<Sheets>,
    },
}

/// A finding with the files it speaks of.
#[derive(Debug)]
pub struct Finding {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The files.
    pub sheets: Arc<Sheets>,
}

impl Checked {
    /// What the next check of a script makes use of.
    fn into_before(self) -> Option<Before> {
        match self.subject {
            Subject::Script { input, analysis, kept, .. } => Some(Before { input, analysis, kept }),
            _ => None,
        }
    }
}

/// Starts a check of the document, unless its newest revision is checked or being checked.
pub fn start(session: &Arc<Session>, uri: &Uri) {
    let started = session.documents.with(uri, |document| {
        let known = document.checked.borrow().as_ref().is_some_and(|checked| checked.revision == document.revision);
        let start = !known && !document.running;
        document.running |= start;
        start.then_some(document.opened)
    });
    if let Some(Some(opened)) = started {
        begin(session, Pending { uri: uri.clone(), opened, outdated: None });
    }
}

/// A check that waits for its turn.
struct Pending {
    uri: Uri,
    opened: u64,
    /// What an earlier check found, if nobody else has it.
    outdated: Option<Arc<Checked>>,
}

/// Checks on the pool when there is a turn: at once if there is one now.
fn begin(session: &Arc<Session>, pending: Pending) {
    let turns = Arc::clone(&session.turns);
    if let Ok(turn) = Arc::clone(&turns).try_acquire_owned() {
        return in_turn(session, pending, turn);
    }
    let inside = Arc::clone(session);
    session.runtime.spawn(async move {
        if let Ok(turn) = turns.acquire_owned().await {
            in_turn(&inside, pending, turn);
        }
    });
}

fn in_turn(session: &Arc<Session>, pending: Pending, turn: OwnedSemaphorePermit) {
    let inside = Arc::clone(session);
    session.pool.spawn(move || {
        let again = check_newest(&inside, pending);
        drop(turn);
        if let Some(pending) = again {
            begin(&inside, pending);
        }
    });
}

/// Checks the newest revision of a document. What is left to do if it is not the newest any more.
fn check_newest(session: &Session, pending: Pending) -> Option<Pending> {
    let Pending { uri, opened, mut outdated } = pending;
    // Only now is anything read.
    let snapshot = session.documents.with(&uri, |document| {
        (document.opened == opened).then(|| {
            document.readers += 1;
            // Nobody asks for it any more, and this check makes use of it.
            outdated = document.checked.send_replace(None).or(outdated.take());
            document.snapshot()
        })
    })??;
    let before = outdated.and_then(Arc::into_inner).and_then(Checked::into_before);
    let revision = snapshot.revision;
    let outcome = catch_unwind(AssertUnwindSafe(|| check_document(session, &uri, &snapshot, before)));
    let checked = Arc::new(outcome.unwrap_or_else(|_panic| {
        tracing::error!("the check of {} broke", uri.as_str());
        Checked { revision, broken: true, ..Checked::default() }
    }));
    let outdated = session.documents.with(&uri, |document| {
        if document.opened != opened {
            return None;
        }
        document.readers -= 1;
        if document.revision != revision {
            return Some(checked);
        }
        document.running = false;
        document.meaning = None;
        publish(session, &uri, document, &checked);
        document.checked.send_replace(Some(checked));
        None
    })??;
    Some(Pending { uri, opened, outdated: Some(outdated) })
}

/// Pushes what was found in a document, where the client does not ask for it. Called under the document's guard, so
/// that no close or change comes between.
fn publish(session: &Session, uri: &Uri, document: &mut Document, checked: &Checked) {
    if session.agreed().pulls || checked.broken {
        return;
    }
    let items = session.with_failures(document.path.as_deref(), &checked.items);
    let is_other = matches!(checked.subject, Subject::Other | Subject::Case { .. });
    if !is_other || document.shows || !items.is_empty() {
        document.shows = !items.is_empty();
        session.outbox.publish(uri, items, Some(document.version));
    }
}

/// Pushes again what is known of a document. Where a check is under way, that does so.
pub fn publish_again(session: &Session, uri: &Uri) {
    session.documents.with(uri, |document| {
        let checked = document.checked.borrow().clone();
        if let Some(checked) = checked.filter(|checked| checked.revision == document.revision) {
            publish(session, uri, document, &checked);
        }
    });
}

/// What a script means, without its findings; `None` for what is no script.
pub fn meaning(session: &Session, uri: &Uri, snapshot: &Snapshot) -> Option<Checked> {
    if !is_python(snapshot) {
        return None;
    }
    let text = snapshot.text();
    let path = snapshot.path.as_deref().unwrap_or(Path::new(""));
    let Candidate::Script(script) = candidate(session, path, &text) else { return None };
    let sheets = Arc::new(sheets(session, Sheet::new(uri.clone(), Some(snapshot.version), text), &script));
    let analysis = Arc::new(analyse(&script.input));
    let subject = Subject::Script { input: Box::new(script.input), analysis, sheets, kept: Kept::default() };
    Some(Checked { revision: snapshot.revision, subject, ..Checked::default() })
}

fn is_python(snapshot: &Snapshot) -> bool {
    snapshot.language == "python" || snapshot.path.as_deref().is_some_and(project::is_python)
}

fn check_document(session: &Session, uri: &Uri, snapshot: &Snapshot, before: Option<Before>) -> Checked {
    let path = snapshot.path.as_deref();
    let is_named = |name: &str| path.and_then(Path::file_name).is_some_and(|known| known == name);
    let mut checked = Checked { revision: snapshot.revision, ..Checked::default() };
    if let Some(path) = path.filter(|_| is_named(SETTINGS)) {
        let own = Sheet::new(uri.clone(), Some(snapshot.version), snapshot.text());
        check_settings(session, own, path, &mut checked);
        return checked;
    }
    if let Some(path) = path.filter(|path| runner::is_case(path)) {
        let sheet = Sheet::new(uri.clone(), Some(snapshot.version), snapshot.text());
        case_document::check(session, sheet, path, &mut checked);
        return checked;
    }
    if !is_named(MANIFEST) && !is_python(snapshot) {
        return checked;
    }
    let text = snapshot.text();
    // A document that is no file has no folder, so no manifest and no settings.
    let candidate = candidate(session, path.unwrap_or(Path::new("")), &text);
    let own = Sheet::new(uri.clone(), Some(snapshot.version), text);
    examine(session, own, path, candidate, |input| check_again(input, before), &mut checked);
    if let Some(path) = path.filter(|_| !matches!(checked.subject, Subject::Other)) {
        notice::settings(session, path);
    }
    checked
}

/// Checks a file that is not open; `None` where it can't be read.
pub fn check_file(session: &Session, uri: Uri, path: &Path) -> Option<Checked> {
    let own_stamp = stamp(path);
    let source = session.workspace.read(path).ok()?;
    let mut checked = Checked::default();
    let own = Sheet::new(uri, None, source.text());
    if path.file_name().is_some_and(|name| name == SETTINGS) {
        check_settings(session, own, path, &mut checked);
    } else if runner::is_case(path) {
        case_document::check(session, own, path, &mut checked);
    } else {
        let candidate = session.workspace.input(path, source, None);
        examine(session, own, Some(path), candidate, |input| (check(input), Kept::default()), &mut checked);
    }
    if !session.agreed().watches {
        checked.stamps.push((path.to_owned(), own_stamp));
    }
    Some(checked)
}

/// Checks a document or file that may be a script or a manifest.
fn examine(
    session: &Session,
    own: Sheet,
    path: Option<&Path>,
    candidate: Candidate,
    check: impl FnOnce(&Input) -> (Report, Kept),
    checked: &mut Checked,
) {
    let polls = !session.agreed().watches;
    if let Some(path) = path.filter(|_| polls) {
        checked.stamps = above(path).map(|path| (path.clone(), stamp(&path))).collect();
    }
    match candidate {
        Candidate::Script(script) => {
            let (report, kept) = check(&script.input);
            take_script(session, own, *script, (unedited(report), kept), checked);
        }
        Candidate::Manifest(file) => check_manifest_file(session, own, &file, checked),
        Candidate::NotD3 | Candidate::NotText(_) => {}
    }
    complete(session, path, checked);
    if polls {
        let stamps: Vec<_> = checked.depends.iter().map(|path| (path.clone(), stamp(path))).collect();
        checked.stamps.extend(stamps);
    }
}

/// Adds to the findings in a script or manifest what follows from them.
fn complete(session: &Session, path: Option<&Path>, checked: &mut Checked) {
    checked.depends.extend(path.and_then(|path| session.workspace.profile_for(path)));
    checked.items = items(session, &checked.findings).collect();
}

fn items(session: &Session, findings: &[Finding]) -> impl Iterator<Item = lsp::Diagnostic> {
    let (encoding, related) = (session.agreed().encoding, session.agreed().related);
    findings.iter().filter_map(move |one| convert::diagnostic(&one.diagnostic, &one.sheets, encoding, related))
}

/// What a text is. One that can't be analysed is a script if it would be one without what is in the way.
fn candidate(session: &Session, path: &Path, text: &Arc<str>) -> Candidate {
    let source = Source::from_text(Arc::clone(text));
    match session.workspace.input(path, source.clone(), None) {
        Candidate::NotText(reason) => {
            let readable = text[..text.floor_char_boundary(MAX_BYTES)].replace('\0', " ");
            match session.workspace.input(path, Source::from_text(readable), None) {
                Candidate::Script(_) => Candidate::Script(Box::new(session.workspace.as_script(path, source))),
                _ => Candidate::NotText(reason),
            }
        }
        known => known,
    }
}

/// The file's folder, and the manifests and settings that may be in it or above.
pub(super) fn above(path: &Path) -> impl Iterator<Item = PathBuf> {
    let folders = path.ancestors().skip(1);
    let files = folders.flat_map(|folder| [folder.join(MANIFEST), folder.join(SETTINGS)]);
    path.parent().map(Path::to_path_buf).into_iter().chain(files)
}

/// Takes what a check says of a script.
fn take_script(session: &Session, own: Sheet, script: Script, (report, kept): (Report, Kept), checked: &mut Checked) {
    let places = &script.places;
    checked.depends.extend([&places.manifest, &places.system, &places.settings].into_iter().flatten().cloned());
    checked.depends.extend(places.manifest.as_deref().map(runner::case_folder));
    if let (Some(path), Some(manifest)) = (&places.manifest, &script.input.manifest)
        && let SystemScriptSetting::File(name) = &manifest.system_script
    {
        let folder = path.parent().unwrap_or(path);
        checked.depends.push(absolute(&folder.join(&name.value)));
    }
    let sheets = Arc::new(sheets(session, own, &script));
    let findings = report.diagnostics.into_iter().filter(|diagnostic| diagnostic.place == Place::Script);
    checked.findings = findings.map(|diagnostic| Finding { diagnostic, sheets: Arc::clone(&sheets) }).collect();
    checked.subject = Subject::Script { input: Box::new(script.input), analysis: report.analysis, sheets, kept };
}

/// What a check of a script says.
pub fn report(input: &Input) -> Report {
    unedited(check(input))
}

/// No fix edits a script that is the record of what D3 has.
fn unedited(mut report: Report) -> Report {
    keep_unedited(report.analysis.surroundings(), &mut report.diagnostics);
    report
}

/// A script that a manifest names, as it is now.
struct Named {
    /// The name that the manifest gives it.
    name: String,
    role: ScriptRole,
    script: Script,
    sheet: Sheet,
}

/// The scripts that a manifest in `folder` names and that exist. One that a nearer manifest names too is that one's.
fn named_scripts<'s>(
    session: &'s Session,
    folder: &'s Path,
    manifest: &'s Manifest,
) -> impl Iterator<Item = Named> + use<'s> {
    let mut seen = FxHashSet::default();
    let own = folder.join(MANIFEST);
    names_in(manifest).into_iter().filter_map(move |(name, role)| {
        let path = absolute(&folder.join(name));
        if !seen.insert(path.clone()) {
            return None;
        }
        let script = session.workspace.script_of(&own, &path, session.workspace.read(&path).ok()?)?;
        let (uri, version) = address(session, &path);
        let sheet = Sheet::new(uri?, version, script.input.source.text());
        Some(Named { name: name.to_owned(), role, script, sheet })
    })
}

/// A manifest in `folder` with the scripts that it names, and these by their names.
pub fn manifest_document(
    session: &Session,
    folder: &Path,
    manifest: &Arc<Manifest>,
) -> (ManifestDocument, FxHashMap<String, Sheet>) {
    let mut document = ManifestDocument::new(Arc::clone(manifest));
    let mut sheets = FxHashMap::default();
    for named in named_scripts(session, folder, manifest) {
        document.add(named.name.clone(), named.role, Arc::new(analyse(&named.script.input)));
        sheets.insert(named.name, named.sheet);
    }
    (document, sheets)
}

/// The findings in a manifest: its own, and those that stem from its scripts.
fn check_manifest_file(session: &Session, own: Sheet, file: &ManifestFile, checked: &mut Checked) {
    let folder = file.path.parent().unwrap_or(&file.path).to_owned();
    let manifest = file.manifest.recovered();
    let mut document = ManifestDocument::new(Arc::clone(&manifest));
    let named = names_in(&manifest).into_iter().map(|(name, _)| absolute(&folder.join(name)));
    checked.depends = session.workspace.scripts_of(&file.path).into_iter().chain(named).collect();
    checked.depends.sort();
    checked.depends.dedup();
    let is_closed = own.version.is_none() && session.agreed().watches;
    let mut scripts = FxHashMap::default();
    let mut findings = Vec::new();
    let mut stems_from = Vec::new();
    for Named { name, role, script, sheet } in named_scripts(session, &folder, &manifest) {
        let report = report(&script.input);
        document.add(name.clone(), role, Arc::clone(&report.analysis));
        scripts.insert(name, sheet.clone());
        // The script's own check has one manifest.
        if session.workspace.manifest_for(&script.places.script).map(|named| named.path).as_ref() != Some(&file.path) {
            continue;
        }
        let mut known = sheets(session, sheet.clone(), &script);
        known.insert(Place::Manifest, own.clone());
        let known = Arc::new(known);
        let before = findings.len();
        let found = report.diagnostics.iter().filter(|diagnostic| diagnostic.place == Place::Manifest);
        findings.extend(found.map(|found| Finding { diagnostic: found.clone(), sheets: Arc::clone(&known) }));
        if findings.len() > before {
            stems_from.push((Arc::clone(&report.analysis), known));
        }
        if is_closed && sheet.version.is_none() {
            let path = script.places.script.clone();
            let mut of_script = Checked::default();
            take_script(session, sheet, script, (report, Kept::default()), &mut of_script);
            complete(session, Some(&path), &mut of_script);
            checked.scripts.push((path, of_script));
        }
    }
    let mut sheets = Sheets::default();
    sheets.insert(Place::Manifest, own);
    let sheets = Arc::new(sheets);
    let own = check_manifest(&file.manifest, &file.selection);
    findings.extend(own.into_iter().map(|diagnostic| Finding { diagnostic, sheets: Arc::clone(&sheets) }));
    findings.sort_by(|a, b| {
        let key = |one: &Diagnostic| (one.range.start(), one.range.end(), one.code);
        let (a, b) = (&a.diagnostic, &b.diagnostic);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup_by(|a, b| a.diagnostic == b.diagnostic);
    checked.findings = findings;
    checked.subject =
        Subject::Manifest { selection: Arc::clone(&file.selection), sheets, stems_from, folder, document, scripts };
}

/// The findings in the settings, and what makes them unreadable, which has no code.
fn check_settings(session: &Session, own: Sheet, path: &Path, checked: &mut Checked) {
    let file = SettingsFile::new(path, Arc::clone(&own.text));
    let selection = session.workspace.selection_for(path);
    let encoding = session.agreed().encoding;
    let problem = |message: &str, range| convert::problem(message, range, &own, encoding);
    checked.items = file.errors.iter().map(|error| problem(&error.message, error.range)).collect();
    if let Some(profile) = &file.settings.profile {
        checked.depends.extend(session.workspace.profile_for(path));
        // What is wrong with the image profile is wrong with the settings that name it.
        let of_profile = session.workspace.settings_problems(path).into_iter().filter(|one| one.path != *path);
        checked.items.extend(of_profile.map(|one| problem(&notice::shown(&one), profile.range)));
    }
    let found = file.unknown_codes(&selection);
    let mut sheets = Sheets::default();
    sheets.insert(Place::Settings, own);
    let sheets = Arc::new(sheets);
    let finding = |diagnostic| Finding { diagnostic, sheets: Arc::clone(&sheets) };
    checked.findings = found.into_iter().map(finding).collect();
    checked.items.extend(items(session, &checked.findings));
    checked.subject = Subject::Settings { path: path.to_owned(), selection, sheets };
}

/// The files behind a script's places, with the very texts that were checked.
fn sheets(session: &Session, own: Sheet, script: &Script) -> Sheets {
    let Places { manifest, system, settings, .. } = &script.places;
    let system_text = match &script.input.system {
        SystemScript::Known(parsed) => Some(Arc::clone(&parsed.parsed().text)),
        SystemScript::None | SystemScript::Unknown => None,
    };
    let settings_text = || session.workspace.read(settings.as_deref()?).ok().map(|source| source.text());
    let texts = [
        (Place::Manifest, manifest, script.input.manifest.as_ref().map(|manifest| Arc::clone(&manifest.text))),
        (Place::SystemScript, system, system_text),
        (Place::Settings, settings, settings_text()),
    ];
    let mut sheets = Sheets::default();
    sheets.insert(Place::Script, own);
    for (place, path, text) in texts {
        if let (Some(path), Some(text)) = (path, text)
            && let (Some(uri), version) = address(session, path)
        {
            sheets.insert(place, Sheet::new(uri, version, text));
        }
    }
    sheets
}

/// The address and version of the file at `path`, as the editor has it if it is open there.
pub(super) fn address(session: &Session, path: &Path) -> (Option<Uri>, Option<i32>) {
    match session.documents.at(path) {
        Some(uri) => {
            let version = session.documents.with(&uri, |document| document.version);
            (Some(uri), version)
        }
        None => (uri_of(path), None),
    }
}
