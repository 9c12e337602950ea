"""What goes wrong around d3ls: its client kills it, the disk is full, folders go, everything opens at once, files change under it."""

import errno
import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from editing import project
from session import TIMEOUT, Session

LOOPING = """\
import os


def Loop():
    try:
        os.fork()
    except OSError:
        pb.log("may start no other")
    while True:
        pass


def Greet(name):
    return pb.returnOutputModel({}, "Successful", "", "", {"text": name}, "")
"""
MANIFEST = """\
{"version": 1, "kind": "integration", "name": "Acme", "commands": [
    {"internalName": "Loop"},
    {"internalName": "Greet", "inputs": [{"parameterName": "name", "sampleData": "Ada"}]}]}
"""
CASE = '{"command": "Greet", "inputs": {"name": "Ada"}, "expect": {"success": true}}'
FINDING = "# d3: integration\nimport json\n\n\nclass APIError:\n    pass\n"


def cli(binary, folder, *arguments, **more):
    """Runs d3ls, which must end by itself and without a panic; its status and what it complained of."""
    done = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, timeout=TIMEOUT, **more)
    complaint = done.stderr.decode(errors="replace") if done.stderr else ""
    assert done.returncode in (0, 1, 2), f"{arguments} ended with {done.returncode}: {complaint}"
    assert "panicked" not in complaint, complaint
    return done.returncode, complaint


def descendants(pid):
    found, waiting = set(), [pid]
    while waiting:
        try:
            tasks = Path(f"/proc/{waiting.pop()}/task").iterdir()
            children = {int(child) for task in tasks for child in (task / "children").read_text().split()}
        except OSError:
            continue
        waiting += children - found
        found |= children
    return found


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(what, done):
    deadline = time.monotonic() + TIMEOUT
    while not (result := done()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
    return result


@contextmanager
def temporary(folder):
    """A folder for everything temporary, so that what is left shows."""
    folder.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before


def integration(folder):
    (folder / "tests").mkdir(parents=True)
    (folder / "script.py").write_text(LOOPING)
    (folder / "d3.json").write_text(MANIFEST)
    (folder / "tests" / "greet.json").write_text(CASE)
    return folder


def kill(binary, folder, options):
    """The client ends the server in the middle of anything, at times with a script that loops."""
    chance, acme = random.Random(options.seed), integration(folder / "kill")
    runs = 0
    with temporary(folder / "kill-tmp") as left:
        for _ in range(options.killed):
            session = Session(binary, acme, chance.random() < 0.5)
            uri = (acme / "script.py").as_uri()
            session.open(uri, LOOPING)
            if chance.random() < 0.6:
                run = {"uri": uri, "command": "Loop"}
                session.ask("workspace/executeCommand", {"command": "d3ls.run", "arguments": [run]})
                if chance.random() < 0.7:
                    until("the script's own process", lambda: descendants(session.process.pid))
                runs += 1
            for _ in range(chance.randrange(20)):
                session.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}})
            children = descendants(session.process.pid)
            how = chance.choice([signal.SIGKILL, signal.SIGTERM, None])
            if how is None:
                session.process.stdin.close()
            else:
                session.process.send_signal(how)
            session.process.wait(TIMEOUT)
            until("the end of all that the server started", lambda: not any(map(is_alive, children)))
        cli(binary, acme, "run", ".", "Greet", "--python", options.python)
        found = sorted(os.listdir(left))
        assert not found, f"left in the temporary folder: {found}"
    yield f"{options.killed} servers killed, {runs} of them with a script that loops: no process and no file is left"


@contextmanager
def small_disk(folder, size="400k"):
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    try:
        yield folder if made.returncode == 0 else None
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    """Fills the disk to the last byte."""
    with open(folder / "filler", "wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 512):
                pass
        except OSError as problem:
            assert problem.errno == errno.ENOSPC, problem


def tree(folder):
    paths = (path for path in folder.rglob("*") if path.name != "filler")
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in paths}


