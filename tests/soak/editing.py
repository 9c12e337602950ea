"""What editors do all day: edits and requests in the manner of four of them, a flood, and requests that are cancelled."""

import json
import random
import shutil
import statistics
import time
from collections import Counter
from pathlib import Path

from session import CANCELLED, STALE, Session
from text import Text

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "acme-edr"

# The findings are pulled or pushed, columns count bytes or utf-16 units, changes are sent one by one, several at once, or as
# the whole text; and what each editor asks for by itself.
EDITORS = {
    "Neovim": (True, "utf-8", "single", ["semanticTokens/full", "completion", "hover", "signatureHelp", "documentHighlight"]),
    "VS Code": (True, "utf-16", "several", ["codeAction", "codeLens", "completion", "documentSymbol", "foldingRange", "inlayHint"]),
    "Helix": (False, "utf-8", "several", ["completion", "signatureHelp", "codeAction", "definition", "references"]),
    "Emacs": (False, "utf-16", "whole", ["hover", "documentHighlight", "completion", "documentSymbol", "definition"]),
}
PIECES = [
    'runtime["connector"]["serverurl"]',
    "D3.Utility.concatToRear<Text>(a, '🙂')",
    'return pb.returnOutputModel("é", "Successful", "", "", raw, "")',
    "def CheckDevice2(hostname, *args):\n    x = args[0]\n    return x\n",
    "try:\n    x = 1\nexcept Exception as error:\n    pb.log(str(error))\n",
    'f"{x:>{width}} {D3.Utility.x<Text>(1)}"',
    '"""👩‍🚒\n"""',
    "class APIError:\n\tpass\r\n",
    "# d3: ignore[D3414]\n",
    "\n\n\n",
    "(",
    ")]}",
    "'",
    "\r",
    "\ufeff",
    "\u2028\x0c",
]


def project(folder):
    """The fixture, whose final script is its own script."""
    folder.mkdir(parents=True)
    manifest = json.loads((FIXTURE / "d3.json").read_text()) | {"systemScript": None}
    (folder / "d3.json").write_text(json.dumps(manifest, indent=2))
    shutil.copy(FIXTURE / "script.py", folder)
    return folder / "script.py"


class Typist:
    """One editor with one document."""

    def __init__(self, binary, folder, name, seed):
        self.pulls, encoding, self.manner, self.habits = EDITORS[name]
        self.script = project(folder)
        self.start = self.script.read_text()
        self.random = random.Random(seed)
        self.session = Session(binary, folder, self.pulls, [encoding])
        self.text, self.uri, self.version = Text(self.start, encoding), self.script.as_uri(), 1
        self.session.open(self.uri, self.start)
        self.cursor, self.pending, self.sent = (0, 0), "", 0

    def place(self):
        line = self.random.randrange(len(self.text.lines))
        return line, self.random.randint(0, len(self.text.content(line)))

    def edit(self):
        """One change: mostly the next character of what is being typed."""
        if self.pending:
            character, self.pending = self.pending[0], self.pending[1:]
            line, column = self.cursor
            change = self.text.replace(self.cursor, self.cursor, character)
            self.cursor = (line + 1, 0) if character in "\r\n" else (line, column + 1)
            if self.cursor[0] >= len(self.text.lines) or self.cursor[1] > len(self.text.content(self.cursor[0])):
                self.cursor, self.pending = self.place(), ""
            return change
        self.cursor = self.place()
        kind = self.random.randrange(6)
        if kind < 3:
            self.pending = self.random.choice(PIECES)
            return self.edit()
        other = self.place() if kind == 3 and len(self.text.lines) > 400 else (self.cursor[0], self.place()[1])
        other = other[0], min(other[1], len(self.text.content(other[0])))
        start, end = sorted([self.cursor, other])
        if end[0] - start[0] > 60:
            end = start[0] + 60, 0
        self.cursor = start
        return self.text.replace(start, end, self.random.choice(PIECES) if kind == 4 else "")

    def change(self):
        """Sends what one keystroke, or a few at once, changed."""
        if len(self.text.lines) > 900:
            self.text = Text(self.start, self.text.encoding)
            changes = [{"text": self.start}]
            self.cursor, self.pending = (0, 0), ""
        else:
            changes = [self.edit() for _ in range(self.random.randint(1, 4) if self.manner == "several" else 1)]
        if self.manner == "whole":
            changes = [{"text": self.text.whole()}]
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.session.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        self.sent += 1

    def ask(self, habit=None):
        """Sends a request, and does not wait for the answer."""
        habit = habit or self.random.choice(self.habits)
        position = self.text.position(*self.cursor)
        params = {"textDocument": {"uri": self.uri}, "position": position}
        if habit in ("codeAction", "inlayHint"):
            params |= {"range": {"start": position, "end": position}, "context": {"diagnostics": []}}
        if habit == "references":
            params["context"] = {"includeDeclaration": True}
        self.sent += 1
        return self.session.ask_aside(f"textDocument/{habit}", params)

    def look(self):
        """Compares the server's text with the editor's, and what was found in it with what is found in a new document."""
        _, final = self.session.request("d3ls/finalScript", {"textDocument": {"uri": self.uri}})
        here = self.text.whole().removeprefix("\ufeff")
        assert final["text"] == here, f"the texts differ after {self.sent} messages"
        self.session.settle()

    def work(self, messages, memory):
        """Edits and asks; every now and then the texts are compared, and memory is looked at."""
        looks = 0
        while self.sent < messages:
            self.change()
            if self.random.random() < 0.6:
                number = self.ask("diagnostic" if self.pulls and self.random.random() < 0.5 else None)
                if self.random.random() < 0.1:
                    self.session.cancel(number)
            if len(self.session.waiting) > 40:
                self.session.settle()
            if self.sent // 100 > looks:
                looks = self.sent // 100
                self.look()
                memory.append(self.session.memory())
        self.look()


