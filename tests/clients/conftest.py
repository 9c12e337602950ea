"""The editors, and the integration that they open.

The capability sets are those of pytest-lsp, which are dumped from the real editors. What the editor offers, and the
test that asks for it, each in every editor below:

completion      connection keys (alias, `.get(`, f-string, half-typed), D3 calls and types, `pb`, keyword arguments,
                statuses, retry and passdown words, modules, system names, missing commands, templates, ignore codes:
                test_script::test_completion_in_half_typed_code; in d3.json: test_manifest::test_completion
resolve         test_script::check_texts (Emacs, Visual Studio Code: when asked for; Neovim: at once)
hover           test_script::test_hover, test_manifest::test_hover_and_definition
signatures      test_script::test_signature_help
definition      test_script::test_definition, test_manifest::test_hover_and_definition
references      test_script::test_references_and_highlight, test_manifest::test_references_symbols_and_links
rename          test_edits::test_rename_from_both_sides, test_rename_reaches_the_test_cases, test_rename_says_why_not
code actions    test_edits::test_code_actions, test_the_manifest_s_own_fixes, test_records_of_what_d3_has_are_not_edited
lenses, hints   test_script::test_lenses_and_hints (what runs and tests do: tests/server/runs.rs)
tokens          test_script::test_semantic_tokens
symbols         test_script::test_symbols_folds_selections_and_the_final_script (with folds, selections, final script)
links           test_manifest::test_references_symbols_and_links
findings        test_script::test_findings_are_pushed_or_pulled (both sides of an override), test_manifest::test_findings
settings        test_manifest::test_settings (d3ls.toml), test_workspace::test_what_is_agreed (the editor's own)
workspace       test_workspace: folders, watched files, progress, cancelling, every request answered
"""

import os
from pathlib import Path

import pytest_asyncio
import pytest

from editor import Editor

SERVER = Path(os.environ["D3LS"]).resolve()

# Neovim pulls in utf-8; before 0.10 it is pushed to in utf-16 and knows no snippets. Emacs knows no snippets either, is
# pushed to in utf-8, and takes versioned edits. Visual Studio Code of this file is pushed to in utf-16.
EDITORS = ["neovim@v0.11.0", "neovim@v0.6.1", "emacs@v29.1", "visual_studio_code@v1.65.2"]

MANIFEST = """\
{
    "version": 1, "kind": "integration", "name": "🙂 Acme", "internalName": "AcmeEDR",
    "script": "script.py", "liveScript": "live.py", "systemScript": "system.py",
    "connection": [
        {"displayName": "🙂", "parameterName": "serverurl", "required": true},
        {"displayName": "🙂", "parameterName": "apikey", "required": true, "secret": true}
    ],
    "commands": [
        {"displayName": "🙂", "internalName": "TestConnection", "features": ["Ad-Hoc Command"]},
        {"displayName": "🙂", "internalName": "CheckDevice", "features": ["Ad-Hoc Command"], "inputs": [
            {"displayName": "🙂", "parameterName": "hostname", "required": true, "sampleData": "srv-01"},
            {"displayName": "🙂", "parameterName": "limit", "parameterType": "Number", "default": "10"}
        ]},
        {"displayName": "🙂", "internalName": "Isolate", "features": ["Ad-Hoc Command"], "inputs": [
            {"displayName": "🙂", "parameterName": "device"}, {"displayName": "🙂", "parameterName": "reason"}
        ]},
        {"displayName": "🙂", "internalName": "Block", "features": ["Ad-Hoc Command"]}
    ]
}
"""

SCRIPT = """\
import requests


def TestConnection():
    a = "🙂é"; conn = runtime["connector"]
    try:
        b = "🙂é"; call(conn["serverurl"], conn.get("apikey"))
        return pb.returnOutputModel("🙂", "Successful", "", "", a + b, "")
    except Exception as error:
        return pb.returnOutputModel("", "Failed", "", "", "", str(error))


def CheckDevice(hostname, limit):
    c = "🙂é"; same = D3.Utility.equals<Text>(hostname, limit)
    d = "🙂é"; other = D3.Integration.AcmeEDR.CheckDevice(hostname, same)
    return pb.returnOutputModel(c, "Successful", "", "", d, other)


def Isolate(*args):
    e = "🙂é"; model = _model(args[0], args[1])
    return model


def _model(device, reason):
    return pb.returnOutputModel("🙂", "Successful", "", "", device, reason)


def log_in(): return "🙂"


f = "🙂é"; APIError = f
"""

SYSTEM = """\
def call(url, key, *, timeout=5):
    return requests.get(url, headers={"X-Key": key}, timeout=timeout)


def log_in():
    return "🙂"
"""

LIVE = """\
def CheckDevice(hostname):
    conn = runtime["connector"]
    return pb.returnOutputModel(hostname, "Successful", "", "", conn["serverurl"], "")
"""


def odd(text):
    """The same text in the layout that trips servers up."""
    return "\ufeff" + text.replace("    ", "\t").replace("\n", "\r\n")


def plain(text):
    return text


# Every editor in the odd layout, and one of each unit in the plain one.
CASES = [(editor, odd) for editor in EDITORS] + [(EDITORS[0], plain), (EDITORS[-1], plain)]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1].__name__}")
def case(request):
    return request.param


@pytest.fixture
def acme(tmp_path, case):
    """The integration on the disk, in a folder whose name has to be encoded."""
    folder = tmp_path.resolve() / "a b[é]"
    folder.mkdir()
    for name, text in {"d3.json": MANIFEST, "script.py": SCRIPT, "system.py": SYSTEM, "live.py": LIVE}.items():
        (folder / name).write_bytes(case[1](text).encode("utf-8"))
    return folder


@pytest_asyncio.fixture
async def editor(case):
    """An editor that is not started yet; ended as the protocol has it."""
    editor = Editor(case[0])
    yield editor
    await editor.stop()


@pytest_asyncio.fixture
async def session(editor, acme):
    """An editor in the integration's folder."""
    await editor.start(SERVER, acme)
    return editor
