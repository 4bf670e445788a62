"""The types that the app and its resources share: calls, answers, and declarations of resources.

A resource is one file that ends with a `RESOURCE`, which lists the routes and the alarms of that
file. An alarm is a function that changes an object when a certain time has come. `app.py` lists the
resources.
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
r"""Matches the escape of a UTF-16 surrogate, such as `\ud83d`. Only bodies with such an escape are
checked for halves of pairs.
"""


@dataclass(slots=True)
class MovableClock:
    """A clock that returns unix seconds: those of the clock `base`, plus `ahead` seconds."""

    base: Callable[[], float]
    ahead: float = 0.0

    def __call__(self) -> float:
        return self.base() + self.ahead


@dataclass(frozen=True, slots=True)
class Settings:
    """The clock of a server, and how many seconds its work takes.

    `ingest_seconds` is the time of the ingestion of a document, and `run_seconds` that of a run, a
    response, an agent's turn or a batch.
    """

    clock: MovableClock
    ingest_seconds: float
    run_seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """One request inside its transaction `db`.

    `moment` is the time of the request in unix seconds, and `now` the same in whole seconds.
    `transaction` opens another transaction, for work that is done after that of the request has
    been committed.
    """

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
        """Return the JSON body of the request, or {} if it has none.

        Raises ApiError if the body is not JSON or is not what the schema `allowed` allows.
        """
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
    """An answer that consists of the bytes of a file."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Events:
    """An answer that is a stream of server-sent events, each of them (event name, JSON body).

    An event without a name has no content. It is sent only to find out whether the client is still
    connected.
    """

    events: Iterator[tuple[str, Json]]
    # True for streams that end with an event `done`, as those of runs do.
    says_done: bool = True


@dataclass(frozen=True, slots=True)
class Deferred:
    """An answer that takes time: `body` is called after the transaction of the request has ended.

    So a client that waits for a run does not block the requests of others.
    """

    body: Callable[[], Json]


@dataclass(frozen=True, slots=True)
class Status:
    """An answer with another status than 200. If `body` is None, the answer has no body."""

    code: int
    body: Json | None = None


# A dict is encoded as JSON. A str is JSON text already, so that lists need not be parsed.
Answer = dict[str, Any] | str | Content | Events | Deferred | Status
Handler = Callable[..., Answer]
Alarm = Callable[["Session", "Row", Settings], None]


@dataclass(frozen=True, slots=True)
class Route:
    """One URL: an HTTP method, a path below /v1 and the function that answers.

    `<NAME>` in the path matches any one segment. The text that it matches is passed to the handler
    after the call.
    """

    method: str
    path: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class Resource:
    """A group of routes that `app.py` serves.

    `alarms` maps the kind of a stored object to the alarm of such objects. `beta` is the value that
    the header `OpenAI-Beta` of a request must contain; "" if the header is not needed.
    """

    routes: tuple[Route, ...]
    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    beta: str = ""


# Values of the header `OpenAI-Beta`.
ASSISTANTS = "assistants=v2"
AGENTS = "agents=v1"


def new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(12)


def _refuse(constant: str) -> None:
    # NaN and Infinity are no JSON, whatever Python's parser thinks.
    raise ValueError(constant)
