//! What client and server agree upon at the start; nothing else looks at the client's capabilities.

use serde_json::Value;
use tower_lsp_server::ls_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    CompletionOptions, DiagnosticOptions, DiagnosticServerCapabilities, DocumentLinkOptions, ExecuteCommandOptions,
    FoldingRangeProviderCapability, HoverProviderCapability, MarkupKind, OneOf, PositionEncodingKind, RenameOptions,
    SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensOptions, ServerCapabilities,
    SignatureHelpOptions, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use super::run::{RUN, TEST};
use super::structure::legend;
use crate::text::Encoding;

/// The kind of the action that applies all safe fixes.
pub const FIX_ALL: &str = "source.fixAll.d3ls";

/// What may begin a word of D3's: a member, a string, a type, a key, an argument.
const TRIGGERS: [&str; 6] = [".", "'", "\"", "<", "[", "("];

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
    /// Completions may have places to fill in.
    pub snippets: bool,
    /// The client asks for the text beside a completion when it shows it.
    pub asks_for_documentation: bool,
    /// What texts beside completions may be, if anything but plain.
    pub completion_format: Option<MarkupKind>,
    /// The same of texts beside signatures.
    pub signature_format: Option<MarkupKind>,
    /// A signature's parameters may be named by their place in it.
    pub label_offsets: bool,
    /// The client asks whether a name can be renamed.
    pub prepares_rename: bool,
    /// Symbols may be a tree.
    pub symbol_trees: bool,
    /// The client tells its settings.
    pub has_configuration: bool,
    /// The client says when its settings change, if it is asked to.
    pub watches_configuration: bool,
    /// Hovers may be Markdown.
    pub hover_markdown: bool,
    /// The client shows the progress of work that the server starts.
    pub shows_progress: bool,
    /// The client can be asked to ask again for lenses.
    pub refreshes_lenses: bool,
    /// The client executes the server's commands.
    pub executes: bool,
    /// The client has a place of its own for what came of runs: it is not shown a message.
    pub quiet_runs: bool,
    /// The client wants to know of each test case when it is finished.
    pub test_case_notifications: bool,
}

