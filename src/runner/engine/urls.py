"""Comparing addresses: scheme, host, path; the query only where an entry has one, in any order."""
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}


def difference(wanted, actual):
    """In which part two addresses differ; None if the actual one is the wanted one."""
    one, other = urlsplit(wanted), urlsplit(actual)
    if one.scheme.lower() != other.scheme.lower():
        return "scheme"
    if _host(one) != _host(other):
        return "host"
    if _path(one.path) != _path(other.path):
        return "path"
    if one.query and sorted(_query(one.query)) != sorted(_query(other.query)):
        return "query"
    return None


def _host(parts):
    try:
        port = parts.port
    except ValueError:
        port = None
    return (parts.hostname or "").lower(), port or _PORTS.get(parts.scheme.lower())


def _path(path):
    return quote(unquote(path or "/"), safe="/")


def _query(query):
    return parse_qsl(query, keep_blank_values=True)


def form(text):
    """A form's fields, the last value of each."""
    return dict(_query(text))
