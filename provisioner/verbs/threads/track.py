"""track: the call with which an application registers a thread, because no API lists threads.

It must never make an application fail or wait. So a registration is a line appended to a file on
the local disk, which takes microseconds. A thread in the background, or the next command, writes it
into the ledger. Nothing is raised: errors are logged, under the name `provisioner`. Applications
import this module, so it imports next to nothing.
"""

import json
import logging
import os
import time
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from provisioner.ledger.spool import VARIABLE, spool_at
from provisioner.model.durations import seconds_of
from provisioner.model.ledger import TrackedKind
from provisioner.verbs.threads import shipping

T = TypeVar("T")
OPENAI: Final = "https://api.openai.com/v1"
LONGEST: Final = 256
"""The most characters of an id, and of the name of a person."""
_FOUNDRY_PROJECT: Final = "/api/projects/"
_log: Final = logging.getLogger("provisioner")


class Tracking(Generic[T]):
    """The result of `track`, which has the registered object.

    As a context manager, it yields the object, and registers it again when the block ends. So the
    time to live is counted from then on, even if the block raised an error.
    """

    __slots__ = ("_again", "object")

    def __init__(self, what: T, again: dict[str, Any]) -> None:
        self.object = what
        self._again = again

    def __enter__(self) -> T:
        return self.object

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        track(self.object, **self._again)

    async def __aenter__(self) -> T:
        return self.object

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, where)


def track(
    what: T,
    *,
    ttl: str | float | timedelta | None = None,
    owner: str = "",
    kind: str = "",
    client: Any = None,
) -> Tracking[T]:
    """Register a thread, conversation or stored response, so that `provisioner threads` can delete it.

    `what` is an object of the SDK, or an id together with its `kind`: thread, conversation or
    response. `ttl` is the time for which it is kept from now on: `30d`, a number of seconds, or a
    timedelta; None keeps it until it is erased. `owner` is the person whose data it contains, such
    as `user:42`. `client` is the SDK's client that created it; without one, its account is that of
    OPENAI_BASE_URL and OPENAI_PROJECT_ID.

    Raises nothing and waits for nothing, in synchronous and asynchronous code. An object that is
    registered again is kept until the later of both ends. What cannot be registered is logged.
    """
    try:
        _register(_line(what, ttl, owner, kind, client))
    except Exception as error:  # noqa: BLE001 - an application must not fail for this
        _log.error("provisioner.track registered nothing: %s", error)
    return Tracking(what, {"ttl": ttl, "owner": owner, "kind": kind, "client": client})


def account_of(client: Any = None) -> str:
    """Return the host and the project, as one text, to which a client of the SDK sends requests.

    Without a client they are taken from the environment, as the SDK takes them.
    """
    # The text has to be the one that commands find for the target, or they do not find the object.
    if client is None:
        url = os.environ.get("OPENAI_BASE_URL") or OPENAI
        project = os.environ.get("OPENAI_PROJECT_ID", "")
    else:
        url, project = str(client.base_url), getattr(client, "project", None) or ""
    parts = urlsplit(url)
    if _FOUNDRY_PROJECT in parts.path:
        project = parts.path.partition(_FOUNDRY_PROJECT)[2].strip("/")
    return f"{parts.netloc.rpartition('@')[2]} {project}".strip()


def _line(what: Any, ttl: Any, owner: str, kind: str, client: Any) -> dict[str, Any]:
    """Return the fields of one registration. Raises ValueError if they are not valid."""
    id = what if isinstance(what, str) else _part(what, "id")
    if not isinstance(id, str) or not 0 < len(id) <= LONGEST:
        raise ValueError(
            f"{type(what).__name__} has no id. Give the thread itself (an asynchronous"
            " client's after `await`), or its id and its kind"
        )
    kind = str(kind or (_part(what, "object") if not isinstance(what, str) else ""))
    if kind not in list(TrackedKind):
        raise ValueError(
            f"Objects of kind {kind!r} are not tracked. Give kind= one of {', '.join(TrackedKind)}"
        )
    if not isinstance(owner, str) or len(owner) > LONGEST or not owner.isprintable():
        raise ValueError(f"owner= has to be a text of at most {LONGEST} printable characters")
    now = time.time()
    line: dict[str, Any] = {"account": account_of(client), "kind": kind, "id": id}
    if owner:
        line["owner"] = owner
    line["registered"] = round(now, 3)
    if ttl is not None:
        line["expires"] = round(now + _seconds(ttl), 3)
    return line


def _part(what: Any, name: str) -> Any:
    """Return a part of an object of the SDK or of a dict."""
    return what.get(name) if isinstance(what, dict) else getattr(what, name, None)


def _seconds(ttl: str | float | timedelta) -> float:
    """Return a time to live in seconds. Raises ValueError."""
    if isinstance(ttl, timedelta):
        ttl = ttl.total_seconds()
    seconds = seconds_of(ttl) if isinstance(ttl, str) else float(ttl)
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"ttl={ttl!r} is not a duration, such as 30d or 3600")
    return seconds


def _register(line: dict[str, Any]) -> None:
    """Append a line to the spool, or keep it in memory if that fails."""
    text = json.dumps(line).encode()
    try:
        spool_at(os.environ.get(VARIABLE)).append(text)
    except OSError as error:
        if not shipping.keep(text):
            _log.error(
                "provisioner.track registered nothing: the spool cannot be written (%s), and"
                " PROVISIONER_LEDGER names no ledger. Let %s name a folder that this user may write to",
                *(error.strerror, VARIABLE),
            )
            return
    shipping.wake()
