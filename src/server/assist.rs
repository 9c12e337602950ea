//! Help at a position: completion and hover. What there is to say is the engine's business.

use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionResponse, CompletionTextEdit, Documentation, Hover, HoverContents,
    InsertTextFormat, MarkupContent, MarkupKind, Position, TextEdit,
};

use super::capabilities::Agreed;
use super::convert::Sheet;
use super::worker::{Checked, Subject};
use crate::diagnostic::Place;
use crate::ide;
use crate::semantic::Analysis;

/// What can stand at a position.
pub fn completion(checked: &Checked, position: Position, agreed: &Agreed) -> Option<CompletionResponse> {
    let (analysis, sheet) = script(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    let items = ide::complete(analysis, offset).into_iter();
    Some(CompletionResponse::Array(items.map(|item| completion_item(item, sheet, agreed)).collect()))
}

/// What there is to say about a position: of D3's words, and of the rules behind findings there.
pub fn hover(checked: &Checked, position: Position, agreed: &Agreed) -> Option<Hover> {
    let (analysis, sheet) = script(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    let word = ide::hover(analysis, offset);
    let findings = checked.findings.iter().map(|finding| &finding.diagnostic);
    let here = findings.filter(|found| found.place == Place::Script && found.range.contains_inclusive(offset));
    let mut codes: Vec<&str> = here.clone().map(|found| found.code).collect();
    codes.dedup();
    let range = word.as_ref().map(|word| word.range).or_else(|| here.map(|found| found.range).next())?;
    let texts = word.into_iter().map(|word| word.markdown).chain(codes.into_iter().filter_map(ide::rule_help));
    let value = texts.collect::<Vec<_>>().join("\n\n---\n\n");
    Some(Hover {
        contents: HoverContents::Markup(markup(value, agreed.hover_markdown)),
        range: Some(sheet.range(range, agreed.encoding)),
    })
}

/// The script of a check and its text.
fn script(checked: &Checked) -> Option<(&Analysis, &Sheet)> {
    match &checked.subject {
        Subject::Script { analysis, sheets, .. } => Some((analysis, sheets.get(&Place::Script)?)),
        _ => None,
    }
}

fn completion_item(item: ide::CompletionItem, sheet: &Sheet, agreed: &Agreed) -> CompletionItem {
    let as_snippet = item.is_snippet && agreed.snippets;
    let new_text = if as_snippet { item.insert.clone() } else { item.plain_insert() };
    CompletionItem {
        kind: Some(kind(item.kind)),
        detail: item.detail,
        documentation: item
            .documentation
            .map(|value| Documentation::MarkupContent(markup(value, agreed.completion_markdown))),
        sort_text: Some(item.sort),
        filter_text: Some(item.filter),
        insert_text_format: as_snippet.then_some(InsertTextFormat::SNIPPET),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: sheet.range(item.range, agreed.encoding),
            new_text,
        })),
        label: item.label,
        ..CompletionItem::default()
    }
}

fn markup(value: String, markdown: bool) -> MarkupContent {
    MarkupContent { kind: if markdown { MarkupKind::Markdown } else { MarkupKind::PlainText }, value }
}

fn kind(kind: ide::CompletionKind) -> CompletionItemKind {
    use ide::CompletionKind as Kind;
    match kind {
        Kind::Key => CompletionItemKind::FIELD,
        Kind::Namespace | Kind::Module => CompletionItemKind::MODULE,
        Kind::Function => CompletionItemKind::FUNCTION,
        Kind::Type => CompletionItemKind::TYPE_PARAMETER,
        Kind::Property => CompletionItemKind::PROPERTY,
        Kind::Keyword => CompletionItemKind::VARIABLE,
        Kind::Value => CompletionItemKind::VALUE,
        Kind::Variable => CompletionItemKind::VARIABLE,
        Kind::Snippet => CompletionItemKind::SNIPPET,
    }
}
