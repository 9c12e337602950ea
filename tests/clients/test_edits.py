"""Rename and code actions: what they make of the files, that they leave no new finding, and that one step undoes them."""

import pytest
from collections import Counter

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import uri_of


@pytest.fixture
def both(session, acme):
    """The script and its manifest, open."""
    return session.open(acme / "script.py"), session.open(acme / "d3.json", "json")


async def codes(session, uris):
    return [Counter(one.code for one in await session.diagnostics(uri)) for uri in uris]


# A place and the part of it that is renamed, in the script and in the manifest; the new name, and what each file has then.
RENAMES = [
    (("AcmeEDR.CheckDevice", "CheckDevice"), ('"CheckDevice"', "CheckDevice"), "LookUp",
     [("def CheckDevice", "def LookUp"), ("AcmeEDR.CheckDevice", "AcmeEDR.LookUp")], [('"CheckDevice"', '"LookUp"')]),
    (("CheckDevice(hostname", "hostname"), ('"hostname"', "hostname"), "host",
     [("(hostname, limit)", "(host, limit)"), ("hostname, same", "host, same")], [('"hostname"', '"host"')]),
    (('conn.get("apikey")', "apikey"), ('"apikey"', "apikey"), "token", [('"apikey"', '"token"')], [('"apikey"', '"token"')]),
]


@pytest.mark.parametrize("side", ["script", "manifest"])
async def test_rename_from_both_sides(session, both, side):
    script, manifest = both
    before = {uri: session.documents[uri].text for uri in both}
    for in_script, in_manifest, name, script_edits, manifest_edits in RENAMES:
        uri, (place, part) = (script, in_script) if side == "script" else (manifest, in_manifest)
        here = session.documents[uri].range(place, part=part)
        prepared = await session.at("textDocument/prepareRename", uri, here.start)
        assert getattr(prepared, "range", prepared) == here
        edit = await session.at("textDocument/rename", uri, here.start, new_name=name)
        old = await codes(session, both)
        undo = session.apply(edit)
        for uri, edits in [(script, script_edits), (manifest, manifest_edits)]:
            expected = before[uri]
            for written, new in edits:
                assert written in expected
                expected = expected.replace(written, new)
            assert session.documents[uri].text == expected
        assert await codes(session, both) == old
        session.undo(undo)
        assert {uri: session.documents[uri].text for uri in both} == before


CASE = """\
{
    "command": "CheckDevice", "inputs": {"hostname": "🙂", "limit": 1}, "connection": {"apikey": "🙂"},
    "d3": [{"call": "D3.Integration.AcmeEDR.CheckDevice", "arguments": {"hostname": "🙂"}}]
}
"""


@pytest.mark.parametrize("side", ["script", "manifest"])
async def test_rename_reaches_the_test_cases(session, both, acme, case, side):
    (acme / "tests").mkdir()
    for name in ["open", "closed"]:
        (acme / "tests" / f"{name}.json").write_bytes(case[1](CASE).encode("utf-8"))
    cases = [session.open(acme / "tests" / "open.json", "json"), uri_of(acme / "tests" / "closed.json")]
    script, manifest = both
    uri = script if side == "script" else manifest
    for in_script, in_manifest, name, *_ in RENAMES:
        place, part = in_script if side == "script" else in_manifest
        at = session.documents[uri].range(place, part=part).start
        uses = await session.at("textDocument/references", uri, at, context=types.ReferenceContext(False))
        edit = await session.at("textDocument/rename", uri, at, new_name=name)
        before = {one: session.text(one).text for one in [*cases, *both]}
        session.apply(edit)
        for one in cases:
            old = before[one]
            new = old.replace(f'"{part}":', f'"{name}":').replace(f'"command": "{part}"', f'"command": "{name}"')
            assert session.text(one).text == new.replace(f"AcmeEDR.{part}", f"AcmeEDR.{name}")
            assert session.text(one).text != old
            assert one in {use.uri for use in uses}
        session.undo(before)


