"""The WSGI application of the embedded server: it calls the handler of each request in a transaction.

This module treats all resources alike; `RESOURCES` is the table of them.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from provisioner.emulator.agents import (
    agents,
    automations,
    credentials,
    environment_files,
    environments,
    invocations,
    session_events,
    session_history,
    sessions,
    templates,
    vaults,
)
from provisioner.emulator.assistants import assistants, messages, runs, steps, threads
from provisioner.emulator.core import clock as movable_clock
from provisioner.emulator.core import errors, models
from provisioner.emulator.core.call import (
    Answer,
    Call,
    Content,
    Deferred,
    Events,
    MovableClock,
    Route,
    Settings,
    Status,
    new_id,
)
from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.routing import NoSuchUrl, Routes, WrongMethod
from provisioner.emulator.core.store import Store, dump
from provisioner.emulator.knowledge import (
    file_batches,
    files,
    skills,
    vector_store_files,
    vector_stores,
)
from provisioner.emulator.responses import batches, containers, conversations, responses, tuning

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from wsgiref.types import StartResponse, WSGIEnvironment

    from provisioner.emulator.core.call import Alarm, Resource
    from provisioner.emulator.core.store import Session

RESOURCES: tuple[Resource, ...] = (
    assistants.RESOURCE,
    threads.RESOURCE,
    messages.RESOURCE,
    runs.RESOURCE,
    steps.RESOURCE,
    vector_stores.RESOURCE,
    vector_store_files.RESOURCE,
    file_batches.RESOURCE,
    files.RESOURCE,
    models.RESOURCE,
    movable_clock.RESOURCE,
    responses.RESOURCE,
    conversations.RESOURCE,
    containers.RESOURCE,
    batches.RESOURCE,
    tuning.RESOURCE,
    agents.RESOURCE,
    sessions.RESOURCE,
    session_events.RESOURCE,
    session_history.RESOURCE,
    environments.RESOURCE,
    environment_files.RESOURCE,
    templates.RESOURCE,
    automations.RESOURCE,
    invocations.RESOURCE,
    vaults.RESOURCE,
    credentials.RESOURCE,
    skills.RESOURCE,
)

LARGEST_UPLOAD = 513 * 1024 * 1024
"""The most bytes that the body of an upload may have: the platform's 512 MB a file, and room for
multipart headers.
"""
LARGEST_JSON = 64 * 1024 * 1024
"""The most bytes that a body may have that is not an upload. Some of these bodies contain files that
are encoded in base64.
"""

log = logging.getLogger(__name__)


def _routes() -> Routes[tuple[Route, str]]:
    table: Routes[tuple[Route, str]] = Routes()
    for resource in RESOURCES:
        for route in resource.routes:
            table.add(route.method, f"/v1{route.path}", (route, resource.beta))
    return table


ROUTES = _routes()


class App:
    """The embedded server as a WSGI application: it is called in process, or behind `make_server`."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._alarms: dict[str, Alarm] = {
            kind: alarm for resource in RESOURCES for kind, alarm in resource.alarms.items()
        }
        with store.transaction(write=False) as db:
            movable_clock.restore(db, settings.clock)

    @contextmanager
    def copy(self) -> Iterator[App]:
        """Yield a second server with a clock of its own.

        Its store is in memory, and begins as a copy of this server's.
        """
        # The new clock begins without `ahead`: `App` takes that number from the copied store.
        settings = replace(self._settings, clock=MovableClock(self._settings.clock.base))
        app = App(self._store.copy(), settings)
        try:
            yield app
        finally:
            app.close()

    def close(self) -> None:
        self._store.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        request = Request(environ)
        try:
            # An upload is a temporary file until the request is closed.
            with request:
                response = _respond(self._answer(request))
        # The application catches every error itself: an exception that escapes would close the
        # connection, and the client would see a network fault instead of an answer.
        except ApiError as error:
            response = _json(dump(error.body()), error.status)
        except HTTPException as error:
            refused = ApiError(error.description or error.name, status=error.code or 400)
            response = _json(dump(refused.body()), refused.status)
        except sqlite3.Error as error:
            response = _json(dump(errors.unstored(error).body()), 500)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            response = _json(dump(errors.internal().body()), 500)
        response.headers["x-request-id"] = new_id("req_")
        response.headers["openai-processing-ms"] = str(int((time.perf_counter() - started) * 1000))
        response.headers["openai-version"] = "2020-10-01"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Answer:
        _check_token(request)
        route, beta, arguments = self._match(request)
        # `beta` is "" for a resource that needs no such header, and "" is in every text.
        if beta not in request.headers.get("OpenAI-Beta", ""):
            raise errors.no_beta_header(beta)
        # The body is received before the transaction opens, because a slow upload would block all other
        # requests to the store.
        if request.method == "POST":
            _receive(request)
        moment = self._settings.clock()
        # A read locks nothing, so that reads of several processes do not wait for each other. Only
        # if an alarm is due does a read take the write lock, because alarms change objects.
        if request.method == "GET":
            with self._store.transaction(write=False) as db:
                if not db.anything_due(moment):
                    return self._handle(route, request, db, moment, arguments)
        with self._settled(moment) as db:
            return self._handle(route, request, db, moment, arguments)

    def _match(self, request: Request) -> tuple[Route, str, tuple[str, ...]]:
        try:
            (route, beta), arguments = ROUTES.match(request.method, request.path)
        except WrongMethod:
            raise errors.wrong_method(request.method, request.path) from None
        except NoSuchUrl:
            raise errors.no_such_url(request.method, request.path) from None
        return route, beta, arguments

    def _handle(
        self, route: Route, request: Request, db: Session, moment: float, arguments: tuple[str, ...]
    ) -> Answer:
        call = Call(request, db, moment, self._settings, self._now_settled)
        return route.handler(call, *arguments)

    def _now_settled(self) -> AbstractContextManager[Session]:
        return self._settled(self._settings.clock())

    @contextmanager
    def _settled(self, moment: float) -> Iterator[Session]:
        """Open a write transaction in which every alarm that is due at `moment` has already run."""
        with self._store.transaction(write=True) as db:
            # An alarm may set the next one of the same object, so the next due object is looked up
            # each time.
            while (row := db.next_due(moment)) is not None:
                self._alarms[row.kind](db, row, self._settings)
            yield db


