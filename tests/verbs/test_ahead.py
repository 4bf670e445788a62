"""Lists that are begun while the manifests are read: what is sent, when, and what is said of it."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app
from provisioner.ledger.elapsed import elapsed
from provisioner.model.errors import ManifestErrors, ProviderError
from provisioner.source import load
from provisioner.verbs._shared import session as sessions
from provisioner.verbs._shared.session import RunOptions, open_session
from provisioner.verbs.plan import planned
from tests.support.servers import Wrapper, serving
from tests.support.stories import DUMPER, STACK, manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.wrappers import Request, Response

import yaml
from werkzeug.wrappers import Response as Answer

KEY = "sk-a-key-of-this-test"
CLERK = manifest("Assistant", "clerk", model="gpt-6.1-terra", instructions="Be kind.")
LISTS = ["/v1/assistants", "/v1/vector_stores"]


class Watched(Wrapper):
    """A server that notes what it is asked, and answers `refusal` to lists where there is one."""

    def __init__(self) -> None:
        super().__init__(create_app())
        self.asked: list[str] = []
        self.seen = threading.Event()
        self.refusal: str | None = None

    def answer(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.path}")
        self.seen.set()
        if self.refusal is not None:
            return Answer(f'{{"error": {{"message": "{self.refusal}"}}}}', status=400)
        return self.forward(request)


class Place:
    """A folder whose target is a server that watches, and what a run on it is given."""

    def __init__(self, folder: Path, url: str, server: Watched) -> None:
        self.folder, self.server, self.lines = folder, server, list[str]()
        target = {"runtime": "assistants", "base_url": url, "api_key_env": "THE_KEY"}
        self.stack: dict[str, Any] = {**STACK, "spec": {"targets": {"live": target}}}
        self.options = RunOptions(
            path=folder,
            environ={"THE_KEY": KEY},
            timeout=20,
            settle=0.05,
            ledger="none",
            trace=self.lines.append,
        )

    def write(self, *documents: dict[str, Any], stack: str = "stack.yaml") -> None:
        files = {stack: [self.stack], "rest.yaml": documents}
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.dump_all(content, Dumper=DUMPER, sort_keys=False), "utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    server = Watched()
    with serving(server) as url:
        yield Place(tmp_path / "manifests", url, server)


def await_requests(monkeypatch: pytest.MonkeyPatch, server: Watched) -> None:
    """Let the reading of the manifests wait until the server was asked for something."""

    def waiting(*given: Any, **options: Any) -> Any:
        assert server.seen.wait(20)
        return load(*given, **options)

    monkeypatch.setattr(sessions, "load", waiting)


def test_a_plan_asks_while_it_reads_and_asks_nothing_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write(CLERK)
    await_requests(monkeypatch, place.server)
    before = elapsed()

    with planned(place.options) as found:
        assert [str(change.address) for change in found.plan.changes] == ["assistant.clerk"]
        assert before <= found.session.opened <= elapsed()

    # The models are asked for because the plan makes an assistant.
    expected = sorted([*LISTS, "/v1/models"])
    assert sorted(place.server.asked) == [f"GET {path}" for path in expected]
    assert sorted(line.split()[1] for line in place.lines) == expected
    assert found.session.provider.requests == {"GET": len(expected)}


def test_a_broken_folder_shows_its_errors_and_no_line_of_what_was_asked(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    place.write(manifest("Assistant", "clerk", model="gpt-6.1-terra", temperature="hot"))
    await_requests(monkeypatch, place.server)

    with pytest.raises(ManifestErrors) as told, planned(place.options):
        pass

    assert [one.position and one.position.file for one in told.value.diagnostics] == [
        str(place.folder / "rest.yaml")
    ]
    assert {asked.split()[0] for asked in place.server.asked} == {"GET"}
    assert (place.lines, capfd.readouterr()) == ([], ("", ""))


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_ur": "x"},
        {"base_url": "ftp://somewhere"},
        {"headers": {"Authorization": "Bearer x"}},
        {"api_key_env": "sk-123"},
        {"runtime": "nowhere"},
    ],
)
def test_nothing_is_asked_where_something_is_wrong_with_the_stack(
    place: Place, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    place.stack["spec"]["targets"]["live"] |= wrong
    place.write(CLERK)
    begun: list[object] = []
    monkeypatch.setattr(sessions, "Ahead", lambda *given, **_more: begun.append(given))
    with pytest.raises(ManifestErrors), planned(place.options):
        pass
    assert (begun, place.server.asked) == ([], [])


@pytest.mark.parametrize(
    "other",
    [
        {"stack": {"server": "embedded"}, "reason": "an embedded server is started"},
        {"stack": {"runtime": "responses", "releases": "./releases"}, "reason": "a registry"},
        {"options": {"wait": 1.0}, "reason": "a lock"},
        {"file": "below/stack.yaml", "reason": "the Stack is not at hand"},
        {"options": {"environ": {}}, "reason": "there is no key"},
    ],
    ids=lambda other: other["reason"],
)
def test_nothing_is_asked_ahead_where_that_is_not_allowed(
    place: Place, other: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    target = place.stack["spec"]["targets"]["live"]
    if "server" in other.get("stack", {}):
        target.clear()
        target["runtime"] = "assistants"
    target |= other.get("stack", {})
    place.write(
        manifest("Assistant", "clerk", temperature="hot"), stack=other.get("file", "s.yaml")
    )
    begun: list[object] = []
    monkeypatch.setattr(sessions, "Ahead", lambda *given, **_more: begun.append(given))

    options = replace(place.options, **other.get("options", {}))
    with pytest.raises((ManifestErrors, ProviderError)), planned(options):
        pass

    assert place.server.asked == []
    assert bool(begun) == (other["reason"] == "there is no key")


def test_a_target_without_its_key_is_refused_in_the_same_words(place: Place) -> None:
    place.write(CLERK)
    options = replace(place.options, environ={})
    said = []
    for lists in (False, True):
        with pytest.raises(ProviderError) as told, open_session(options, lists=lists):
            pass
        said.append(str(told.value))
    assert said[0] == said[1]


@pytest.mark.parametrize("secret", [True, False])
def test_a_refused_list_is_told_without_the_secrets_of_the_manifests(
    place: Place, secret: bool
) -> None:
    place.stack["spec"]["variables"] = {"word": {"type": "string", "sensitive": secret}}
    place.write({**CLERK, "spec": {**CLERK["spec"], "instructions": "Say ${var:word}."}})
    place.server.refusal = "no open-sesame for you"
    options = replace(place.options, variables={"word": "open-sesame"})

    with pytest.raises(ProviderError) as told, planned(options):
        pass

    assert ("open-sesame" in str(told.value)) is not secret
    assert "for you" in str(told.value)


def test_threads_take_turns_as_before_once_the_manifests_are_read(place: Place) -> None:
    place.write(CLERK)
    before = sys.getswitchinterval()
    with planned(place.options):
        assert sys.getswitchinterval() == before
    place.write({"kind": "Nothing"})
    with pytest.raises(ManifestErrors), planned(place.options):
        pass
    assert sys.getswitchinterval() == before
