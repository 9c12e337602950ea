//! Ways through the files that belong together, and rename. What belongs where is the engine's business.

use std::path::PathBuf;
use std::sync::Arc;

use tower_lsp_server::ls_types::{
    DocumentHighlight, DocumentSymbol, DocumentSymbolResponse, GotoDefinitionResponse, InlayHint, InlayHintKind,
    InlayHintLabel, InlayHintTooltip, Location, Position, PrepareRenameResponse, Range, SymbolInformation, SymbolKind,
    WorkspaceEdit,
};

use super::actions::rename_edit;
use super::assist::{markup, script};
use super::capabilities::Agreed;
use super::cases;
use super::convert::{Sheet, Sheets, path_of};
use super::manifest;
use super::session::Session;
use super::worker::{Checked, Subject, address};
use crate::diagnostic::Place;
use crate::ide::{self, manifest as manifest_words};
use crate::manifest::Manifest;
use crate::text::TextRange;

/// Where what stands at a position is defined.
pub fn definition(checked: &Checked, position: Position, agreed: &Agreed) -> Option<GotoDefinitionResponse> {
    let (analysis, sheet) = script(checked)?;
    let found = ide::definition(analysis, sheet.offset(position, agreed.encoding));
    Some(GotoDefinitionResponse::Array(locations(&found, sheets(checked)?, agreed)))
}

/// Everything that means the same as what stands at a position: what the manifest declares or the system script
/// defines, in all scripts that the manifest names, and in their test cases. Without what declares it, unless `declarations`.
pub fn references(
    session: &Session,
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
    declarations: bool,
) -> Option<Vec<Location>> {
    let (analysis, sheet) = script(checked)?;
    let (offset, sheets) = (sheet.offset(position, agreed.encoding), sheets(checked)?);
    let mut own = ide::references(analysis, offset);
    own.retain(|one| declarations || !one.declares);
    let mut found = locations(&own, sheets, agreed);
    let manifest = sheets.get(&Place::Manifest).zip(analysis.surroundings().manifest.as_ref());
    if let Some((sheet, manifest)) = manifest {
        if let Some(declared) = ide::declaration(analysis, offset) {
            let all = |document: &_| manifest_words::references(document, declared.start());
            found.extend(manifest::everywhere(session, manifest, sheet, all, agreed, declarations));
        }
        if let Some(name) = ide::system_name(analysis, offset) {
            let all = |document: &_| manifest_words::references_of_system_name(document, name);
            for (manifest, sheet) in manifests_over(session, sheets) {
                found.extend(manifest::everywhere(session, &manifest, &sheet, all, agreed, declarations));
            }
        }
        if let Some(mentioned) = ide::mentioned(analysis, offset) {
            found.extend(manifest::in_cases(session, manifest, sheet, &mentioned, agreed));
        }
    }
    let key = |one: &Location| (one.uri.as_str().to_owned(), one.range.start);
    found.sort_by_key(key);
    found.dedup();
    Some(found)
}

/// The manifests that name the system script of a script, or it itself where it is one. Several may share one.
fn manifests_over(session: &Session, sheets: &Sheets) -> Vec<(Arc<Manifest>, Sheet)> {
    let system = sheets.get(&Place::SystemScript).or_else(|| sheets.get(&Place::Script));
    let paths = system.and_then(|sheet| path_of(&sheet.uri)).map(|path| session.workspace.manifests_for(&path));
    let manifest = |path: PathBuf| {
        let manifest = session.workspace.manifest(&path)?;
        let (uri, version) = address(session, &path);
        let sheet = Sheet::new(uri?, version, Arc::clone(&manifest.text));
        Some((manifest, sheet))
    };
    paths.into_iter().flatten().filter_map(manifest).collect()
}

/// The same, in the script alone.
pub fn highlights(checked: &Checked, position: Position, agreed: &Agreed) -> Option<Vec<DocumentHighlight>> {
    let (analysis, sheet) = script(checked)?;
    let found = ide::highlights(analysis, sheet.offset(position, agreed.encoding)).into_iter();
    let highlight = |range| DocumentHighlight { range: sheet.range(range, agreed.encoding), kind: None };
    Some(found.map(highlight).collect())
}

