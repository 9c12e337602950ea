"""Which lines of the user's script ran."""
import sys
import threading


class Coverage:
    """Counts lines of code objects under the user's names; everything else runs untraced."""

    def __init__(self, files):
        self._files = files
        self._ran = {path: set() for path in files}

    def start(self):
        sys.settrace(self._call)
        threading.settrace(self._call)

    def stop(self):
        sys.settrace(None)
        threading.settrace(None)

    def _call(self, frame, event, argument):
        if frame.f_code.co_filename not in self._files:
            return None
        ran = self._ran[frame.f_code.co_filename]

        def line(frame, event, argument):
            if event == "line":
                ran.add(frame.f_lineno)
            return line

        return line

    def report(self, codes):
        """The lines with code and those that ran, by file."""
        lines = {path: set() for path in self._files}
        for code in codes:
            _collect(code, lines)
        return [
            {"path": path, "lines": sorted(lines[path]), "ran": sorted(self._ran[path] & lines[path])}
            for path in sorted(self._files)
        ]


def _collect(code, lines):
    import dis

    own = lines.get(code.co_filename)
    if own is not None:
        first = code.co_firstlineno if code.co_name != "<module>" else None
        own.update(line for _, line in dis.findlinestarts(code) if line and line != first)
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            _collect(constant, lines)
