"""A server of its own for every test, an SDK client on it, and a clock that only the test moves."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

from provisioner.emulator import App, create_app, make_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Clock:
    """Unix seconds, standing still until told."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, *, seconds: float = 0, days: float = 0) -> None:
        self.now += seconds + days * 86_400


def client_of(app: App) -> openai.OpenAI:
    transport = httpx2.WSGITransport(app=app)
    return openai.OpenAI(
        base_url="http://embedded/v1",
        api_key="any",
        max_retries=0,
        http_client=httpx2.Client(transport=transport),
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(clock: Clock) -> Iterator[Callable[..., openai.OpenAI]]:
    """Start a server with its durations given: `start(ingest_seconds=10)`."""
    apps: list[App] = []

    def begin(**settings: Any) -> openai.OpenAI:
        apps.append(create_app(clock=clock, **settings))
        return client_of(apps[-1])

    yield begin
    for app in apps:
        app.close()


@pytest.fixture
def client(start: Callable[..., openai.OpenAI]) -> openai.OpenAI:
    return start()


@pytest.fixture
def wire(clock: Clock) -> Iterator[httpx2.Client]:
    """A bare HTTP client, for what the SDK would never send."""
    app = create_app(clock=clock)
    headers = {"Authorization": "Bearer any", "OpenAI-Beta": "assistants=v2"}
    with httpx2.Client(
        transport=httpx2.WSGITransport(app=app), base_url="http://embedded/v1", headers=headers
    ) as client:
        yield client
    app.close()


@pytest.fixture
def socket_client() -> Iterator[openai.OpenAI]:
    """A client that reaches a server over a real socket."""
    app = create_app()
    server = make_server(app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{server.port}/v1", api_key="any", max_retries=0
    ) as client:
        yield client
    server.shutdown()
    thread.join()
    app.close()
