//! Fixes of findings and other edits as code actions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tower_lsp_server::ls_types::{
    self as lsp, CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, WorkspaceEdit,
};

use super::capabilities::{Agreed, FIX_ALL};
use super::cases;
use super::convert::{self, Sheet, Sheets, path_of};
use super::session::Session;
use super::worker::{Checked, Finding, Subject, report};
use crate::check::{Input, check_manifest};
use crate::diagnostic::Place;
use crate::fix::{Diagnosis, Wanted, fix_all};
use crate::ide::{self, Action, ActionKind};
use crate::manifest::Manifest;
use crate::project::SettingsFile;
use crate::semantic::Analysis;
use crate::text::{Edit, Source, TextRange, TextSize, apply};

/// The actions for a range of a document: fixes of the findings there, what else can be done there, comments that
/// ignore the findings, all safe fixes.
pub fn actions(
    session: &Session,
    checked: &Checked,
    params: &CodeActionParams,
    agreed: &Agreed,
) -> Vec<CodeActionOrCommand> {
    let wants = |kind: &str| match &params.context.only {
        Some(only) => only.iter().any(|wanted| includes(wanted.as_str(), kind)),
        None => true,
    };
    let mut offers = Vec::new();
    let here: Vec<&Finding> = checked.findings.iter().filter(|finding| touches(finding, params, agreed)).collect();
    for finding in &here {
        offers.extend(fixes(finding, agreed));
    }
    offers.extend(other_actions(checked, params, agreed));
    for finding in &here {
        offers.extend(suppressions(checked, finding, agreed));
    }
    let mut seen: Vec<Edits<'_>> = Vec::new();
    let mut actions = Vec::new();
    for offer in offers.iter().filter(|offer| wants(kind_of(offer.action.kind).as_str())) {
        // What a fix does already is not offered twice.
        if !seen.iter().any(|edits| *edits == offer.action.edits) {
            seen.push(&offer.action.edits);
            actions.extend(code_action(session, offer, agreed));
        }
    }
    if wants(FIX_ALL) {
        actions.extend(fix_all_action(checked, agreed));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Edits of the files that belong together.
type Edits<'a> = &'a [(Place, Edit)];

/// An action with the files that it edits.
struct Offer<'a> {
    action: Action,
    sheets: &'a Sheets,
    /// What it mends or ignores.
    finding: Option<lsp::Diagnostic>,
    preferred: bool,
}

/// Whether `kind` is `wanted` or one of its kinds: `source` includes `source.fixAll`, not `sourceless`.
fn includes(wanted: &str, kind: &str) -> bool {
    let rest = kind.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.is_empty())
}

/// Whether a finding is where the actions are wanted. A cursor at either end of it touches it.
fn touches(finding: &Finding, params: &CodeActionParams, agreed: &Agreed) -> bool {
    let Some(sheet) = finding.sheets.get(&finding.diagnostic.place) else { return false };
    let (wanted, found) = (range_in(sheet, params, agreed), finding.diagnostic.range);
    found.start() <= wanted.end() && wanted.start() <= found.end()
}

fn range_in(sheet: &Sheet, params: &CodeActionParams, agreed: &Agreed) -> TextRange {
    let start = sheet.offset(params.range.start, agreed.encoding);
    TextRange::new(start, sheet.offset(params.range.end, agreed.encoding).max(start))
}

fn fixes<'a>(finding: &'a Finding, agreed: &Agreed) -> impl Iterator<Item = Offer<'a>> {
    let Finding { diagnostic, sheets } = finding;
    let shown = convert::diagnostic(diagnostic, sheets, agreed.encoding, agreed.related);
    diagnostic.fixes.iter().enumerate().map(move |(index, fix)| Offer {
        action: Action { title: fix.title.clone(), kind: ActionKind::QuickFix, edits: fix.edits.clone() },
        sheets,
        finding: shown.clone(),
        preferred: index == 0,
    })
}