def disk(binary, folder, options):
    """Everything that writes, on a disk without room: what was there stays, nothing half is left, one line says why."""
    with small_disk(folder / "disk") as small:
        if small is None:
            yield "not tried: no right to mount a small disk"
            return
        acme = integration(small / "acme")
        (acme / "script.py").write_text(FINDING * 30)
        for name in ("baseline.json", "report.json", "record.json", "image.json"):
            (acme / name).write_text("{}" if name == "image.json" else '{"old": true}')
        shutil.copytree(acme, small / "new", ignore=shutil.ignore_patterns("d3.json"))
        tries = {
            "lint --fix --unsafe-fixes": ["lint", "--fix", "--unsafe-fixes", "acme"],
            "lint --write-baseline": ["lint", "acme", "--write-baseline", "acme/baseline.json"],
            "lint --output-file": ["lint", "acme", "--format", "json", "--output-file", "acme/report.json"],
            "lint --output-file, a new one": ["lint", "acme", "--format", "json", "--output-file", "acme/new.json"],
            "init": ["init", "new/script.py"],
            "init --force": ["init", "--force", "acme/script.py"],
            "clone": ["clone", "acme", "Greet", "Greet2"],
            "new": ["new", "integration", "Fresh"],
        }
        run = ["run", "acme", "Greet", "--inputs", '{"name": "Ada"}', "--python", options.python]
        tries["run --record"] = [*run, "--allow-network", "--record", "acme/record.json"]
        (acme / "script.py").write_text(FINDING * 30 + LOOPING)
        fill(small)
        before = tree(small)
        for name, arguments in tries.items():
            status, complaint = cli(binary, small, *arguments)
            assert status == 2, f"{name} ended with {status} on a full disk: {complaint}"
            assert "No space left" in complaint or "no space" in complaint, f"{name}: {complaint}"
            assert tree(small) == before, f"{name} changed files: {set(tree(small).items()) ^ set(before.items())}"
        with open(small / "filler2", "wb") as full:
            done = subprocess.run([binary, "lint", "acme"], cwd=small, stdout=full, stderr=subprocess.PIPE)
            assert done.returncode == 2 and b"No space left" in done.stderr, done
        with_tmp = os.environ | {"TMPDIR": str(small)}
        status, complaint = cli(binary, small, *run, env=with_tmp)
        assert status == 0, f"a run without room for temporary files ended with {status}: {complaint}"
        (small / "filler").unlink()
        (small / "filler2").unlink()
        for name, arguments in tries.items():
            status, complaint = cli(binary, small, *arguments)
            assert status in (0, 1), f"{name} ended with {status} with room again: {complaint}"
        yield f"{len(tries)} commands that write left everything as it was, and worked with room again"


def vanish(binary, folder, options):
    """The workspace's folder goes and comes back, under a client that watches files and tells of it, and one that doesn't."""
    for pull in (True, False):
        root = folder / f"vanish-{pull}"
        script = project(root)
        session = Session(binary, root, pull)
        uri, text = script.as_uri(), script.read_text() + "\nclass APIError: pass\n"
        session.open(uri, text)
        manifest = (root / "d3.json").as_uri()
        document = {"textDocument": {"uri": uri}}
        first = session.request("textDocument/diagnostic", document)[1]["items"]
        for _ in range(options.vanished):
            away = root.rename(folder / "away")
            session.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": one, "type": 3} for one in (manifest, uri)]})
            without = session.request("textDocument/diagnostic", document)[1]["items"]
            session.ask("workspace/diagnostic", {"previousResultIds": []})
            session.request("workspace/symbol", {"query": ""})
            away.rename(root)
            session.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": one, "type": 1} for one in (manifest, uri)]})
            again = session.request("textDocument/diagnostic", document)[1]["items"]
            assert again == first and without != first, "the findings are not what they were"
        for number in list(session.waiting):
            session.cancel(number)
        assert session.end() == 0
        yield f"{'pulling' if pull else 'pushed to'}: went and came back {options.vanished} times"


