"""Folders, files on the disk, settings, and that every request is answered or cancelled."""

import asyncio

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from conftest import CASES, EDITORS, SERVER
from editor import uri_of

# For tests that bring their own folders.
once_an_editor = pytest.mark.parametrize("case", CASES[: len(EDITORS)], indirect=True, ids=EDITORS)

RESERVED = "# d3: integration\n# 🙂\nAPIError = 1\n"


async def test_what_is_agreed(session):
    offered = (session.capabilities.general and session.capabilities.general.position_encodings) or []
    assert session.encoding == ("utf-8" if "utf-8" in offered else "utf-16")
    assert session.server.diagnostic_provider.inter_file_dependencies
    assert session.server.completion_provider.resolve_provider
    watching = session.capabilities.workspace.did_change_watched_files
    if watching and watching.dynamic_registration:
        await session.until(lambda: "workspace/didChangeWatchedFiles" in session.registered)
    else:
        assert "workspace/didChangeWatchedFiles" not in session.registered
    await session.until(lambda: "d3ls" in session.asked)


async def test_a_manifest_that_changes_on_the_disk(session, acme):
    """A client that watches tells of it; for any other the server looks itself."""
    script = session.open(acme / "script.py")
    manifest = acme / "d3.json"
    text = manifest.read_bytes().decode("utf-8")
    assert "D3401" not in {one.code for one in await session.diagnostics(script)}
    manifest.write_bytes(text.replace('"apikey"', '"otherkey"').encode("utf-8"))
    if "workspace/didChangeWatchedFiles" in session.registered:
        event = types.FileEvent(uri_of(manifest), types.FileChangeType.Changed)
        session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    async with asyncio.timeout(20):
        while "D3401" not in {one.code for one in await session.diagnostics(script)}:
            await asyncio.sleep(0.05)


@once_an_editor
async def test_folders_come_and_go(editor, tmp_path):
    """Several folders, with a manifest each and files outside any; only what is in a folder is found."""
    folders = []
    for name in ["one", "two é", "three"]:
        folder = tmp_path.resolve() / name
        folder.mkdir()
        commands = '[{"internalName": "Look%s", "features": ["Ad-Hoc Command"]}]' % name[:3]
        text = '{"version": 1, "kind": "integration", "name": "%s", "commands": %s}' % (name, commands)
        (folder / "d3.json").write_text(text, "utf-8")
        folders.append(folder)
    await editor.start(SERVER, *folders[:2])

    async def commands():
        found = await editor.ask("workspace/symbol", types.WorkspaceSymbolParams("look"))
        return sorted(one.name for one in found)

    assert await commands() == ["Lookone", "Looktwo"]
    event = types.WorkspaceFoldersChangeEvent(
        added=[types.WorkspaceFolder(uri_of(folders[2]), "x")], removed=[types.WorkspaceFolder(uri_of(folders[0]), "x")]
    )
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    assert await commands() == ["Lookthr", "Looktwo"]
    outside = tmp_path / "outside.py"
    outside.write_text(RESERVED, "utf-8")
    uri = editor.open(outside)
    assert [one.code for one in await editor.diagnostics(uri)] == ["D3201"]


@once_an_editor
async def test_a_large_folder_shows_progress_and_is_cancelled(editor, tmp_path):
    for number in range(210):
        (tmp_path / f"s{number}.py").write_text(RESERVED, "utf-8")
    await editor.start(SERVER, tmp_path)
    editor.client.progress_reports["p"] = []
    params = types.WorkspaceDiagnosticParams(previous_result_ids=[], work_done_token="p")
    report = await editor.ask("workspace/diagnostic", params)
    assert len(report.items) == 210
    shown = editor.client.progress_reports["p"]
    assert isinstance(shown[0], types.WorkDoneProgressBegin) and shown[0].cancellable
    assert isinstance(shown[-1], types.WorkDoneProgressEnd)
    known = [types.PreviousResultId(one.uri, one.result_id) for one in report.items]
    params = types.WorkspaceDiagnosticParams(previous_result_ids=known)
    waiting = editor.client.protocol.send_request("workspace/diagnostic", params, msg_id="waits")
    watching = editor.capabilities.workspace.did_change_watched_files
    if watching and watching.dynamic_registration:
        # Nothing differs: the answer waits for a change, and can be cancelled.
        editor.client.cancel_request(types.CancelParams("waits"))
        async with asyncio.timeout(20):
            with pytest.raises((JsonRpcException, asyncio.CancelledError)):
                await asyncio.wrap_future(waiting)
    else:
        async with asyncio.timeout(20):
            again = await asyncio.wrap_future(waiting)
        assert {one.kind for one in again.items} == {"unchanged"}


