"""The provider on the embedded server, and on servers with other habits: what is said survives."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import uuid
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from werkzeug.wrappers import Request

from provisioner.emulator import create_app
from provisioner.model.errors import NotFound
from provisioner.model.stack import Target
from provisioner.providers import open_target
from provisioner.providers.client import open_provider
from tests.providers.conftest import HASTY, KEY, SETTINGS
from tests.support import habits
from tests.support.habits import reply
from tests.support.servers import Ids, Rows, Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from werkzeug.wrappers import Response

    from provisioner.emulator import App
    from provisioner.model.provider import Provider
    from tests.providers.conftest import Connected


@pytest.fixture
def app() -> Iterator[App]:
    app = create_app()
    yield app
    app.close()


class Recorded(Wrapper):
    """Keeps what arrives."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.headers: list[Mapping[str, str]] = []
        self.bodies: list[Any] = []

    def answer(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        self.bodies.append(request.get_json() if request.is_json else None)
        return self.forward(request)


def walk_through(provider: Provider, folder: Path) -> None:
    """Everything the house asks of a provider, once."""
    path = folder / "rates.csv"
    path.write_text("a,b\n1,2\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = provider.upload(path, "rates.csv", digest)["id"]
    store = provider.create("vector_stores", {"name": "library", "metadata": {"a": "b"}})["id"]
    attached = {"files": [{"file_id": file, "attributes": {"path": "rates.csv"}}]}
    batch = provider.create("vector_stores/file_batches", attached, store)
    assert provider.get("vector_stores/file_batches", batch["id"], store)["id"] == batch["id"]
    [document] = provider.list("vector_stores/files", store)
    assert document["id"] == file
    changed = provider.update("vector_stores/files", file, {"attributes": {"path": "b"}}, store)
    assert changed["attributes"] == {"path": "b"}

    tools = {"file_search": {"vector_store_ids": [store]}}
    assistant = provider.create(
        "assistants",
        {"model": "gpt-4o", "tools": [{"type": "file_search"}], "tool_resources": tools},
    )["id"]
    assert provider.update("assistants", assistant, {"name": "QA"})["name"] == "QA"
    assert provider.update("assistants", assistant, {"name": None})["name"] is None
    assert [row["id"] for row in provider.list("assistants")] == [assistant]

    thread = provider.create("threads", {"metadata": {"source": "ask"}})["id"]
    provider.create("threads/messages", {"role": "user", "content": "Hello?"}, thread)
    run = provider.create("threads/runs", {"assistant_id": assistant}, thread)["id"]
    assert provider.get("threads/runs", run, thread)["status"] == "completed"
    assert len(provider.list("threads/messages", thread)) == 2
    assert provider.list("threads/runs/steps", f"{thread}/{run}")

    for collection, id, parent in (
        ("threads", thread, ""),
        ("assistants", assistant, ""),
        ("vector_stores/files", file, store),
        ("vector_stores", store, ""),
        ("files", file, ""),
    ):
        provider.delete(collection, id, parent)
        provider.delete(collection, id, parent)
    for collection in ("assistants", "vector_stores", "files"):
        assert provider.list(collection) == []
    with pytest.raises(NotFound):
        provider.get("assistants", assistant)


def test_the_whole_seam_works_on_the_embedded_server(tmp_path: Path) -> None:
    target = Target("local", "assistants", server="embedded", data="live.sqlite")
    provider = open_target(target, tmp_path, environ={})

    walk_through(provider, tmp_path)

    assert (tmp_path / "live.sqlite").exists()
    provider.close()


def test_the_whole_seam_works_over_a_socket(
    over_a_socket: Connected, app: App, tmp_path: Path
) -> None:
    walk_through(over_a_socket(app), tmp_path)


@pytest.mark.parametrize(
    "spell",
    [
        lambda number: number,
        lambda number: str(uuid.UUID(int=number)),
        lambda number: f"space and ä {number}",
    ],
    ids=["numbers", "uuids", "words"],
)
def test_the_whole_seam_works_with_ids_of_any_shape(
    over_a_socket: Connected, app: App, tmp_path: Path, spell: Callable[[int], Any]
) -> None:
    walk_through(over_a_socket(Ids(app, spell)), tmp_path)


@pytest.mark.parametrize(
    "habit",
    [
        habits.null_for_empty,
        habits.null_for_defaults,
        habits.in_milliseconds,
        habits.in_floats,
        habits.in_iso,
        habits.forgets_metadata,
        habits.adds_metadata,
    ],
)
def test_a_row_is_what_the_server_said_whatever_it_said(
    connected: Connected, app: App, habit: habits.RowHabit
) -> None:
    plain = connected(app).create("assistants", {"model": "gpt-4o", "metadata": {"a": "b"}})

    odd = connected(Rows(app, habit)).get("assistants", plain["id"])

    assert odd == habit(dict(plain))


def test_unknown_keys_survive_in_both_directions(connected: Connected) -> None:
    echo = Recorded(_echo)
    body = {"model": "m", "metadata": None, "extra": {"deep": [1, None]}, "timeout": 7}

    row = connected(echo).create("assistants", body)

    assert echo.bodies == [body]
    assert row == {"id": "asst_1", **body}


def _echo(environ: Any, start_response: Any) -> Any:
    request = Request(environ)
    sent = request.get_json() if request.is_json else {}
    return reply({"id": "asst_1", **sent})(environ, start_response)


def test_an_update_that_is_answered_with_nothing_is_read_back(
    connected: Connected, app: App
) -> None:
    id = connected(app).create("assistants", {"model": "gpt-4o"})["id"]

    class Silent(Wrapper):
        def answer(self, request: Request) -> Response:
            answer = self.forward(request)
            if request.method == "POST":
                answer.set_data(b"")
            return answer

    assert connected(Silent(app)).update("assistants", str(id), {"name": "n"})["name"] == "n"


def test_the_target_decides_every_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-ambient")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-ambient")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ambient")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-ambient")
    ambient = "X-Ambient: yes\nAuthorization: Bearer sk-ambient\nOpenAI-Project: proj-header"
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", ambient)
    app = Recorded(_echo)
    provider = open_provider(SETTINGS, timeout=5, parallelism=1, app=app, patience=HASTY)

    provider.get("assistants", "asst_1")

    [headers] = app.headers
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert "ambient" not in " ".join(headers.values())
    assert not {"X-Ambient", "Openai-Organization", "Openai-Project"} & headers.keys()
    provider.close()


