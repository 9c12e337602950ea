"""What a script is asked. Every position is compared in the unit that the editor agreed to; in the odd layout tabs,
emoji, CRLF and a byte-order mark stand before it."""

import pytest
from lsprotocol import types


@pytest.fixture
def script(session, acme):
    return session.open(acme / "script.py")


async def test_findings_are_pushed_or_pulled(session, script):
    document = session.documents[script]
    found = {one.code: one for one in await session.diagnostics(script)}
    assert (script in session.pushed) != session.pulls
    assert found["D3201"].range == document.range("APIError")
    assert found["D3201"].source == "d3ls"
    # What replaces a definition of the system script points there as well, where the editor shows it.
    override = found["D3111"]
    assert override.range == document.range("def log_in", part="log_in")
    if session.capabilities.text_document.publish_diagnostics.related_information:
        (one,) = override.related_information
        assert one.location.range == session.text(one.location.uri).range("def log_in", part="log_in")
    else:
        assert override.related_information is None
    session.change(script, document.text.replace("APIError", "Error"))
    assert "D3201" not in {one.code for one in await session.diagnostics(script)}


# What is typed at `$` in a line of its own below the last command, the item that is taken, and what then stands there.
COMPLETIONS = [
    ("def g():\n    h = runtime['connector']; i = '🙂'; h['$", "serverurl", "h['serverurl"),
    ("def g():\n    h = runtime['connector']; i = '🙂'; h.get('api$')", "apikey", "h.get('apikey')"),
    ("def g():\n    return f'🙂{runtime[\"connector\"][\"$\"]}'", "apikey", "[\"apikey\"]}'"),
    ("def g():\n    if a and runtime.get('connector', {}).get('s$\n    return '🙂'", "serverurl", ".get('serverurl"),
    ("'🙂'; runtime['$']", "retrycount", "runtime['retrycount']"),
    ("'🙂'; D3.$", "Utility", "D3.Utility"),
    ("'🙂'; D3.Utility.eq$", "equals", "D3.Utility.equals<Text>(Input 1, Input 2)"),
    ("'🙂'; D3.Utility.greaterThan<$>(1, 2)", "Number", "greaterThan<Number>(1, 2)"),
    ("'🙂'; D3.Integration.$", "AcmeEDR", "D3.Integration.AcmeEDR"),
    ("'🙂'; D3.Integration.AcmeEDR.Ch$", "CheckDevice", "AcmeEDR.CheckDevice(hostname, limit)"),
    ("'🙂'; pb.l$", "log", "pb.log()"),
    ("'🙂'; pb.returnOutputModel('', errors='', $", "rawData=", "errors='', rawData="),
    ("'🙂'; pb.returnOutputModel('', '$', '', '', '', '')", "Partially Successful", "('', 'Partially Successful', "),
    ("'🙂'; pb.returnOutputModel('', {'$'}, '', '', '', '')", "__ACTION__", "{'__ACTION__'}"),
    ("'🙂'; pb.returnOutputModel('', {'__ACTION__': '$'}, '', '', '', '')", "__RETRY__", ": '__RETRY__'}"),
    ("'🙂'; x = {'__ACTION__': '__RETRY__', '$'}", "__DELAY__", ", '__DELAY__'}"),
    ("'🙂'; pb.returnOutputModel('', '', '', '', '', '', passdownData={'$'})", "StartTime", "{'StartTime'}"),
    ("'🙂'; import jso$", "json", "import json"),
    ("'🙂'; from datetime import $", "timedelta", "import timedelta"),
    ("'🙂'; cal$", "call", "'🙂'; call"),
    ("def $", "Block", 'def Block():\n    try:\n        result = {}\n        return pb.returnOutputModel(result, "Succ'),
    ("fetch$", "def fetchEvent", "def fetchEvent(StartTime, EndTime, topRecentEventNumber, SearchCondition, Toler"),
    ("APIError = '🙂'  # d3: ignore[$", "D3201", "# d3: ignore[D3201"),
    ("a = '🙂'  # d3: $", "ignore-file", "# d3: ignore-file[D3"),
]


async def test_completion_in_half_typed_code(session, script):
    text = session.documents[script].text
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = "\t" if "\t" in text else "    "
    for typed, label, expected in COMPLETIONS:
        typed, expected = (part.replace("    ", indent).replace("\n", newline) for part in (typed, expected))
        before, behind = (text + newline + typed).split("$")
        session.change(script, before + behind)
        document = session.documents[script]
        at = document.position(len(before))
        items = await session.at("textDocument/completion", script, at)
        (item,) = [one for one in items if one.label == label] or pytest.fail(f"{label} for {typed!r} in {items}")
        assert item.text_edit.range.start.line == at.line == item.text_edit.range.end.line
        check_texts(session, item, await session.ask("completionItem/resolve", item))
        inserted = item.text_edit.new_text
        is_snippet = item.insert_text_format == types.InsertTextFormat.Snippet
        assert "$" not in inserted or is_snippet
        if is_snippet:
            assert session.capabilities.text_document.completion.completion_item.snippet_support
        else:
            # An editor normalises the line ends of what it inserts.
            edit = types.TextEdit(item.text_edit.range, inserted.replace("\n", newline))
            assert expected in document.edited([edit]), (typed, inserted)