def many(binary, folder, options):
    """Ten thousand files: all open at once, all in the workspace, all changed at once."""
    root = folder / "many"
    project(root)
    text = FINDING
    paths = [root / f"s{number // 100}" / f"file{number}.py" for number in range(options.files)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    session = Session(binary, root)
    first, began = session.memory(), time.monotonic()
    for path in paths:
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        session.notify("textDocument/didOpen", {"textDocument": document})
    answers = [session.request("textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}})[1]["items"] for path in paths]
    assert all(len(items) == len(answers[0]) > 0 for items in answers), "not every file has its findings"
    opened, all_open = time.monotonic() - began, session.memory()
    began = time.monotonic()
    _, report = session.request("workspace/diagnostic", {"previousResultIds": []})
    assert len(report["items"]) >= len(paths), f"{len(report['items'])} files in the report on the workspace"
    walked = time.monotonic() - began
    changes = [{"uri": path.as_uri(), "type": 2} for path in paths]
    began = time.monotonic()
    for path in paths:
        session.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
    session.request("workspace/symbol", {"query": ""})
    closing, closed = time.monotonic() - began, session.memory()
    session.request("workspace/diagnostic", {"previousResultIds": []})
    began = time.monotonic()
    session.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    session.request("workspace/symbol", {"query": ""})
    changed = time.monotonic() - began
    assert session.end() == 0
    began = time.monotonic()
    status, _ = cli(binary, root, "lint", "--statistics")
    assert status == 1
    yield (
        f"{len(paths)} files: open with findings in {opened:.1f} s, {first:.0f} MiB before and {all_open:.0f} then, "
        f"closed in {closing:.1f} s, {closed:.0f} MiB; the workspace's findings in {walked:.1f} s, "
        f"a change of all of them in {changed:.1f} s, the linter in {time.monotonic() - began:.1f} s"
    )


def manifest(binary, folder, options):
    """A manifest that changes in the editor and on the disk, whole, broken, empty and gone, while its test cases run."""
    chance, acme = random.Random(options.seed), integration(folder / "manifest")
    for number in range(5):
        (acme / "tests" / f"case{number}.json").write_text(CASE)
    session = Session(binary, acme)
    session.notify("workspace/didChangeConfiguration", {"settings": {"d3ls": {"python": options.python}}})
    uri, version = (acme / "d3.json").as_uri(), 1
    session.open(uri, MANIFEST)
    texts = [MANIFEST, MANIFEST[: len(MANIFEST) // 2], "", "[]", MANIFEST.replace("Greet", "Other"), MANIFEST * 2, "{" * 3000]
    for _ in range(options.tested):
        test = {"command": "d3ls.test", "arguments": [{"uri": uri}]}
        for _ in range(chance.randint(1, 3)):
            session.ask("workspace/executeCommand", test)
            for _ in range(chance.randint(1, 20)):
                version += 1
                changes = [{"text": chance.choice(texts)}]
                session.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes})
                if chance.random() < 0.3:
                    (acme / "d3.json").write_text(chance.choice(texts))
                elif chance.random() < 0.1:
                    (acme / "d3.json").unlink(missing_ok=True)
                session.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
        session.settle()
    (acme / "d3.json").write_text(MANIFEST)
    session.notify(
        "textDocument/didChange", {"textDocument": {"uri": uri, "version": version + 1}, "contentChanges": [{"text": MANIFEST}]}
    )
    _, result = session.request("workspace/executeCommand", test)
    outcomes = [case["outcome"] for case in result["cases"]]
    assert outcomes == ["passed"] * 6, f"with the manifest whole again: {outcomes}"
    assert session.end() == 0
    yield f"{options.tested} times: every request was answered once, and with the manifest whole again all cases passed"
