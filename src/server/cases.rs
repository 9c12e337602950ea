//! Test cases: `d3ls/testCases`, which there are and what they test, and where they speak of what scripts declare.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::{Range, Uri};

use super::convert::{Sheet, path_of, uri_of};
use super::documents::Overlay;
use super::failures::function;
use super::session::Session;
use super::worker::address;
use crate::ide::{self, Mentioned};
use crate::manifest::Manifest;
use crate::project::Workspace;
use crate::runner;
use crate::syntax;
use crate::text::{Edit, TextRange};

/// Where to look.
#[derive(Debug, Default, Deserialize)]
pub struct TestCasesParams {
    /// A document or folder; all folders of the workspace where it is absent.
    uri: Option<Uri>,
}

/// A test case.
#[derive(Debug, Serialize)]
pub struct TestCase {
    uri: Uri,
    name: String,
    /// Empty where the case can't be read.
    command: String,
    manifest: Uri,
    /// `None` where the manifest has no such command.
    script: Option<Uri>,
    /// The name of the command's function in the script.
    range: Option<Range>,
}

/// The test cases, sorted by path.
pub fn test_cases(session: &Session, params: &TestCasesParams) -> Vec<TestCase> {
    let paths = match &params.uri {
        Some(uri) => path_of(uri).into_iter().collect(),
        None => session.folders.read().unwrap_or_else(PoisonError::into_inner).clone(),
    };
    let workspace = Workspace::new(Overlay(Arc::clone(&session.documents)));
    let mut functions: FxHashMap<(PathBuf, String), Option<Range>> = FxHashMap::default();
    let (found, _) = runner::find_cases(&paths);
    let case = |path: PathBuf| {
        let manifest = runner::manifest_of(&path);
        let command = runner::command_of(&workspace, &path).unwrap_or_default();
        let script = runner::script_of(&workspace, &manifest, &command);
        let range = script.as_ref().and_then(|script| {
            let find = || place(session, &workspace, script, &command);
            functions.entry((script.clone(), command.clone())).or_insert_with(find).to_owned()
        });
        let script = script.and_then(|script| session.documents.at(&script).or_else(|| uri_of(&script)));
        Some(TestCase {
            uri: uri_of(&path)?,
            name: path.file_stem()?.to_string_lossy().into_owned(),
            command,
            manifest: session.documents.at(&manifest).or_else(|| uri_of(&manifest))?,
            script,
            range,
        })
    };
    found.into_iter().filter_map(case).collect()
}

fn place(session: &Session, workspace: &Workspace, script: &Path, command: &str) -> Option<Range> {
    let text = workspace.read(script).ok()?.text();
    let range = function(&syntax::parse(&text), command)?;
    let sheet = Sheet::new(uri_of(script)?, None, text);
    Some(sheet.range(range, session.agreed().encoding))
}

/// The test cases beside a manifest that speak of `what`, as the editor has them, and where they do.
pub fn mentions(session: &Session, file: &Path, manifest: &Manifest, what: &Mentioned) -> Vec<(Sheet, Vec<TextRange>)> {
    let integration = manifest.internal_name.as_ref().map(|name| name.value.as_str());
    let found = |case: Sheet| {
        let ranges = ide::mentions(&case.text, integration, what);
        (!ranges.is_empty()).then_some((case, ranges))
    };
    beside(session, file).filter_map(found).collect()
}

/// The edits that make the test cases beside a manifest follow what is renamed in it or in its scripts.
pub fn follow(
    session: &Session,
    file: &Path,
    manifest: &Manifest,
    renamed: &[(Mentioned, String)],
) -> Vec<(Sheet, Vec<Edit>)> {
    if renamed.is_empty() {
        return Vec::new();
    }
    let integration = manifest.internal_name.as_ref().map(|name| name.value.as_str());
    let followed = |case: Sheet| {
        let edits = renamed.iter().flat_map(|(what, to)| {
            let ranges = ide::mentions(&case.text, integration, what).into_iter();
            ranges.map(move |range| Edit::replace(range, to))
        });
        let mut edits: Vec<_> = edits.collect();
        edits.sort_by_key(|edit| edit.range.start());
        (!edits.is_empty()).then_some((case, edits))
    };
    beside(session, file).filter_map(followed).collect()
}

/// The test cases beside a manifest as the editor has them, also those that it has not saved yet; sorted by path.
fn beside<'s>(session: &'s Session, manifest: &Path) -> impl Iterator<Item = Sheet> + use<'s> {
    let folder = runner::case_folder(manifest);
    let mut paths = runner::cases_beside(manifest);
    session.documents.each(|_, document| {
        let unsaved = document.path.as_ref().filter(|path| path.parent() == Some(&folder) && runner::is_case(path));
        paths.extend(unsaved.cloned());
    });
    paths.sort();
    paths.dedup();
    paths.into_iter().filter_map(move |path| {
        let text = session.workspace.read(&path).ok()?.text();
        let (uri, version) = address(session, &path);
        Some(Sheet::new(uri?, version, text))
    })
}

/// How many cases each command has that the manifest beside them declares.
pub fn counts(session: &Session, manifest: &Path) -> BTreeMap<String, usize> {
    let cases = runner::cases_by_command(&session.workspace, manifest);
    cases.into_iter().map(|(command, cases)| (command, cases.len())).collect()
}
