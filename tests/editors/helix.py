#!/usr/bin/env python3
"""Helix with editors/helix/languages.toml, on a copy of the project beside this file.

`helix.py PROJECT SETTINGS COMMAND...`: the command starts Helix; SETTINGS is languages.toml with the server to start.
"""

import pathlib
import sys

from terminal import Terminal


def main():
    project, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
    script, manifest = project / "script.py", project / "d3.json"
    with Terminal([*command, f"{script}:2:34"], columns=140) as terminal:
        terminal.wait_for("findings arrive", "is no connection parameter of this integration")
        terminal.keys("]", "d")
        terminal.wait_for("the next finding ends where `print` does, behind an emoji", "6:22")

        terminal.type("7G")
        terminal.keys("f", "O", "Space", "k")
        terminal.wait_for("a hover tells the fields of an output model", "returnData")
        terminal.keys("Escape")

        terminal.type("11Gopb.")
        terminal.wait_for("completion offers D3's members", "returnOutputModel function")
        terminal.keys("Escape", "u")

        terminal.type("gg]d")
        terminal.keys("Space", "a")
        terminal.wait_for("the menu offers a quick fix", "Change to `serverurl`")
        terminal.keys("Enter")
        terminal.wait_for("the quick fix changes the script", '["connector"]["serverurl"]')
        terminal.wait_for("its finding goes away", lambda screen: "is no connection parameter" not in screen)

        terminal.type("10Gww")
        terminal.keys("Space", "r")
        terminal.wait_for("a rename asks for the name", "rename-to:")
        terminal.keys("C-u")
        terminal.type("Release")
        terminal.keys("Enter")
        terminal.wait_for("a rename changes the script", "def Release():")
        terminal.type(":wa")
        terminal.keys("Enter")
        terminal.wait_for("all is written", lambda _: all("Release" in text(path) for path in (script, manifest)))


def text(path):
    """What a file holds; nothing while Helix puts a new one in its place."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    main()
