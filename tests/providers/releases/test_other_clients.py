"""Registries on Google's and on Azure's storage, by the clients that fsspec has for them.

They are collected only where `gcsfs` and `adlfs` are installed: they bring forty packages along. What
they rest on is tested everywhere by `test_web_session.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest
from werkzeug.wrappers import Request, Response

from provisioner.model.errors import ProviderError
from provisioner.providers.releases import open_registry, web_session
from tests.support.servers import Wrapper, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "Zm9yIGEgc3RvcnkgYW5kIG5vdGhpbmcgZWxzZQ=="
SIZE = 400_000


class Away(Wrapper):
    """Redirects everything to another name of this machine."""

    def __init__(self) -> None:
        super().__init__(Response("never asked", 500))
        self.hosts: set[str] = set()

    def answer(self, request: Request) -> Response:
        self.hosts.add(request.host.partition(":")[0])
        there = request.url.replace("127.0.0.1", "localhost")
        return Response("", 307, headers={"Location": there})


class Endless(Wrapper):
    """Answers every GET with 400 MB of blanks."""

    def __init__(self) -> None:
        super().__init__(Response("never asked", 500))
        self.sent = 0

    def answer(self, request: Request) -> Response:
        if request.method == "HEAD":
            return Response("", 404)
        return Response(self._blanks(), 200, content_type="application/json")

    def _blanks(self) -> Iterator[bytes]:
        for _ in range(1_000):
            self.sent += 1
            yield b" " * SIZE


def google(patch: pytest.MonkeyPatch, endpoint: str) -> str:
    import fsspec

    patch.setenv("STORAGE_EMULATOR_HOST", endpoint)
    patch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")  # it would ask by gRPC first
    patch.setitem(fsspec.config.conf, "gs", {"token": "anon"})
    return "gs://registry/releases"


def azure(patch: pytest.MonkeyPatch, endpoint: str) -> str:
    parts = ("DefaultEndpointsProtocol=http", "AccountName=acme", f"AccountKey={KEY}")
    connection = ";".join((*parts, f"BlobEndpoint={endpoint}/acme"))
    patch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)
    return "az://registry/releases"


PLACES = pytest.mark.parametrize("place", [google, azure])
Location: TypeAlias = "Callable[[pytest.MonkeyPatch, str], str]"


@PLACES
def test_a_redirect_is_not_followed(place: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Away()
    with serving(app) as base_url:
        location = place(monkeypatch, base_url.removesuffix("/v1"))
        with pytest.raises(ProviderError, match="redirects to localhost, which is not followed"):
            open_registry(location, timeout=20).current()
    assert app.hosts == {"127.0.0.1"}


@PLACES
def test_an_answer_without_an_end_is_given_up(
    place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_session, "LONGEST", 2 * SIZE)
    app = Endless()
    with serving(app) as base_url:
        location = place(monkeypatch, base_url.removesuffix("/v1"))
        with pytest.raises(ProviderError, match="what answered is no release registry"):
            open_registry(location, timeout=20).current()
    assert app.sent < 100


@PLACES
def test_a_page_that_answers_for_everything_is_no_empty_registry(
    place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Response("<html>Log in</html>", 200, content_type="text/html")
    with serving(page) as base_url:
        location = place(monkeypatch, base_url.removesuffix("/v1"))
        with pytest.raises(ProviderError):
            open_registry(location, timeout=20).current()
