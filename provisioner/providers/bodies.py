"""Read from the bodies of answers what a person needs: messages, hints, request ids.

The platform says `{"error": {"message", "code"}}`; others say `{"detail": …}`, HTML, or nothing.
"""

from __future__ import annotations

import base64
import json
import math
import re
import time
import urllib.parse
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

LONGEST = 300
"""Characters of a body that are ever quoted."""
SHOWN = 65_536
"""Bytes of a body in which words are looked for."""
DEEPEST = 10
"""Levels of an error body in which its message is looked for."""
LEVELS = 200
"""Levels of an object beyond which it is not read."""
SHORTEST_SECRET = 8
"""Something shorter is no secret, and would black out half of every sentence."""
SHORTEST_DECLARED = 4
"""The fewest characters of a text that is hidden because a manifest calls it a secret."""

KEYS = re.compile(r"\b(sk-|sess-|Bearer\s+)[\w.~+/=*-]{3,}", re.IGNORECASE)
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
    """Strips what must not be shown: our own secrets, whatever looks like a key, control codes.

    `declared` are secrets that requests carry; they go in every spelling that a server may use.
    """

    def __init__(self, secrets: Iterable[str], declared: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        for secret in declared:
            if len(secret) >= SHORTEST_DECLARED:
                known |= _spellings(secret)
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        text = KEYS.sub(r"\1***", text)
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _spellings(secret: str) -> set[str]:
    """Return a secret as it is, and as JSON, a URL, a form and base64 spell it."""
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


def ended(said: str) -> str:
    """Return the words of somebody else, ended by a stop, so that ours can follow."""
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def is_deep(body: Any) -> bool:
    """Return true if a parsed body has more levels than anything that recurses should be given."""
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
    """Return the message of a parsed error body, from whichever of the usual places has it."""
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
    """Return the machine-readable code of a parsed error body, or nothing."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return str(error.get("code") or "") if isinstance(error, Mapping) else ""


def request_id(response: httpx2.Response) -> str:
    given = response.headers.get("x-request-id", "")
    return "".join(c for c in given if c.isprintable())[:100]


def seconds_to_wait(response: httpx2.Response) -> float | None:
    """The seconds that Retry-After, as a number or a date, or retry-after-ms asks for."""
    return _asked(response.headers)[0]


def least_wait(response: httpx2.Response) -> float | None:
    """Return the fewest seconds that a server can ask for, None where it asks for none.

    Retry-After counts whole seconds, so servers round up: `1` may stand for 20 ms.
    """
    seconds, rounded = _asked(response.headers)
    if seconds is None or not rounded:
        return seconds
    return max(0.0, seconds - 1)


def announced_wait(response: httpx2.Response) -> float:
    """Return the seconds until the next request may go through, if "0 remaining" is announced.

    Understood are `x-ratelimit-remaining-requests` and its companions, with and without
    `-requests`, and without `x-`. Where the limit is named, its share of the time until everything
    is free again; else that time, but no more than a second: a request too early costs little.
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
"""Seconds that an announcement is waited for at most: it is no refusal yet."""
LONGEST_RESET = 86_400 * 31
"""A number of seconds above this is a moment: seconds since 1970."""


def _duration(text: str) -> float:
    """Return seconds from `6m0s`, `120ms`, `12`, or a moment; 0 for what nobody understands."""
    text = text.strip()
    if NUMBER.fullmatch(text):
        seconds = float(text)
        return max(0.0, seconds - time.time()) if seconds > LONGEST_RESET else seconds
    if re.sub(PARTS, "", text):
        return 0.0
    return sum(float(number) * UNITS[unit] for number, unit in PARTS.findall(text))


def _asked(headers: httpx2.Headers) -> tuple[float | None, bool]:
    """The seconds that a server asks to wait, and whether it had to round them."""
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
    # The clock of this machine may differ from the server's, which the answer's date shows.
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
