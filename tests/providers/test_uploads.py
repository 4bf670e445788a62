"""Files on their way out: the planned content or nothing, and progress that adds up."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app
from provisioner.model.errors import ProviderError, ProvisionerError
from tests.support.faults import Fault, Faulty, ask_to_wait, creating
from tests.support.habits import reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provisioner.emulator import App
    from tests.providers.conftest import Connected

CONTENT = b"0123456789abcdef" * 20_000


@pytest.fixture
def app() -> Iterator[App]:
    app = create_app()
    yield app
    app.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_bytes(CONTENT)
    return path


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("content", [CONTENT, b"x"])
def test_an_upload_arrives_whole_under_its_name(
    over_a_socket: Connected, app: App, path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    counts: list[int] = []

    row = over_a_socket(app).upload(path, "umlaut ä.csv", digest(content), counts.append)

    assert (row["filename"], row["bytes"]) == ("umlaut ä.csv", len(content))
    assert row["purpose"] == "assistants"
    assert sum(counts) == len(content)
    assert min(counts) > 0


def test_progress_counts_what_is_sent_again_only_once(
    connected: Connected, app: App, path: Path
) -> None:
    counts: list[int] = []
    provider = connected(Faulty(app, Fault(creating("files"), ask_to_wait(), times=2)))

    provider.upload(path, "rates.csv", digest(CONTENT), counts.append)

    assert provider.requests["POST"] == 3
    assert sum(counts) == len(CONTENT)


def test_a_file_that_is_not_what_was_planned_is_never_sent(
    connected: Connected, app: App, path: Path
) -> None:
    provider = connected(app)

    with pytest.raises(ProvisionerError, match="a file changed while planning") as caught:
        provider.upload(path, "rates.csv", digest(b"other"))

    assert "rates.csv" in str(caught.value)
    assert not isinstance(caught.value, ProviderError)
    assert provider.requests == {}


@pytest.mark.parametrize("changed", [b"y" * len(CONTENT), CONTENT[:-70_000]])
def test_a_file_that_changes_while_it_is_sent_does_not_arrive(
    over_a_socket: Connected, path: Path, changed: bytes
) -> None:
    arrived: list[bytes] = []

    def app(environ: Any, start_response: Any) -> Any:
        arrived.append(environ["wsgi.input"].read())
        return reply({"id": "file-1"})(environ, start_response)

    provider = over_a_socket(app)

    def change(_count: int) -> None:
        path.write_bytes(changed)

    with pytest.raises(ProvisionerError, match="a file changed while planning"):
        provider.upload(path, "rates.csv", digest(CONTENT), change)

    assert not any(body.rstrip().endswith(b"--") for body in arrived)


def test_what_is_appended_while_it_is_sent_stays_out(
    over_a_socket: Connected, app: App, path: Path
) -> None:
    def append(_count: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    row = over_a_socket(app).upload(path, "rates.csv", digest(CONTENT), append)

    assert row["bytes"] == len(CONTENT)


def test_a_change_between_two_tries_is_noticed(connected: Connected, app: App, path: Path) -> None:
    faulty = Faulty(app, Fault(creating("files"), ask_to_wait()))
    provider = connected(faulty)
    seen: list[int] = []

    def change(count: int) -> None:
        seen.append(count)
        if sum(seen) == len(CONTENT):
            path.write_bytes(b"other")

    with pytest.raises(ProvisionerError, match="a file changed while planning"):
        provider.upload(path, "rates.csv", digest(CONTENT), change)
    assert faulty.count("POST") == 1


def test_a_file_that_is_not_there_is_told_as_such(
    connected: Connected, app: App, path: Path
) -> None:
    path.unlink()

    with pytest.raises(ProvisionerError, match="a file cannot be read"):
        connected(app).upload(path, "rates.csv", digest(CONTENT))
