//! One handler a method, named after it. A handler changes documents before its first await and
//! never waits for the client.

use std::sync::Arc;

use tower_lsp_server::LanguageServer;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::*;

use super::capabilities::Agreed;
use super::cases::{TestCase, TestCasesParams, test_cases};
use super::convert::path_of;
use super::final_script::{FinalScript, FinalScriptParams, final_script};
use super::project::{Project, ProjectParams, project};
use super::session::Session;
use super::watch;
use super::worker::Checked;
use super::{actions, assist, case_document, lens, manifest, navigate, progress, run, settings, structure, workspace};

/// Files whose change on disk may change findings.
const WATCHED: [&str; 3] = ["**/*.py", "**/*.json", "**/d3ls.toml"];

/// The server, as the protocol sees it.
pub struct Handlers {
    session: Arc<Session>,
    client_ended: Arc<dyn Fn() + Send + Sync>,
}

impl Handlers {
    /// A server before `initialize`. It calls `client_ended` when the client's process is gone.
    pub fn new(session: Session, client_ended: impl Fn() + Send + Sync + 'static) -> Self {
        Self { session: Arc::new(session), client_ended: Arc::new(client_ended) }
    }
}

impl Handlers {
    /// The user cancelled work whose progress is shown.
    pub async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        progress::cancel(&self.session, &params.token);
    }

    /// The script that D3 makes of a script and the system script underneath.
    pub async fn final_script(&self, params: FinalScriptParams) -> Result<Option<FinalScript>> {
        let session = Arc::clone(&self.session);
        self.of(params.text_document, move |checked, _| final_script(&session, checked)).await
    }

    /// What belongs to a document, and which Python would run it.
    pub async fn project(&self, params: ProjectParams) -> Result<Project> {
        project(&self.session, params).await
    }

    /// The test cases of a document, a folder or the whole workspace.
    pub async fn test_cases(&self, params: TestCasesParams) -> Result<Vec<TestCase>> {
        let session = Arc::clone(&self.session);
        let work = tokio::task::spawn_blocking(move || test_cases(&session, &params));
        work.await.map_err(|_panic| Error::internal_error())
    }

    /// What `answer` says of the newest text of a document.
    async fn of<T: Send + 'static>(
        &self,
        text_document: TextDocumentIdentifier,
        answer: impl FnOnce(&Checked, &Agreed) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let at = TextDocumentPositionParams { text_document, position: Position::default() };
        self.at(at, |checked, _, agreed| answer(checked, agreed)).await
    }

    /// What `answer` says of a position in the newest text of a document.
    async fn at<T: Send + 'static>(
        &self,
        at: TextDocumentPositionParams,
        answer: impl FnOnce(&Checked, Position, &Agreed) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let checked = self.session.fresh(&at.text_document.uri).await;
        self.answer(checked, at.position, answer).await
    }

    /// The same while it is typed: what `answer` sees may be without findings.
    async fn while_typing<T: Send + 'static>(
        &self,
        at: TextDocumentPositionParams,
        answer: impl FnOnce(&Checked, Position, &Agreed) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let checked = self.session.meaning(&at.text_document.uri).await;
        self.answer(checked, at.position, answer).await
    }

    async fn answer<T: Send + 'static>(
        &self,
        checked: Option<Arc<Checked>>,
        position: Position,
        answer: impl FnOnce(&Checked, Position, &Agreed) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(checked) = checked else { return Ok(None) };
        let agreed = self.session.agreed().clone();
        let work = tokio::task::spawn_blocking(move || answer(&checked, position, &agreed));
        work.await.map_err(|_panic| Error::internal_error())
    }
}

/// The protocol's RequestFailed: the request is right, but can't be met.
const REQUEST_FAILED: ErrorCode = ErrorCode::ServerError(-32803);

/// A reason why something can't be done becomes the request's error, which editors show.
fn refusable<T>(answer: Option<std::result::Result<T, String>>) -> Result<Option<T>> {
    answer.transpose().map_err(refused)
}

