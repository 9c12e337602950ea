//! What an open test case is asked. It speaks of what the manifest beside it declares: that is where the answers are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;
use tower_lsp_server::ls_types::{
    CompletionResponse, DocumentHighlight, GotoDefinitionResponse, Hover, HoverContents, Location, Position,
    PrepareRenameResponse, WorkspaceEdit,
};

use super::assist::{completion_item, markup};
use super::capabilities::Agreed;
use super::convert::{self, Sheet};
use super::manifest::{everywhere, in_cases, rename_for_case};
use super::session::Session;
use super::watch::stamp;
use super::worker::{Checked, Subject, above, address};
use crate::ide::manifest::{self as ide, ManifestDocument};
use crate::ide::{Mentioned, complete_case, mentioned_in_case, mentions, place_in_case};
use crate::manifest::Manifest;
use crate::runner::{self, Fault};
use crate::text::{TextRange, TextSize};

/// An open test case and the manifest beside it.
struct Open<'a> {
    sheet: &'a Sheet,
    path: &'a Path,
    manifest: Arc<Manifest>,
    manifest_sheet: Sheet,
}

fn open<'a>(session: &Session, checked: &'a Checked) -> Option<Open<'a>> {
    let Subject::Case { sheet, manifest: path } = &checked.subject else { return None };
    let manifest = session.workspace.manifest(path)?;
    let (uri, version) = address(session, path);
    let manifest_sheet = Sheet::new(uri?, version, Arc::clone(&manifest.text));
    Some(Open { sheet, path, manifest: manifest.recovered(), manifest_sheet })
}

/// What is wrong with the case at `path`: why `d3ls test` would refuse it.
pub(super) fn check(session: &Session, sheet: Sheet, path: &Path, checked: &mut Checked) {
    let manifest = runner::manifest_of(path);
    let files = runner::input_files(&session.workspace, path, &sheet.text);
    let mut looked_at = files.clone();
    checked.depends = depends(session, &manifest);
    checked.depends.extend(files);
    // A client that watches does not watch files of every kind.
    if !session.agreed().watches {
        looked_at.extend(above(path).chain(checked.depends.iter().cloned()));
    }
    checked.stamps = looked_at.into_iter().map(|path| (path.clone(), stamp(&path))).collect();
    let encoding = session.agreed().encoding;
    let faults = runner::faults(&session.workspace, path, &sheet.text).into_iter();
    let shown = |fault: Fault| {
        let range = place_in_case(&sheet.text, &fault.path, fault.role);
        convert::problem(&fault.message, range, &sheet, encoding)
    };
    checked.items = faults.map(shown).collect();
    checked.subject = Subject::Case { sheet, manifest };
}

/// The manifest beside a case, its scripts, and the settings and image profiles of these.
fn depends(session: &Session, manifest: &Path) -> Vec<PathBuf> {
    let mut depends = session.workspace.scripts_of(manifest);
    let settings = |script: &PathBuf| session.workspace.settings_for(script).map(|file| file.path.clone());
    let profile = |script: &PathBuf| session.workspace.profile_for(script);
    let governing: FxHashSet<PathBuf> =
        depends.iter().flat_map(|script| settings(script).into_iter().chain(profile(script))).collect();
    depends.extend(governing);
    depends.push(manifest.to_owned());
    depends
}

impl Open<'_> {
    fn integration(&self) -> Option<&str> {
        self.manifest.internal_name.as_ref().map(|name| name.value.as_str())
    }

    fn mentioned(&self, offset: TextSize) -> Option<(Mentioned, TextRange)> {
        mentioned_in_case(&self.sheet.text, self.integration(), offset)
    }
}

/// What can stand at a position.
pub fn completion(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
) -> Option<CompletionResponse> {
    let open = open(session, checked)?;
    let offset = open.sheet.offset(position, agreed.encoding);
    let items = complete_case(&open.sheet.text, &open.manifest, offset).into_iter();
    Some(CompletionResponse::Array(items.map(|item| completion_item(item, None, open.sheet, agreed)).collect()))
}

/// What there is to say about a position.
pub fn hover(session: &Session, checked: &Checked, position: Position, agreed: &Agreed) -> Option<Hover> {
    let open = open(session, checked)?;
    let (what, range) = open.mentioned(open.sheet.offset(position, agreed.encoding))?;
    let text = ide::hover_for_case(&ManifestDocument::new(Arc::clone(&open.manifest)), &what)?;
    Some(Hover {
        contents: HoverContents::Markup(markup(text, agreed.hover_markdown)),
        range: Some(open.sheet.range(range, agreed.encoding)),
    })
}

/// Where what stands at a position is defined: in a script, else in the manifest.
pub fn definition(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
) -> Option<GotoDefinitionResponse> {
    let open = open(session, checked)?;
    let (what, _) = open.mentioned(open.sheet.offset(position, agreed.encoding))?;
    let find = |document: &_| ide::definition_for_case(document, &what);
    Some(GotoDefinitionResponse::Array(everywhere(session, &open.manifest, &open.manifest_sheet, find, agreed, true)))
}

/// Everything that means the same as what stands at a position. Without what declares it, unless `declarations`.
pub fn references(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
    declarations: bool,
) -> Option<Vec<Location>> {
    let open = open(session, checked)?;
    let (what, _) = open.mentioned(open.sheet.offset(position, agreed.encoding))?;
    let find = |document: &_| ide::references_for_case(document, &what);
    let mut found = everywhere(session, &open.manifest, &open.manifest_sheet, find, agreed, declarations);
    found.extend(in_cases(session, &open.manifest, &open.manifest_sheet, &what, agreed));
    Some(found)
}

/// The same, in the case alone.
pub fn highlights(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
) -> Option<Vec<DocumentHighlight>> {
    let open = open(session, checked)?;
    let (what, _) = open.mentioned(open.sheet.offset(position, agreed.encoding))?;
    let found = mentions(&open.sheet.text, open.integration(), &what).into_iter();
    let highlight = |range| DocumentHighlight { range: open.sheet.range(range, agreed.encoding), kind: None };
    Some(found.map(highlight).collect())
}

/// The name at a position, or why it can't be renamed.
pub fn renameable(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
) -> Option<Result<PrepareRenameResponse, String>> {
    let open = open(session, checked)?;
    let Some((what, range)) = open.mentioned(open.sheet.offset(position, agreed.encoding)) else {
        return Some(Err(NO_NAME.to_owned()));
    };
    let can = ide::renameable_for_case(&ManifestDocument::new(Arc::clone(&open.manifest)), &what);
    Some(can.map(|()| PrepareRenameResponse::Range(open.sheet.range(range, agreed.encoding))))
}

/// The edits of a rename, or why it can't be done.
pub fn rename(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
    to: &str,
) -> Option<Result<WorkspaceEdit, String>> {
    let open = open(session, checked)?;
    let Some((what, _)) = open.mentioned(open.sheet.offset(position, agreed.encoding)) else {
        return Some(Err(NO_NAME.to_owned()));
    };
    Some(rename_for_case(session, open.path, &open.manifest, what, to, agreed))
}

const NO_NAME: &str = "there is no name here that can be renamed";
