"""Storage that answers something else, too late, or not at all: what was seen is what is said."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest
from werkzeug.wrappers import Response

from provisioner.model.errors import Ambiguous, Invalid, NotFound, ProviderError, RateLimited
from provisioner.providers.releases import (
    CachedRelease,
    attempts,
    load_release,
    open_registry,
    s3_session,
)
from provisioner.providers.releases import storage as opening
from provisioner.providers.releases.faults import DeadlineExceeded
from provisioner.providers.releases.objects import S3Objects, within
from provisioner.providers.retries import Patience
from tests.providers.releases.conftest import ID, Place, release
from tests.support.s3 import Storage, failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from botocore.awsrequest import AWSPreparedRequest
    from werkzeug.wrappers import Request

    from provisioner.model.diagnostic import Diagnostic

    Perform = Callable[[], Response]

HTML = "<html><head><title>Log in</title></head><body>Welcome</body></html>"
BROKEN_HTML = "<!DOCTYPE html><html><body>Welcome<br>"
NAMES = ("acme", "prod", "policy-qa")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "Patience", partial(Patience, first=0.001, longest=0.002))


def page(text: str = HTML) -> Response:
    return Response(text, 200, content_type="text/html")


def is_list(request: Request) -> bool:
    return request.method == "GET" and "list-type" in request.args


# The answer to a write is a claim


def test_a_put_that_answers_html_has_published_nothing(s3: Storage, s3_location: str) -> None:
    s3.trouble = lambda request, perform: page() if request.method == "PUT" else perform()
    with pytest.raises(ProviderError, match="did not keep what was published") as raised:
        open_registry(s3_location).publish(release())
    assert type(raised.value) is ProviderError
    assert "the file does not exist" in str(raised.value)


@pytest.mark.parametrize("text", [HTML, BROKEN_HTML, ""], ids=["html", "broken html", "nothing"])
def test_a_list_that_answers_a_page_is_no_empty_registry(
    s3: Storage, s3_location: str, text: str
) -> None:
    s3.trouble = lambda request, perform: page(text) if is_list(request) else perform()
    with pytest.raises(ProviderError):
        open_registry(s3_location).current()


def test_a_read_that_answers_a_page_is_no_damaged_release(s3: Storage, s3_location: str) -> None:
    place = Place(s3_location)
    place.registry().publish(release())
    s3.trouble = lambda request, perform: perform() if is_list(request) else page()
    with pytest.raises(ProviderError, match="what answered is no release registry"):
        place.registry().current()
    assert place.said == []


def test_a_put_that_was_performed_and_answered_500_is_published(
    s3: Storage, s3_location: str
) -> None:
    def lose(request: Request, perform: Perform) -> Response:
        answer = perform()
        return failure(500, "InternalError") if request.method == "PUT" else answer

    s3.trouble = lose
    made = open_registry(s3_location).publish(release(), based_on=0)
    s3.trouble = None
    assert open_registry(s3_location).current() == {ID: made}


def test_a_put_that_was_performed_and_never_answered_is_published(
    s3_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = S3Objects.create

    def late(objects: S3Objects, path: str, data: bytes, seconds: float) -> None:
        create(objects, path, data, seconds)
        raise DeadlineExceeded("no complete answer")

    monkeypatch.setattr(S3Objects, "create", late)
    assert open_registry(s3_location).publish(release()).number == 1


def test_a_put_that_keeps_something_else_is_said(s3: Storage, s3_location: str) -> None:
    """A gateway that cuts bodies short, say."""

    def cut(request: Request, perform: Perform) -> Response:
        answer = perform()
        if request.method == "GET" and not is_list(request) and answer.status_code == 200:
            answer.set_data(answer.get_data()[:-9])
        return answer

    s3.trouble = cut
    with pytest.raises(ProviderError):
        open_registry(s3_location).publish(release())


def test_a_publication_that_cannot_be_read_back_is_not_called_published(
    s3: Storage, s3_location: str
) -> None:
    done: list[str] = []

    def closed(request: Request, perform: Perform) -> Response:
        if done:
            return failure(403, "AccessDenied")
        if request.method == "PUT":
            done.append(request.path)
        return perform()

    s3.trouble = closed
    with pytest.raises(Ambiguous, match="was published is not known"):
        open_registry(s3_location).publish(release())


def test_a_tombstone_is_read_back_too(s3: Storage, s3_location: str) -> None:
    registry = open_registry(s3_location)
    registry.publish(release())
    s3.trouble = lambda request, perform: page() if request.method == "PUT" else perform()
    with pytest.raises(ProviderError, match="did not keep"):
        registry.delete(ID)
    s3.trouble = None
    assert list(registry.current()) == [ID]


def test_a_list_of_many_pages_is_read_to_its_end(s3: Storage, s3_location: str) -> None:
    registry = open_registry(s3_location)
    for model in "abc":
        registry.publish(release(model))
    asked: list[str] = []

    def in_ones(request: Request, perform: Perform) -> Response:
        if is_list(request):
            asked.append(request.args.get("continuation-token", ""))
            request.environ["QUERY_STRING"] += "&max-keys=1"
        return perform()

    s3.trouble = in_ones
    assert registry.numbers() == {ID: [1, 2, 3]}
    assert len(asked) == 3


def test_a_release_that_arrives_in_pieces_is_read_whole(s3_location: str) -> None:
    registry = open_registry(s3_location)
    for number in range(3):
        made = registry.publish(release(instructions=f"{number} " + "Answer politely. " * 60_000))
        assert registry.current() == {ID: made}


# Every request has a deadline


@contextmanager
def accepting(says: bytes = b"") -> Iterator[str]:
    """A server that accepts, says at most a byte every 50 ms, and never ends."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection:
            for byte in says * 1000:
                if ended.wait(0.05):
                    return
                try:
                    connection.send(bytes([byte]))
                except OSError:
                    return
            ended.wait(30)

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        ended.set()
        server.close()


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: 1\r\n"], ids=["silent", "drip"])
def test_storage_that_never_ends_its_answer_is_left_at_the_deadline(
    s3_location: str, monkeypatch: pytest.MonkeyPatch, says: bytes
) -> None:
    with accepting(says) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        registry = open_registry(s3_location, timeout=0.5)
        began = time.monotonic()
        with pytest.raises(ProviderError, match="did not answer in time") as raised:
            registry.current()
        assert time.monotonic() - began < 8, "a busy machine included"
    assert "--timeout" in str(raised.value)


