"""The transport to an application in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from provisioner.providers.inside import InsideTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def client_of(app: Callable[..., Iterable[bytes]]) -> httpx2.Client:
    return httpx2.Client(transport=InsideTransport(app), base_url="http://embedded/v1")


def test_a_request_and_its_answer_pass_unchanged() -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        start_response("418 I'm a teapot", [("X-Answer", "yes"), ("Content-Type", "text/plain")])
        return [b"short", b" and stout"]

    with client_of(app) as client:
        answer = client.post("/a%20b?x=1&y=%C3%BC", json={"a": "ü"}, headers={"X-Own": "1"})

    assert (answer.status_code, answer.text) == (418, "short and stout")
    assert answer.headers["x-answer"] == "yes"
    assert (seen["PATH_INFO"], seen["QUERY_STRING"]) == ("/v1/a b", "x=1&y=%C3%BC")
    assert (seen["HTTP_X_OWN"], seen["CONTENT_TYPE"]) == ("1", "application/json")
    assert seen["body"] == '{"a":"ü"}'.encode()
    assert seen["CONTENT_LENGTH"] == str(len(seen["body"]))


def test_a_body_is_read_while_it_is_made() -> None:
    made: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(4):
            made.append(number)
            yield b"x" * 100_000

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        first = environ["wsgi.input"].read(10)
        assert (first, made) == (b"x" * 10, [0])
        rest = environ["wsgi.input"].read()
        start_response("200 OK", [])
        return [str(len(first) + len(rest)).encode()]

    with client_of(app) as client:
        assert client.post("/", content=blocks()).text == "400000"


def test_an_answer_is_closed_where_it_is_left() -> None:
    closed: list[bool] = []

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x"

        def close(self) -> None:
            closed.append(True)

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Endless:
        start_response("200 OK", [])
        return Endless()

    with client_of(app) as client, client.stream("GET", "/") as answer:
        assert next(answer.iter_raw()) == b"x"
    assert closed == [True]


def test_what_the_application_raises_is_not_swallowed() -> None:
    def app(_environ: dict[str, Any], _start_response: Callable[..., Any]) -> list[bytes]:
        raise RuntimeError("a fault")

    with client_of(app) as client, pytest.raises(RuntimeError, match="a fault"):
        client.get("/")
