"""An editor: the capabilities of a real one, its open documents, and what it does with the server's answers."""

import asyncio
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote, unquote, urlparse

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, LanguageClient, client_capabilities, register_lsp_features

from document import Document

DEADLINE = 30


def uri_of(path):
    return "file://" + quote(str(path))


def path_of(uri):
    return Path(unquote(urlparse(uri).path))


# Making one takes longer than a session does.
converter = cache(default_converter)


class Editor:
    """One session with a server."""

    def __init__(self, name):
        self.name = name
        self.capabilities = client_capabilities(name)
        self.client = LanguageClient(converter_factory=converter)
        self.pushed = {}
        self.registered = {}
        self.asked = []
        self.documents = {}
        self.versions = {}
        self.news = asyncio.Event()
        handlers = {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: self.on_diagnostics,
            types.CLIENT_REGISTER_CAPABILITY: self.on_registration,
            types.WORKSPACE_CONFIGURATION: self.on_configuration,
            types.WORKSPACE_CODE_LENS_REFRESH: lambda params: None,
        }
        # pygls marks what it calls, which a method does not let it.
        own = {method: partial(handler) for method, handler in handlers.items()}
        register_lsp_features(self.client, DEFAULT_CLIENT_FEATURES | own)

    # What the server sends.

    def on_diagnostics(self, params):
        self.pushed[params.uri] = (params.version, params.diagnostics)
        self.news.set()

    def on_registration(self, params):
        self.registered.update({one.method: one.register_options for one in params.registrations})
        self.news.set()

    def on_configuration(self, params):
        self.asked.extend(item.section for item in params.items)
        self.news.set()
        return [{} for _ in params.items]

    async def until(self, done):
        """Waits until what came makes a condition true."""
        async with asyncio.timeout(DEADLINE):
            while not (result := done()):
                self.news.clear()
                await self.news.wait()
            return result

    # The session.

    async def start(self, server, *folders, **options):
        await self.client.start_io(str(server), "server")
        named = [types.WorkspaceFolder(uri_of(folder), folder.name) for folder in folders]
        params = types.InitializeParams(
            capabilities=self.capabilities, workspace_folders=named, initialization_options=options or None
        )
        async with asyncio.timeout(DEADLINE):
            result = await self.client.initialize_session(params)
        self.server = result.capabilities
        self.encoding = self.server.position_encoding

    async def stop(self):
        async with asyncio.timeout(DEADLINE):
            await self.client.shutdown_session()
        status = self.client._server.returncode
        await self.client.stop()
        assert status == 0, f"the server ended with {status}"

    @property
    def pulls(self):
        return self.capabilities.text_document.diagnostic is not None

    async def ask(self, method, params):
        """A request, whose answer must come."""
        async with asyncio.timeout(DEADLINE):
            return await self.client.protocol.send_request_async(method, params)

    # Documents.

    def open(self, path, language="python"):
        """Opens a file, with its byte-order mark and line ends as they are on the disk."""
        uri = uri_of(path)
        self.open_text(uri, path.read_bytes().decode("utf-8"), language)
        return uri

    def open_text(self, uri, text, language="python"):
        self.documents[uri] = Document(text, self.encoding)
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, uri, text):
        self.documents[uri] = Document(text, self.encoding)
        self.versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.versions[uri], uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def close(self, uri):
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(uri)))
        del self.documents[uri]

    def document(self, uri):
        return types.TextDocumentIdentifier(uri)

    def text(self, uri):
        """The text of a document, as the editor or the disk has it."""
        if uri in self.documents:
            return self.documents[uri]
        return Document(path_of(uri).read_bytes().decode("utf-8"), self.encoding)

    async def diagnostics(self, uri):
        """The findings in the text that the editor has, as the client declares to get them."""
        if self.pulls:
            report = await self.ask("textDocument/diagnostic", types.DocumentDiagnosticParams(self.document(uri)))
            return report.items
        # An answer about a text comes after the findings in it.
        await self.ask("textDocument/foldingRange", types.FoldingRangeParams(self.document(uri)))
        version, found = self.pushed[uri]
        assert version == self.versions[uri]
        return found

    async def at(self, method, uri, position, **more):
        """What there is at a position."""
        params = {
            "textDocument/completion": types.CompletionParams,
            "textDocument/hover": types.HoverParams,
            "textDocument/signatureHelp": types.SignatureHelpParams,
            "textDocument/definition": types.DefinitionParams,
            "textDocument/references": types.ReferenceParams,
            "textDocument/documentHighlight": types.DocumentHighlightParams,
            "textDocument/prepareRename": types.PrepareRenameParams,
            "textDocument/rename": types.RenameParams,
        }[method]
        return await self.ask(method, params(text_document=self.document(uri), position=position, **more))

    # Edits.

    def changes(self, edit):
        """The edits of each file, in the one form that the client declares."""
        capability = self.capabilities.workspace.workspace_edit
        if capability and capability.document_changes:
            assert edit.changes is None
            found = {change.text_document.uri: change.edits for change in edit.document_changes}
            assert len(found) == len(edit.document_changes), "a file is edited in two steps"
            for change in edit.document_changes:
                document = change.text_document
                assert document.version == self.versions.get(document.uri), "the edit is not for this version"
            return found
        assert edit.document_changes is None
        return edit.changes

    def apply(self, edit):
        """Applies a workspace edit in one step and gives back what undoes it: the texts as they were."""
        before = {}
        for uri, edits in self.changes(edit).items():
            document = self.text(uri)
            before[uri] = document.text
            self.put(uri, document.edited(edits))
        return before

    def put(self, uri, text):
        """A new text: in the editor where it is open, else on the disk, as the editor saves it."""
        if uri in self.documents:
            self.change(uri, text)
            return
        path_of(uri).write_bytes(text.encode("utf-8"))
        event = types.FileEvent(uri, types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    def undo(self, before):
        for uri, text in before.items():
            self.put(uri, text)