impl Agreed {
    /// Reads what the client can do, and which of d3ls's own messages it wants.
    pub fn new(client: &ClientCapabilities, options: &Value) -> Self {
        let offered = client.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let utf8 = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        let document = client.text_document.as_ref();
        let workspace = client.workspace.as_ref();
        let is = |flag: Option<Option<bool>>| flag.flatten() == Some(true);
        let item = document
            .and_then(|document| document.completion.as_ref())
            .and_then(|completion| completion.completion_item.as_ref());
        let markdown = |kinds: Option<&[MarkupKind]>| kinds.is_some_and(|kinds| kinds.contains(&MarkupKind::Markdown));
        // The client's first choice counts for nothing: what can be Markdown is better so.
        let best = |kinds: Option<&[MarkupKind]>| match kinds {
            Some(kinds) if markdown(Some(kinds)) => Some(MarkupKind::Markdown),
            Some([_, ..]) => Some(MarkupKind::PlainText),
            _ => None,
        };
        let signature = document
            .and_then(|document| document.signature_help.as_ref())
            .and_then(|help| help.signature_information.as_ref());
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
            snippets: is(item.map(|item| item.snippet_support)),
            asks_for_documentation: item
                .and_then(|item| item.resolve_support.as_ref())
                .is_some_and(|support| support.properties.iter().any(|property| property == "documentation")),
            prepares_rename: is(document
                .and_then(|document| document.rename.as_ref())
                .map(|rename| rename.prepare_support)),
            symbol_trees: is(document
                .and_then(|document| document.document_symbol.as_ref())
                .map(|symbols| symbols.hierarchical_document_symbol_support)),
            label_offsets: is(signature
                .and_then(|information| information.parameter_information.as_ref())
                .map(|parameter| parameter.label_offset_support)),
            completion_format: best(item.and_then(|item| item.documentation_format.as_deref())),
            signature_format: best(signature.and_then(|signature| signature.documentation_format.as_deref())),
            has_configuration: is(workspace.map(|workspace| workspace.configuration)),
            watches_configuration: is(workspace
                .and_then(|workspace| workspace.did_change_configuration.as_ref())
                .map(|change| change.dynamic_registration)),
            shows_progress: is(client.window.as_ref().map(|window| window.work_done_progress)),
            refreshes_lenses: is(workspace
                .and_then(|workspace| workspace.code_lens.as_ref())
                .map(|lenses| lenses.refresh_support)),
            executes: workspace.is_some_and(|workspace| workspace.execute_command.is_some()),
            quiet_runs: options["quietRuns"] == true,
            test_case_notifications: options["testCaseNotifications"] == true,
            hover_markdown: markdown(
                document.and_then(|document| document.hover.as_ref()).and_then(|hover| hover.content_format.as_deref()),
            ),
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
                save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                ..TextDocumentSyncOptions::default()
            })),
            diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("d3ls".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![
                    CodeActionKind::QUICKFIX,
                    CodeActionKind::REFACTOR_REWRITE,
                    CodeActionKind::REFACTOR_EXTRACT,
                    CodeActionKind::from(FIX_ALL),
                ]),
                ..CodeActionOptions::default()
            })),
            code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
                resolve_provider: Some(true),
                ..CompletionOptions::default()
            }),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            signature_help_provider: Some(SignatureHelpOptions {
                trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
                ..SignatureHelpOptions::default()
            }),
            definition_provider: Some(OneOf::Left(true)),
            references_provider: Some(OneOf::Left(true)),
            document_highlight_provider: Some(OneOf::Left(true)),
            rename_provider: Some(if self.prepares_rename {
                OneOf::Right(RenameOptions {
                    prepare_provider: Some(true),
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                })
            } else {
                OneOf::Left(true)
            }),
            workspace_symbol_provider: Some(OneOf::Left(true)),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(OneOf::Left(true)),
                }),
                file_operations: None,
            }),
            document_symbol_provider: Some(OneOf::Left(true)),
            document_link_provider: Some(DocumentLinkOptions {
                resolve_provider: None,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
            selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
            semantic_tokens_provider: Some(
                SemanticTokensOptions {
                    legend: legend(),
                    range: Some(true),
                    full: Some(SemanticTokensFullOptions::Bool(true)),
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                }
                .into(),
            ),
            inlay_hint_provider: Some(OneOf::Left(true)),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![RUN.to_owned(), TEST.to_owned()],
                work_done_progress_options: WorkDoneProgressOptions { work_done_progress: Some(true) },
            }),
            ..ServerCapabilities::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn agreed(client: serde_json::Value) -> Agreed {
        let options = json!({"quietRuns": true, "testCaseNotifications": "yes"});
        Agreed::new(&serde_json::from_value(client).expect("capabilities"), &options)
    }

    #[test]
    fn a_bare_client_gets_the_protocol_s_defaults() {
        assert_eq!(agreed(json!({})), Agreed { encoding: Encoding::Utf16, quiet_runs: true, ..Agreed::default() });
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
            "textDocument": {
                "diagnostic": {},
                "publishDiagnostics": {"relatedInformation": true},
                "completion": {"completionItem": {
                    "snippetSupport": true, "documentationFormat": ["plaintext", "markdown"],
                    "resolveSupport": {"properties": ["detail", "documentation"]},
                }},
                "hover": {"contentFormat": ["markdown"]},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
                "rename": {"prepareSupport": true},
                "signatureHelp": {"signatureInformation": {
                    "documentationFormat": ["plaintext"], "parameterInformation": {"labelOffsetSupport": true},
                }},
            },
            "workspace": {
                "diagnostics": {"refreshSupport": true},
                "didChangeWatchedFiles": {"dynamicRegistration": true},
                "workspaceEdit": {"documentChanges": true},
                "configuration": true,
                "didChangeConfiguration": {"dynamicRegistration": true},
                "codeLens": {"refreshSupport": true},
                "executeCommand": {},
            },
            "window": {"workDoneProgress": true},
        }));
        let expected = Agreed {
            encoding: Encoding::Utf16,
            pulls: true,
            refreshes: true,
            watches: true,
            document_changes: true,
            related: true,
            snippets: true,
            asks_for_documentation: true,
            label_offsets: true,
            symbol_trees: true,
            prepares_rename: true,
            completion_format: Some(MarkupKind::Markdown),
            signature_format: Some(MarkupKind::PlainText),
            hover_markdown: true,
            shows_progress: true,
            has_configuration: true,
            watches_configuration: true,
            refreshes_lenses: true,
            executes: true,
            quiet_runs: true,
            test_case_notifications: false,
        };
        assert_eq!(all, expected);
    }
}
