"""A server that fails where a test wants it to: it answers wrongly, late or not at all.

    app = Faulty(create_app(), Fault(creating("assistants"), fail(500)))

On a socket the connections really break. In process, the errors are those that such a break raises.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import httpx2
from werkzeug.wrappers import Response

from tests.support.habits import reply
from tests.support.servers import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from werkzeug.wrappers import Request

    Perform: TypeAlias = Callable[[], Response]
    Effect: TypeAlias = Callable[[Request, Perform], Response]
    When: TypeAlias = Callable[["Call"], bool]


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived. `index` counts all requests, from 1."""

    index: int
    method: str
    path: str


@dataclass(slots=True)
class Fault:
    """A fault of a server: `then` is done for the first `times` requests for which `when` is true."""

    when: When
    then: Effect
    times: int = 1


class Faulty(Wrapper):
    """A server with a list of faults. `calls` are the requests that reached it, in order."""

    def __init__(self, app: WSGIApplication, *faults: Fault) -> None:
        super().__init__(app)
        self.faults = list(faults)
        self.calls: list[Call] = []
        self.lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        fault = self._due(request)
        if fault is None:
            return self.forward(request)
        return fault.then(request, lambda: self.forward(request))

    def _due(self, request: Request) -> Fault | None:
        with self.lock:
            call = Call(len(self.calls) + 1, request.method, request.path)
            self.calls.append(call)
            for fault in self.faults:
                if fault.times > 0 and fault.when(call):
                    fault.times -= 1
                    return fault
        return None

    def count(self, method: str) -> int:
        """Return the number of requests with this method."""
        return sum(call.method == method for call in self.calls)


# Conditions, for `Fault.when`.


def always(_call: Call) -> bool:
    return True


def nth(index: int) -> When:
    """Return a condition that is true for the request with this number, counted from 1."""
    return lambda call: call.index == index


def method(name: str) -> When:
    """Return a condition that is true for requests with this method."""
    return lambda call: call.method == name


def creating(collection: str) -> When:
    """Return a condition that is true for requests that create an object in a collection."""
    return lambda call: call.method == "POST" and call.path.endswith(f"/{collection}")


# Effects, for `Fault.then`.


def fail(status: int = 500, *, performed: bool = True) -> Effect:
    """Return an effect that answers with an error, after performing the request or without that."""

    def effect(_request: Request, perform: Perform) -> Response:
        if performed:
            perform()
        return reply({"error": {"message": "The server had an error."}}, status)

    return effect


def answer(body: object, status: int) -> Effect:
    """Return an effect that answers with this body and does not perform the request."""
    return lambda _request, _perform: reply(body, status)


def ask_to_wait(seconds: float = 0) -> Effect:
    """Return an effect that answers 429 with Retry-After."""

    def effect(_request: Request, _perform: Perform) -> Response:
        body = {"error": {"message": "Rate limit reached.", "code": "rate_limit_exceeded"}}
        return reply(body, 429, {"Retry-After": str(seconds)})

    return effect


def drop(*, performed: bool = True) -> Effect:
    """Return an effect that breaks the connection before any answer."""

    def effect(request: Request, perform: Perform) -> Response:
        if performed:
            perform()
        return _broken(request, httpx2.RemoteProtocolError("Server disconnected"))

    return effect


def hang(seconds: float = 1, *, performed: bool = True) -> Effect:
    """Return an effect that stays silent for some time and then breaks the connection.

    In process, it raises a timeout at once.
    """

    def effect(request: Request, perform: Perform) -> Response:
        if performed:
            perform()
        # In process nobody measures the wait, so only a client on a socket has to wait.
        if "werkzeug.socket" in request.environ:
            time.sleep(seconds)
        return _broken(request, httpx2.ReadTimeout("timed out"))

    return effect


def cut_body() -> Effect:
    """Return an effect that sends only the first half of the announced body."""

    def effect(_request: Request, perform: Perform) -> Response:
        whole = perform()
        data = whole.get_data()
        half = Response(iter([data[: len(data) // 2]]), whole.status, whole.headers)
        half.headers["Content-Length"] = str(len(data))
        half.headers["Connection"] = "close"
        return half

    return effect


def garble() -> Effect:
    """Return an effect that answers 200 with a body that is not JSON."""

    def effect(_request: Request, perform: Perform) -> Response:
        perform()
        return Response("<html>Welcome to the proxy</html>", 200)

    return effect


def run(function: Callable[[], object], *, performed: bool = True) -> Effect:
    """Return an effect that calls `function`, which may kill a process.

    The request is performed before the call, or after it if `performed` is false.
    """

    def effect(_request: Request, perform: Perform) -> Response:
        answer = perform() if performed else None
        function()
        return answer or perform()

    return effect


def _broken(request: Request, error: Exception) -> Response:
    """Shut the connection of a request, or raise `error` in process."""
    connection = request.environ.get("werkzeug.socket")
    if connection is None:
        raise error
    # The client sees the end at once. Whatever the handler writes afterwards is lost.
    connection.shutdown(socket.SHUT_RDWR)
    return Response()
