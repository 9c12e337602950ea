//! One handler a method, named after it. A handler changes documents before its first await and
//! never waits for the client.

use std::sync::Arc;

use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::*;
use tower_lsp_server::{Client, LanguageServer};

use super::actions;
use super::capabilities::Agreed;
use super::convert::path_of;
use super::outbox::Outbox;
use super::session::Session;
use super::watch;

/// Files whose change on disk may change findings.
const WATCHED: [&str; 3] = ["**/*.py", "**/*.json", "**/d3ls.toml"];

/// The server, as the protocol sees it.
pub struct Handlers {
    session: Arc<Session>,
    client_ended: Arc<dyn Fn() + Send + Sync>,
}

impl Handlers {
    /// A server before `initialize`. It calls `client_ended` when the client's process is gone.
    pub fn new(client: Client, outbox: Outbox, client_ended: impl Fn() + Send + Sync + 'static) -> Self {
        Self { session: Arc::new(Session::new(client, outbox)), client_ended: Arc::new(client_ended) }
    }
}

impl LanguageServer for Handlers {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let agreed = self.session.agree(Agreed::new(&params.capabilities));
        if let Some(id) = params.process_id {
            let client_ended = Arc::clone(&self.client_ended);
            tokio::spawn(async move {
                if watch::process_ends(id).await {
                    client_ended();
                }
            });
        }
        Ok(InitializeResult {
            capabilities: agreed.server(),
            server_info: Some(ServerInfo {
                name: "d3ls".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        let session = Arc::clone(&self.session);
        if !session.agreed().watches {
            tokio::spawn(watch::files(session));
            return;
        }
        tokio::spawn(async move {
            let watchers: Vec<_> = WATCHED.iter().map(|glob| serde_json::json!({ "globPattern": glob })).collect();
            let registration = Registration {
                id: "watched-files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: Some(serde_json::json!({ "watchers": watchers })),
            };
            if let Err(problem) = session.client.register_capability(vec![registration]).await {
                tracing::warn!("the client does not watch files: {problem}");
            }
        });
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.session.open(params.text_document);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.session.change(&params);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.session.close(&params.text_document.uri);
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {}

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        for change in params.changes {
            if let Some(path) = path_of(&change.uri) {
                self.session.file_changed(&path, change.typ != FileChangeType::CHANGED);
            }
        }
    }

    async fn did_change_configuration(&self, _: DidChangeConfigurationParams) {}

    async fn did_change_workspace_folders(&self, _: DidChangeWorkspaceFoldersParams) {}

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let items = match self.session.fresh(&params.text_document.uri).await {
            Some(checked) if checked.broken => return Err(Error::internal_error()),
            Some(checked) => checked.items.clone(),
            None => Vec::new(),
        };
        let report = RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: None, items },
        };
        Ok(DocumentDiagnosticReport::Full(report).into())
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let Some(checked) = self.session.fresh(&params.text_document.uri).await else { return Ok(None) };
        let agreed = self.session.agreed().clone();
        let work = tokio::task::spawn_blocking(move || actions::actions(&checked, &params, &agreed));
        work.await.map(Some).map_err(|_panic| Error::internal_error())
    }
}