def check_texts(session, item, resolved):
    """Long texts come with the item or, where the editor asks for them, when they are asked for."""
    capability = session.capabilities.text_document.completion.completion_item
    asks = capability.resolve_support and "documentation" in capability.resolve_support.properties
    if item.label in ("equals", "CheckDevice", "Block", "D3201"):
        assert (item.documentation is None) == bool(asks)
        if capability.documentation_format:
            assert resolved.documentation.kind == "markdown"
            assert len(resolved.documentation.value) > 20
        else:
            assert len(resolved.documentation) > 20
    assert (resolved.label, resolved.text_edit) == (item.label, item.text_edit)


# A place, the part of it that hover speaks of, and a piece of what it says.
HOVERS = [
    ('conn["serverurl"]', "serverurl", "Connection parameter, Text, required"),
    ("D3.Utility.equals", "equals", "| Input 1 | Text | yes |"),
    ("AcmeEDR.CheckDevice", "CheckDevice", "| hostname | Text | yes |  | srv-01 |"),
    ("def CheckDevice", "CheckDevice", "| limit | Number | no | 10 |  |"),
    ("def CheckDevice(hostname", "hostname", "Input 0, Text, required"),
    ("args[1]", "1", "Input 1, Text, optional"),
    ("pb.returnOutputModel", "returnOutputModel", "returnOutputModel(result, returnData, keyFields"),
    ('"Successful"', '"Successful"', "Field of the output model, required"),
    ("runtime[", "runtime", "D3's engine gives to every script"),
    ("def log_in", "log_in", "Overrides `log_in` of the system script:"),
    ("call(conn", "call", "call(url, key, *, timeout=5)"),
    ("D3201", "D3201", "reserved-class"),
]


async def test_hover(session, script):
    document = session.documents[script]
    session.change(script, document.text + "# 🙂 # d3: ignore-file[D3201]")
    document = session.documents[script]
    for place, part, said in HOVERS:
        range_ = document.range(place, part=part)
        hover = await session.at("textDocument/hover", script, range_.start)
        assert hover.range == range_, place
        assert hover.contents.kind == "markdown"
        assert said in hover.contents.value, place
    assert await session.at("textDocument/hover", script, document.at("requests")) is None


async def test_signature_help(session, script):
    document = session.documents[script]
    for place, label, active in [
        ("equals<Text>(hostname, limit", "D3.Utility.equals<Text>(Input 1, Input 2)", "Input 2"),
        ("CheckDevice(hostname, same", "D3.Integration.AcmeEDR.CheckDevice(hostname, limit)", "limit"),
        ("_model(args[0], args[1]", "_model(device, reason)", "reason"),
        ('call(conn["serverurl"], conn', "call(url, key, *, timeout)", "key"),
        ('returnOutputModel(c, "S', "pb.returnOutputModel(result, returnData, keyFields, contextData, rawData, errors, passdownData)", "returnData"),
    ]:
        help_ = await session.at("textDocument/signatureHelp", script, document.at(place, inside=len(place)))
        (signature,) = help_.signatures
        assert signature.label == label
        parameter = signature.parameters[help_.active_parameter].label
        if not isinstance(parameter, str):
            start, end = parameter
            parameter = label[start:end]
        assert parameter == active, place


# A place in the script, and where it leads: the file, the place there, and the part of that.
DEFINITIONS = [
    (('conn["serverurl"]', "serverurl"), ("d3.json", '"serverurl"', "serverurl")),
    (("def CheckDevice", "CheckDevice"), ("d3.json", '"CheckDevice"', "CheckDevice")),
    (("AcmeEDR.CheckDevice", "CheckDevice"), ("script.py", "def CheckDevice", "CheckDevice")),
    (("def CheckDevice(hostname", "hostname"), ("d3.json", '"hostname"', "hostname")),
    (("args[1]", "1"), ("d3.json", '"reason"', "reason")),
    (("call(conn", "call"), ("system.py", "def call", "call")),
    (("_model(args", "_model"), ("script.py", "def _model", "_model")),
]


async def test_definition(session, script):
    document = session.documents[script]
    for (place, part), (file, there, name) in DEFINITIONS:
        found = await session.at("textDocument/definition", script, document.range(place, part=part).start)
        (location,) = found
        assert location.uri.endswith(f"/{file}"), place
        assert location.range == session.text(location.uri).range(there, part=name), place