/// The name at a position, or why it can't be renamed.
pub fn renameable(
    checked: &Checked,
    position: Position,
    agreed: &Agreed,
) -> Option<Result<PrepareRenameResponse, String>> {
    let (analysis, sheet) = script(checked)?;
    let range = ide::renameable(analysis, sheet.offset(position, agreed.encoding));
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
    let (analysis, sheet) = script(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    let sheets = sheets(checked)?;
    let manifest = sheets.get(&Place::Manifest).zip(analysis.surroundings().manifest.as_ref());
    let cases = manifest.zip(ide::renamed_in_cases(analysis, offset));
    let cases = cases.and_then(|((sheet, manifest), renamed)| {
        Some(cases::follow(session, &path_of(&sheet.uri)?, manifest, &[(renamed, to.to_owned())]))
    });
    let edits = ide::rename(analysis, offset, to);
    let whole = |edits: Vec<_>| rename_edit(&edits, sheets, &cases.unwrap_or_default(), agreed);
    Some(edits.and_then(|edits| whole(edits).ok_or_else(|| "the manifest can't be edited".to_owned())))
}

/// The hints in a range.
pub fn hints(checked: &Checked, range: Range, agreed: &Agreed) -> Option<Vec<InlayHint>> {
    let (analysis, sheet) = script(checked)?;
    let start = sheet.offset(range.start, agreed.encoding);
    let range = TextRange::new(start, sheet.offset(range.end, agreed.encoding).max(start));
    let hint = |hint: ide::Hint| InlayHint {
        position: sheet.range(TextRange::empty(hint.offset), agreed.encoding).start,
        label: InlayHintLabel::String(hint.label),
        kind: Some(InlayHintKind::PARAMETER),
        text_edits: None,
        tooltip: Some(InlayHintTooltip::MarkupContent(markup(hint.tooltip, agreed.hover_markdown))),
        padding_left: Some(hint.behind),
        padding_right: None,
        data: None,
    };
    Some(ide::hints(analysis, range).into_iter().map(hint).collect())
}

/// What the script defines: as a tree, or as a list for clients that know no trees.
pub fn symbols(checked: &Checked, agreed: &Agreed) -> Option<DocumentSymbolResponse> {
    let (analysis, sheet) = script(checked)?;
    Some(symbol_response(ide::symbols(analysis), sheet, agreed))
}

/// Symbols in the protocol's words.
pub(super) fn symbol_response(found: Vec<ide::Symbol>, sheet: &Sheet, agreed: &Agreed) -> DocumentSymbolResponse {
    if agreed.symbol_trees {
        return DocumentSymbolResponse::Nested(found.into_iter().map(|one| tree(one, sheet, agreed)).collect());
    }
    let mut list = Vec::new();
    flatten(found, None, sheet, agreed, &mut list);
    DocumentSymbolResponse::Flat(list)
}

// The protocol's own type asks for its deprecated field.
#[allow(deprecated)]
fn tree(symbol: ide::Symbol, sheet: &Sheet, agreed: &Agreed) -> DocumentSymbol {
    let children: Vec<_> = symbol.children.into_iter().map(|child| tree(child, sheet, agreed)).collect();
    DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: sheet.range(symbol.range, agreed.encoding),
        selection_range: sheet.range(symbol.selection, agreed.encoding),
        children: (!children.is_empty()).then_some(children),
    }
}

#[allow(deprecated)]
fn flatten(
    symbols: Vec<ide::Symbol>,
    container: Option<&str>,
    sheet: &Sheet,
    agreed: &Agreed,
    list: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        let location = Location { uri: sheet.uri.clone(), range: sheet.range(symbol.range, agreed.encoding) };
        list.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            location,
            container_name: container.map(str::to_owned),
        });
        flatten(symbol.children, Some(&symbol.name), sheet, agreed, list);
    }
}

fn symbol_kind(kind: ide::SymbolKind) -> SymbolKind {
    match kind {
        // A command is what D3 calls: it stands out among the helpers.
        ide::SymbolKind::Command => SymbolKind::EVENT,
        ide::SymbolKind::Function => SymbolKind::FUNCTION,
        ide::SymbolKind::Method => SymbolKind::METHOD,
        ide::SymbolKind::Class => SymbolKind::CLASS,
        ide::SymbolKind::Variable | ide::SymbolKind::Input => SymbolKind::VARIABLE,
        ide::SymbolKind::ConnectionParameter => SymbolKind::KEY,
    }
}

fn sheets(checked: &Checked) -> Option<&Sheets> {
    match &checked.subject {
        Subject::Script { sheets, .. } => Some(sheets),
        _ => None,
    }
}

fn locations(found: &[ide::Location], sheets: &Sheets, agreed: &Agreed) -> Vec<Location> {
    let location = |found: &ide::Location| {
        let sheet = sheets.get(&found.place)?;
        Some(Location { uri: sheet.uri.clone(), range: sheet.range(found.range, agreed.encoding) })
    };
    found.iter().filter_map(location).collect()
}
