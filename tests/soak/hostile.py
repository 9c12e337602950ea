"""JSON that is deep, large, doubled or no JSON at all, wherever d3ls reads some."""

import json
import time

from session import Session
from trouble import CASE, MANIFEST, cli, integration

DEEP = 200_000


def texts(size):
    """Hostile texts by name."""
    entries = ", ".join(f'{{"internalName": "C{number}"}}' for number in range(size))
    return {
        "nothing": b"",
        "a byte-order mark": b"\xef\xbb\xbf",
        "no UTF-8": b'{"a": "\xff\xfe"}',
        "zero bytes": b"\0" * 1000,
        "deep lists": b"[" * DEEP,
        "deep lists, closed": b"[" * DEEP + b"]" * DEEP,
        "deep objects": b'{"a":' * DEEP,
        "deep in a known key": b'{"version": 1, "kind": "integration", "name": "A", "commands": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        "one key many times": b'{"version": 1, ' + b'"commands": [], ' * size + b'"name": "A"}',
        "one key twice": b'{"version": 1, "kind": "integration", "name": "A", "name": "B", "commands": [], "commands": {}}',
        "many entries": f'{{"version": 1, "kind": "integration", "name": "A", "commands": [{entries}]}}'.encode(),
        "a long string": b'{"version": 1, "name": "' + b"x" * (size * 200) + b'"}',
        "a long number": b'{"version": ' + b"9" * size + b"}",
        "numbers out of range": b'{"version": 1e999, "commands": [-0, 1e-999, 0.1e+400]}',
        "lone surrogates": b'{"version": 1, "name": "\\ud800", "\\udfff": "\\u0000"}',
        "half an escape": b'{"name": "\\u12',
        "comments and commas": b'{"version": 1, /* a */ "name": "A", // b\n}',
        "two values": MANIFEST.encode() * 2,
        "another type": b'{"version": [], "kind": {}, "name": 1, "commands": {"a": null}, "connection": "x"}',
    }


def hostile(binary, folder, options):
    """Each hostile text in the place of each file, from the command line and in the editor, and as frames of the protocol."""
    acme = integration(folder / "hostile")
    tests = acme / "tests"
    slowest = (0, "")
    python = ["--python", options.python]
    places = {
        "d3.json": ["lint", "."],
        "d3ls.toml": ["lint", "."],
        "baseline.json": ["lint", ".", "--baseline", "baseline.json"],
        "image.json": ["lint", "."],
        "tests/greet.json": ["test", ".", *python],
        "inputs.json": ["run", ".", "Greet", "--inputs", "inputs.json", *python],
        "http.json": ["run", ".", "Greet", "--http", "http.json", *python],
    }
    whole = {"d3.json": MANIFEST, "tests/greet.json": CASE}
    tried = 0
    for place, arguments in places.items():
        if place == "image.json":
            (acme / "d3ls.toml").write_text('[image]\nprofile = "image.json"\n')
        for name, text in texts(options.entries).items():
            (acme / place).write_bytes(text)
            began = time.monotonic()
            status, complaint = cli(binary, acme, *arguments)
            slowest = max(slowest, (time.monotonic() - began, f"{name} as {place}"))
            assert len(complaint) < 2000, f"{name} as {place}: {complaint[:300]}"
            tried += 1
        (acme / place).write_text(whole[place]) if place in whole else (acme / place).unlink()
    (acme / "d3ls.toml").unlink()
    session = Session(binary, acme)
    for place in ("d3.json", "d3ls.toml", "tests/greet.json"):
        uri = (acme / place).as_uri()
        for version, text in enumerate(texts(options.entries).values()):
            document = {"uri": uri, "languageId": "json", "version": version, "text": text.decode(errors="replace")}
            session.notify("textDocument/didOpen", {"textDocument": document})
            for method in ("diagnostic", "documentSymbol", "foldingRange"):
                session.request(f"textDocument/{method}", {"textDocument": {"uri": uri}})
            position = {"line": 0, "character": len(document["text"].split("\n")[0]) // 2}
            for method in ("hover", "completion", "definition"):
                session.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": position})
            session.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            tried += 1
    for number, body in enumerate(texts(options.entries).values()):
        with session.writing:
            left = memoryview(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            while left:
                left = left[session.process.stdin.write(left) :]
        session.notify("textDocument/didOpen", json.loads("[" * 100 + "]" * 100))
        session.request("workspace/symbol", {"query": f"{number}"})
        tried += 1
    session.unasked.clear()
    assert session.end() == 0
    assert tests.exists()
    yield f"{tried} texts: no panic, no hang; the slowest took {slowest[0]:.1f} s ({slowest[1]})"
