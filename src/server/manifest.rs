//! What an open manifest is asked. What there is to say is the engine's business.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tower_lsp_server::ls_types::{
    CompletionResponse, DocumentHighlight, DocumentLink, DocumentSymbolResponse, GotoDefinitionResponse, Hover,
    Location, Position, PrepareRenameResponse, Range, WorkspaceEdit,
};

use super::actions::rename_edit;
use super::assist::{completion_item, hover_at};
use super::capabilities::Agreed;
use super::cases;
use super::convert::{Sheet, Sheets, path_of, uri_of};
use super::navigate::symbol_response;
use super::session::Session;
use super::worker::{Checked, Subject, address, manifest_document};
use crate::diagnostic::Place;
use crate::ide::Mentioned;
use crate::ide::manifest::{self as ide, File, FileRange, ManifestDocument};
use crate::manifest::Manifest;
use crate::project::{absolute, is_python, walk};
use crate::text::{Edit, TextRange};

/// An open manifest.
struct Open<'a> {
    document: &'a ManifestDocument,
    folder: &'a Path,
    sheet: &'a Sheet,
    scripts: &'a FxHashMap<String, Sheet>,
}

fn open(checked: &Checked) -> Option<Open<'_>> {
    match &checked.subject {
        Subject::Manifest { document, folder, sheets, scripts, .. } => {
            Some(Open { document, folder, sheet: sheets.get(&Place::Manifest)?, scripts })
        }
        _ => None,
    }
}

/// An open manifest and its text.
pub fn manifest(checked: &Checked) -> Option<(&ManifestDocument, &Sheet)> {
    open(checked).map(|open| (open.document, open.sheet))
}

/// What can stand at a position.
pub fn completion(checked: &Checked, position: Position, agreed: &Agreed) -> Option<CompletionResponse> {
    let Open { document, folder, sheet, .. } = open(checked)?;
    let items = ide::complete(document, &|| python_files(folder), sheet.offset(position, agreed.encoding));
    let items = items.into_iter().map(|item| completion_item(item, None, sheet, agreed));
    Some(CompletionResponse::Array(items.collect()))
}

/// The Python files in a folder and below, as a manifest writes them.
fn python_files(folder: &Path) -> Vec<String> {
    let found = walk(&[folder.to_owned()]).found.into_iter();
    let python = found.filter(|path| is_python(path));
    python
        .filter_map(|path| {
            let steps = path.strip_prefix(folder).ok()?.iter().map(|step| step.to_str()).collect::<Option<Vec<_>>>()?;
            Some(steps.join("/"))
        })
        .collect()
}

