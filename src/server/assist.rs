//! Help at a position: completion and hover. What there is to say is the engine's business.

use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionResponse, CompletionTextEdit, Documentation, Hover, HoverContents,
    InsertTextFormat, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, Position, SignatureHelp,
    SignatureInformation, TextEdit, Uri,
};

use super::capabilities::Agreed;
use super::convert::Sheet;
use super::worker::{Checked, Subject};
use crate::diagnostic::Place;
use crate::ide;
use crate::semantic::{Analysis, Surroundings};
use crate::text::{TextRange, TextSize};

/// What can stand at a position.
pub fn completion(checked: &Checked, position: Position, agreed: &Agreed) -> Option<CompletionResponse> {
    let (analysis, sheet) = script(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    let findings: Vec<_> = checked.findings.iter().map(|finding| &finding.diagnostic).collect();
    let in_comment = ide::complete_comment(analysis, &findings, offset);
    let items = in_comment.unwrap_or_else(|| ide::complete(analysis, offset)).into_iter();
    let surroundings = Some(analysis.surroundings());
    Some(CompletionResponse::Array(items.map(|item| completion_item(item, surroundings, sheet, agreed)).collect()))
}

/// Whether a position is in a comment of a script.
pub fn is_in_comment(checked: &Checked, position: Position, agreed: &Agreed) -> Option<bool> {
    let (analysis, sheet) = script(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    let is_around = |comment: &TextRange| comment.start() < offset && offset <= comment.end();
    Some(analysis.parsed().comments.iter().any(is_around))
}

/// What a client sends back to be told more about a completion.
#[derive(Debug, Serialize, Deserialize)]
pub struct More {
    /// The document that it was offered in.
    pub uri: Uri,
    topic: ide::Topic,
}

impl More {
    /// What there is to say; `None` where the document is no script or manifest any more.
    pub fn documentation(&self, checked: &Checked, agreed: &Agreed) -> Option<Documentation> {
        let (analysis, _) = script(checked)?;
        ide::documentation(analysis.surroundings(), &self.topic).map(|text| completion_text(text, agreed))
    }
}

fn completion_text(text: String, agreed: &Agreed) -> Documentation {
    documentation(text, agreed.completion_format.as_ref())
}

/// A text beside something, in the format that the client takes there.
fn documentation(value: String, format: Option<&MarkupKind>) -> Documentation {
    match format {
        Some(kind) => Documentation::MarkupContent(MarkupContent { kind: kind.clone(), value }),
        None => Documentation::String(value),
    }
}

/// What there is to say about a position: of D3's words, and of the rules behind findings there.
pub fn hover(checked: &Checked, position: Position, agreed: &Agreed) -> Option<Hover> {
    let (analysis, sheet) = script(checked)?;
    let offset = sheet.offset(position, agreed.encoding);
    hover_at(checked, Place::Script, sheet, offset, ide::hover(analysis, offset), agreed)
}

/// What is said of a word, and of the rules behind the findings at `offset` of the file at `place`.
pub(super) fn hover_at(
    checked: &Checked,
    place: Place,
    sheet: &Sheet,
    offset: TextSize,
    word: Option<ide::Hover>,
    agreed: &Agreed,
) -> Option<Hover> {
    let findings = checked.findings.iter().map(|finding| &finding.diagnostic);
    let here = findings.filter(|found| found.place == place && found.range.contains_inclusive(offset));
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

/// The call around a position.
pub fn signature(checked: &Checked, position: Position, agreed: &Agreed) -> Option<SignatureHelp> {
    let (analysis, sheet) = script(checked)?;
    let found = ide::signature(analysis, sheet.offset(position, agreed.encoding))?;
    let document = |value: Option<String>| value.map(|value| documentation(value, agreed.signature_format.as_ref()));
    // The protocol counts in UTF-16 here, whatever was agreed for positions.
    let units = |end: usize| u32::try_from(found.label[..end].encode_utf16().count()).unwrap_or(u32::MAX);
    let parameters = found.parameters.into_iter().map(|parameter| {
        let (from, to) = parameter.label;
        ParameterInformation {
            label: if agreed.label_offsets {
                ParameterLabel::LabelOffsets([units(from), units(to)])
            } else {
                ParameterLabel::Simple(found.label[from..to].to_owned())
            },
            documentation: document(parameter.documentation),
        }
    });
    let parameters: Vec<_> = parameters.collect();
    // Beyond the last parameter none is active.
    let active = found.active.unwrap_or(parameters.len());
    let information = SignatureInformation {
        documentation: document(found.documentation),
        parameters: Some(parameters),
        active_parameter: None,
        label: found.label,
    };
    Some(SignatureHelp {
        signatures: vec![information],
        active_signature: Some(0),
        active_parameter: u32::try_from(active).ok(),
    })
}

/// The script of a check and its text.
pub(super) fn script(checked: &Checked) -> Option<(&Analysis, &Sheet)> {
    match &checked.subject {
        Subject::Script { analysis, sheets, .. } => Some((analysis, sheets.get(&Place::Script)?)),
        _ => None,
    }
}

/// A completion in the protocol's words. A long text waits until the client asks for it, if it does.
pub(super) fn completion_item(
    item: ide::CompletionItem,
    surroundings: Option<&Surroundings>,
    sheet: &Sheet,
    agreed: &Agreed,
) -> CompletionItem {
    let as_snippet = item.is_snippet && agreed.snippets;
    let new_text = if as_snippet { item.insert.clone() } else { item.plain_insert() };
    let (text, data) = match item.documentation {
        Some(ide::Documentation::About(topic)) if agreed.asks_for_documentation => {
            (None, serde_json::to_value(More { uri: sheet.uri.clone(), topic }).ok())
        }
        Some(ide::Documentation::About(topic)) => (surroundings.and_then(|it| ide::documentation(it, &topic)), None),
        Some(ide::Documentation::Text(text)) => (Some(text), None),
        None => (None, None),
    };
    CompletionItem {
        kind: Some(kind(item.kind)),
        detail: item.detail,
        documentation: text.map(|text| completion_text(text, agreed)),
        data,
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

/// A text, as Markdown where the client takes that.
pub(super) fn markup(value: String, markdown: bool) -> MarkupContent {
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