async def test_rename_says_why_not(session, both, acme):
    script, manifest = both
    live = session.open(acme / "live.py")
    for uri, place, part, name, reason in [
        (script, "call(conn", "call", "x", "`call` is defined in the system script, which D3 does not let you edit"),
        (script, "def CheckDevice", "CheckDevice", "Isolate", "the manifest has a command `Isolate` already"),
        (script, "def CheckDevice", "CheckDevice", "args", "`args` is reserved for D3's playbook engine"),
        (script, "def CheckDevice", "CheckDevice", "a b", "`a b` is no name in Python"),
        (script, "pb.return", "pb", "x", "`pb` is D3's own name"),
        (manifest, '"CheckDevice"', "CheckDevice", "class", "`class` is no name in Python"),
        (manifest, '"apikey"', "apikey", "serverurl", "there is a connection parameter `serverurl` already"),
        (live, "def CheckDevice", "CheckDevice", "x", "this is the Live script, the record of what D3 runs; edit the draft"),
    ]:
        at = session.documents[uri].range(place, part=part).start
        with pytest.raises(JsonRpcException) as refused:
            await session.at("textDocument/rename", uri, at, new_name=name)
        assert refused.value.message == reason


CHECK = "def CheckDevice(hostname, limit):"

# What is changed in the script first, where the cursor then is (the end for None), the action, its kind, and what stands in which file then.
ACTIONS = [
    (("a + b", "a + b + conn['zone']"), "zone", "Add the connection parameter `zone` to the manifest", "quickfix",
     "d3.json", '"parameterName": "zone"'),
    (("a + b", "a + b + conn['apitoken']"), "apitoken", "Add the connection parameter `apitoken` to the manifest", "quickfix",
     "d3.json", '"parameterName": "apitoken", "required": true, "secret": true'),
    (("import requests", "import requests, acme_sdk; acme_sdk.x()"), "acme_sdk", "Add `acme_sdk` to the manifest's `libraries`",
     "quickfix", "d3.json", '"libraries": ["acme_sdk"]'),
    ((CHECK, "def CheckDevice(hostname, limit, zone):\n    pb.log(zone)"), "zone", "Add the input `zone` to the manifest",
     "quickfix", "d3.json", '"parameterName": "zone"'),
    (("def log_in(", 'def Other(a):\n    return pb.returnOutputModel(a, "Successful", "", "", "🙂", "")\n\n\ndef log_in('), "Other",
     "Add the command `Other` to the manifest", "quickfix", "d3.json", '"internalName": "Other"'),
    ((CHECK, "def CheckDevice(limit, hostname):"), "limit",
     "Bring the parameters into the order of the manifest's inputs", "quickfix", "script.py", CHECK),
    ((CHECK, "def CheckDevice(limit, hostname):"), "limit",
     "Make the manifest's inputs those of `CheckDevice`", "quickfix", "d3.json", None),
    (None, "Isolate", "Name the parameters after the manifest's inputs", "refactor.rewrite", "script.py",
     "def Isolate(device, reason):"),
    (None, "CheckDevice(hostname", "Take the inputs as `*args`", "refactor.rewrite", "script.py",
     "def CheckDevice(*args):\n    hostname, limit = args\n"),
    (None, "CheckDevice(hostname", "Return a failed output model for every exception", "refactor.rewrite", "script.py",
     '    except Exception as error:\n        return pb.returnOutputModel("", "Failed", "", "", "", str(error))\n\n\ndef Isolate'),
    (('f = "🙂é"', 'f = "🙂é"; password = "🙂é"'), "password", "Move it to the connection parameter `password`",
     "refactor.extract", "script.py", 'f = "🙂é"; password = runtime["connector"]["password"]'),
    (None, "APIError", "Ignore D3201 here", "quickfix", "script.py", 'APIError = f  # d3: ignore[D3201]'),
    (None, "APIError", "Ignore D3201 in this file", "quickfix", "script.py", "# d3: ignore-file[D3201]\n"),
    (('conn["serverurl"]', 'conn["Server URL"]'), "Server URL", "Change to `serverurl`", "quickfix", "script.py",
     'conn["serverurl"]'),
    (('conn["serverurl"]', 'conn["Server URL"]'), "APIError", "Apply all safe fixes", "source.fixAll.d3ls", "script.py",
     'conn["serverurl"]'),
    (None, None, "Create the function `Block`", "quickfix", "script.py", "def Block():\n    try:\n"),
]


