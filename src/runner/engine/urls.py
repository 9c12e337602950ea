"""Comparing addresses: scheme, host, path; the query only where an entry has one, in any order. What was redacted in an
entry stands for anything."""
import re
from urllib.parse import parse_qsl, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
# What d3ls writes where a secret stood, and a letter for it that splits no address.
HIDDEN, _ANY = "[redacted]", "\ue000"


def alike(wanted, actual):
    """Whether a text is the wanted one."""
    if HIDDEN not in wanted and _ANY not in wanted:
        return wanted == actual
    parts = wanted.replace(HIDDEN, _ANY).split(_ANY)
    return re.fullmatch(".*".join(map(re.escape, parts)), actual, re.DOTALL) is not None


def difference(wanted, actual):
    """In which part two addresses differ; None if the actual one is the wanted one."""
    one, other = urlsplit(wanted.replace(HIDDEN, _ANY)), urlsplit(actual)
    if one.scheme.lower() != other.scheme.lower():
        return "scheme"
    if not alike(_host(one), _host(other)):
        return "host"
    if not alike(unquote(one.path or "/"), unquote(other.path or "/")):
        return "path"
    if one.query and not same_fields(_query(one.query), _query(other.query)):
        return "query"
    return None


def _host(parts):
    try:
        port = parts.port
    except ValueError:
        port = None
    return "%s:%s" % ((parts.hostname or "").lower(), port or _PORTS.get(parts.scheme.lower()))


def same_fields(wanted, actual):
    """Whether names and values are the wanted ones, in any order."""
    pairs = list(zip(sorted(wanted), sorted(actual)))
    return len(wanted) == len(actual) and all(name == own and alike(value, given) for (name, value), (own, given) in pairs)


def _query(query):
    return parse_qsl(query, keep_blank_values=True)


def form(text):
    """A form's fields, the last value of each."""
    return dict(_query(text))