def requests(session, uri):
    """Every request about a document."""
    document = session.document(uri)
    at = types.Position(1, 2)
    here = types.Range(at, at)
    context = types.CodeActionContext([])
    yield "textDocument/completion", types.CompletionParams(document, at)
    yield "textDocument/hover", types.HoverParams(document, at)
    yield "textDocument/signatureHelp", types.SignatureHelpParams(document, at)
    yield "textDocument/definition", types.DefinitionParams(document, at)
    yield "textDocument/references", types.ReferenceParams(types.ReferenceContext(True), document, at)
    yield "textDocument/documentHighlight", types.DocumentHighlightParams(document, at)
    yield "textDocument/prepareRename", types.PrepareRenameParams(document, at)
    yield "textDocument/rename", types.RenameParams(document, at, "x")
    yield "textDocument/codeAction", types.CodeActionParams(document, here, context)
    yield "textDocument/codeLens", types.CodeLensParams(document)
    yield "textDocument/inlayHint", types.InlayHintParams(document, here)
    yield "textDocument/semanticTokens/full", types.SemanticTokensParams(document)
    yield "textDocument/semanticTokens/range", types.SemanticTokensRangeParams(document, here)
    yield "textDocument/documentSymbol", types.DocumentSymbolParams(document)
    yield "textDocument/documentLink", types.DocumentLinkParams(document)
    yield "textDocument/foldingRange", types.FoldingRangeParams(document)
    yield "textDocument/selectionRange", types.SelectionRangeParams(document, [at])
    yield "textDocument/diagnostic", types.DocumentDiagnosticParams(document)
    yield "d3ls/finalScript", {"textDocument": {"uri": uri}}
    yield "d3ls/project", {"uri": uri}
    yield "d3ls/testCases", {"uri": uri}


async def test_every_request_is_answered(session, acme, tmp_path):
    plain = tmp_path / "plain.py"
    plain.write_text("x = 1\n", "utf-8")
    uris = [session.open(acme / "script.py"), session.open(acme / "d3.json", "json"), session.open(plain)]
    for uri, text in [("untitled:Untitled-1", RESERVED), ("untitled:empty", ""), ("git:/a.py?x", "\ufeff('\r\n\ud83d")]:
        session.open_text(uri, text.encode("utf-8", "replace").decode("utf-8"))
        uris.append(uri)
    uris += ["untitled:never-opened", uri_of(tmp_path / "missing.py")]
    sent = []
    for uri in uris:
        for method, params in requests(session, uri):
            number = f"{uri} {method}"
            sent.append((method, asyncio.wrap_future(session.client.protocol.send_request(method, params, number))))
            if len(sent) % 3 == 0:
                session.client.cancel_request(types.CancelParams(number))
    async with asyncio.timeout(30):
        answers = await asyncio.gather(*(answer for _, answer in sent), return_exceptions=True)
    for (method, _), answer in zip(sent, answers):
        if isinstance(answer, JsonRpcException):
            # Cancelled, or a name that can't be renamed, which the user is told.
            assert answer.code in (-32800, -32803), (method, answer)
        else:
            assert isinstance(answer, asyncio.CancelledError) or not isinstance(answer, BaseException), (method, answer)
