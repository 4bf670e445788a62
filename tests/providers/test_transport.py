"""Total deadlines and bounded bodies, over real sockets."""

from __future__ import annotations

import gzip
import hashlib
import time
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Response

from provisioner.model.errors import Ambiguous, ProviderError
from provisioner.providers import transport
from provisioner.providers.client import open_provider
from tests.providers.conftest import HASTY, SETTINGS
from tests.support.sockets import listening, request_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from provisioner.providers.openai import OpenAIProvider
    from tests.providers.conftest import Connected

BODY = b'{"id": "asst_1", "name": "' + b"x" * 200 + b'"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(
    BODY
)


def trickle(connection: socket.socket, data: bytes, pause: float = 0.02) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(pause)


def slow_head(connection: socket.socket) -> None:
    request_of(connection)
    trickle(connection, HEAD)


def slow_body(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(HEAD)
    trickle(connection, BODY)


def body_in_time(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(HEAD)
    trickle(connection, BODY, pause=0.004)


def deaf(connection: socket.socket) -> None:
    request_of(connection)
    time.sleep(3)


def slow_redirect(connection: socket.socket) -> None:
    request_of(connection)
    time.sleep(0.2)
    connection.sendall(b"HTTP/1.1 307 Temporary\r\nLocation: /v1/more\r\nContent-Length: 0\r\n\r\n")
    slow_redirect(connection)


def at(port: int, timeout: float) -> OpenAIProvider:
    settings = replace(SETTINGS, base_url=f"http://127.0.0.1:{port}/v1")
    return open_provider(settings, timeout=timeout, parallelism=2, patience=HASTY)


@pytest.mark.parametrize("talk", [slow_head, slow_body, deaf, slow_redirect])
def test_a_request_ends_at_its_deadline_however_often_a_byte_comes(
    talk: Callable[[socket.socket], None],
) -> None:
    with listening(talk) as port:
        provider = at(port, timeout=0.5)
        began = time.monotonic()

        with pytest.raises(Ambiguous, match="did not answer in time") as caught:
            provider.create("assistants", {"model": "m"})

        assert time.monotonic() - began < 2
        assert "--timeout" in str(caught.value)
        provider.close()


def test_a_slow_answer_that_ends_in_time_is_an_answer() -> None:
    with listening(body_in_time) as port:
        provider = at(port, timeout=5)

        assert provider.get("assistants", "asst_1")["id"] == "asst_1"
        provider.close()


def test_an_upload_that_nobody_reads_ends_at_its_deadline(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with listening(deaf) as port:
        provider = at(port, timeout=1)
        began = time.monotonic()

        with pytest.raises(Ambiguous, match="did not answer in time"):
            provider.upload(path, "large.bin", digest)

        assert time.monotonic() - began < 2.5
        provider.close()


def answering(data: bytes, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(data, 200, named, content_type="application/json")


ROW = b'{"id": "asst_1", "text": "ok"}'
PLAIN = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": gzip.compress(ROW),
    "x-gzip": gzip.compress(ROW[:10]) + gzip.compress(ROW[10:]) + b"\0\0",
    "deflate": zlib.compress(ROW),
    "Deflate": PLAIN.compress(ROW) + PLAIN.flush(),
    "identity": ROW,
}


@pytest.mark.parametrize("encoding", PACKED)
def test_packed_bodies_are_unpacked(over_a_socket: Connected, encoding: str) -> None:
    provider = over_a_socket(answering(PACKED[encoding], Content_Encoding=encoding))

    assert provider.get("assistants", "asst_1")["text"] == "ok"


def endless(_environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    yield b'{"id": "'
    while True:
        yield b"x" * 65536


@pytest.mark.parametrize(
    "app",
    [
        endless,
        answering(gzip.compress(b" " * 64_000_000), Content_Encoding="gzip"),
        answering(zlib.compress(b" " * 64_000_000), Content_Encoding="deflate"),
        answering(gzip.compress(gzip.compress(b"[" * 9)) * 100_000, Content_Encoding="gzip"),
    ],
    ids=["without end", "gzip", "deflate", "many members"],
)
def test_a_body_that_is_too_long_is_not_read_and_not_asked_for_again(
    over_a_socket: Connected, monkeypatch: pytest.MonkeyPatch, app: Any
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 2 * 1024 * 1024)
    provider = over_a_socket(app)

    with pytest.raises(ProviderError, match="is longer than 2 MiB as ") as caught:
        provider.get("assistants", "asst_1")

    assert not isinstance(caught.value, Ambiguous)
    assert provider.requests["GET"] == 1
    with pytest.raises(Ambiguous, match="is longer than 2 MiB"):
        provider.create("assistants", {"model": "m"})


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        (b"whatever", "br", "encoded as 'br', which was not asked for"),
        (b"no gzip", "gzip", "cannot be decompressed"),
        (b"", "gzip", "is not JSON"),
        (gzip.compress(ROW)[:-12], "gzip", "is not JSON"),
    ],
    # A packed body holds the time at which it was packed: no name for a test.
    ids=["brotli", "not packed", "empty", "cut short"],
)
def test_a_body_that_is_packed_in_an_odd_way_is_told_as_such(
    over_a_socket: Connected, body: bytes, encoding: str, why: str
) -> None:
    provider = over_a_socket(answering(body, Content_Encoding=encoding))

    with pytest.raises(ProviderError, match="the answer cannot be read") as caught:
        provider.get("assistants", "asst_1")

    assert why in str(caught.value)
