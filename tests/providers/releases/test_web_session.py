"""Sessions of other storages' clients follow no redirect and read no answer without an end.

The clients themselves are driven by `test_other_clients.py`, where they are installed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from azure.core.rest import HttpRequest
from werkzeug.wrappers import Response

from provisioner.providers.releases import web_session
from provisioner.providers.releases.faults import NoListing, Redirected
from provisioner.providers.releases.web_session import azure_transport, session_settings
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    Ask = Callable[[str], Awaitable[bytes]]

SIZE = 400_000


class Server:
    """Answers by path: a small text, a redirect to another name of this machine, or no end."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.sent = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        host, path = str(environ["HTTP_HOST"]), str(environ["PATH_INFO"])
        self.hosts.append(host.partition(":")[0])
        kind, _, status = path.rpartition("/")[2].partition("-")
        if kind == "away":
            there = f"http://{host.replace('127.0.0.1', 'localhost')}/v1/small"
            response = Response("", int(status), headers={"Location": there})
        elif kind == "endless":
            response = Response(self._endless(), 200, content_type="application/json")
        else:
            response = Response("{}", 200, content_type="application/json")
        return iter(response(environ, start_response))

    def _endless(self) -> Iterator[bytes]:
        for _ in range(1_000):
            self.sent += 1
            yield b" " * SIZE


async def by_google(url: str) -> bytes:
    async with aiohttp.ClientSession(**session_settings()) as session, session.get(url) as answer:
        return await answer.read()


async def by_azure(url: str) -> bytes:
    async with azure_transport() as transport:
        answer = await transport.send(HttpRequest("GET", url), stream=False)
        await answer.load_body()
        return bytes(answer.body())


def run(asked: Awaitable[bytes]) -> bytes:
    async def awaited() -> bytes:
        return await asked

    return asyncio.run(awaited())


CLIENTS = pytest.mark.parametrize("ask", [by_google, by_azure])


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    app = Server()
    with serving(app) as base_url:
        yield app, base_url


@CLIENTS
def test_an_answer_is_read_whole(server: tuple[Server, str], ask: Ask) -> None:
    assert run(ask(f"{server[1]}/small")) == b"{}"


@CLIENTS
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(server: tuple[Server, str], ask: Ask, status: int) -> None:
    with pytest.raises(Redirected, match="redirects to localhost"):
        run(ask(f"{server[1]}/away-{status}"))
    assert server[0].hosts == ["127.0.0.1"]


@CLIENTS
def test_an_answer_without_an_end_is_given_up(
    server: tuple[Server, str], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_session, "LONGEST", 2 * SIZE)
    with pytest.raises(NoListing, match="more than"):
        run(ask(f"{server[1]}/endless"))
    assert server[0].sent < 100
