//! Fixes as code actions.

use std::collections::{BTreeMap, HashMap};

use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, WorkspaceEdit,
};

use super::capabilities::{Agreed, FIX_ALL};
use super::convert::{self, Sheets};
use super::worker::{Checked, Finding};
use crate::diagnostic::Place;
use crate::text::Edit;

/// The actions for a range of a document.
pub fn actions(checked: &Checked, params: &CodeActionParams, agreed: &Agreed) -> Vec<CodeActionOrCommand> {
    let wants = |kind: &str| match &params.context.only {
        Some(only) => only.iter().any(|wanted| includes(wanted.as_str(), kind)),
        None => true,
    };
    let mut actions = Vec::new();
    if wants(CodeActionKind::QUICKFIX.as_str()) {
        for finding in &checked.findings {
            quick_fixes(finding, params, agreed, &mut actions);
        }
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether `kind` is `wanted` or one of its kinds: `source` includes `source.fixAll`, not `sourceless`.
fn includes(wanted: &str, kind: &str) -> bool {
    let rest = kind.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.is_empty())
}

fn quick_fixes(finding: &Finding, params: &CodeActionParams, agreed: &Agreed, actions: &mut Vec<CodeAction>) {
    let Finding { diagnostic, sheets } = finding;
    let Some(sheet) = sheets.get(&diagnostic.place) else { return };
    let start = sheet.offset(params.range.start, agreed.encoding);
    let end = sheet.offset(params.range.end, agreed.encoding).max(start);
    // A cursor at either end of a finding touches it.
    if diagnostic.range.end() < start || diagnostic.range.start() > end {
        return;
    }
    let shown = convert::diagnostic(diagnostic, sheets, agreed.encoding, agreed.related);
    for (index, fix) in diagnostic.fixes.iter().enumerate() {
        let Some(edit) = workspace_edit(&fix.edits, sheets, agreed) else { continue };
        actions.push(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: shown.clone().map(|shown| vec![shown]),
            edit: Some(edit),
            is_preferred: (index == 0).then_some(true),
            ..CodeAction::default()
        });
    }
}

/// The edits in the protocol's words; `None` where a file that they change is not known.
fn workspace_edit(edits: &[(Place, Edit)], sheets: &Sheets, agreed: &Agreed) -> Option<WorkspaceEdit> {
    let mut by_place: BTreeMap<Place, Vec<TextEdit>> = BTreeMap::new();
    for (place, edit) in edits {
        let range = sheets.get(place)?.range(edit.range, agreed.encoding);
        by_place.entry(*place).or_default().push(TextEdit { range, new_text: edit.new_text.clone() });
    }
    let documents = by_place.into_iter().filter_map(|(place, edits)| Some((sheets.get(&place)?, edits)));
    Some(if agreed.document_changes {
        let edits = documents.map(|(sheet, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri: sheet.uri.clone(), version: sheet.version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        });
        WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits.collect())), ..WorkspaceEdit::default() }
    } else {
        let changes: HashMap<_, _> = documents.map(|(sheet, edits)| (sheet.uri.clone(), edits)).collect();
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_include_their_kinds() {
        assert!(includes("source.fixAll.d3ls", FIX_ALL));
        assert!(includes("source.fixAll", FIX_ALL));
        assert!(includes("source", FIX_ALL));
        assert!(includes("", FIX_ALL));
        assert!(!includes("source.fix", FIX_ALL));
        assert!(!includes("source.fixAll.ruff", FIX_ALL));
        assert!(!includes("quickfix", FIX_ALL));
        assert!(!includes("source.fixAll.d3ls.more", FIX_ALL));
    }
}