/// What there is to say about a position.
pub fn hover(checked: &Checked, position: Position, agreed: &Agreed) -> Option<Hover> {
    let Open { document, sheet, .. } = open(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    hover_at(checked, Place::Manifest, sheet, offset, ide::hover(document, offset), agreed)
}

/// Where what stands at a position is in the scripts.
pub fn definition(checked: &Checked, position: Position, agreed: &Agreed) -> Option<GotoDefinitionResponse> {
    let open = open(checked)?;
    let found = ide::definition(open.document, open.sheet.offset(position, agreed.encoding));
    Some(GotoDefinitionResponse::Array(open.locations(&found, agreed)))
}

/// Everything that means the same as what stands at a position, in test cases as well. Without what declares it, unless
/// `declarations`.
pub fn references(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
    declarations: bool,
) -> Option<Vec<Location>> {
    let Open { document, sheet, .. } = open(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    let mut found = ide::references(document, offset);
    found.retain(|one| declarations || !one.declares);
    let mut found = open(checked)?.locations(&found, agreed);
    if let Some(mentioned) = ide::mentioned(document, offset) {
        found.extend(in_cases(session, &document.manifest, sheet, &mentioned, agreed));
    }
    Some(found)
}

/// The places in a manifest's test cases that speak of something.
pub fn in_cases(
    session: &Session,
    manifest: &Manifest,
    sheet: &Sheet,
    mentioned: &Mentioned,
    agreed: &Agreed,
) -> Vec<Location> {
    let Some(path) = path_of(&sheet.uri) else { return Vec::new() };
    let cases = cases::mentions(session, &path, manifest, mentioned).into_iter();
    let locations = |(case, ranges): (Sheet, Vec<TextRange>)| {
        let location = |range| Location { uri: case.uri.clone(), range: case.range(range, agreed.encoding) };
        ranges.into_iter().map(location).collect::<Vec<_>>()
    };
    cases.flat_map(locations).collect()
}

/// What the manifest itself holds of that, for its own text.
pub fn highlights(checked: &Checked, position: Position, agreed: &Agreed) -> Option<Vec<DocumentHighlight>> {
    let Open { document, sheet, .. } = open(checked)?;
    let found = ide::references(document, sheet.offset(position, agreed.encoding)).into_iter();
    let found = found.filter(|one| one.file == File::Manifest);
    let highlight = |one: FileRange| DocumentHighlight { range: sheet.range(one.range, agreed.encoding), kind: None };
    Some(found.map(highlight).collect())
}

/// What `find` finds in a manifest and all scripts that it names. Without what declares it, unless `declarations`.
pub fn everywhere(
    session: &Session,
    manifest: &Arc<Manifest>,
    sheet: &Sheet,
    find: impl Fn(&ManifestDocument) -> Vec<FileRange>,
    agreed: &Agreed,
    declarations: bool,
) -> Vec<Location> {
    let Some(path) = path_of(&sheet.uri) else { return Vec::new() };
    let folder = path.parent().unwrap_or(&path);
    let (document, scripts) = manifest_document(session, folder, manifest);
    let open = Open { document: &document, folder, sheet, scripts: &scripts };
    let mut found = find(&document);
    found.retain(|one| declarations || !one.declares);
    open.locations(&found, agreed)
}

/// The name at a position, or why it can't be renamed.
pub fn renameable(
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
) -> Option<Result<PrepareRenameResponse, String>> {
    let Open { document, sheet, .. } = open(checked)?;
    let range = ide::renameable(document, sheet.offset(position, agreed.encoding));
    Some(range.map(|range| PrepareRenameResponse::Range(sheet.range(range, agreed.encoding))))
}

/// The edits of a rename, or why it can't be done.
pub fn rename(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
    to: &str,
) -> Option<Result<WorkspaceEdit, String>> {
    let open = open(checked)?;
    let offset = open.sheet.offset(position, agreed.encoding);
    let cases = path_of(&open.sheet.uri).zip(ide::mentioned(open.document, offset));
    let follow = |(path, renamed): (PathBuf, _)| {
        cases::follow(session, &path, &open.document.manifest, &[(renamed, to.to_owned())])
    };
    let cases = cases.map(follow).unwrap_or_default();
    Some(ide::rename(open.document, offset, to).and_then(|edits| open.edit(edits, &cases, agreed)))
}

/// The edits of a rename of what a test case beside the manifest at `path` speaks of, or why it can't be done.
pub fn rename_for_case(
    session: &Session,
    path: &Path,
    manifest: &Arc<Manifest>,
    what: Mentioned,
    to: &str,
    agreed: &Agreed,
) -> Result<WorkspaceEdit, String> {
    let folder = path.parent().unwrap_or(path);
    let (document, scripts) = manifest_document(session, folder, manifest);
    let (uri, version) = address(session, path);
    let sheet = Sheet::new(uri.ok_or("the manifest is no file")?, version, Arc::clone(&manifest.text));
    let open = Open { document: &document, folder, sheet: &sheet, scripts: &scripts };
    let edits = ide::rename_for_case(&document, &what, to)?;
    let cases = cases::follow(session, path, manifest, &[(what, to.to_owned())]);
    open.edit(edits, &cases, agreed)
}

/// What the manifest declares.
pub fn symbols(checked: &Checked, agreed: &Agreed) -> Option<DocumentSymbolResponse> {
    let Open { document, sheet, .. } = open(checked)?;
    Some(symbol_response(ide::symbols(document), sheet, agreed))
}

/// The paths that lead to files, and the web addresses.
pub fn links(checked: &Checked, agreed: &Agreed) -> Option<Vec<DocumentLink>> {
    let Open { document, folder, sheet, .. } = open(checked)?;
    let link = |link: ide::Link| {
        let target = if link.target.starts_with("https://") || link.target.starts_with("http://") {
            link.target.parse().ok()?
        } else {
            let path = absolute(&folder.join(&link.target));
            path.is_file().then(|| uri_of(&path)).flatten()?
        };
        let range = sheet.range(link.range, agreed.encoding);
        Some(DocumentLink { range, target: Some(target), tooltip: None, data: None })
    };
    Some(ide::links(document).into_iter().filter_map(link).collect())
}

impl Open<'_> {
    fn locations(&self, found: &[FileRange], agreed: &Agreed) -> Vec<Location> {
        found.iter().filter_map(|one| self.location(one, agreed)).collect()
    }

    fn location(&self, found: &FileRange, agreed: &Agreed) -> Option<Location> {
        let sheet = match &found.file {
            File::Manifest => Some(self.sheet),
            File::Script(name) => self.scripts.get(name),
        };
        match (sheet, &found.file) {
            (Some(sheet), _) => {
                Some(Location { uri: sheet.uri.clone(), range: sheet.range(found.range, agreed.encoding) })
            }
            // A system or live script: only its start is spoken of.
            (None, File::Script(name)) => {
                let path = absolute(&self.folder.join(name));
                path.is_file().then(|| Some(Location { uri: uri_of(&path)?, range: Range::default() })).flatten()
            }
            (None, File::Manifest) => None,
        }
    }

    /// A rename touches the manifest, at most one script, and test cases.
    fn edit(
        &self,
        edits: Vec<(File, Edit)>,
        cases: &[(Sheet, Vec<Edit>)],
        agreed: &Agreed,
    ) -> Result<WorkspaceEdit, String> {
        const NO_FILE: &str = "the script can't be edited";
        let mut sheets = Sheets::default();
        sheets.insert(Place::Manifest, self.sheet.clone());
        let mut placed = Vec::with_capacity(edits.len());
        for (file, edit) in edits {
            let place = match file {
                File::Manifest => Place::Manifest,
                File::Script(name) => {
                    sheets.insert(Place::Script, self.scripts.get(&name).ok_or(NO_FILE)?.clone());
                    Place::Script
                }
            };
            placed.push((place, edit));
        }
        rename_edit(&placed, &sheets, cases, agreed).ok_or_else(|| NO_FILE.to_owned())
    }
}