async def test_references_and_highlight(session, script):
    context = types.ReferenceContext(include_declaration=True)

    async def places(place, part):
        at = session.documents[script].range(place, part=part).start
        found = await session.at("textDocument/references", script, at, context=context)
        names = [(one.uri.rsplit("/", 1)[1], session.text(one.uri).slice(one.range)) for one in found]
        same = await session.at("textDocument/documentHighlight", script, at)
        own = [one.range for one in found if one.uri == script]
        assert sorted(map(str, own)) == sorted(str(one.range) for one in same)
        return sorted(names)

    assert await places('conn["serverurl"]', "serverurl") == [
        ("d3.json", "serverurl"), ("live.py", "serverurl"), ("script.py", "serverurl"),
    ]
    assert await places("def CheckDevice", "CheckDevice") == [
        ("d3.json", "CheckDevice"), ("live.py", "CheckDevice"),
        ("script.py", "CheckDevice"), ("script.py", "CheckDevice"),
    ]
    assert await places("call(conn", "call") == [("script.py", "call"), ("system.py", "call")]


async def test_lenses_and_hints(session, script):
    document = session.documents[script]
    lenses = await session.ask("textDocument/codeLens", types.CodeLensParams(session.document(script)))
    here = [one for one in lenses if one.range == document.range("def CheckDevice", part="CheckDevice")]
    runs = ["Run"] if session.capabilities.workspace.execute_command else []
    assert [one.command.title for one in here] == [*runs, "Draft", "hostname: Text, limit?: Number"]
    override = [one for one in lenses if one.range == document.range("def log_in", part="log_in")]
    assert [one.command.title for one in override] == ["Overrides the system script's log_in"]

    whole = types.Range(types.Position(0, 0), document.position(len(document.text)))
    hints = await session.ask("textDocument/inlayHint", types.InlayHintParams(session.document(script), whole))
    shown = {(str(one.position), one.label) for one in hints}
    behind = document.range("_model(args[0]", part="args[0]").end
    before = document.range('returnOutputModel("🙂", "Successful"', part='"🙂"').start
    assert (str(behind), "device") in shown
    assert (str(before), "result=") in shown


async def test_semantic_tokens(session, script):
    document = session.documents[script]
    legend = session.server.semantic_tokens_provider.legend
    params = types.SemanticTokensParams(session.document(script))
    data = (await session.ask("textDocument/semanticTokens/full", params)).data
    tokens, line, column = [], 0, 0
    for lines, columns, length, kind, modifiers in zip(*[iter(data)] * 5):
        line, column = line + lines, columns + (0 if lines else column)
        range_ = types.Range(types.Position(line, column), types.Position(line, column + length))
        tokens.append((document.slice(range_), legend.token_types[kind], str(range_)))
    for place, part, kind in [
        ("D3.Utility.equals<Text>", "D3", "namespace"),
        ("D3.Utility.equals<Text>", "equals", "function"),
        ("D3.Utility.equals<Text>", "Text", "type"),
        ('conn["serverurl"]', "serverurl", "property"),
        ("runtime[", "runtime", "variable"),
    ]:
        assert (part, kind, str(document.range(place, part=part))) in tokens, tokens


async def test_symbols_folds_selections_and_the_final_script(session, script):
    document = session.documents[script]
    params = types.DocumentSymbolParams(session.document(script))
    symbols = await session.ask("textDocument/documentSymbol", params)
    assert [one.name for one in symbols][:3] == ["TestConnection", "CheckDevice", "Isolate"]
    assert symbols[1].selection_range == document.range("def CheckDevice", part="CheckDevice")
    found = await session.ask("workspace/symbol", types.WorkspaceSymbolParams("chkdev"))
    assert [one.name for one in found] == ["CheckDevice"]
    assert found[0].location.range == symbols[1].selection_range

    folds = await session.ask("textDocument/foldingRange", types.FoldingRangeParams(session.document(script)))
    first, last = document.at("def CheckDevice").line, document.at("c, \"Successful\"").line
    assert (first, last) in {(one.start_line, one.end_line) for one in folds}

    at = document.range('conn["serverurl"]', part="serverurl")
    params = types.SelectionRangeParams(session.document(script), [at.start])
    (selection,) = await session.ask("textDocument/selectionRange", params)
    assert selection.range == at
    assert document.slice(selection.parent.range) == '"serverurl"'

    final = await session.ask("d3ls/finalScript", {"textDocument": {"uri": script}})
    line = document.at("def CheckDevice").line
    part = next(one for one in final.lines if one.uri == script)
    place = part.start + line - part.line
    assert final.text.splitlines()[place].startswith("def CheckDevice(")
    assert final.complete
