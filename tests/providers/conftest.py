"""Providers on any WSGI app, in process or over a socket, that do not dawdle between tries."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import pytest

from provisioner.providers.client import open_provider
from provisioner.providers.retries import Patience
from provisioner.providers.settings import Settings
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIApplication

    from provisioner.providers.openai import OpenAIProvider

KEY = "sk-test-0123456789abcdef"
HASTY = Patience(first=0.001, longest=0.002)


SETTINGS = Settings("test", "http://server.test/v1", KEY, "TEST_KEY")


class Connected(Protocol):
    def __call__(
        self,
        app: WSGIApplication,
        *,
        timeout: float = 30,
        trace: Callable[[str], None] | None = None,
        max_wait: float = 30,
    ) -> OpenAIProvider: ...


@pytest.fixture
def connected() -> Iterator[Connected]:
    """In process: the SDK's own client above the app."""
    with ExitStack() as stack:

        def connect_to(
            app: WSGIApplication,
            *,
            timeout: float = 30,
            trace: Callable[[str], None] | None = None,
            max_wait: float = 30,
        ) -> OpenAIProvider:
            provider = open_provider(
                SETTINGS,
                timeout=timeout,
                parallelism=8,
                max_wait=max_wait,
                trace=trace,
                app=app,
                patience=HASTY,
            )
            stack.callback(provider.close)
            return provider

        yield connect_to


@pytest.fixture
def over_a_socket() -> Iterator[Connected]:
    """The same over a real connection."""
    with ExitStack() as stack:

        def connect_to(
            app: WSGIApplication,
            *,
            timeout: float = 30,
            trace: Callable[[str], None] | None = None,
            max_wait: float = 30,
        ) -> OpenAIProvider:
            base_url = stack.enter_context(serving(app))
            provider = open_provider(
                replace(SETTINGS, base_url=base_url),
                timeout=timeout,
                parallelism=8,
                max_wait=max_wait,
                trace=trace,
                patience=HASTY,
            )
            stack.callback(provider.close)
            return provider

        yield connect_to
