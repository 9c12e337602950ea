#!/usr/bin/env python3
"""A D3 script in Neovim's window, findings shown and a completion open: `picture.py NEOVIM PLUGIN PROJECT BIN`.

With D3LS_UPDATE set, docs/neovim.svg is drawn from the screen.
"""

import os
import pathlib
import subprocess
import sys

from terminal import Terminal

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    neovim, plugin, project, programs = sys.argv[1:]
    env = {"PLUGIN": plugin, "PATH": f"{programs}:{os.environ['PATH']}"}
    command = ["sh", "-c", 'cd "$1" && exec "$2" --clean -u "$3" script.py', "sh", project, neovim, f"{ROOT}/tests/editors/picture.lua"]
    with Terminal(command, columns=134, rows=20, env=env) as terminal:
        terminal.wait_for("findings stand behind their lines", "is no connection parameter of this integration")
        terminal.type('7GOkey = runtime["connector"][""]')
        terminal.keys("Left", "Left", "C-x", "C-o")
        terminal.wait_for("completion opens", lambda screen: "apikey" in screen and "use `pb.log`" in screen)
        screen = terminal.coloured()
    if os.environ.get("D3LS_UPDATE"):
        draw = [ROOT / "scripts/picture", ROOT / "docs/neovim.svg", "-"]
        subprocess.run(draw, input=screen, text=True, check=True)


if __name__ == "__main__":
    main()
