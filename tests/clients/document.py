"""A text as an editor has it: positions in the agreed unit, edits, undo."""

import re

from lsprotocol import types

LINE_END = re.compile(r"\r\n|\n|\r")


def units(text, encoding):
    """The length of a text in the protocol's columns."""
    return len(text.encode("utf-8")) if encoding == "utf-8" else len(text.encode("utf-16-le")) // 2


class Document:
    """A text. Nothing here comes from the server."""

    def __init__(self, text, encoding):
        self.text = text
        self.encoding = encoding

    def starts(self):
        """The offset of each line's first character."""
        return [0] + [end.end() for end in LINE_END.finditer(self.text)]

    def position(self, offset):
        """The position of a character."""
        starts = self.starts()
        line = max(number for number, start in enumerate(starts) if start <= offset)
        return types.Position(line, units(self.text[starts[line] : offset], self.encoding))

    def at(self, word, nth=0, inside=1):
        """The position of a character in the nth place where a word stands."""
        return self.position(self.find(word, nth) + inside)

    def range(self, word, nth=0, part=None):
        """The range of the nth place where a word stands, or of a part of the word there."""
        start = self.find(word, nth) + (word.index(part) if part else 0)
        return types.Range(self.position(start), self.position(start + len(part or word)))

    def find(self, word, nth=0):
        places = [place.start() for place in re.finditer(re.escape(word), self.text)]
        assert len(places) > nth, f"{word!r} stands in {len(places)} places, not {nth + 1}"
        return places[nth]

    def offset(self, position):
        """The character at a position, which must be one."""
        starts = self.starts() + [len(self.text)]
        line = self.text[starts[position.line] : starts[position.line + 1]]
        for length in range(len(line) + 1):
            if units(line[:length], self.encoding) == position.character:
                return starts[position.line] + length
        raise AssertionError(f"{position} is no character of {line!r} in {self.encoding}")

    def slice(self, range_):
        """The text of a range."""
        return self.text[self.offset(range_.start) : self.offset(range_.end)]

    def edited(self, edits):
        """The text after edits, which must not overlap."""
        places = sorted((self.offset(edit.range.start), self.offset(edit.range.end), edit.new_text) for edit in edits)
        for (_, end, _), (start, _, _) in zip(places, places[1:]):
            assert end <= start, f"edits overlap: {places}"
        text = self.text
        for start, end, new in reversed(places):
            text = text[:start] + new + text[end:]
        return text
