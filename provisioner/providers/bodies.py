"""Reads messages, request ids and waiting times from the server's responses, and hides secrets.

The platform answers errors as `{"error": {"message", "code"}}`. Other servers answer `{"detail":
…}`, HTML, or an empty body.
"""

from __future__ import annotations

import base64
import json
import math
import re
import time
import urllib.parse
from collections.abc import Collection, Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

LONGEST = 300
"""The most characters of a body that an error quotes."""
SHOWN = 65_536
"""The bytes at the beginning of a body that are searched for text."""
DEEPEST = 10
"""The nested levels of an error body that are searched for its message."""
LEVELS = 200
"""The most nested levels of an object that is accepted."""
SHORTEST_SECRET = 8
"""The fewest characters of a secret that is replaced. A shorter text could be a part of an ordinary
word.
"""
SHORTEST_DECLARED = 4
"""The fewest characters of a secret that is replaced if a manifest declares it as one."""

KEYS = re.compile(r"\b(sk-|sess-|Bearer\s+)[\w.~+/=*-]{3,}", re.IGNORECASE)
"""Matches texts that look like an API key or a token."""
PAGE = re.compile(r"\s*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
"""Matches the beginning of a web page."""
TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
GONE = re.compile(
    r"not found|no such|(does not|doesn't|not) exist|\bno [\w ]+ found|\bgone\b|\bdeleted\b"
    r"|\bpath\.\w+",
    re.IGNORECASE,
)
"""Matches messages which say that an object does not exist. `path.NAME` is how FastAPI names a
wrong id.
"""
NO_PATH = re.compile(
    r"invalid url|unknown (request )?url|unrecognized request|cannot (get|post)\b|no route"
    r"|(route|page|path|endpoint|url|resource) (was )?not found|^(404 )?not found\.?$",
    re.IGNORECASE,
)
"""Matches messages which say that a path of the API does not exist."""
LOCKED = re.compile(r"\block|concurren|try again|retry|busy|in progress", re.IGNORECASE)
"""Matches messages which say that an object is being changed by another request."""


class Redactor:
    """Replaces secrets, texts that look like keys, and control characters, and shortens the result.

    `secrets` are replaced literally. `declared` are secrets that requests contain. They are
    replaced in every encoding that a server may use, and the caller may add more of them later.
    """

    def __init__(self, secrets: Iterable[str], declared: Collection[str] = ()) -> None:
        self._own = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        self._declared = declared
        self._count = -1
        self._secrets: list[str] = []

    def __call__(self, text: str) -> str:
        for secret in self._known():
            text = text.replace(secret, "***")
        text = KEYS.sub(r"\1***", text)
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def _known(self) -> list[str]:
        """Return every text that is replaced, the longest first."""
        # The caller may have added secrets since the last call. Other threads may add one even now, so
        # they are copied before they are read.
        if self._count != len(self._declared):
            declared = [*self._declared]
            known = {*self._own}
            for secret in declared:
                if len(secret) >= SHORTEST_DECLARED:
                    known |= _encodings(secret)
            # The longest first: if a short secret is a part of a long one, replacing the short one first
            # would leave the rest of the long one visible.
            self._secrets = sorted(known, key=len, reverse=True)
            self._count = len(declared)
        return self._secrets


def _encodings(secret: str) -> set[str]:
    """Return a secret in all its encodings: plain, in JSON, in a URL, in a form, and in base64."""
    data = secret.encode("utf-8", "surrogatepass")
    encoded = {base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()}
    return {
        secret,
        *(json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False)),
        *(quote(data, safe="") for quote in (urllib.parse.quote, urllib.parse.quote_plus)),
        *encoded,
        *(text.rstrip("=") for text in encoded),
    }


def parsed(response: httpx2.Response) -> Any:
    """Return the body as JSON, or None if it is not JSON."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def text(response: httpx2.Response) -> str:
    """Return the beginning of the body as text without markup."""
    begin = response.content[:SHOWN].decode("utf-8", "replace")
    return TAGS.sub(" ", begin).strip()


def is_page(response: httpx2.Response) -> bool:
    """Return true if the body is a web page, or its content type says so."""
    begin = response.content[:SHOWN].decode("utf-8", "replace")
    return bool(PAGE.match(begin)) or response.headers.get("content-type", "").startswith(
        "text/html"
    )


def ended(said: str) -> str:
    """Return a quoted text with a full stop at its end, so that another sentence can follow."""
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def is_deep(body: Any) -> bool:
    """Return true if a parsed body has more than LEVELS levels, too many for recursive code."""
    level = [body]
    for _ in range(LEVELS):
        level = [
            one
            for outer in level
            for one in (outer.values() if isinstance(outer, Mapping) else outer)
            if isinstance(one, dict | list)
        ]
        if not level:
            return False
    return True


def message(body: Any, depth: int = 0) -> str:
    """Return the message of a parsed error body, or '' if no usual key contains one.

    `depth` is the number of levels around the body.
    """
    if isinstance(body, str):
        return body
    if depth > DEEPEST:
        return ""
    if isinstance(body, list):
        return "; ".join(filter(None, (message(one, depth + 1) for one in body[:DEEPEST])))
    if not isinstance(body, Mapping):
        return ""
    # FastAPI reports a violation as {"loc": […], "msg": "…"}.
    if "msg" in body:
        places = body.get("loc")
        where = ".".join(map(str, places)) if isinstance(places, list) else ""
        return f"{where}: {body['msg']}" if where else str(body["msg"])
    inner = (body[key] for key in ("error", "message", "detail", "errors") if key in body)
    return next(filter(None, (message(one, depth + 1) for one in inner)), "")


def code(body: Any) -> str:
    """Return the machine-readable code of a parsed error body; '' if it has none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return str(error.get("code") or "") if isinstance(error, Mapping) else ""