def edits(binary, folder, options):
    """A quarter of the messages from each editor."""
    for name in EDITORS:
        memory, began = [], time.monotonic()
        typist = Typist(binary, folder / name.replace(" ", ""), name, options.seed)
        typist.work(options.messages // len(EDITORS), memory)
        status = typist.session.end()
        assert status == 0, f"the server ended with {status}"
        half = len(memory) // 2
        early, late = (statistics.median(part) for part in (memory[: half + 1], memory[half:]))
        errors = {code for _, code in typist.session.errors} - {CANCELLED, STALE}
        assert not errors, f"requests failed: {typist.session.errors}"
        yield (
            f"{name}: {typist.sent} messages in {time.monotonic() - began:.0f} s, {sum(typist.session.errors.values())} cancelled, "
            f"memory {memory[0]:.0f} MiB at first, median of the first half {early:.1f}, of the second {late:.1f}, "
            f"at most {max(memory):.1f}"
        )
        # A short session has not taken yet what a long one keeps.
        assert options.short or late < early * 1.1 + 2, f"memory grows: {[round(one) for one in memory]}"


def flood(binary, folder, options):
    """Thousands of edits without a pause, then one answer that is wanted."""
    typist = Typist(binary, folder / "flood", "Neovim", options.seed)
    began = time.monotonic()
    for _ in range(options.flood):
        typist.change()
    sent = time.monotonic()
    typist.look()
    typist.session.diagnostics(typist.uri, typist.version)
    answered = time.monotonic()
    assert typist.session.end() == 0
    yield f"{options.flood} edits sent in {sent - began:.1f} s, findings {answered - sent:.2f} s after the last"


def cancel(binary, folder, options):
    """Requests of every kind, each cancelled at some time: before its turn, during it, after it, twice, or never."""
    typist = Typist(binary, folder / "cancel", "VS Code", options.seed)
    habits = sorted({habit for *_, all_habits in EDITORS.values() for habit in all_habits} | {"diagnostic"})
    asked = []
    for number in range(options.cancelled):
        if number % 3 == 0:
            typist.change()
        asked.append(typist.ask(typist.random.choice(habits)))
        for _ in range(typist.random.randint(0, 2)):
            typist.session.cancel(typist.random.choice(asked[-20:]))
        if number % 50 == 0:
            typist.session.cancel(10_000_000 + number)
            typist.session.settle()
    typist.look()
    errors = Counter(code for _, code in typist.session.errors.elements())
    assert set(errors) <= {CANCELLED, STALE}, f"requests failed: {typist.session.errors}"
    assert typist.session.end() == 0
    yield f"{len(asked)} requests: {len(asked) - sum(errors.values())} answered, {errors[CANCELLED]} cancelled, each once"