@pytest.mark.usefixtures("s3")
def test_an_application_is_not_kept_waiting_longer_than_it_says(
    s3_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import provisioner

    with accepting() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(provisioner.ProvisionerError, match="did not answer in time"):
            provisioner.load("policy-qa", releases=s3_location, owner="acme/prod", timeout=0.5)


def test_other_storages_have_the_deadline_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    monkeypatch.setattr(MemoryFileSystem, "find", lambda *_, **__: time.sleep(3))
    with pytest.raises(ProviderError, match="did not answer in time"):
        open_registry("memory://slow/releases", timeout=0.1).current()


def test_a_deadline_lets_results_and_errors_through() -> None:
    def fail() -> None:
        raise KeyError("x")

    assert within(5, lambda: 3) == 3
    with pytest.raises(KeyError):
        within(5, fail)


def test_slow_down_is_said_at_once_and_waited_out(s3: Storage, s3_location: str) -> None:
    Place(s3_location).registry().publish(release())
    refused: list[float] = []
    said: list[Diagnostic] = []

    def slow(_request: Request, perform: Perform) -> Response:
        if len(refused) < 7:
            refused.append(time.monotonic())
            assert len(said) == len(refused) - 1
            return failure(503, "SlowDown")
        return perform()

    s3.trouble = slow
    registry = open_registry(s3_location, warn=said.append)
    assert list(registry.current()) == [ID]
    assert {one.summary for one in said} == {"the release registry asks for fewer requests"}


def test_slow_down_without_end_is_given_up(s3: Storage, s3_location: str) -> None:
    s3.trouble = lambda _request, _perform: failure(503, "SlowDown")
    with pytest.raises(RateLimited, match="The run waited for"):
        open_registry(s3_location, max_wait=0.005).current()


def test_an_application_with_a_release_goes_on_while_storage_asks_for_less(
    s3: Storage, s3_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from provisioner.providers.releases import loading

    monkeypatch.setattr(loading, "MOST_WAITED", 0.005)
    Place(s3_location).registry().publish(release("a"))
    kept = CachedRelease(s3_location, *NAMES, every=0)
    s3.trouble = lambda _request, _perform: failure(503, "SlowDown")
    assert kept.arguments()["model"] == "a"
    assert isinstance(kept.problem, RateLimited)


# What storage means by an error


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (501, "NotImplemented", "this storage has no conditional writes"),
        (301, "PermanentRedirect", "in another region or at another endpoint"),
        (307, "TemporaryRedirect", "in another region or at another endpoint"),
        (400, "AuthorizationHeaderMalformed", "AWS_REGION"),
        (403, "RequestTimeTooSkewed", "the clock of this machine is wrong"),
    ],
)
def test_what_storage_means_is_one_sentence_with_the_remedy(
    s3: Storage, s3_location: str, status: int, code: str, said: str
) -> None:
    registry = open_registry(s3_location)
    s3.trouble = lambda request, perform: (
        failure(status, code) if request.method == "PUT" else perform()
    )
    with pytest.raises(ProviderError, match=said) as raised:
        registry.publish(release())
    assert type(raised.value) is Invalid
    assert "Errno" not in str(raised.value).splitlines()[0]
    assert "credentials" not in str(raised.value)
    s3.trouble = None
    assert registry.current() == {}


