"""Read messages, request ids and waiting times out of the server's responses.

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
"""The number of bytes at the beginning of a body that are searched for text."""
DEEPEST = 10
"""The number of nested levels of an error body that are searched for its message."""
LEVELS = 200
"""An object that is nested deeper than this is not read."""
SHORTEST_SECRET = 8
"""The fewest characters of a secret that is replaced. Shorter texts occur in ordinary words."""
SHORTEST_DECLARED = 4
"""The fewest characters of a replaced text if a manifest declares the text as a secret."""

KEYS = re.compile(r"\b(sk-|sess-|Bearer\s+)[\w.~+/=*-]{3,}", re.IGNORECASE)
PAGE = re.compile(r"\s*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
GONE = re.compile(
    r"not found|no such|(does not|doesn't|not) exist|\bno [\w ]+ found|\bgone\b|\bdeleted\b"
    r"|\bpath\.\w+",
    re.IGNORECASE,
)
NO_PATH = re.compile(
    r"invalid url|unknown (request )?url|unrecognized request|cannot (get|post)\b|no route"
    r"|(route|page|path|endpoint|url|resource) (was )?not found|^(404 )?not found\.?$",
    re.IGNORECASE,
)
LOCKED = re.compile(r"\block|concurren|try again|retry|busy|in progress", re.IGNORECASE)


class Redactor:
    """Replaces secrets, texts that look like keys, and control characters, and shortens the result.

    `secrets` are replaced as they are. `declared` are secrets that requests carry; they are
    replaced in every encoding that a server may use, and more of them may be added later.
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
        if self._count != len(self._declared):
            declared = [*self._declared]
            known = {*self._own}
            for secret in declared:
                if len(secret) >= SHORTEST_DECLARED:
                    known |= _encodings(secret)
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
    """Return the body as JSON, None where it is not."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def text(response: httpx2.Response) -> str:
    """Return the beginning of the body as words, without markup."""
    begin = response.content[:SHOWN].decode("utf-8", "replace")
    return TAGS.sub(" ", begin).strip()


def is_page(response: httpx2.Response) -> bool:
    """Return true if the body is a web page for people, whatever its type is said to be."""
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
    """Return the message of a parsed error body; '' if no usual key holds one."""
    if isinstance(body, str):
        return body
    if depth > DEEPEST:
        return ""
    if isinstance(body, list):
        return "; ".join(filter(None, (message(one, depth + 1) for one in body[:DEEPEST])))
    if not isinstance(body, Mapping):
        return ""
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
    given = response.headers.get("x-request-id", "")
    return "".join(c for c in given if c.isprintable())[:100]


def seconds_to_wait(response: httpx2.Response) -> float | None:
    """Return the seconds that `retry-after-ms` or `Retry-After` asks for; None if neither does."""
    return _asked(response.headers)[0]


def least_wait(response: httpx2.Response) -> float | None:
    """Return the shortest wait in seconds that the headers may mean, None if they ask for none.

    Retry-After counts whole seconds, so servers round up: `1` may mean 20 ms.
    """
    seconds, rounded = _asked(response.headers)
    if seconds is None or not rounded:
        return seconds
    return max(0.0, seconds - 1)


def announced_wait(response: httpx2.Response) -> float:
    """Return the seconds to wait when the headers announce that 0 requests remain, else 0.

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
NUMBER = re.compile(r"\d+(\.\d+)?")
PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST_ANNOUNCED = 60.0
"""The most seconds of an announced wait. It is bounded because no request was refused yet."""
LONGEST_RESET = 86_400 * 31
"""A larger number is a point in time, in seconds since 1970, and not a duration."""


def _duration(text: str) -> float:
    """Return the seconds from `6m0s`, `120ms`, `12` or a time; 0 for a text of another form."""
    text = text.strip()
    if NUMBER.fullmatch(text):
        seconds = float(text)
        return max(0.0, seconds - time.time()) if seconds > LONGEST_RESET else seconds
    if re.sub(PARTS, "", text):
        return 0.0
    return sum(float(number) * UNITS[unit] for number, unit in PARTS.findall(text))


def _asked(headers: httpx2.Headers) -> tuple[float | None, bool]:
    """Return the seconds that the headers ask for, and true if they count whole seconds only."""
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
    # The clock of this machine may differ from the server's. The `Date` header shows the server's
    # clock.
    now = _moment(headers.get("date", ""))
    return max(0.0, moment - (time.time() if now is None else now)), True


def _moment(text: str) -> float | None:
    """Return seconds since 1970 of an HTTP date."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def says_gone(said: str) -> bool:
    return bool(GONE.search(said))


def says_no_path(said: str) -> bool:
    return bool(NO_PATH.search(said))


def says_locked(said: str) -> bool:
    return bool(LOCKED.search(said))