/// The error of a request that is right, but can't be met.
pub fn refused(reason: String) -> Error {
    Error { code: REQUEST_FAILED, message: reason.into(), data: None }
}

impl LanguageServer for Handlers {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let options = params.initialization_options.unwrap_or_default();
        let agreed = self.session.agree(Agreed::new(&params.capabilities, &options));
        settings::apply(&self.session, &options);
        // Older clients name only a root.
        #[allow(deprecated)]
        let root = params.root_uri.as_ref();
        workspace::set_folders(&self.session, params.workspace_folders.as_deref().unwrap_or_default(), root);
        // Looked for at once: a client that dies right after the answer was there.
        if let Some(end) = params.process_id.and_then(watch::process_end) {
            let client_ended = Arc::clone(&self.client_ended);
            tokio::spawn(async move {
                end.await;
                client_ended();
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
        settings::ask(&session);
        workspace::look_through(&session);
        let mut wanted = Vec::new();
        if session.agreed().watches {
            let watchers: Vec<_> = WATCHED.iter().map(|glob| serde_json::json!({ "globPattern": glob })).collect();
            wanted.push(("workspace/didChangeWatchedFiles", Some(serde_json::json!({ "watchers": watchers }))));
        } else {
            tokio::spawn(watch::files(Arc::clone(&session)));
        }
        if session.agreed().watches_configuration {
            wanted.push(("workspace/didChangeConfiguration", Some(serde_json::json!({ "section": "d3ls" }))));
        }
        if wanted.is_empty() {
            return;
        }
        let registration = |(method, register_options): (&str, _)| Registration {
            id: method.to_owned(),
            method: method.to_owned(),
            register_options,
        };
        let registrations = wanted.into_iter().map(registration).collect();
        tokio::spawn(async move {
            if let Err(problem) = session.client.register_capability(registrations).await {
                tracing::warn!("the client tells of no changes: {problem}");
            }
        });
    }

    async fn shutdown(&self) -> Result<()> {
        self.session.end();
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

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        if let Some(path) = path_of(&params.text_document.uri) {
            self.session.failures.saved(&path);
        }
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let changed = params.changes.into_iter();
        let changed = changed.filter_map(|one| Some((path_of(&one.uri)?, one.typ != FileChangeType::CHANGED)));
        self.session.files_changed(changed);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        settings::apply(&self.session, &params.settings);
        settings::ask(&self.session);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        workspace::change_folders(&self.session, &params.event.added, &params.event.removed);
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        Ok(workspace::diagnostics(&self.session, params).await?.into())
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let session = Arc::clone(&self.session);
        let work = tokio::task::spawn_blocking(move || workspace::symbols(&session, &params.query));
        work.await.map(|found| Some(found.into())).map_err(|_panic| Error::internal_error())
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let items = match self.session.fresh(&params.text_document.uri).await {
            Some(checked) if checked.broken => return Err(Error::internal_error()),
            Some(checked) => {
                let path = path_of(&params.text_document.uri);
                self.session.with_failures(path.as_deref(), &checked.items)
            }
            None => Vec::new(),
        };
        let report = RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: None, items },
        };
        Ok(DocumentDiagnosticReport::Full(report).into())
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        // A comment takes the codes of the findings on its line.
        if self.while_typing(at.clone(), assist::is_in_comment).await? == Some(true) {
            return self.at(at, assist::completion).await;
        }
        let session = Arc::clone(&self.session);
        self.while_typing(at, move |it, at, agreed| {
            assist::completion(it, at, agreed)
                .or_else(|| manifest::completion(it, at, agreed))
                .or_else(|| case_document::completion(&session, it, at, agreed))
        })
        .await
    }