def test_a_list_that_is_not_implemented_says_nothing_of_writes(
    s3: Storage, s3_location: str
) -> None:
    s3.trouble = lambda _request, _perform: failure(501, "NotImplemented")
    with pytest.raises(Invalid, match="refused the request"):
        open_registry(s3_location).current()


# What an application is told


def test_a_missing_folder_a_file_in_its_place_and_no_release_are_three_sentences(
    tmp_path: Path,
) -> None:
    with pytest.raises(NotFound, match=f"There is no folder {tmp_path}/releases"):
        load_release(tmp_path / "releases", *NAMES)
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="the release registry is not a folder"):
        load_release(tmp_path / "file", *NAMES)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound, match="contains no current release of acme/prod/policy-qa"):
        load_release(tmp_path / "empty", *NAMES)


def test_an_assistant_whose_only_release_was_changed_is_not_loaded_and_it_is_said(
    folder: Place,
) -> None:
    from pathlib import Path

    folder.registry().publish(release())
    file = Path(folder.location) / ID / "00000001.json"
    file.write_text(file.read_text().replace("people-ops", "people"))
    with pytest.raises(NotFound, match="Some files are ignored") as raised:
        load_release(folder.location, *NAMES)
    assert f"{ID}/00000001.json" in str(raised.value)


def test_a_release_that_is_changed_while_an_application_runs_is_told(folder: Place) -> None:
    from pathlib import Path

    registry = folder.registry()
    registry.publish(release("a"))
    kept = CachedRelease(folder.location, *NAMES, every=0)
    registry.publish(release("b"))
    file = Path(folder.location) / ID / "00000002.json"
    file.write_text(file.read_text().replace("people-ops", "people"))
    assert kept.arguments()["model"] == "a"
    assert "release 2" in str(kept.problem)


# Where the client of S3 goes of its own accord


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(
    s3: Storage, s3_location: str, status: int
) -> None:
    def elsewhere(request: Request, perform: Perform) -> Response:
        if request.host.startswith("localhost"):
            return perform()
        there = request.url.replace("127.0.0.1", "localhost")
        return Response("", status, headers={"Location": there})

    s3.trouble = elsewhere
    with pytest.raises(ProviderError, match="AWS_ENDPOINT_URL_S3"):
        open_registry(s3_location).current()
    assert s3.seen == []


def test_a_client_that_is_sent_to_a_host_that_is_not_allowed_sends_nothing(
    s3: Storage, s3_location: str
) -> None:
    storage = opening.Storage(s3_location, timeout=20, allowed="127.0.0.1")
    assert storage.names() == []
    files, _ = storage._open()

    def redirect(request: AWSPreparedRequest, **_: object) -> None:
        request.url = str(request.url).replace("127.0.0.1", "localhost")

    files.s3.meta.events.register("before-send.s3", redirect)
    s3.seen.clear()
    for ask in (storage.names, lambda: storage.read(["one"]), lambda: storage.create("one", b"")):
        with pytest.raises(ProviderError, match="is redirected to localhost, and PROVISIONER_ALL"):
            ask()
    assert s3.seen == []


def test_a_list_without_an_end_is_not_read(
    s3: Storage, s3_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_session, "LONGEST", 200_000)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b"<ListBucketResult><Name>registry</Name>"
        for _ in range(1_000):
            sent += 1
            yield b"<Contents><Key>acme</Key></Contents>" * 1_000

    s3.trouble = lambda request, perform: (
        Response(endless(), 200, content_type="application/xml") if is_list(request) else perform()
    )
    with pytest.raises(ProviderError, match="what answered is no release registry"):
        open_registry(s3_location).current()
    assert sent < 1_000