def _check_token(request: Request) -> None:
    # Any key is accepted. A request without one is refused, because the platform refuses it too.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise errors.unauthenticated()


def _receive(request: Request) -> None:
    """Read the whole body.

    Raises ApiError, without reading, if the announced length is over the limit.
    """
    is_upload = request.mimetype == "multipart/form-data"
    limit = LARGEST_UPLOAD if is_upload else LARGEST_JSON
    if (request.content_length or 0) > limit:
        raise errors.too_large(limit)
    if is_upload:
        _ = request.files  # Werkzeug parses an upload when this attribute is read
    else:
        request.get_data(cache=True)


def _respond(answer: Answer) -> Response:
    if isinstance(answer, Content):
        return Response(answer.data, mimetype="application/octet-stream")
    if isinstance(answer, Status):
        return _json("" if answer.body is None else dump(answer.body), answer.code)
    if isinstance(answer, Deferred):
        return _json(dump(answer.body()), 200)
    if isinstance(answer, Events):
        response = Response(_sse(answer), content_type="text/event-stream; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        return response
    return _json(answer if isinstance(answer, str) else dump(answer), 200)


def _json(text: str, status: int) -> Response:
    return Response(text, status=status, content_type="application/json")


def _sse(answer: Events) -> Iterator[bytes]:
    for name, body in answer.events:
        if not name:
            # A line that begins with a colon is a comment in a stream of server-sent events.
            yield b":\n\n"
            continue
        yield f"event: {name}\ndata: {dump(body)}\n\n".encode()
    if answer.says_done:
        yield b"event: done\ndata: [DONE]\n\n"


def create_app(
    data: str | os.PathLike[str] = ":memory:",
    *,
    clock: Callable[[], float] = time.time,
    ingest_seconds: float = 0.0,
    run_seconds: float = 0.0,
) -> App:
    """Return the embedded server over the SQLite file `data`, which several processes may share.

    `clock` returns unix seconds. `ingest_seconds` is how long the ingestion of a document takes and
    `run_seconds` how long a run, a response, an agent's turn or a batch takes. With zero, they are
    finished when the next request arrives.
    """
    return App(Store(data), Settings(MovableClock(clock), ingest_seconds, run_seconds))