    async fn completion_resolve(&self, mut item: CompletionItem) -> Result<CompletionItem> {
        let more = item.data.clone().and_then(|data| serde_json::from_value::<assist::More>(data).ok());
        if let Some(more) = more {
            let document = TextDocumentIdentifier { uri: more.uri.clone() };
            item.documentation = self.of(document, move |checked, agreed| more.documentation(checked, agreed)).await?;
        }
        Ok(item)
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        // What a word means is known before the findings, which are waited for only where there is no such word.
        if let Some(known) = self.while_typing(at.clone(), assist::hover).await? {
            return Ok(Some(known));
        }
        let session = Arc::clone(&self.session);
        self.at(at, move |it, at, agreed| {
            assist::hover(it, at, agreed)
                .or_else(|| manifest::hover(it, at, agreed))
                .or_else(|| case_document::hover(&session, it, at, agreed))
        })
        .await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        self.while_typing(params.text_document_position_params, assist::signature).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let session = Arc::clone(&self.session);
        self.at(params.text_document_position_params, move |it, at, agreed| {
            navigate::definition(it, at, agreed)
                .or_else(|| manifest::definition(it, at, agreed))
                .or_else(|| case_document::definition(&session, it, at, agreed))
        })
        .await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let session = Arc::clone(&self.session);
        let declarations = params.context.include_declaration;
        self.at(params.text_document_position, move |it, at, agreed| {
            navigate::references(&session, it, at, agreed, declarations)
                .or_else(|| manifest::references(&session, it, at, agreed, declarations))
                .or_else(|| case_document::references(&session, it, at, agreed, declarations))
        })
        .await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let session = Arc::clone(&self.session);
        self.at(params.text_document_position_params, move |it, at, agreed| {
            navigate::highlights(it, at, agreed)
                .or_else(|| manifest::highlights(it, at, agreed))
                .or_else(|| case_document::highlights(&session, it, at, agreed))
        })
        .await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let session = Arc::clone(&self.session);
        let answer = move |checked: &Checked, at: Position, agreed: &Agreed| {
            navigate::renameable(checked, at, agreed)
                .or_else(|| manifest::renameable(checked, at, agreed))
                .or_else(|| case_document::renameable(&session, checked, at, agreed))
        };
        refusable(self.at(params, answer).await?)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let RenameParams { text_document_position, new_name, .. } = params;
        let session = Arc::clone(&self.session);
        let answer = move |checked: &Checked, position: Position, agreed: &Agreed| {
            navigate::rename(&session, checked, position, agreed, &new_name)
                .or_else(|| manifest::rename(&session, checked, position, agreed, &new_name))
                .or_else(|| case_document::rename(&session, checked, position, agreed, &new_name))
        };
        refusable(self.at(text_document_position, answer).await?)
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let answer = |checked: &Checked, agreed: &Agreed| {
            navigate::symbols(checked, agreed).or_else(|| manifest::symbols(checked, agreed))
        };
        self.of(params.text_document, answer).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.of(params.text_document, manifest::links).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.of(params.text_document, |checked, _| structure::folds(checked)).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let SelectionRangeParams { text_document, positions, .. } = params;
        self.of(text_document, move |checked, agreed| structure::selections(checked, &positions, agreed)).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let answer = |checked: &Checked, agreed: &Agreed| structure::tokens(checked, None, agreed);
        Ok(self.of(params.text_document, answer).await?.map(SemanticTokensResult::Tokens))
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let SemanticTokensRangeParams { text_document, range, .. } = params;
        let answer = move |checked: &Checked, agreed: &Agreed| structure::tokens(checked, Some(range), agreed);
        Ok(self.of(text_document, answer).await?.map(SemanticTokensRangeResult::Tokens))
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let InlayHintParams { text_document, range, .. } = params;
        self.of(text_document, move |checked, agreed| navigate::hints(checked, range, agreed)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let session = Arc::clone(&self.session);
        self.of(params.text_document, move |checked, _| lens::lenses(&session, checked)).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        run::execute(&self.session, params).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let Some(checked) = self.session.fresh(&params.text_document.uri).await else { return Ok(None) };
        let agreed = self.session.agreed().clone();
        let session = Arc::clone(&self.session);
        let work = tokio::task::spawn_blocking(move || actions::actions(&session, &checked, &params, &agreed));
        work.await.map(Some).map_err(|_panic| Error::internal_error())
    }
}
