"""Foundry's manners around the embedded server: its paths, its query, its tokens, its list of threads."""

from __future__ import annotations

import hashlib
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app
from provisioner.model.errors import Invalid, ProviderError, Unauthorized
from provisioner.model.stack import Target
from provisioner.providers import describe, open_target
from provisioner.providers.bearer import Bearer, TokenRedactor
from provisioner.providers.bodies import Redactor
from provisioner.providers.client import open_provider
from provisioner.providers.foundry import ADVICE, SCOPE, Entra
from provisioner.providers.settings import Settings, resolve
from provisioner.source import stack_access
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.apply.run import apply
from provisioner.verbs.plan import planned
from tests.providers.conftest import HASTY
from tests.support.habits import honest, reply
from tests.support.servers import Wrapper, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug.wrappers import Request, Response

    from provisioner.providers.openai import OpenAIProvider

PROJECT = "/api/projects/helpdesk"
VERSIONS = {"v1", "2025-05-01", "2025-05-15-preview"}
URL = "https://acme.services.ai.azure.com/api/projects/helpdesk"
TARGET = Target("managed", "assistants", server="foundry", base_url=URL)


class Clock:
    """Stands still unless told."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Issued:
    token: str
    expires_on: int


class Refused(Exception):
    """As `azure-identity` says that nobody is signed in."""


@dataclass
class Issuer:
    """Entra, as seen by whoever asks it for a token, and by whoever is shown one."""

    clock: Clock
    seconds: int = 3600
    scopes: list[tuple[str, ...]] = field(default_factory=list)
    good: dict[str, float] = field(default_factory=dict)
    failure: Exception | None = None
    forgetful: bool = False

    def get_token(self, *scopes: str) -> Issued:
        if self.failure:
            raise self.failure
        self.scopes.append(scopes)
        issued = Issued(f"entra-token-{len(self.scopes):010}", int(self.clock()) + self.seconds)
        self.good[issued.token] = issued.expires_on
        return issued

    def knows(self, token: str) -> bool:
        return not self.forgetful and self.good.get(token, 0) > self.clock()


class Foundry(Wrapper):
    """The embedded server below a project's path, as Foundry asks and answers."""

    def __init__(self, app: Any, issuer: Issuer) -> None:
        super().__init__(app)
        self.issuer = issuer
        self.threads: dict[str, Any] = {}
        self.tokens: list[str] = []

    def answer(self, request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.tokens.append(token)
        if not self.issuer.knows(token):
            return _error(401, f"The token {token} is expired or invalid")
        if not request.path.startswith(f"{PROJECT}/"):
            return _error(404, "Resource not found")
        if request.args.get("api-version") not in VERSIONS:
            return _error(400, "The api-version query parameter is missing or not supported")
        path = request.path.removeprefix(PROJECT)
        if (request.method, path) == ("GET", "/threads"):
            return self._listed(request)
        query = {key: value for key, value in request.args.items() if key != "api-version"}
        answer = self.forward(request, path=f"/v1{path}", query=query)
        self._note(request, path, answer)
        return answer

    def _listed(self, request: Request) -> Response:
        body = honest([*self.threads.values()], request.args).get_json()
        return reply({key: body[key] for key in ("data", "last_id", "has_more") if key in body})

    def _note(self, request: Request, path: str, answer: Response) -> None:
        if answer.status_code != 200 or not path.startswith("/threads"):
            return
        if (request.method, path) == ("POST", "/threads"):
            self.threads[answer.get_json()["id"]] = answer.get_json()
        if request.method == "DELETE":
            self.threads.pop(path.removeprefix("/threads/"), None)


def _error(status: int, message: str) -> Response:
    return reply({"error": {"code": "x", "message": message}}, status)


@dataclass
class Stage:
    clock: Clock
    issuer: Issuer
    app: Foundry
    stack: ExitStack
    lines: list[str] = field(default_factory=list)

    def connect(self, **settings: Any) -> OpenAIProvider:
        made = Settings("managed", URL, "", foundry=True, api_version="v1")
        redactor = TokenRedactor(Redactor(()))
        provider = open_provider(
            replace(made, **settings),
            timeout=30,
            parallelism=8,
            trace=self.lines.append,
            app=self.app,
            patience=HASTY,
            bearer=Bearer(
                Entra(self.issuer, (Refused,), redactor, self.clock), "acme", ADVICE, redactor
            ),
        )
        self.stack.callback(provider.close)
        return provider


@pytest.fixture
def stage() -> Iterator[Stage]:
    with ExitStack() as stack:
        app = create_app()
        stack.callback(app.close)
        clock = Clock()
        issuer = Issuer(clock)
        yield Stage(clock, issuer, Foundry(app, issuer), stack)


def test_everything_that_the_house_asks_works_at_a_project(stage: Stage, tmp_path: Path) -> None:
    provider = stage.connect()
    path = tmp_path / "rates.csv"
    path.write_text("a,b\n1,2\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    file = provider.upload(path, "rates.csv", digest)["id"]
    store = provider.create("vector_stores", {"name": "library"})["id"]
    provider.create("vector_stores/files", {"file_id": file}, store)
    assistant = provider.create("assistants", {"model": "m", "name": "a"})["id"]
    provider.update("assistants", assistant, {"name": "b"})
    thread = provider.create("threads", {})["id"]
    provider.create("threads/messages", {"role": "user", "content": "?"}, thread)
    run = provider.create("threads/runs", {"assistant_id": assistant}, thread)["id"]

    assert provider.get("assistants", assistant)["name"] == "b"
    assert provider.get("threads/runs", run, thread)["status"] == "completed"
    assert [row["id"] for row in provider.list("vector_stores/files", store)] == [file]
    assert provider.list("threads/runs/steps", f"{thread}/{run}")
    for collection in ("threads", "assistants", "vector_stores", "files"):
        [row] = provider.list(collection)
        provider.delete(collection, row["id"])
        assert provider.list(collection) == []
    assert stage.issuer.scopes == [(SCOPE,)]


def test_threads_are_listed_over_all_pages(stage: Stage) -> None:
    provider = stage.connect()
    made = [provider.create("threads", {"metadata": {"n": str(n)}})["id"] for n in range(230)]

    assert [row["id"] for row in provider.list("threads")] == made


def test_the_api_version_is_in_every_request_and_a_wrong_one_is_told(stage: Stage) -> None:
    with pytest.raises(Invalid, match="api-version query parameter"):
        stage.connect(api_version="2019-01-01").create("assistants", {"model": "m"})

    stage.connect(api_version="2025-05-01").create("assistants", {"model": "m"})


def test_a_token_is_renewed_before_it_lapses_and_not_fetched_for_every_request(
    stage: Stage,
) -> None:
    provider = stage.connect()
    for minute in range(120):
        provider.list("models")
        stage.clock.now += 60
        assert len(stage.issuer.scopes) == 1 + minute // 55

    assert len(set(stage.app.tokens)) == 3


def test_a_token_that_lives_a_minute_is_renewed_at_half_its_life(stage: Stage) -> None:
    stage.issuer.seconds = 60
    provider = stage.connect()
    for _ in range(6):
        provider.list("models")
        stage.clock.now += 15

    assert len(stage.issuer.scopes) == 3


def test_a_token_that_is_revoked_early_is_renewed_and_nothing_is_done_twice(stage: Stage) -> None:
    provider = stage.connect()
    provider.create("assistants", {"model": "m"})
    stage.issuer.good.clear()

    provider.create("assistants", {"model": "m"})

    assert len(provider.list("assistants")) == 2


def test_many_threads_renew_a_token_once(stage: Stage) -> None:
    provider = stage.connect()
    threads = [threading.Thread(target=provider.list, args=("models",)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(stage.issuer.scopes) == 1
    assert len(stage.app.tokens) == 16


def test_whom_the_project_does_not_know_is_told_which_role_is_missing(stage: Stage) -> None:
    stage.issuer.forgetful = True

    with pytest.raises(Unauthorized, match="the server refused the token") as caught:
        stage.connect().create("assistants", {"model": "m"})

    assert "Azure AI User" in str(caught.value)
    assert "The token *** is expired" in str(caught.value)
    assert len(stage.app.tokens) == 1


def test_without_anybody_signed_in_nothing_is_sent(stage: Stage) -> None:
    stage.issuer.failure = Refused("no credential found; tried entra-token-x, eyJhbGciOi.J9.x")

    with pytest.raises(Unauthorized, match="Entra gave no token") as caught:
        stage.connect().create("assistants", {"model": "m"})

    assert "az login" in str(caught.value)
    assert "eyJ" not in str(caught.value)
    assert stage.app.tokens == []


def test_no_token_is_in_any_line_of_the_trace(stage: Stage) -> None:
    stage.connect().create("assistants", {"model": "m"})

    assert stage.lines
    assert not any("entra-token" in line for line in stage.lines)


MANIFESTS = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9q0x7dp}
spec:
  targets: {managed: {runtime: assistants, server: foundry, base_url: "${env:FOUNDRY}"}}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec:
  model: gpt-4o
  temperature: 0.2
  tools: [{type: file_search, vector_store: handbook}]
  max_prompt_tokens: 9000
---
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: handbook}
spec: {files: [handbook.md]}
"""


def test_manifests_are_planned_applied_and_then_there_is_nothing_to_do(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_access, "today", lambda: date(2026, 11, 1))
    (tmp_path / "all.yaml").write_text(MANIFESTS)
    (tmp_path / "handbook.md").write_text("# Handbook\n")
    redactor = TokenRedactor(Redactor(()))
    bearer = Bearer(
        Entra(stage.issuer, (Refused,), redactor, stage.clock), "acme", ADVICE, redactor
    )
    monkeypatch.setattr("provisioner.providers.foundry.entra_bearer", lambda *_: bearer)
    with serving(stage.app) as url:
        environ = {"FOUNDRY": url.removesuffix("/v1") + PROJECT}
        options = RunOptions(path=tmp_path, environ=environ, settle=0.05)

        with planned(options) as found:
            assert found.plan.project == "helpdesk"
            report = apply(found)
        assert report.succeeded
        assert set(stage.app.tokens) == {"entra-token-0000000001"}
        with planned(options) as found:
            assert found.plan.is_empty
            assert "retires soon" in str(found.plan.diagnostics)


# Settings.


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        (URL, {}),
        (URL, {"PROVISIONER_ALLOWED_HOSTS": "*.services.ai.azure.com"}),
        ("http://127.0.0.1:8080/api/projects/p", {}),
        ("https://gateway.acme.test/api/projects/p", {"PROVISIONER_ALLOWED_HOSTS": "*.acme.test"}),
    ],
)
def test_a_token_goes_to_foundry_or_where_it_is_allowed(
    tmp_path: Path, url: str, environ: dict[str, str]
) -> None:
    settings = resolve(replace(TARGET, base_url=url), tmp_path, environ)

    assert (settings.base_url, settings.foundry, settings.api_version) == (url, True, "v1")
    assert (settings.api_key, settings.headers) == ("", {})


@pytest.mark.parametrize(
    ("url", "environ", "summary"),
    [
        ("https://gateway.acme.test/api/projects/p", {}, "not a host of Foundry"),
        ("https://services.ai.azure.com.evil.test/", {}, "not a host of Foundry"),
        (URL, {"PROVISIONER_ALLOWED_HOSTS": "api.openai.com"}, "the host is not allowed"),
        (URL.replace("https", "http"), {}, "a token needs https"),
    ],
)
def test_a_token_goes_nowhere_else(
    tmp_path: Path, url: str, environ: dict[str, str], summary: str
) -> None:
    with pytest.raises(ProviderError, match=summary):
        resolve(replace(TARGET, base_url=url), tmp_path, environ)


def test_nothing_of_openais_environment_reaches_foundry(tmp_path: Path) -> None:
    environ = {
        "OPENAI_API_KEY": "sk-ambient-0123456789",
        "OPENAI_PROJECT_ID": "proj-ambient",
        "OPENAI_CUSTOM_HEADERS": "X-Ambient: yes",
    }

    settings = resolve(TARGET, tmp_path, environ)

    assert (settings.api_key, settings.project, settings.headers) == ("", "", {})


def test_a_plans_head_names_the_resource_and_the_project() -> None:
    assert describe(TARGET, {}) == ("acme.services.ai.azure.com", "helpdesk")


# azure-identity.


def test_without_the_extra_it_is_said_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("azure.identity", "azure.core.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(ProviderError, match="azure-identity is not installed") as caught:
        open_target(TARGET, tmp_path, environ={})
    assert "pip install azure-identity" in str(caught.value)


class ManagedIdentity(Wrapper):
    """Answers the request of an Azure machine for its token."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__(self)
        self.issuer = issuer
        self.status = 200

    def answer(self, request: Request) -> Response:
        assert request.headers["X-IDENTITY-HEADER"] == "of-this-machine"
        if self.status != 200:
            return reply({"statusCode": self.status, "message": "no such identity"}, self.status)
        issued = self.issuer.get_token(request.args["resource"])
        body = {"access_token": issued.token, "expires_on": str(issued.expires_on)}
        return reply({**body, "resource": request.args["resource"], "token_type": "Bearer"})


@dataclass
class Machine:
    """A machine on Azure: whoever runs there is known to Entra."""

    server: ManagedIdentity
    connect: Callable[[], Any]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Machine]:
    pytest.importorskip("azure.identity", reason="the extra `foundry` is not installed")
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    clock = Clock()
    clock.now = 4_000_000_000.0
    issuer = Issuer(clock)
    server, app = ManagedIdentity(issuer), create_app()
    with ExitStack() as stack:
        stack.callback(app.close)
        here = stack.enter_context(serving(server)).removesuffix("/v1")
        there = stack.enter_context(serving(Foundry(app, issuer))).removesuffix("/v1")
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{here}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "of-this-machine")

        def connect() -> Any:
            target = replace(TARGET, base_url=f"{there}{PROJECT}")
            provider = open_target(target, tmp_path, environ={}, timeout=20)
            stack.callback(provider.close)
            return provider

        yield Machine(server, connect)


def test_a_machine_on_azure_is_let_in_by_what_it_is(machine: Machine) -> None:
    provider = machine.connect()

    provider.create("assistants", {"model": "m"})

    assert len(provider.list("assistants")) == 1
    assert machine.server.issuer.scopes == [(SCOPE.removesuffix("/.default"),)]


def test_a_machine_that_entra_does_not_know_is_told_so(
    machine: Machine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.server.status = 400
    monkeypatch.setenv("PATH", "")

    with pytest.raises(Unauthorized, match="Entra gave no token for Foundry"):
        machine.connect().list("assistants")

    assert capfd.readouterr() == ("", "")