async def actions_at(session, uri, position, only=None):
    context = types.CodeActionContext([], only)
    params = types.CodeActionParams(session.document(uri), types.Range(position, position), context)
    return await session.ask("textDocument/codeAction", params)


async def test_code_actions(session, both):
    script, manifest = both
    texts = {uri: session.documents[uri].text for uri in both}
    odd = "\r\n" in texts[script]
    laid_out = lambda text: text.replace("    ", "\t").replace("\n", "\r\n") if odd else text
    for change, word, title, kind, file, expected in ACTIONS:
        text = texts[script]
        if change:
            assert laid_out(change[0]) in text
            text = text.replace(laid_out(change[0]), laid_out(change[1]), 1)
        session.change(script, text)
        document = session.documents[script]
        position = document.at(laid_out(word)) if word else document.position(len(text))
        offered = await actions_at(session, script, position, [kind])
        assert all(one.kind == kind for one in offered)
        (action,) = [one for one in offered if one.title == title] or pytest.fail(f"{title} in {[one.title for one in offered]}")
        assert action.command is None
        before = {uri: session.documents[uri].text for uri in both}
        old = await codes(session, both)
        undo = session.apply(action.edit)
        uri = script if file == "script.py" else manifest
        assert session.documents[uri].text != before[uri]
        if expected:
            assert laid_out(expected) in session.documents[uri].text, title
        new = await codes(session, both)
        assert all(not after - was for after, was in zip(new, old)), (title, old, new)
        session.undo(undo)
        assert {uri: session.documents[uri].text for uri in both} == before
        assert await codes(session, both) == old


async def test_the_manifest_s_own_fixes(session, acme):
    manifest = session.open(acme / "d3.json", "json")
    text = session.documents[manifest].text
    at = session.documents[manifest].at('"Block"')
    (create,) = [one for one in await actions_at(session, manifest, at) if one.title == "Create the function `Block`"]
    # The script is not open: the editor edits the file.
    undo = session.apply(create.edit)
    assert "def Block():" in (acme / "script.py").read_text("utf-8")
    session.undo(undo)

    session.change(manifest, text.replace('"required": true, "secret"', '"reqired": true, "secret"'))
    found = await session.diagnostics(manifest)
    (unknown,) = [one for one in found if one.code == "D3903"]
    document = session.documents[manifest]
    assert unknown.range == document.range('"reqired"', part="reqired") or unknown.range == document.range('"reqired"')
    fixes = await actions_at(session, manifest, document.at('"reqired"'), ["quickfix"])
    session.apply(fixes[0].edit)
    assert session.documents[manifest].text == text
    assert "D3903" not in {one.code for one in await session.diagnostics(manifest)}


async def test_records_of_what_d3_has_are_not_edited(session, acme):
    for name in ["live.py", "system.py"]:
        uri = session.open(acme / name)
        text = "import os\nAPIError = 1\n" + session.documents[uri].text.lstrip("\ufeff")
        session.change(uri, text)
        await session.diagnostics(uri)
        for line in range(4):
            for action in await actions_at(session, uri, types.Position(line, 2)):
                assert uri not in session.changes(action.edit), action.title
    assert uri_of(acme / "script.py") not in session.documents
