"""doctor: the right sentence for each broken setup, and nothing else that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from time import time
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Request, Response

from provisioner.emulator import create_app
from tests.cli.conftest import SECRET, Project
from tests.support.habits import reply
from tests.support.servers import Wrapper, _Quiet, serving

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

DEAD = "http://127.0.0.1:9/v1"
"""A port on which nothing listens."""


class Always(Wrapper):
    """A server that answers every request alike."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(create_app())
        self.reply = status, message

    def answer(self, _request: Request) -> Response:
        status, message = self.reply
        return reply({"error": {"message": message, "type": "invalid_request_error"}}, status)


@contextmanager
def at(app: WSGIApplication, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the target `remote` lead to a server on a socket."""
    with serving(app) as url:
        patch.setenv("REMOTE_URL", url)
        patch.setenv("REMOTE_KEY", SECRET)
        yield


def findings(project: Project, *args: str, code: int) -> dict[str, Any]:
    said = project.run("doctor", *args, "--format", "json", code=code).stdout
    return {one["part"]: one for one in json.loads(said)["findings"]}


def wrong(found: dict[str, Any]) -> dict[str, str]:
    """Return the text of each part that is not right, by its name."""
    return {
        part: " ".join(
            [one["said"], *(f"{d['summary']} {d['detail']}" for d in one["diagnostics"])]
        )
        for part, one in found.items()
        if one["condition"] in ("wrong", "warning")
    }


def test_nothing_is_wrong_with_a_setup_that_works(project: Project) -> None:
    ledger = ("--ledger", "ledger.db")
    project.run("apply", "--yes", *ledger)
    result = project.run("doctor", *ledger)
    assert "Nothing is wrong with this setup." in result.stdout
    assert "The server listed 1 assistant" in result.stdout
    assert "its newest run is run-" in result.stdout


ASSISTANT = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec: {name: Helper, model: gpt-6.1-terra}
"""
Break = Callable[[Project, pytest.MonkeyPatch], object]


def _key_taken(_project: Project, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("REMOTE_URL", DEAD)
    patch.delenv("REMOTE_KEY", raising=False)


def _host_forbidden(_project: Project, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("REMOTE_URL", DEAD)
    patch.setenv("REMOTE_KEY", SECRET)
    patch.setenv("PROVISIONER_ALLOWED_HOSTS", "api.openai.com")


def _server_down(_project: Project, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("REMOTE_URL", DEAD)
    patch.setenv("REMOTE_KEY", SECRET)


def _no_authority(project: Project, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("REMOTE_URL", DEAD.replace("http:", "https:"))
    patch.setenv("REMOTE_KEY", SECRET)
    patch.setenv("SSL_CERT_FILE", str(project.folder / "absent.pem"))


def _ledger_torn(project: Project, patch: pytest.MonkeyPatch) -> None:
    file = project.folder / "manifests" / ".provisioner" / "ledger.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"this is no database" * 100)
    patch.setenv("PROVISIONER_LEDGER", str(file))


def _registry_a_file(project: Project, _patch: pytest.MonkeyPatch) -> None:
    project.write("helper.yaml", ASSISTANT)
    local = "local: {runtime: assistants, server: embedded}"
    project.edit("stack.yaml", local, local.replace("assistants", "responses"))
    (project.folder / ".provisioner").mkdir()
    (project.folder / ".provisioner" / "releases").write_text("a file", encoding="utf-8")


BROKEN: dict[str, tuple[Break, tuple[str, ...], str, str]] = {
    "no folder": (
        lambda project, _: (project.folder / "manifests").rename(project.folder / "x"),
        (),
        "manifests",
        "There is no `manifests`.",
    ),
    "a mistake": (
        lambda project, _: project.edit("helper.yaml", "temperature: 0.2", "temprature: 0.2"),
        (),
        "manifests",
        "temperature",
    ),
    "no key": (_key_taken, ("--target", "remote"), "target", "REMOTE_KEY is not set"),
    "a host that is not allowed": (
        _host_forbidden,
        ("--target", "remote"),
        "target",
        "PROVISIONER_ALLOWED_HOSTS",
    ),
    "a server that is down": (
        _server_down,
        ("--target", "remote", "--max-wait", "1"),
        "server",
        "127.0.0.1:9",
    ),
    "a missing file of authorities": (
        _no_authority,
        ("--target", "remote"),
        "target",
        "SSL_CERT_FILE",
    ),
    "a ledger that is none": (_ledger_torn, (), "ledger", "ledger.db"),
    "a registry that is a file": (_registry_a_file, (), "registry", "releases"),
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("case", BROKEN)
def test_each_broken_setup_has_its_sentence(
    project: Project, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, args, part, says = BROKEN[case]
    make(project, monkeypatch)
    found = wrong(findings(project, *args, code=1))
    assert list(found) == [part]
    assert says in found[part]
    assert SECRET not in json.dumps(found)


@pytest.mark.parametrize(
    ("app", "says"),
    [
        (Always(401, "Incorrect API key provided"), "REMOTE_KEY"),
        (Always(404, "Unknown request URL"), "Check the base_url"),
        (Always(403, "This key may not list assistants"), "REMOTE_KEY"),
    ],
    ids=["a wrong key", "no such API", "a key without the scope"],
)
def test_what_a_server_refuses_is_named(
    project: Project, app: Wrapper, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(app, monkeypatch):
        found = wrong(findings(project, "--target", "remote", code=1))
    assert list(found) == ["server"]
    assert says in found["server"]


@pytest.mark.parametrize(("seconds", "says"), [(600, "10 min behind"), (-7200, "120 min ahead of")])
def test_a_clock_that_is_wrong_is_told(
    project: Project, seconds: float, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    date = formatdate(time() + seconds, usegmt=True)
    monkeypatch.setattr(_Quiet, "date_time_string", lambda _self: date)
    with at(create_app(), monkeypatch):
        found = wrong(findings(project, "--target", "remote", code=0))
    assert list(found) == ["clock"]
    assert says in found["clock"]


def test_a_bundle_has_no_text_of_manifests_or_live_objects(project: Project) -> None:
    project.run("apply", "--yes")
    project.run("doctor", "--bundle", "report.json")
    text = (project.folder / "report.json").read_text(encoding="utf-8")
    for secret in ("Be brief", "Helper", "handbook", "lookup", "asst_", "k3v9q0x7dp", "gpt-6.1"):
        assert secret not in text
    live = json.loads(text)["live"]["assistant"]
    assert live["count"] == 1
    types = [tool["type"] for tool in live["shapes"][0]["tools"]]
    assert types == ["file_search", "code_interpreter", "function"]


def test_a_bundle_that_cannot_be_written_is_one_sentence(project: Project) -> None:
    result = project.run("doctor", "--bundle", "no/such/report.json", code=2)
    assert "no/such/report.json: No such file or directory" in result.output
