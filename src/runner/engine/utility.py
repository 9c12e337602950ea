"""The utility commands that D3's page documents exactly enough to do the same."""
clock = load("clock")


def call(name, behaviour, arguments, named, error):
    """Does what the utility command does. `behaviour` is d3ls's word for it, `error` the class to raise."""
    types, function = _BEHAVIOURS[behaviour]
    if named:
        raise error("%s takes its arguments by order, not by name" % name)
    least = 0 if behaviour == "time" else len(types)
    if not least <= len(arguments) <= len(types):
        wanted = "at most %d" % len(types) if least == 0 else str(len(types))
        raise error("%s takes %s arguments, and %d were given" % (name, wanted, len(arguments)))
    values = []
    for place, (kind, value) in enumerate(zip(types, arguments), start=1):
        good, converted = _convert(kind, value)
        if not good:
            raise error("%s: argument %d must be %s, and it is %r" % (name, place, kind, value))
        values.append(converted)
    return function(*values)


def _convert(kind, value):
    if kind == "Text":
        if isinstance(value, bool):
            return True, "true" if value else "false"
        return (True, str(value)) if isinstance(value, (str, int, float)) else (False, None)
    if kind == "Number":
        try:
            return (False, None) if isinstance(value, bool) else (True, float(value))
        except (TypeError, ValueError):
            return False, None
    if kind == "JSON Object":
        return isinstance(value, dict), value
    return isinstance(value, (list, tuple)), value


def _now(*_site):
    return clock.show(clock.CLOCK.now_ns())


_BEHAVIOURS = {
    "equal texts": (["Text", "Text"], lambda first, second: first == second),
    "text in text": (["Text", "Text"], lambda text, wanted: wanted in text),
    "join texts": (["Text", "Text"], lambda first, second: first + second),
    "greater number": (["Number", "Number"], lambda first, second: first > second),
    "keys of object": (["JSON Object", "Text Array"], lambda item, keys: {key: item[key] for key in keys if key in item}),
    "time": (["Text"], _now),
}
