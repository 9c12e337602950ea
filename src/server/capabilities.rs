//! What client and server agree upon at the start; nothing else looks at the client's capabilities.

use tower_lsp_server::ls_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, DiagnosticOptions,
    DiagnosticServerCapabilities, PositionEncodingKind, ServerCapabilities, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, WorkDoneProgressOptions,
};

use crate::text::Encoding;

/// The kind of the action that applies all safe fixes.
pub const FIX_ALL: &str = "source.fixAll.d3ls";

/// What was agreed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreed {
    /// The unit of columns: UTF-8 if the client offers it, since that is the engine's own.
    pub encoding: Encoding,
    /// The client asks for findings; it is not pushed to.
    pub pulls: bool,
    /// The client can be asked to ask again.
    pub refreshes: bool,
    /// The client watches files for the server.
    pub watches: bool,
    /// Edits may name the version of the document they are meant for.
    pub document_changes: bool,
    /// Findings may point at other places.
    pub related: bool,
}

impl Agreed {
    /// Reads what the client can do.
    pub fn new(client: &ClientCapabilities) -> Self {
        let offered = client.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let utf8 = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        let document = client.text_document.as_ref();
        let workspace = client.workspace.as_ref();
        let is = |flag: Option<Option<bool>>| flag.flatten() == Some(true);
        Self {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            pulls: document.is_some_and(|document| document.diagnostic.is_some()),
            refreshes: is(workspace.and_then(|workspace| workspace.diagnostics.as_ref()).map(|it| it.refresh_support)),
            watches: is(workspace
                .and_then(|workspace| workspace.did_change_watched_files.as_ref())
                .map(|watching| watching.dynamic_registration)),
            document_changes: is(workspace
                .and_then(|workspace| workspace.workspace_edit.as_ref())
                .map(|edit| edit.document_changes)),
            related: is(document
                .and_then(|document| document.publish_diagnostics.as_ref())
                .map(|publish| publish.related_information)),
        }
    }

    /// What the server offers in return.
    pub fn server(&self) -> ServerCapabilities {
        let encoding = match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            _ => PositionEncodingKind::UTF16,
        };
        ServerCapabilities {
            position_encoding: Some(encoding),
            text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                ..TextDocumentSyncOptions::default()
            })),
            diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("d3ls".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: false,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::from(FIX_ALL)]),
                ..CodeActionOptions::default()
            })),
            ..ServerCapabilities::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn agreed(client: serde_json::Value) -> Agreed {
        Agreed::new(&serde_json::from_value(client).expect("capabilities"))
    }

    #[test]
    fn a_bare_client_gets_the_protocol_s_defaults() {
        assert_eq!(agreed(json!({})), Agreed { encoding: Encoding::Utf16, ..Agreed::default() });
    }

    #[test]
    fn utf8_is_taken_wherever_it_stands() {
        let encodings = |offered| agreed(json!({"general": {"positionEncodings": offered}})).encoding;
        assert_eq!(encodings(json!(["utf-32", "utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(encodings(json!(["utf-32"])), Encoding::Utf16);
        assert_eq!(encodings(json!([])), Encoding::Utf16);
    }

    #[test]
    fn pulling_and_watching() {
        let all = agreed(json!({
            "textDocument": {"diagnostic": {}, "publishDiagnostics": {"relatedInformation": true}},
            "workspace": {
                "diagnostics": {"refreshSupport": true},
                "didChangeWatchedFiles": {"dynamicRegistration": true},
                "workspaceEdit": {"documentChanges": true},
            },
        }));
        let expected = Agreed {
            encoding: Encoding::Utf16,
            pulls: true,
            refreshes: true,
            watches: true,
            document_changes: true,
            related: true,
        };
        assert_eq!(all, expected);
    }
}
