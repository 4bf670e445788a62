"""Tokens in place of keys: real servers stand for GitHub, for the exchange and for a cloud's metadata."""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from provisioner.emulator import create_app
from provisioner.model.errors import ProviderError, Unauthorized, Unreachable
from provisioner.model.stack import Target, WorkloadIdentity
from provisioner.providers.bearer import Bearer, TokenRedactor
from provisioner.providers.bodies import Redactor
from provisioner.providers.client import open_provider
from provisioner.providers.identity import Exchanged, subject
from provisioner.providers.retries import Fault
from provisioner.providers.settings import RUNNER_TOKEN, RUNNER_URL, resolve
from tests.providers.conftest import HASTY, SETTINGS
from tests.support.habits import reply
from tests.support.servers import Wrapper, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from werkzeug.wrappers import Request, Response

    from provisioner.providers.openai import OpenAIProvider

GITHUB = WorkloadIdentity("github", "idp_1", "svc_1")
RUNNER_SECRET = "runner-secret-0123456789"  # noqa: S105 (stands for one that GitHub makes up)
REFUSED = {"error": "invalid_grant", "error_description": "no mapping matches"}


def jwt(audience: str) -> str:
    """A token of the usual shape."""
    parts = ({"alg": "RS256", "typ": "JWT"}, {"aud": audience, "sub": "repo:acme/helpdesk"})
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
    return f"{head}.{body}.c2lnbmF0dXJl"


class Alone(Wrapper):
    """A server with nothing behind it. `status` is what it answers with, when it is not well."""

    def __init__(self) -> None:
        super().__init__(self)
        self.seen: list[Request] = []
        self.status: list[int] = []

    def answer(self, request: Request) -> Response:
        request.get_data()
        self.seen.append(request)
        if self.status:
            return reply({"error": "x"}, self.status.pop(0))
        return self.well(request)

    def well(self, request: Request) -> Response:
        raise NotImplementedError


class GitHub(Alone):
    """Gives a job its token."""

    def well(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {RUNNER_SECRET}":
            return reply({"message": "unauthorized"}, 401)
        return reply({"value": jwt(request.args["audience"]), "count": 1})


class Exchange(Alone):
    """Makes OpenAI's tokens, each good until the API forgets it."""

    def __init__(self) -> None:
        super().__init__()
        self.issued: list[str] = []
        self.refusal: tuple[Any, int] | None = None

    def well(self, request: Request) -> Response:
        del request
        if self.refusal:
            return reply(*self.refusal)
        self.issued.append(f"access-token-{len(self.issued):010}")
        return reply({"access_token": self.issued[-1], "expires_in": 3600})


class Guarded(Wrapper):
    """An API that takes the tokens in `valid`, and says which it was given."""

    def __init__(self, app: Any, valid: list[str]) -> None:
        super().__init__(app)
        self.valid = valid
        self.tokens: list[str] = []
        self.status = 401

    def answer(self, request: Request) -> Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.tokens.append(token)
        if token in self.valid:
            return self.forward(request)
        return reply({"error": {"message": f"{token} is not valid here"}}, self.status)


@dataclass
class Stage:
    """All the servers that a GitHub job meets on its way to the API."""

    github: GitHub
    exchange: Exchange
    api: Guarded
    runner: Mapping[str, str]
    exchange_url: str
    stack: ExitStack
    lines: list[str] = field(default_factory=list)

    def bearer(self, provider: Any = None) -> Bearer:
        provider = provider or subject(GITHUB, self.runner)
        redactor = TokenRedactor(Redactor([RUNNER_SECRET]))
        tokens = Exchanged(GITHUB, provider, redactor, self.exchange_url)
        return Bearer(tokens, "api.openai.com", "Look at the mapping.", redactor)

    def connect(self, provider: Any = None) -> OpenAIProvider:
        made = open_provider(
            replace(SETTINGS, api_key="", api_key_env="", identity=GITHUB, runner=self.runner),
            timeout=30,
            parallelism=8,
            trace=self.lines.append,
            app=self.api,
            patience=HASTY,
            bearer=self.bearer(provider),
        )
        self.stack.callback(made.close)
        return made


@pytest.fixture
def stage() -> Iterator[Stage]:
    with ExitStack() as stack:
        app = create_app()
        stack.callback(app.close)
        github, exchange = GitHub(), Exchange()
        url = stack.enter_context(serving(github)) + "/token?api-version=2"
        runner = {RUNNER_URL: url, RUNNER_TOKEN: RUNNER_SECRET}
        exchange_url = stack.enter_context(serving(exchange)) + "/oauth/token"
        api = Guarded(app, exchange.issued)
        yield Stage(github, exchange, api, runner, exchange_url, stack)


def test_a_job_exchanges_its_token_once_for_any_number_of_requests(stage: Stage) -> None:
    provider = stage.connect()

    for _ in range(3):
        provider.create("assistants", {"model": "m"})

    assert len(provider.list("assistants")) == 3
    assert set(stage.api.tokens) == {"access-token-0000000000"}
    assert len(stage.github.seen) == len(stage.exchange.seen) == 1


def test_what_is_sent_to_github_and_to_the_exchange_is_what_they_ask_for(stage: Stage) -> None:
    stage.connect().list("models")

    asked, exchanged = stage.github.seen[0], stage.exchange.seen[0]
    assert asked.args.to_dict() == {"api-version": "2", "audience": "https://api.openai.com/v1"}
    assert exchanged.get_json() == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": jwt("https://api.openai.com/v1"),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "identity_provider_id": "idp_1",
        "service_account_id": "svc_1",
    }


