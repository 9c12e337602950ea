"""HTTP as bytes: requests and responses taken apart and put together, and recorded entries that answer them."""
import base64
import json

urls = load("urls")


class UnrecordedRequest(ConnectionError):
    """A request that no recorded entry answers."""


UnrecordedRequest.__module__ = "d3"


class Message:
    """A request or a response: its first line, its headers (names in lower case) and its body."""

    def __init__(self, first, headers, body):
        self.first, self.headers, self.body = first, headers, body

    def header(self, name, default=""):
        return next((value for known, value in self.headers if known == name), default)


def take_message(buffer, is_response=False, no_body=False, at_end=False):
    """Takes the first whole message out of a bytearray; None if it is not all there. `at_end`: no more will come."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    headers = []
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers.append((name.strip().lower(), value.strip()))
    message = Message(lines[0], headers, b"")
    start = end + 4
    if no_body:
        length = 0
    elif "chunked" in message.header("transfer-encoding").lower():
        return _take_chunked(buffer, start, message)
    elif message.header("content-length").isdigit():
        length = int(message.header("content-length"))
    elif is_response:
        if not at_end:
            return None
        length = len(buffer) - start
    else:
        length = 0
    if len(buffer) < start + length:
        return None
    message.body = bytes(buffer[start : start + length])
    del buffer[: start + length]
    return message


def _take_chunked(buffer, start, message):
    body = bytearray()
    while True:
        end = buffer.find(b"\r\n", start)
        if end < 0:
            return None
        size = int(bytes(buffer[start:end]).split(b";")[0] or b"0", 16)
        start = end + 2
        if len(buffer) < start + size + 2:
            return None
        body += buffer[start : start + size]
        start += size + 2
        if size == 0:
            del buffer[:start]
            message.body = bytes(body)
            return message


def url_of(message, host, secure):
    """The address that a request is for."""
    target = message.first.split(" ")[1]
    if "://" in target.split("?")[0]:
        return target
    return "%s://%s%s" % ("https" if secure else "http", message.header("host") or host, target)


class Entries:
    """Recorded entries: the first unused one that matches answers, the last match repeats."""

    def __init__(self, entries):
        self._entries = entries
        self._used = set()

    def answer(self, method, url, headers, body):
        """The response's entry, or None."""
        last = None
        for index, entry in enumerate(self._entries):
            if self._difference(entry["request"], method, url, headers, body) is not None:
                continue
            last = index
            if index not in self._used:
                break
        if last is None:
            return None
        self._used.add(last)
        return self._entries[last]["response"]

    def _difference(self, wanted, method, url, headers, body):
        """In what a request differs from an entry's; None if it matches."""
        if wanted["method"].upper() != method.upper():
            return "method"
        difference = urls.difference(wanted["url"], url)
        if difference is None and wanted.get("body") is not None and not _same_body(wanted["body"], headers, body):
            return "body"
        return difference

    def nearest(self, method, url, headers, body):
        """In words, the entry that is most like a request."""
        import difflib

        if not self._entries:
            return "no entry is recorded"
        asked = "%s %s" % (method, url)
        wanted = [entry["request"] for entry in self._entries]
        likeness = [
            difflib.SequenceMatcher(None, asked, "%s %s" % (one["method"], one["url"]), autojunk=False).ratio()
            for one in wanted
        ]
        best = wanted[likeness.index(max(likeness))]
        difference = self._difference(best, method, url, headers, body)
        text = "the nearest entry is %s %s, which differs in the %s" % (best["method"], best["url"], difference)
        return text + _body_hint(difference, best, body)


def _body_hint(difference, best, body):
    if difference != "body":
        return ""
    return ": the entry has %s, the request %s" % (json.dumps(best["body"]), body.decode("utf-8", "replace")[:500])


def _same_body(wanted, headers, body):
    text = body.decode("utf-8", "replace")
    if isinstance(wanted, str):
        return urls.alike(wanted, text)
    try:
        if _alike(wanted, json.loads(text)):
            return True
    except ValueError:
        pass
    if not isinstance(wanted, dict):
        return False
    return urls.same_fields([(key, str(value)) for key, value in wanted.items()], list(urls.form(text).items()))


def _alike(wanted, value):
    """Whether a JSON value is the wanted one; what was redacted in that stands for anything."""
    if isinstance(wanted, dict) and isinstance(value, dict):
        return wanted.keys() == value.keys() and all(_alike(wanted[key], value[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(value, list):
        return len(wanted) == len(value) and all(map(_alike, wanted, value))
    if isinstance(wanted, str) and isinstance(value, str):
        return urls.alike(wanted, value)
    return wanted == value or wanted == urls.HIDDEN


def response_bytes(entry, method):
    """A recorded response as a server would send it."""
    import http

    status = entry.get("status", 200)
    headers = {name: value for name, value in (entry.get("headers") or {}).items() if name.lower() not in _FRAMING}
    names = {name.lower() for name in headers}
    if "json" in entry:
        body = json.dumps(entry["json"], ensure_ascii=False).encode("utf-8")
        kind = "application/json"
    elif "base64" in entry:
        body, kind = base64.b64decode(entry["base64"]), "application/octet-stream"
    else:
        body, kind = entry.get("text", "").encode("utf-8"), "text/plain; charset=utf-8"
    if body and "content-type" not in names:
        headers["Content-Type"] = kind
    try:
        reason = http.HTTPStatus(status).phrase
    except ValueError:
        reason = "Unknown"
    empty = method == "HEAD" or status in (204, 304)
    if status not in (204, 304):
        headers["Content-Length"] = str(len(body))
    lines = ["HTTP/1.1 %d %s" % (status, reason)]
    for name, value in headers.items():
        lines += ["%s: %s" % (name, one) for one in (value if isinstance(value, list) else [value])]
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    return head if empty else head + body


_FRAMING = ("content-length", "content-encoding", "transfer-encoding", "connection")


def recorded_entry(request, response, url):
    """The entry that a real exchange makes."""
    body = _decoded(response)
    entry = {"status": int(response.first.split(" ")[1])}
    headers = {}
    for name, value in response.headers:
        if name not in _FRAMING:
            headers[name] = value if name not in headers else _list(headers[name]) + [value]
    entry["headers"] = headers
    entry.update(_body_fields(body))
    wanted = {"method": request.first.split(" ")[0], "url": url}
    fields = _body_fields(request.body)
    if request.body and "base64" not in fields:
        wanted["body"] = fields.get("json", fields.get("text"))
    return {"request": wanted, "response": entry}


def _list(value):
    return value if isinstance(value, list) else [value]


def _body_fields(body):
    if not body:
        return {}
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}
    try:
        return {"json": json.loads(text)}
    except ValueError:
        return {"text": text}


def _decoded(response):
    import zlib

    for coding in response.header("content-encoding").lower().split(","):
        try:
            if coding.strip() in ("gzip", "x-gzip"):
                return zlib.decompress(response.body, 31)
            if coding.strip() == "deflate":
                return zlib.decompress(response.body)
        except zlib.error:
            pass
    return response.body
