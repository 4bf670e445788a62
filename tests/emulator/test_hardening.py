"""Requests of hostile and broken clients, and what the server keeps to itself."""

from __future__ import annotations

import http.client
import socket
import stat
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app, make_server
from provisioner.emulator.core import server
from provisioner.emulator.knowledge.skill_uploads import _front_matter
from provisioner.kinds.front_matter import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADERS = {"Authorization": "Bearer a-secret", "Content-Type": "application/json"}


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def port(lines: list[str]) -> Iterator[int]:
    app = create_app()
    served = make_server(app, log=lines.append)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served.port
    served.shutdown()
    thread.join()
    app.close()


def ask(
    port: int, body: Any = b"{}", path: str = "/v1/conversations", **headers: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        chunked = "Transfer-Encoding" in headers
        connection.request("POST", path, body, {**HEADERS, **headers}, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "body",
    [
        b'{"metadata": {"a": "' + b"\\ud83d" + b'"}}',
        b'{"metadata": {"' + b"\\uDE00" + b'": "x"}}',
        b'{"items": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"metadata": ' + b'{"a": ' * 5_000 + b"1" + b"}" * 5_001,
        b'{"metadata": NaN}',
        b"\xff\xfe{}",
        b"{",
    ],
    ids=["half a pair", "half a pair in a key", "lists", "objects", "NaN", "UTF-16", "cut"],
)
def test_a_body_that_is_no_json_text_is_a_400(port: int, body: bytes) -> None:
    status, answer = ask(port, body)
    assert status == 400
    assert b"invalid_request_error" in answer


def test_a_whole_pair_of_surrogates_is_a_character(port: int) -> None:
    status, answer = ask(port, b'{"metadata": {"a": "\\ud83d\\ude00"}}')
    assert status == 200
    assert "\N{GRINNING FACE}".encode() in answer


def test_a_body_too_large_is_refused_before_it_is_read(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LARGEST_BODY", 1000)
    assert ask(port, b" " * 1001)[0] == 413
    assert ask(port, b"{}" + b" " * 900)[0] == 200


def test_a_body_in_chunks_is_bounded_too(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LARGEST_BODY", 1000)
    for number in (4, 10, 400):
        chunks = (b" " * 300 for _ in range(number))
        assert ask(port, chunks, **{"Transfer-Encoding": "chunked"})[0] == 413


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.nip.io:80", "[::1"])
def test_another_name_for_this_machine_is_not_answered(port: int, host: str) -> None:
    assert ask(port, Host=host)[0] == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8765", "LOCALHOST:80"])
def test_its_own_names_are(port: int, host: str) -> None:
    assert ask(port, Host=host)[0] == 200


def test_each_request_is_one_line_without_query_and_secrets(port: int, lines: list[str]) -> None:
    ask(port)
    ask(port, path="/v1/nothing?key=a-secret")
    ask(port, Host="evil.example.com")
    assert lines == [
        "POST /v1/conversations 200",
        "POST /v1/nothing 404",
        "POST /v1/conversations 421",
    ]


def test_a_request_line_that_is_too_long_is_refused_as_that(port: int) -> None:
    assert ask(port, path=f"/v1/{'a' * 70_000}")[0] == 414
    assert ask(port)[0] == 200


@pytest.mark.parametrize("error", [BrokenPipeError, ConnectionResetError, TimeoutError, ValueError])
def test_a_client_that_leaves_before_its_answer_prints_no_traceback(
    error: type[Exception],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(*_: Any) -> None:
        raise error

    app = create_app()
    made = make_server(app)._socket
    monkeypatch.setattr(made, "finish_request", failing)
    with socket.socket() as client:
        made.process_request_thread(client, ("127.0.0.1", 1))
    made.server_close()
    app.close()

    # An error of another kind is a fault of the server.
    assert ("Traceback" in capfd.readouterr().err) == (error is ValueError)


def test_the_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "new" / "embedded.sqlite"
    app = create_app(data)
    files = list(data.parent.iterdir())
    app.close()
    assert files
    assert {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in files if file.exists()} <= {0}


def test_brackets_in_front_matter_take_no_time() -> None:
    began = time.process_time()
    text = "---\nname: x\ndescription: " + "[" * 3000 + "]" * 3000 + "\n---\nBody.\n"
    assert words_of(text) is None
    with pytest.raises(Exception, match="front matter"):
        _front_matter(text.encode())
    assert time.process_time() - began < 2
