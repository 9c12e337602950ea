"""A program in a terminal of its own, under tmux: keys go in, the screen comes out."""

import os
import subprocess
import sys
import tempfile
import time

DEADLINE = 30
# Between two keys, as a quick hand types: an editor takes keys that come at once for a paste.
PAUSE = 0.02


class Terminal:
    """Runs a command; `with` ends it."""

    def __init__(self, command, columns=100, rows=30, env=None):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = f"{self.folder.name}/tmux"
        # Colours as they are; a lone Escape is none of a longer key's.
        settings = f"{self.folder.name}/tmux.conf"
        with open(settings, "w", encoding="utf-8") as file:
            file.write("set -g default-terminal tmux-256color\nset -ga terminal-overrides ',*:RGB'\nset -sg escape-time 0\n")
            file.write("set -g remain-on-exit on\nset -g status off\n")
        self.env = {**os.environ, **(env or {})}
        self.tmux("-f", settings, "new-session", "-d", "-x", str(columns), "-y", str(rows), *command)

    def tmux(self, *words):
        command = ["tmux", "-S", self.socket, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=self.env).stdout

    def keys(self, *keys):
        """Presses keys by tmux's names."""
        for key in keys:
            self.tmux("send-keys", key)
            time.sleep(PAUSE)

    def type(self, text):
        """Types a text, a key at a time."""
        for letter in text:
            self.tmux("send-keys", "-l", letter)
            time.sleep(PAUSE)

    def screen(self):
        """What the screen shows."""
        return self.tmux("capture-pane", "-p")

    def coloured(self):
        """What the screen shows, with its escape codes."""
        return self.tmux("capture-pane", "-p", "-e")

    def wait_for(self, what, holds):
        """Waits until the screen is as it should be: it holds this text, or `holds` says so."""
        is_so = holds if callable(holds) else lambda screen: holds in screen
        end = time.monotonic() + DEADLINE
        while not is_so(screen := self.screen()):
            if time.monotonic() > end:
                sys.exit(f"FAILED: {what}; the screen shows:\n{screen}")
            time.sleep(0.02)
        print(f"ok: {what}")
        return screen

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")
        self.folder.cleanup()
