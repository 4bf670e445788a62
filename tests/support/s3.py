"""Object storage for tests: a real server of the S3 protocol on this machine.

A test can change its answers.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import botocore.session
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from tests.support.servers import Wrapper, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET = "registry"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test-secret-0123456789",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
}

Trouble: TypeAlias = "Callable[[Request, Callable[[], Response]], Response]"
"""A function that answers a request; it is also given a function that performs the request."""


class Storage(Wrapper):
    """A server of the S3 protocol that performs one request at a time.

    moto, the server behind it, checks for an object and writes it in two steps, where real storage
    does both in one. While `trouble` is set, it answers requests and decides whether they are
    performed.
    """

    def __init__(self) -> None:
        super().__init__(DomainDispatcherApplication(create_backend_app))
        self.trouble: Trouble | None = None
        self.seen: list[str] = []
        self._turn = threading.Lock()

    def answer(self, request: Request) -> Response:
        request.get_data()

        def perform() -> Response:
            with self._turn:
                self.seen.append(f"{request.method} {request.path}")
                return self.forward(request)

        return self.trouble(request, perform) if self.trouble else perform()


@contextmanager
def storage() -> Iterator[tuple[Storage, str]]:
    """Serve the storage with one bucket, and yield (server, endpoint).

    All clients share the files that the AWS library loads, because each client would need 0.15 s to
    read them again.
    """
    app = Storage()
    with pytest.MonkeyPatch.context() as patch, serving(app) as base_url:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield app, base_url.removesuffix("/v1")


def failure(status: int, code: str, more: str = "") -> Response:
    """Return an error in the form of S3."""
    body = f"<Error><Code>{code}</Code><Message>It said {code}.</Message>{more}</Error>"
    return Response(body, status, content_type="application/xml")
