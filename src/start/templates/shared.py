import json
import re
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import requests

D3_TIME = "%Y-%m-%d %H:%M:%S"
MAX_CATCH_UP = timedelta(hours=1)
PAGE_SIZE = 100
HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")


class RequestFailed(Exception):
    """The product could not be reached, or did not do what it was asked."""


def _failed(message, rawData=""):
    """The output model of a command that failed: a text in `errors` is what makes D3 call it failed."""
    pb.log(message)
    return pb.returnOutputModel("", "Failed", "", "", rawData, message)


def _request(method, path, **options):
    """The product's answer to one request, as JSON."""
    connector = runtime["connector"]
    url = connector["serverurl"].rstrip("/") + path
    headers = {"Authorization": f"Bearer {connector['apikey']}", "Accept": "application/json"}
    try:
        response = requests.request(method, url, headers=headers, timeout=30, **options)
    except requests.RequestException as error:
        raise RequestFailed(f"{method} {path}: {error}") from error
    if not response.ok:
        raise RequestFailed(f"{method} {path}: the server answered {response.status_code} {response.reason}")
    try:
        return response.json()
    except ValueError as error:
        raise RequestFailed(f"{method} {path}: the answer is no JSON") from error


def _pages(path, query, limit):
    """The items of a list, page after page; at most `limit` of them, all if it is 0."""
    items = []
    page = {**query, "limit": PAGE_SIZE}
    while True:
        answer = _request("GET", path, params=page)
        items.extend(answer.get("items", []))
        if 0 < limit <= len(items):
            return items[:limit]
        if not answer.get("nextCursor"):
            return items
        page["cursor"] = answer["nextCursor"]


def _utc(moment):
    """A date in UTC; None for an empty one, which D3 passes as a date in the year 1900."""
    if moment is None or moment.year == 1900:
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def _time_window(StartTime, EndTime, tolerance):
    """The time to ask for, and the passdown data with which the next run goes on.

    A tolerance (minutes) marks a scheduled run. Its end follows the clock, at most an hour after its start, so that a
    schedule that is far behind catches up hour by hour. The time that is asked for begins earlier by the tolerance, for
    what the product was late to publish.
    """
    now = datetime.now(timezone.utc)
    start = min(_utc(StartTime) or now - MAX_CATCH_UP, now)
    end = min(_utc(EndTime) or now, now)
    if tolerance > 0:
        end = min(start + MAX_CATCH_UP, now)
    passdown = {"StartTime": end.strftime(D3_TIME)}
    return start - timedelta(minutes=tolerance), end, passdown


def _texts(values):
    """The texts among the inputs of a command, those in lists included."""
    for value in values:
        if isinstance(value, str):
            yield value.strip()
        elif isinstance(value, (list, tuple)):
            yield from _texts(value)


def _is_ip(text):
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _reputations(kind, indicators):
    """Asks for the reputation of each indicator. One that can't be told does not fail the others."""
    results, problems = [], []
    for indicator in dict.fromkeys(indicators):
        try:
            results.append(_request("GET", f"/reputation/{kind}/{quote(indicator, safe='')}"))
        except RequestFailed as error:
            problems.append(f"{indicator}: {error}")
    raw = {"results": results, "errorMessages": problems}
    if not results:
        return _failed("; ".join(problems) or f"no {kind} came in with the inputs", raw)
    status = "Partially Successful" if problems else "Successful"
    return pb.returnOutputModel(f"{len(results)} checked", status, "", "", raw, "")