def request_id(response: httpx2.Response) -> str:
    """Return the request id of an answer, or ''."""
    given = response.headers.get("x-request-id", "")
    return "".join(c for c in given if c.isprintable())[:100]


def seconds_to_wait(response: httpx2.Response) -> float | None:
    """Return the seconds that `retry-after-ms` or `Retry-After` asks to wait, or None without them."""
    return _asked(response.headers)[0]


def least_wait(response: httpx2.Response) -> float | None:
    """Return the shortest wait in seconds that the headers may mean, or None if they ask for none.

    Retry-After counts whole seconds, so servers round up: `1` may mean 20 ms.
    """
    seconds, rounded = _asked(response.headers)
    if seconds is None or not rounded:
        return seconds
    return max(0.0, seconds - 1)


def announced_wait(response: httpx2.Response) -> float:
    """Return the seconds to wait if the headers announce that no further request is allowed, else 0.

    It reads `x-ratelimit-remaining-requests`, `x-ratelimit-remaining` and `ratelimit-remaining`,
    with their `-reset` and `-limit`. If the limit is known, the wait is the reset time divided by
    the limit. Otherwise it is the reset time, and at most one second, because a refused request
    costs little.
    """
    headers = response.headers
    for prefix, suffix in RATE_HEADERS:
        if headers.get(f"{prefix}-remaining{suffix}", "").strip() != "0":
            continue
        reset = _duration(headers.get(f"{prefix}-reset{suffix}", ""))
        limit = NUMBER.match(headers.get(f"{prefix}-limit{suffix}", ""))
        if limit and float(limit[0]) > 0:
            return min(reset / float(limit[0]), LONGEST_ANNOUNCED)
        return min(reset, 1.0)
    return 0.0


RATE_HEADERS = (("x-ratelimit", "-requests"), ("x-ratelimit", ""), ("ratelimit", ""))
"""The beginnings and ends of the names of rate headers."""
NUMBER = re.compile(r"\d+(\.\d+)?")
PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST_ANNOUNCED = 60.0
"""The most seconds of an announced wait. It is limited because no request was refused yet."""
LONGEST_RESET = 86_400 * 31
"""A reset of more seconds than this is a time in unix seconds, and not a duration."""


def _duration(text: str) -> float:
    """Return the seconds of a text such as `6m0s`, `120ms` or `12`; 0 for any other text.

    A number above LONGEST_RESET is a time. For it, the seconds from now until then are returned.
    """
    text = text.strip()
    if NUMBER.fullmatch(text):
        seconds = float(text)
        return max(0.0, seconds - time.time()) if seconds > LONGEST_RESET else seconds
    if re.sub(PARTS, "", text):
        return 0.0
    return sum(float(number) * UNITS[unit] for number, unit in PARTS.findall(text))


def _asked(headers: httpx2.Headers) -> tuple[float | None, bool]:
    """Return (the seconds that the headers ask to wait, true if they count whole seconds only)."""
    # Milliseconds are more exact than whole seconds, so they are read first.
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds), unit == 1 and headers[name].strip().isdigit()
    moment = _moment(headers.get("retry-after", ""))
    if moment is None:
        return None, False
    # A date is compared with the server's own clock, which the `Date` header shows, because the clock
    # of this machine may differ.
    now = _moment(headers.get("date", ""))
    return max(0.0, moment - (time.time() if now is None else now)), True


def _moment(text: str) -> float | None:
    """Return an HTTP date as unix seconds, or None for any other text."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def says_gone(said: str) -> bool:
    """Return true if a message says that an object does not exist."""
    return bool(GONE.search(said))


def says_no_path(said: str) -> bool:
    """Return true if a message says that a path does not exist."""
    return bool(NO_PATH.search(said))


def says_locked(said: str) -> bool:
    """Return true if a message says that another request is changing the object."""
    return bool(LOCKED.search(said))