/// What can be done besides the fixes.
fn other_actions<'a>(checked: &'a Checked, params: &CodeActionParams, agreed: &Agreed) -> Vec<Offer<'a>> {
    let offer = |sheets| move |action| Offer { action, sheets, finding: None, preferred: false };
    match &checked.subject {
        Subject::Script { analysis, sheets, .. } => {
            let Some(sheet) = sheets.get(&Place::Script) else { return Vec::new() };
            let actions = ide::actions(analysis, range_in(sheet, params, agreed));
            actions.into_iter().map(offer(&**sheets)).collect()
        }
        Subject::Manifest { stems_from, sheets, .. } => {
            let Some(sheet) = sheets.get(&Place::Manifest) else { return Vec::new() };
            let range = range_in(sheet, params, agreed);
            let of_script = |(analysis, sheets): &'a (Arc<Analysis>, Arc<Sheets>)| {
                ide::manifest_actions(analysis, range).into_iter().map(offer(&**sheets))
            };
            stems_from.iter().flat_map(of_script).collect()
        }
        Subject::Case { .. } | Subject::Settings { .. } | Subject::Other => Vec::new(),
    }
}

fn suppressions<'a>(checked: &'a Checked, finding: &'a Finding, agreed: &Agreed) -> Vec<Offer<'a>> {
    let Subject::Script { analysis, .. } = &checked.subject else { return Vec::new() };
    let Finding { diagnostic, sheets } = finding;
    let shown = convert::diagnostic(diagnostic, sheets, agreed.encoding, agreed.related);
    let offer = |action| Offer { action, sheets, finding: shown.clone(), preferred: false };
    ide::suppressions(analysis, diagnostic).into_iter().map(offer).collect()
}

fn kind_of(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
    }
}

/// An action in the protocol's words; `None` where one of its files is no file of the editor's.
fn code_action(session: &Session, offer: &Offer<'_>, agreed: &Agreed) -> Option<CodeAction> {
    let mut files = by_file(&offer.action.edits, offer.sheets)?;
    let cases = renamed_in_cases(session, offer);
    files.extend(cases.iter().map(|(case, edits)| (case, edits.clone())));
    Some(CodeAction {
        title: offer.action.title.clone(),
        kind: Some(kind_of(offer.action.kind)),
        diagnostics: offer.finding.clone().map(|shown| vec![shown]),
        edit: Some(edit_of_files(files, agreed)),
        is_preferred: offer.preferred.then_some(true),
        ..CodeAction::default()
    })
}

/// The edits of test cases that follow where an action gives inputs of the manifest other names.
fn renamed_in_cases(session: &Session, offer: &Offer<'_>) -> Vec<(Sheet, Vec<Edit>)> {
    let edits = offer.action.edits.iter().filter(|(place, _)| *place == Place::Manifest);
    let edits: Vec<Edit> = edits.map(|(_, edit)| edit.clone()).collect();
    let Some(sheet) = offer.sheets.get(&Place::Manifest).filter(|_| !edits.is_empty()) else { return Vec::new() };
    let before = Manifest::parse(Arc::clone(&sheet.text));
    let after = Manifest::parse(Arc::from(apply(&sheet.text, &edits)));
    let renamed = ide::renamed_inputs(&before, &after);
    path_of(&sheet.uri).map(|path| cases::follow(session, &path, &before, &renamed)).unwrap_or_default()
}

/// All safe fixes at once, as `lint --fix` applies them; `None` where there are none.
fn fix_all_action(checked: &Checked, agreed: &Agreed) -> Option<CodeAction> {
    let (place, sheets) = match &checked.subject {
        Subject::Script { sheets, .. } => (Place::Script, sheets),
        Subject::Manifest { sheets, .. } => (Place::Manifest, sheets),
        Subject::Settings { sheets, .. } => (Place::Settings, sheets),
        Subject::Case { .. } | Subject::Other => return None,
    };
    let before = &sheets.get(&place)?.text;
    let fixed = fix_all(before, Wanted { place, unsafe_fixes: false }, |text| diagnose(&checked.subject, text));
    let edits: Vec<_> = line_edits(before, &fixed.text).into_iter().map(|edit| (place, edit)).collect();
    if edits.is_empty() {
        return None;
    }
    Some(CodeAction {
        title: "Apply all safe fixes".to_owned(),
        kind: Some(CodeActionKind::from(FIX_ALL)),
        edit: Some(workspace_edit(&edits, sheets, agreed)?),
        ..CodeAction::default()
    })
}

