"""The API of a pipeline's host: its token goes there alone, and a write is not sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.wrappers import Request, Response

from provisioner.model.errors import NotFound, ProviderError, Unauthorized
from provisioner.providers.site import Site
from tests.support.habits import reply
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

TOKEN = "ghs_secret_of_a_job"  # noqa: S105 - what no error may show


class Server:
    """Gives one answer after the other, the last one again and again, and notes every request."""

    def __init__(self) -> None:
        self.answers: list[Response] = [reply({"fine": True})]
        self.seen: list[tuple[str, str, str]] = []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.seen.append(
            (request.method, request.full_path, request.headers.get("Authorization", ""))
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(environ, start)


@pytest.fixture
def server() -> Iterator[tuple[Server, Site, list[float]]]:
    made, slept = Server(), list[float]()
    with serving(made) as url:
        site = Site(url, {"Authorization": f"Bearer {TOKEN}"}, sleep=slept.append)
        yield made, site, slept
        site.close()


Way = tuple[Server, Site, list[float]]


def test_a_request_carries_the_token_and_its_query(server: Way) -> None:
    made, site, _ = server
    assert site.send("GET", "/repos/a/b", query={"page": 2}).body == {"fine": True}
    assert made.seen == [("GET", "/v1/repos/a/b?page=2", f"Bearer {TOKEN}")]


def test_a_redirect_is_not_followed(server: Way) -> None:
    made, site, _ = server
    with serving(thief := Server()) as url:
        made.answers = [Response(status=302, headers={"Location": url})]
        with pytest.raises(ProviderError, match="A redirect is not followed"):
            site.send("GET", "/x")
        assert thief.seen == []


@pytest.mark.parametrize(
    ("method", "answer", "tries"),
    [
        ("GET", Response(status=502), 4),
        ("POST", Response(status=502), 1),
        ("PATCH", Response(status=500), 1),
        ("POST", Response(status=429, headers={"Retry-After": "3"}), 4),
        ("POST", Response(status=403, headers={"X-RateLimit-Remaining": "0"}), 4),
        ("GET", Response(status=403), 1),
        ("GET", Response(status=404), 1),
    ],
)
def test_only_what_was_not_performed_is_sent_again(
    server: Way, method: str, answer: Response, tries: int
) -> None:
    made, site, slept = server
    made.answers = [answer]
    with pytest.raises(ProviderError):
        site.send(method, "/x")
    assert len(made.seen) == tries
    assert all(pause >= 1.0 for pause in slept)


def test_a_limit_is_waited_for(server: Way) -> None:
    made, site, slept = server
    made.answers = [Response(status=429, headers={"Retry-After": "7"}), reply({"fine": True})]
    assert site.send("POST", "/x", json={"a": 1}).body == {"fine": True}
    assert slept == [7.0]


def test_an_error_says_what_was_asked_and_shows_no_token(server: Way) -> None:
    made, site, _ = server
    made.answers = [reply({"message": f"Bad credentials: {TOKEN}"}, 401)]
    with pytest.raises(
        Unauthorized, match=r"GET /x was answered with 401: Bad credentials"
    ) as told:
        site.send("GET", "/x")
    assert TOKEN not in str(told.value)
    made.answers = [reply({"message": "Not Found"}, 404)]
    with pytest.raises(NotFound):
        site.send("GET", "/x")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://api.example.com", "without TLS"),
        ("https://user:pw@api.example.com", "a user or a password"),
        ("ftp://api.example.com", "no web address"),
    ],
)
def test_no_token_goes_to_an_unsafe_address(url: str, said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        Site(url, {})


def test_a_host_that_is_down_is_told_after_the_last_try() -> None:
    slept: list[float] = []
    site = Site("http://127.0.0.1:9", {}, sleep=slept.append)
    with pytest.raises(ProviderError, match="POST /x"):
        site.send("POST", "/x")
    assert len(slept) == 3
