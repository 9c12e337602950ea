"""Recorded answers to D3 calls, and how calls are shown."""
import json


class Answers:
    """The `d3` entries of a test case: the first unused one that matches answers, the last match repeats."""

    def __init__(self, entries):
        self._entries = entries
        self._used = set()

    def take(self, call, arguments, named):
        """Whether there is an answer, and the answer."""
        last = None
        for index, entry in enumerate(self._entries):
            if entry["call"] != call or not _fits(entry.get("arguments"), arguments, named):
                continue
            last = index
            if index not in self._used:
                break
        if last is None:
            return False, None
        self._used.add(last)
        return True, json.loads(json.dumps(self._entries[last].get("returns")))


def _fits(wanted, arguments, named):
    if wanted is None:
        return True
    if isinstance(wanted, dict):
        return not arguments and wanted == plain(named)
    return not named and wanted == plain(list(arguments))


def plain(value):
    """The value as JSON has it; what JSON has not is shown as text."""
    return json.loads(json.dumps(value, default=str))


def entry_for(call, arguments, named):
    """The `d3` entry that would answer a call, as JSON text."""
    given = plain(named) if named and not arguments else plain(list(arguments))
    return json.dumps({"call": call, "arguments": given, "returns": {"returnData": "Successful"}}, ensure_ascii=False)


def shown_call(call, arguments, named):
    """The call as a script would write it, long values cut."""
    shown = [_cut(repr(value)) for value in arguments]
    shown += ["%s=%s" % (name, _cut(repr(value))) for name, value in named.items()]
    return "%s(%s)" % (call, ", ".join(shown))


def _cut(text):
    return text if len(text) <= 80 else text[:77] + "..."