fn diagnose(subject: &Subject, text: &Arc<str>) -> Diagnosis {
    match subject {
        Subject::Script { input, .. } => {
            let report = report(&Input { source: Source::from_text(Arc::clone(text)), ..(**input).clone() });
            let syntax_errors = report.analysis.parsed().errors.len();
            Diagnosis { diagnostics: report.diagnostics, syntax_errors }
        }
        Subject::Manifest { selection, .. } => {
            let manifest = Manifest::parse(Arc::clone(text));
            let syntax_errors = usize::from(!manifest.usable);
            Diagnosis { diagnostics: check_manifest(&manifest, selection), syntax_errors }
        }
        Subject::Settings { path, selection, .. } => {
            let file = SettingsFile::new(path, Arc::clone(text));
            Diagnosis { diagnostics: file.unknown_codes(selection), syntax_errors: file.errors.len() }
        }
        Subject::Case { .. } | Subject::Other => Diagnosis::default(),
    }
}

/// The lines that differ, so that an editor keeps its cursor and folds elsewhere.
fn line_edits(before: &str, after: &str) -> Vec<Edit> {
    fn lines(text: &str) -> Vec<&str> {
        text.split_inclusive('\n').collect()
    }
    let (old, new) = (lines(before), lines(after));
    let length =
        |lines: &[&str]| TextSize::try_from(lines.iter().map(|line| line.len()).sum::<usize>()).unwrap_or_default();
    similar::capture_diff_slices(similar::Algorithm::Myers, &old, &new)
        .into_iter()
        .filter(|operation| operation.tag() != similar::DiffTag::Equal)
        .map(|operation| {
            let (gone, come) = (operation.old_range(), operation.new_range());
            let start = length(&old[..gone.start]);
            Edit::replace(TextRange::at(start, length(&old[gone])), new[come].concat())
        })
        .collect()
}

/// Edits of the files that belong together, in the protocol's words; `None` where one of the files is no file of the editor's.
pub(super) fn workspace_edit(edits: &[(Place, Edit)], sheets: &Sheets, agreed: &Agreed) -> Option<WorkspaceEdit> {
    Some(edit_of_files(by_file(edits, sheets)?, agreed))
}

/// The same for a rename, with what follows in test cases.
pub(super) fn rename_edit(
    edits: &[(Place, Edit)],
    sheets: &Sheets,
    cases: &[(Sheet, Vec<Edit>)],
    agreed: &Agreed,
) -> Option<WorkspaceEdit> {
    let mut files = by_file(edits, sheets)?;
    // Without an edit the name stays.
    files.extend(cases.iter().filter(|_| !edits.is_empty()).map(|(sheet, edits)| (sheet, edits.clone())));
    Some(edit_of_files(files, agreed))
}

fn by_file<'s>(edits: &[(Place, Edit)], sheets: &'s Sheets) -> Option<Vec<(&'s Sheet, Vec<Edit>)>> {
    let mut by_place: BTreeMap<Place, Vec<Edit>> = BTreeMap::new();
    for (place, edit) in edits {
        by_place.entry(*place).or_default().push(edit.clone());
    }
    by_place.into_iter().map(|(place, edits)| Some((sheets.get(&place)?, edits))).collect()
}

/// Edits of files in the protocol's words: all in one step.
fn edit_of_files(files: Vec<(&Sheet, Vec<Edit>)>, agreed: &Agreed) -> WorkspaceEdit {
    let files = files.into_iter().map(|(sheet, edits)| {
        let edit = |edit: Edit| TextEdit { range: sheet.range(edit.range, agreed.encoding), new_text: edit.new_text };
        (sheet, edits.into_iter().map(edit))
    });
    if agreed.document_changes {
        let edits = files.map(|(sheet, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri: sheet.uri.clone(), version: sheet.version },
            edits: edits.map(OneOf::Left).collect(),
        });
        return WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(edits.collect())),
            ..WorkspaceEdit::default()
        };
    }
    let changes: HashMap<_, _> = files.map(|(sheet, edits)| (sheet.uri.clone(), edits.collect())).collect();
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_edits_touch_only_lines_that_differ() {
        let (before, after) = ("a\nb\r\nc\n🙂\nlast", "a\nB\r\nc\n🙂\nx\nlast\n");
        let edits = line_edits(before, after);
        assert_eq!(apply(before, &edits), after);
        assert_eq!(edits[0], Edit::replace(TextRange::new(2.into(), 5.into()), "B\r\n"));
        assert_eq!(line_edits("a", "a"), []);
    }

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
