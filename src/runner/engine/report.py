"""What came of an attempt, as data: output models that are JSON, and errors with the user's files and lines."""
import math

# d3ls reads no deeper JSON itself, its own layers around the value included.
MOST_DEEP = 100


class NotSerialisable(Exception):
    """A value that JSON has not."""


def plain(value, where):
    """The value as JSON has it. Raises NotSerialisable with the place of the first value that JSON has not."""
    return _plain(value, where, [])


def _plain(value, where, parents):
    if value is None or isinstance(value, (bool, str)):
        return _text(value, where) if isinstance(value, str) else value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        raise NotSerialisable("%s is %r, which JSON has not" % (where, value))
    if not isinstance(value, (dict, list, tuple)):
        kind = type(value)
        name = kind.__name__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__name__)
        raise NotSerialisable("%s is of type %s, which JSON has not; convert it, for instance with str()" % (where, name))
    if any(parent is value for parent in parents):
        raise NotSerialisable("%s holds itself" % where)
    if len(parents) > MOST_DEEP:
        raise NotSerialisable("%s is nested over %d deep, more than readers of JSON take" % (where[:80] + "...", MOST_DEEP))
    parents.append(value)
    try:
        if isinstance(value, dict):
            return {_key(key, where): _plain(item, "%s[%r]" % (where, key), parents) for key, item in value.items()}
        return [_plain(item, "%s[%d]" % (where, index), parents) for index, item in enumerate(value)]
    finally:
        parents.pop()


def _text(value, where):
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise NotSerialisable("%s is a text with a lone surrogate, which UTF-8 has not" % where) from None
    return str(value)


def _key(key, where):
    if isinstance(key, str):
        return _text(key, "a key of %s" % where)
    if key is None or isinstance(key, (bool, int)):
        return {None: "null", True: "true", False: "false"}.get(key) if key is None or isinstance(key, bool) else str(key)
    if isinstance(key, float) and math.isfinite(key):
        return repr(key)
    raise NotSerialisable("%s has the key %r, and the keys of JSON are texts" % (where, key))


def failure(error, files, function=None):
    """An exception as data. `files` are the user's files; frames of anything else are left out."""
    frames = []
    if isinstance(error, SyntaxError) and error.filename in files:
        frames.append({"path": error.filename, "line": error.lineno or 1, "function": "<module>"})
    else:
        frames = _frames(error.__traceback__, files)
        code = getattr(function, "__code__", None)
        if not frames and code is not None and code.co_filename in files:
            # The call itself failed, for instance by the number of arguments: the definition is where to look.
            frames.append({"path": code.co_filename, "line": code.co_firstlineno, "function": code.co_name})
    message = error.msg if isinstance(error, SyntaxError) and error.filename in files else _message(error)
    return {"type": type(error).__name__, "message": message, "traceback": frames}


def _message(error):
    try:
        text = str(error)
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    except BaseException:
        return "(the exception's own text can't be made)"


def _frames(trace, files):
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in files:
            frames.append({"path": code.co_filename, "line": trace.tb_lineno, "function": code.co_name})
        trace = trace.tb_next
    if len(frames) > 60:
        # Endless recursion: the beginning and the end tell all.
        frames = frames[:30] + frames[-30:]
    return frames
