"""The manifest as a language, and the settings."""

import pytest
from lsprotocol import types


@pytest.fixture
def manifest(session, acme):
    return session.open(acme / "d3.json", "json")


async def test_findings(session, manifest):
    document = session.documents[manifest]
    found = {one.code: one for one in await session.diagnostics(manifest)}
    assert found["D3101"].range == document.range('"Block"', part="Block")
    session.change(manifest, document.text.replace('"kind"', '"kind", '))
    (broken,) = await session.diagnostics(manifest)
    assert broken.code == "D3903"
    assert broken.severity == types.DiagnosticSeverity.Error


# What is typed in place of the list of commands' last element, the item, and what then stands there.
COMPLETIONS = [
    ('{"in$"}', "internalName", '{"internalName": ""}'),
    ('{"displayName": "🙂", "internalName": "A", "impl$"}', "implementation", '"A", "implementation": "Python"}'),
    ('{"internalName": "A", "status": "$"}', "Live", '"status": "Live"}'),
    ('{"internalName": "🙂", "inputs": [{"parameterType": "$"}]}', "JSON Object", '"parameterType": "JSON Object"'),
    ('{"internalName": "log$"}', "log_in", '{"internalName": "log_in"}'),
    ('{"internalName": "A", "outputs": {"rawData": [{"sampleData": {"🙂": 1, "id": [{"x": 2}]}}], "keyFields": [{"name": "i", "jsonPath": "$"}]}}',
     "$.id[*].x", '"jsonPath": "$.id[*].x"'),
]


async def test_completion(session, manifest):
    text = session.documents[manifest].text
    start = text.index('{"displayName": "🙂", "internalName": "Block"')
    end = text.index("}", start) + 1
    for typed, label, expected in COMPLETIONS:
        before, behind = typed.rsplit("$", 1)
        session.change(manifest, text[:start] + before + behind + text[end:])
        document = session.documents[manifest]
        at = document.position(start + len(before))
        items = await session.at("textDocument/completion", manifest, at)
        (item,) = [one for one in items if one.label == label] or pytest.fail(f"{label} for {typed!r}")
        if item.insert_text_format != types.InsertTextFormat.Snippet:
            assert expected in document.edited([item.text_edit]), typed


async def test_hover_and_definition(session, manifest):
    document = session.documents[manifest]
    for place, part, said in [
        ('"parameterName"', "parameterName", "lower case without spaces"),
        ('"CheckDevice"', "CheckDevice", "| hostname | Text | yes |  | srv-01 |"),
        ('"limit"', "limit", "Input 1, Number, optional"),
        ('"apikey"', "apikey", "Connection parameter, Text, required, secret"),
        ('"kind"', "kind", "integration"),
    ]:
        range_ = document.range(place, part=part)
        hover = await session.at("textDocument/hover", manifest, range_.start)
        assert hover.range == range_
        assert said in hover.contents.value
    for place, there, part in [
        ('"CheckDevice"', "def CheckDevice", "CheckDevice"),
        ('"hostname"', "CheckDevice(hostname", "hostname"),
        ('"reason"', "args[1]", "args[1]"),
        ('"serverurl"', 'conn["serverurl"]', "serverurl"),
    ]:
        (found,) = await session.at("textDocument/definition", manifest, document.at(place))
        assert found.range == session.text(found.uri).range(there, part=part)


async def test_references_symbols_and_links(session, manifest, acme):
    document = session.documents[manifest]
    context = types.ReferenceContext(include_declaration=True)
    found = await session.at("textDocument/references", manifest, document.at('"serverurl"'), context=context)
    assert sorted(one.uri.rsplit("/", 1)[1] for one in found) == ["d3.json", "live.py", "script.py"]
    assert {session.text(one.uri).slice(one.range) for one in found} == {"serverurl"}
    same = await session.at("textDocument/documentHighlight", manifest, document.at('"serverurl"'))
    assert [one.range for one in same] == [document.range('"serverurl"', part="serverurl")]
    symbols = await session.ask("textDocument/documentSymbol", types.DocumentSymbolParams(session.document(manifest)))
    assert [one.name for one in symbols] == ["serverurl", "apikey", "TestConnection", "CheckDevice", "Isolate", "Block"]
    assert symbols[3].selection_range == document.range('"CheckDevice"', part="CheckDevice")
    links = await session.ask("textDocument/documentLink", types.DocumentLinkParams(session.document(manifest)))
    targets = {document.slice(one.range): one.target.rsplit("/", 1)[1] for one in links}
    assert targets == {name: name for name in ["script.py", "live.py", "system.py"]}


async def test_settings(session, acme):
    script = session.open(acme / "script.py")
    assert "D3201" in {one.code for one in await session.diagnostics(script)}
    settings = acme / "d3ls.toml"
    settings.write_text('[lint]\nignore = ["D3201"]  # "🙂"\nselect = "🙂"\n', "utf-8")
    uri = session.open(settings, "toml")
    document = session.documents[uri]
    (broken,) = await session.diagnostics(uri)
    assert broken.range == document.range('"🙂"', nth=1)
    session.change(uri, document.text.replace('select = "🙂"', ""))
    assert not await session.diagnostics(uri)
    assert "D3201" not in {one.code for one in await session.diagnostics(script)}
