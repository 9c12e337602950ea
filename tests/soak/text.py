"""A text as an editor has it. Nothing here comes from the server."""

import re

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def split(text):
    """The lines with their ends; the last one has none, and may be empty."""
    lines = LINE.findall(text)
    return lines if lines and lines[-1][-1] not in "\r\n" else [*lines, ""]


class Text:
    def __init__(self, text, encoding):
        self.lines, self.encoding = split(text), encoding

    def whole(self):
        return "".join(self.lines)

    def content(self, line):
        return self.lines[line].rstrip("\r\n")

    def position(self, line, character):
        """The protocol's position of a character of a line."""
        before = self.lines[line][:character]
        length = len(before.encode()) if self.encoding == "utf-8" else len(before.encode("utf-16-le")) // 2
        return {"line": line, "character": length}

    def replace(self, start, end, new):
        """Replaces what is between two places, each a line and a character; the change as the protocol has it."""
        change = {"range": {"start": self.position(*start), "end": self.position(*end)}, "text": new}
        # A line end may come to be, or cease, with the line before and the one behind.
        first, last = max(start[0] - 1, 0), min(end[0] + 2, len(self.lines))
        before = "".join(self.lines[first : start[0]]) + self.lines[start[0]][: start[1]]
        after = self.lines[end[0]][end[1] :] + "".join(self.lines[end[0] + 1 : last])
        lines = split(before + new + after)
        if last < len(self.lines) and lines[-1] == "":
            lines.pop()
        self.lines[first:last] = lines
        return change