def test_an_audience_of_ones_own_is_asked_for(stage: Stage) -> None:
    identity = replace(GITHUB, audience="acme & sons")

    assert subject(identity, stage.runner)["get_token"]() == jwt("acme & sons")


def test_a_token_that_lapses_early_is_renewed_and_nothing_is_done_twice(stage: Stage) -> None:
    provider = stage.connect()
    provider.create("assistants", {"model": "m"})
    stage.exchange.issued.clear()

    provider.create("assistants", {"model": "m"})

    assert len(provider.list("assistants")) == 2
    assert len(stage.exchange.seen) == 2


def test_a_token_that_never_worked_is_not_tried_again(stage: Stage) -> None:
    stage.api.valid = []

    with pytest.raises(Unauthorized, match="the server refused the token") as caught:
        stage.connect().create("assistants", {"model": "m"})

    assert len(stage.api.tokens) == 1
    assert "*** is not valid here" in str(caught.value)
    assert "Look at the mapping." in str(caught.value)


def test_a_server_that_refuses_every_token_is_given_up_on(stage: Stage) -> None:
    provider = stage.connect()
    provider.list("models")
    stage.api.valid = []

    with pytest.raises(Unauthorized):
        provider.list("models")

    assert len(stage.api.tokens) < 10


def test_a_403_is_no_reason_for_another_token(stage: Stage) -> None:
    provider = stage.connect()
    provider.list("models")
    stage.api.valid, stage.api.status = [], 403

    with pytest.raises(Unauthorized):
        provider.list("models")

    assert len(stage.exchange.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_identity_that_is_refused_is_told_by_its_ids(stage: Stage, status: int) -> None:
    stage.exchange.refusal = (REFUSED, status)

    with pytest.raises(Unauthorized, match="the machine's identity was refused") as caught:
        stage.connect().create("assistants", {"model": "m"})

    told = str(caught.value)
    assert all(word in told for word in ("svc_1", "idp_1", "no mapping matches", "127.0.0.1"))
    assert stage.api.tokens == []


@pytest.mark.parametrize("token", [jwt("a"), "opaque-0123456789"])
def test_a_token_that_the_exchange_repeats_is_not_shown(stage: Stage, token: str) -> None:
    stage.exchange.refusal = ({**REFUSED, "error_description": f"bad token {token}."}, 401)

    with pytest.raises(Unauthorized) as caught:
        stage.connect({"token_type": "jwt", "get_token": lambda: token}).list("models")

    assert "bad token ***." in str(caught.value)
    assert token not in str(caught.value)


def test_an_exchange_that_fails_for_a_moment_is_asked_again_even_for_a_create(
    stage: Stage,
) -> None:
    stage.exchange.status = [503, 429]
    provider = stage.connect()

    provider.create("assistants", {"model": "m"})

    assert len(provider.list("assistants")) == 1


@pytest.mark.parametrize("status", [[500] * 9, [404] * 9])
def test_an_exchange_that_keeps_failing_leaves_no_doubt_that_nothing_was_done(
    stage: Stage, status: list[int]
) -> None:
    stage.exchange.status = status

    with pytest.raises(Unreachable, match="No request was sent"):
        stage.connect().create("assistants", {"model": "m"})

    assert stage.api.tokens == []


def test_an_exchange_that_cannot_be_reached_is_named(stage: Stage) -> None:
    with serving(stage.exchange) as gone:
        stage.exchange_url = gone

    with pytest.raises(Unreachable, match="the token exchange does not work"):
        stage.connect().create("assistants", {"model": "m"})


@pytest.mark.parametrize(
    ("status", "tries"),
    [([403], 1), ([500, 500], 3)],
    ids=["without the permission", "for a moment"],
)
def test_github_may_refuse_a_token_or_fail(stage: Stage, status: list[int], tries: int) -> None:
    stage.github.status = [*status]
    provider = stage.connect()

    if tries == 1:
        with pytest.raises(Unauthorized, match="id-token: write"):
            provider.list("models")
    else:
        provider.list("models")

    assert len(stage.github.seen) == tries


@pytest.mark.parametrize("answer", [{}, {"value": ""}, {"value": 7}, []])
def test_an_answer_of_github_without_a_token_is_told_as_such(stage: Stage, answer: Any) -> None:
    with serving(_Says(answer)) as url, pytest.raises(Fault, match="contains no token"):
        subject(GITHUB, {**stage.runner, RUNNER_URL: url})["get_token"]()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/token", "http://[::1"])
def test_an_address_of_github_that_leads_nowhere_is_told_as_such(stage: Stage, url: str) -> None:
    with pytest.raises(Fault, match="this machine was given no token"):
        subject(GITHUB, {**stage.runner, RUNNER_URL: url})["get_token"]()


def test_no_token_is_in_any_line_of_the_trace(stage: Stage) -> None:
    provider = stage.connect()
    provider.list("models")
    provider.create("assistants", {"model": "m"})

    assert len(stage.lines) == 2
    assert not any("token-0" in line or RUNNER_SECRET in line for line in stage.lines)


def test_an_authorization_in_the_environment_does_not_win_over_the_token(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer sk-somebody-elses-key")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ambient-0123456789")

    stage.connect().list("models")

    assert stage.api.tokens == ["access-token-0000000000"]


# Kubernetes, Azure, Google Cloud.


def test_kubernetes_reads_the_mounted_token_each_time(stage: Stage, tmp_path: Path) -> None:
    mounted = tmp_path / "token"
    identity = WorkloadIdentity("kubernetes", "idp_1", "svc_1", token_file=str(mounted))
    mounted.write_text("first\n")
    stage.connect(subject(identity, {})).list("models")
    mounted.write_text("second\n")
    stage.connect(subject(identity, {})).list("models")

    sent = [request.get_json()["subject_token"] for request in stage.exchange.seen]
    assert sent == ["first", "second"]


@pytest.mark.parametrize("content", [None, ""])
def test_a_pod_without_a_token_is_told_where_it_belongs(
    stage: Stage, tmp_path: Path, content: str | None
) -> None:
    mounted = tmp_path / "token"
    if content is not None:
        mounted.write_text(content)
    identity = WorkloadIdentity("kubernetes", "idp_1", "svc_1", token_file=str(mounted))

    with pytest.raises(Unauthorized, match="projected service account token") as caught:
        stage.connect(subject(identity, {})).list("models")
    assert str(mounted) in str(caught.value)


class Metadata(Alone):
    """A cloud's metadata service: any host, the header that no browser sends."""

    def __init__(self) -> None:
        super().__init__()
        self.well_put: list[tuple[str, str, dict[str, str]]] = []

    def well(self, request: Request) -> Response:
        self.well_put.append((request.host, request.path, request.args.to_dict()))
        if request.headers.get("Metadata") == "true":
            return reply({"access_token": "azure-token"})
        assert request.headers["Metadata-Flavor"] == "Google"
        return _text("gcp-token")


@pytest.mark.parametrize(
    ("identity", "host", "query", "token"),
    [
        (
            WorkloadIdentity("azure", "i", "s"),
            "169.254.169.254",
            {"api-version": "2018-02-01", "resource": "https://management.azure.com/"},
            "azure-token",
        ),
        (
            WorkloadIdentity("azure", "i", "s", audience="api://acme", client_id="c1"),
            "169.254.169.254",
            {"api-version": "2018-02-01", "resource": "api://acme", "client_id": "c1"},
            "azure-token",
        ),
        (
            WorkloadIdentity("gcp", "i", "s"),
            "metadata.google.internal",
            {"audience": "https://api.openai.com/v1"},
            "gcp-token",
        ),
    ],
)
def test_a_clouds_machine_asks_its_metadata_service(
    identity: WorkloadIdentity, host: str, query: dict[str, str], token: str
) -> None:
    server = Metadata()
    with serving(server) as url:
        provider = subject(identity, {}, _through(url))
        assert provider["get_token"]() == token

    [(asked_host, _, asked_query)] = server.well_put
    assert (asked_host, asked_query) == (host, query)


@pytest.mark.parametrize("name", ["azure", "gcp"])
def test_a_machine_of_no_cloud_is_told_as_such(name: str) -> None:
    server = Metadata()
    server.status = [404]
    with serving(server) as url, pytest.raises(Fault, match="This works on") as caught:
        subject(WorkloadIdentity(name, "i", "s"), {}, _through(url))["get_token"]()
    assert isinstance(caught.value.error, Unauthorized)


def _through(url: str) -> Callable[[], httpx2.Client]:
    """Clients whose every request ends at `url`, whichever host it is for."""
    return lambda: httpx2.Client(proxy=url.removesuffix("/v1"), trust_env=False)


def _text(text: str) -> Response:
    answer = reply({})
    answer.set_data(text)
    return answer


class _Says(Alone):
    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.says = answer

    def well(self, request: Request) -> Response:
        del request
        return reply(self.says)


# Settings.

TARGET = Target("prod", "responses", publishes=True, workload_identity=GITHUB)
JOB = {RUNNER_URL: "https://run.actions.test/token?a=b", RUNNER_TOKEN: RUNNER_SECRET}
HOSTS = "api.openai.com, auth.openai.com, *.actions.test"


def test_an_identity_needs_no_key_and_takes_none(tmp_path: Path) -> None:
    settings = resolve(TARGET, tmp_path, {**JOB, "OPENAI_API_KEY": "sk-ambient-0123456789"})

    assert (settings.api_key, settings.identity, settings.runner) == ("", GITHUB, JOB)
    assert RUNNER_SECRET in settings.secrets
    assert RUNNER_SECRET not in repr(settings)


@pytest.mark.parametrize("missing", [RUNNER_URL, RUNNER_TOKEN])
def test_outside_of_a_github_job_it_is_said_what_is_missing(tmp_path: Path, missing: str) -> None:
    with pytest.raises(Unauthorized, match=missing) as caught:
        resolve(TARGET, tmp_path, {key: value for key, value in JOB.items() if key != missing})
    assert "id-token: write" in str(caught.value)


def test_other_providers_need_nothing_of_github(tmp_path: Path) -> None:
    target = replace(TARGET, workload_identity=WorkloadIdentity("kubernetes", "i", "s"))

    assert resolve(target, tmp_path, {}).runner == {}


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("api.openai.com, *.actions.test", "auth.openai.com"),
        ("api.openai.com, auth.openai.com", "run.actions.test"),
        ("auth.openai.com, *.actions.test", "api.openai.com"),
    ],
)
def test_every_host_that_sees_a_token_has_to_be_allowed(
    tmp_path: Path, allowed: str, host: str
) -> None:
    resolve(TARGET, tmp_path, {**JOB, "PROVISIONER_ALLOWED_HOSTS": HOSTS})

    with pytest.raises(ProviderError, match="the host is not allowed") as caught:
        resolve(TARGET, tmp_path, {**JOB, "PROVISIONER_ALLOWED_HOSTS": allowed})
    assert host in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://llm.acme.test/v1",
        "http://api.openai.com/v1",
        "https://api.openai.com.evil.test/v1",
        "https://evilapi.openai.com/v1",
    ],
)
def test_a_workloads_token_goes_to_openai_and_nowhere_else(tmp_path: Path, url: str) -> None:
    for target, environ in (
        (replace(TARGET, base_url=url), JOB),
        (TARGET, {**JOB, "OPENAI_BASE_URL": url}),
    ):
        with pytest.raises(ProviderError, match="OpenAI's own host"):
            resolve(target, tmp_path, environ)


def test_a_region_of_openai_is_openai(tmp_path: Path) -> None:
    target = replace(TARGET, base_url="https://eu.api.openai.com/v1")

    assert resolve(target, tmp_path, JOB).identity == GITHUB