@pytest.mark.parametrize("name", ["OpenAI-Project", "openai-project"])
def test_organization_project_and_own_headers_are_sent(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-team: ambient\nopenai-organization: ambient")
    app = Recorded(_echo)
    headers = {"X-Team": "a", name: "proj-2"}
    settings = replace(SETTINGS, organization="org-1", project="proj-1", headers=headers)
    provider = open_provider(settings, timeout=5, parallelism=1, app=app, patience=HASTY)

    provider.get("assistants", "asst_1")

    [sent] = app.headers
    assert (sent["Openai-Organization"], sent["Openai-Project"]) == ("org-1", "proj-2")
    assert sent["X-Team"] == "a"
    provider.close()


def test_each_request_is_one_traced_line_without_its_query(connected: Connected, app: App) -> None:
    lines: list[str] = []
    provider = connected(app, trace=lines.append)

    provider.list("assistants")
    with pytest.raises(NotFound):
        provider.get("assistants", "asst_1")

    first, second = (line.split() for line in lines)
    assert first[:3] == ["GET", "/v1/assistants", "200"]
    assert second[:3] == ["GET", "/v1/assistants/asst_1", "404"]
    assert first[4] == "ms"
    assert first[5].startswith("req_")


def test_a_request_that_failed_is_traced_by_its_failure(connected: Connected) -> None:
    def app(_environ: Any, _start_response: Any) -> Any:
        raise httpx2.ReadTimeout("too late")

    lines: list[str] = []
    with pytest.raises(Exception, match="did not answer in time"):
        connected(app, trace=lines.append).list("assistants")

    assert len(lines) == HASTY.tries
    assert lines[0].startswith("GET /v1/assistants ReadTimeout ")


def test_many_threads_share_a_provider(over_a_socket: Connected, app: App) -> None:
    provider = over_a_socket(app)
    ids: list[str] = []

    def work(number: int) -> None:
        row = provider.create("assistants", {"model": "gpt-4o", "name": str(number)})
        assert provider.get("assistants", row["id"])["name"] == str(number)
        ids.append(row["id"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(row["id"] for row in provider.list("assistants")) == sorted(ids)
    assert len(ids) == 24
    assert provider.requests["POST"] == 24


def test_the_retired_api_raises_no_warning_and_other_warnings_stay(
    connected: Connected, app: App
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        provider = connected(app)
        provider.list("assistants")
        warnings.simplefilter("error")
        provider.list("assistants")
        with pytest.raises(DeprecationWarning):
            warnings.warn("deprecated", DeprecationWarning, stacklevel=1)


def test_the_embedded_servers_folder_keeps_itself_out_of_version_control(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target = Target("local", "assistants", server="embedded")

    for _ in range(2):
        provider = open_target(target, tmp_path / "manifests", environ={})
        provider.create("assistants", {"model": "gpt-4o"})
        provider.close()

    assert (tmp_path / ".provisioner" / ".gitignore").read_text() == "*\n"
    again = open_target(target, tmp_path, environ={})
    assert len(again.list("assistants")) == 2
    again.close()


def test_importing_the_room_loads_no_http_library() -> None:
    code = (
        "import sys, provisioner.providers as room; "
        "from provisioner.model.stack import Target; "
        "room.describe(Target('a', 'assistants'), {}); "
        "print([name for name in ('openai', 'httpx2', 'werkzeug', 'pydantic') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
