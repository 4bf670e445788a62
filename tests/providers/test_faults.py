"""Every failure becomes the right error with a sentence, and never shows a secret."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Request, Response

from provisioner.emulator import create_app
from provisioner.model.errors import (
    Invalid,
    NoSuchApi,
    NotFound,
    ProviderError,
    ProvisionerError,
    Unauthorized,
)
from provisioner.providers.client import open_provider
from tests.providers.conftest import HASTY, KEY, SETTINGS
from tests.support import habits
from tests.support.habits import reply
from tests.support.servers import Errors, Without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from provisioner.emulator import App
    from provisioner.providers.openai import OpenAIProvider
    from tests.providers.conftest import Connected

CALLS: dict[str, Callable[[OpenAIProvider], Any]] = {
    "list": lambda provider: provider.list("assistants"),
    "get": lambda provider: provider.get("assistants", "asst_1"),
    "create": lambda provider: provider.create("assistants", {"model": "m"}),
    "update": lambda provider: provider.update("assistants", "asst_1", {"name": "n"}),
    "delete": lambda provider: provider.delete("assistants", "asst_1"),
    "list inside": lambda provider: provider.list("vector_stores/files", "vs_1"),
    "create inside": lambda provider: provider.create(
        "threads/messages", {"role": "user", "content": "hi"}, "thread_1"
    ),
    "run": lambda provider: provider.action("threads/runs", "run_1", "cancel", {}, "thread_1"),
    "batch": lambda provider: provider.get("vector_stores/file_batches", "vsfb_1", "vs_1"),
    "content": lambda provider: provider.content("file-1"),
}


@pytest.fixture
def app() -> Iterator[App]:
    app = create_app()
    yield app
    app.close()


def failure(provider: OpenAIProvider, call: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        CALLS[call](provider)
    return caught.value


@pytest.mark.parametrize(
    "habit",
    [
        habits.as_detail,
        habits.as_nothing,
        habits.as_html,
        habits.gone_as_400,
        habits.gone_as_422,
    ],
)
@pytest.mark.parametrize("call", ["get", "update"])
def test_what_is_gone_is_not_found_however_the_server_says_it(
    connected: Connected, app: App, habit: habits.ErrorHabit, call: str
) -> None:
    error = failure(connected(Errors(app, habit)), call)

    assert isinstance(error, NotFound)
    assert "no such object" in str(error)
    assert "There is no such assistant." in str(error)


@pytest.mark.parametrize(
    "habit",
    [
        habits.as_detail,
        habits.as_nothing,
        habits.as_html,
        habits.gone_as_400,
        habits.gone_as_422,
    ],
)
def test_deleting_what_is_gone_is_success_however_the_server_says_it(
    connected: Connected, app: App, habit: habits.ErrorHabit
) -> None:
    connected(Errors(app, habit)).delete("assistants", "asst_1")


@pytest.mark.parametrize(
    ("call", "status", "message"),
    [
        ("update", 400, "Vector store vs_9 not found."),
        ("update", 422, "The requested model 'm' does not exist."),
        ("create", 400, "The requested model 'm' does not exist."),
        ("get", 400, "Unknown parameter: 'x'."),
        ("update", 409, "It was changed already."),
        ("update", 413, "Too large."),
    ],
)
def test_a_refusal_of_something_else_is_not_taken_for_a_missing_object(
    connected: Connected, call: str, status: int, message: str
) -> None:
    error = failure(connected(reply({"error": {"message": message}}, status)), call)

    assert isinstance(error, Invalid)
    assert message in str(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "Bad name.", "code": "x"}}, "Bad name."),
        ({"error": "Bad name."}, "Bad name."),
        ({"message": "Bad name."}, "Bad name."),
        ({"detail": "Bad name."}, "Bad name."),
        ({"detail": [{"loc": ["body", "name"], "msg": "too long"}]}, "body.name: too long"),
        ({"errors": [{"message": "One."}, {"message": "Two."}]}, "One.; Two."),
        ({"error": {"detail": "Bad name."}}, "Bad name."),
        (["Bad name."], "Bad name."),
        ({"odd": 1}, '{"odd": 1}'),
    ],
)
def test_the_servers_own_words_are_found_wherever_it_puts_them(
    connected: Connected, body: Any, said: str
) -> None:
    error = failure(connected(reply(body, 400, {"x-request-id": "req_42"})), "get")

    assert f"It said: {said}" in str(error)
    assert "server.test answered 400 to: get assistants asst_1" in str(error)
    assert "Request id: req_42" in str(error)
    assert (error.status, error.request_id) == (400, "req_42")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 500, 503])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"error": null}',
        b'{"error": {"code": 7}}',
        b"\xff\xfe",
        b"<html>",
    ],
)
@pytest.mark.parametrize("call", CALLS)
def test_any_failure_of_any_call_is_one_of_our_errors(
    connected: Connected, status: int, body: bytes, call: str
) -> None:
    provider = connected(Response(body, status, content_type="application/json"))

    if call == "delete" and status == 404:
        CALLS[call](provider)
        return
    error = failure(provider, call)
    assert "server.test" in str(error)


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"7", b"{}", b'{"id": ""}', b"\xff"])
@pytest.mark.parametrize("call", ["get", "create", "update", "run"])
def test_a_success_without_an_object_is_told_as_such(
    connected: Connected, body: bytes, call: str
) -> None:
    error = failure(connected(Response(body, 200)), call)

    assert "the answer cannot be read" in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_by_its_variable(connected: Connected, status: int) -> None:
    error = failure(connected(reply({"error": {"message": "No."}}, status)), "get")

    assert isinstance(error, Unauthorized)
    assert "Check the key in TEST_KEY" in str(error)


def test_no_error_repeats_a_secret_that_the_server_repeats(connected: Connected) -> None:
    other = "sk-proj-somebody-elses-key"

    def echo(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        said = f"Wrong key {request.headers['Authorization']} or {other} or x{KEY}y"
        return reply({"error": {"message": said}}, 401)(environ, start_response)

    lines: list[str] = []
    error = failure(connected(echo, trace=lines.append), "get")

    for shown in (str(error), repr(error), repr(error.__cause__), *lines):
        assert KEY not in shown
        assert other not in shown
    assert error.__suppress_context__


def test_a_secret_header_is_kept_back_as_well() -> None:
    settings = replace(SETTINGS, headers={"api-key": "entra-token-value"})

    def echo(environ: Any, start_response: Any) -> Any:
        said = Request(environ).headers["api-key"]
        return reply({"detail": f"wrong: {said}"}, 400)(environ, start_response)

    provider = open_provider(settings, timeout=5, parallelism=1, app=echo, patience=HASTY)

    assert "wrong: ***" in str(failure(provider, "get"))
    provider.close()


def test_a_long_body_is_quoted_in_part_and_without_control_codes(connected: Connected) -> None:
    error = failure(connected(Response("\x1b[31m" + "long " * 1000, 400)), "get")

    assert len(str(error)) < 600
    assert "\x1b" not in str(error)


@pytest.mark.parametrize("call", ["list", "create"])
def test_a_missing_part_of_the_api_is_not_a_missing_object(
    connected: Connected, app: App, call: str
) -> None:
    error = failure(connected(Without(app, "assistants")), call)

    assert isinstance(error, NoSuchApi)
    assert "does not have that part of the API" in str(error)


def test_a_list_inside_what_is_gone_is_not_a_missing_api(connected: Connected, app: App) -> None:
    assert isinstance(failure(connected(app), "list inside"), NotFound)
    missing = connected(Without(app, "vector_stores"))
    assert isinstance(failure(missing, "list inside"), NoSuchApi)


@pytest.mark.parametrize(
    ("call", "noun"),
    [
        ("get", "assistant"),
        ("list inside", "vector store"),
        ("create inside", "thread"),
        ("run", "run"),
        ("content", "file"),
        ("batch", "file batch"),
    ],
)
def test_what_is_missing_is_called_by_its_name(
    connected: Connected, app: App, call: str, noun: str
) -> None:
    error = failure(connected(app), call)

    assert isinstance(error, NotFound)
    assert f"There is no such {noun}." in str(error)


def test_a_server_without_files_has_no_such_api(
    connected: Connected, app: App, tmp_path: Path
) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")

    with pytest.raises(NoSuchApi, match=r"upload empty\.txt to files"):
        connected(Without(app, "files")).upload(path, path.name, sha256(b"").hexdigest())


@pytest.mark.parametrize("call", ["list", "get", "create", "update", "delete"])
def test_openai_itself_no_longer_has_assistants(call: str) -> None:
    settings = replace(SETTINGS, base_url="https://api.openai.com/v1")
    gone = reply({"error": {"message": "Not found"}}, 404)
    provider = open_provider(settings, timeout=5, parallelism=1, app=gone, patience=HASTY)

    error = failure(provider, call)

    assert isinstance(error, NoSuchApi)
    assert "retired the Assistants API on 2026-08-26" in str(error)
    for way_on in ("`responses`", "`agents`", "base_url", "`server: embedded`"):
        assert way_on in str(error)
    provider.close()


def test_threads_cannot_be_listed_by_anybody(connected: Connected, app: App) -> None:
    with pytest.raises(NoSuchApi, match="the API has no such operation"):
        connected(app).list("threads")


@pytest.mark.parametrize("id", ["", ".", ".."])
def test_an_id_that_no_path_can_carry_is_refused(connected: Connected, app: App, id: str) -> None:
    with pytest.raises(Invalid, match="cannot be sent"):
        connected(app).get("assistants", id)


def redirect(status: int, location: str) -> Response:
    return Response(b"", status, {"Location": location})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", ["list", "get", "create", "update"])
@pytest.mark.parametrize(
    "location",
    [
        "https://evil.test/v1",
        "//evil.test/v1",
        "http://server.test:81/v1",
        "https://server.test/v1",
    ],
)
def test_a_redirect_to_another_host_is_not_followed(
    connected: Connected, status: int, call: str, location: str
) -> None:
    hosts = []

    def app(environ: Any, start_response: Any) -> Any:
        hosts.append(environ["SERVER_NAME"])
        return redirect(status, location)(environ, start_response)

    error = failure(connected(app), call)

    assert "the server redirects elsewhere" in str(error)
    assert hosts == ["server.test"]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_create_does_not_become_a_list_by_a_redirect(connected: Connected, status: int) -> None:
    error = failure(connected(redirect(status, "/v1/assistants/")), "create")

    assert "the server redirects elsewhere" in str(error)


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_host_that_keeps_the_request_is_followed(
    connected: Connected, status: int
) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if not request.path.endswith("/"):
            return redirect(status, f"{request.path}/")(environ, start_response)
        sent = json.loads(request.get_data())
        return reply({"id": "asst_1", "method": request.method, **sent})(environ, start_response)

    row = connected(app).create("assistants", {"model": "m"})

    assert (row["method"], row["model"]) == ("POST", "m")


def test_every_failure_is_an_error_of_the_house(connected: Connected) -> None:
    assert isinstance(failure(connected(Response(b"", 500)), "get"), ProvisionerError)
