"""The types that the app and its resources share: calls, answers, and declarations of resources.

A resource is one file that ends with a `RESOURCE`, which has its routes and its alarms. An alarm changes
an object when a certain time has come. `app.py` lists the resources.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.errors import unparsable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from werkzeug.wrappers import Request

    from provisioner.emulator.core.store import Json, Row, Session
    from provisioner.emulator.core.validation import Body


SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(slots=True)
class MovableClock:
    """Unix seconds of another clock, moved ahead by some seconds."""

    base: Callable[[], float]
    ahead: float = 0.0

    def __call__(self) -> float:
        return self.base() + self.ahead


@dataclass(frozen=True, slots=True)
class Settings:
    """The clock, and the seconds that an ingestion and a run take."""

    clock: MovableClock
    ingest_seconds: float
    run_seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """One request inside its transaction. `moment` is the clock, `now` the same in whole seconds."""

    request: Request
    db: Session
    moment: float
    settings: Settings
    transaction: Callable[[], AbstractContextManager[Session]]

    @property
    def now(self) -> int:
        return int(self.moment)

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.args

    def body(self, allowed: Body) -> Json:
        """Return the JSON body, or {} without one. Raises ApiError for a body that is not allowed."""
        raw = self.request.get_data(cache=True)
        try:
            body = json.loads(raw, parse_constant=_refuse) if raw.strip() else {}
            if SURROGATE.search(raw):
                # Half of a surrogate pair is valid JSON, but UTF-8 cannot encode it.
                json.dumps(body, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise unparsable() from None
        allowed.check(body)
        # mypy knows no schemas: a checked body is an object.
        checked: Json = body
        return checked


@dataclass(frozen=True, slots=True)
class Content:
    """An answer that is not JSON: a file's bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Events:
    """An answer that is a stream of server-sent events: (event name, JSON body).

    An event without a name has no content. It is sent only to find out whether the client is still
    connected.
    """

    events: Iterator[tuple[str, Json]]
    # True for streams that end with an event `done`, as those of runs do.
    says_done: bool = True


@dataclass(frozen=True, slots=True)
class Deferred:
    """An answer that takes its time, after the transaction of its request."""

    body: Callable[[], Json]


@dataclass(frozen=True, slots=True)
class Status:
    """An answer with another status than 200. Without a body nothing but the status is sent."""

    code: int
    body: Json | None = None


# A dict is sent as JSON; a str is JSON text already.
Answer = dict[str, Any] | str | Content | Events | Deferred | Status
Handler = Callable[..., Answer]
Alarm = Callable[["Session", "Row", Settings], None]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class Resource:
    """Routes below /v1, alarms by kind of object, and the value that the beta header has to have."""

    routes: tuple[Route, ...]
    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    beta: str = ""


ASSISTANTS = "assistants=v2"
AGENTS = "agents=v1"


def new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(12)


def _refuse(constant: str) -> None:
    # NaN and Infinity are no JSON, whatever Python's parser thinks.
    raise ValueError(constant)
