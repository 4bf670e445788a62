"""By our connection or by the SDK's own methods: the same arrives, for every request we make."""

from __future__ import annotations

import hashlib
import inspect
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

from provisioner import __version__
from provisioner.model.errors import NoSuchApi, ProviderError
from provisioner.providers import wire
from provisioner.providers.bearer import Bearer, TokenRedactor
from provisioner.providers.client import open_provider
from tests.providers.conftest import HASTY, KEY, SETTINGS
from tests.support.wire import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from provisioner.providers.openai import OpenAIProvider
    from provisioner.providers.settings import Settings

SDK: dict[str, Callable[[openai.OpenAI], Any]] = {
    "agents": lambda client: client.beta.agents,
    "assistants": lambda client: client.beta.assistants,
    "files": lambda client: client.files,
    "responses": lambda client: client.responses,
    "responses/input_items": lambda client: client.responses.input_items,
    "conversations": lambda client: client.conversations,
    "conversations/items": lambda client: client.conversations.items,
    "models": lambda client: client.models,
    "threads": lambda client: client.beta.threads,
    "threads/messages": lambda client: client.beta.threads.messages,
    "threads/runs": lambda client: client.beta.threads.runs,
    "threads/runs/steps": lambda client: client.beta.threads.runs.steps,
    "agents/automations": lambda client: client.beta.agents.automations,
    "agents/environments": lambda client: client.beta.agents.environments,
    "agents/environments/templates": lambda client: client.beta.agents.environments.templates,
    "batches": lambda client: client.batches,
    "containers": lambda client: client.containers,
    "evals": lambda client: client.evals,
    "fine_tuning/jobs": lambda client: client.fine_tuning.jobs,
    "vaults": lambda client: client.beta.agents.vaults,
    "vaults/credentials": lambda client: client.beta.agents.vaults.credentials,
    "skills": lambda client: client.skills,
    "skills/content": lambda client: client.skills.content,
    "skills/versions": lambda client: client.skills.versions,
    "vector_stores": lambda client: client.vector_stores,
    "vector_stores/files": lambda client: client.vector_stores.files,
    "vector_stores/file_batches": lambda client: client.vector_stores.file_batches,
    "agents/sessions": lambda client: client.beta.agents.sessions,
    "agents/sessions/events": lambda client: client.beta.agents.sessions.events,
    "agents/sessions/turns": lambda client: client.beta.agents.sessions.turns,
    "agents/sessions/turns/items": lambda client: client.beta.agents.sessions.turns.items,
    "agents/sessions/artifacts": lambda client: client.beta.agents.sessions.artifacts,
}
"""The resource of the SDK for each collection."""
PARENTS = {
    "responses/input_items": "resp_1",
    "conversations/items": "conv_1",
    "threads/messages": "thread_1",
    "threads/runs": "thread_1",
    "threads/runs/steps": "thread_1/run_1",
    "vaults/credentials": "vault_1",
    "skills/versions": "skill_1",
    "vector_stores/files": "vs_1",
    "vector_stores/file_batches": "vs_1",
    "agents/sessions/turns": "sess_1",
    "agents/sessions/turns/items": "sess_1/turn_1",
    "agents/sessions/artifacts": "sess_1",
}
ID = "id:1 ä/2"
BODIES: dict[tuple[str, str], Any] = {
    ("agents", "create"): {"model": "m", "name": "a", "tools": [{"type": "web_search"}]},
    ("agents", "update"): {"name": None, "metadata": {"a": "b"}},
    ("assistants", "create"): {
        "model": "m",
        "instructions": "ä",
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"z": 1, "a": {}}}}],
    },
    ("assistants", "update"): {"temperature": None, "tools": []},
    ("responses", "create"): {"model": "m", "input": "hi", "metadata": {}},
    ("conversations", "create"): {"metadata": {"a": "b"}},
    ("conversations", "update"): {"metadata": {"a": "b"}},
    ("conversations/items", "create"): {"items": []},
    ("threads", "create"): {},
    ("threads", "update"): {"metadata": {"a": "b"}},
    ("threads/messages", "create"): {"role": "user", "content": "hi"},
    ("threads/messages", "update"): {"metadata": {}},
    ("threads/runs", "create"): {"assistant_id": "asst_1", "max_prompt_tokens": 256},
    ("threads/runs", "update"): {"metadata": {}},
    ("agents/automations", "create"): {
        "type": "periodic",
        "name": "n",
        "expression": "0 8 * * *",
        "timezone": "UTC",
        "target": {"type": "new_session", "agent_id": "agent_1"},
        "later": 1,
    },
    ("agents/automations", "update"): {"name": "b"},
    ("agents/environments/templates", "create"): {"name": "t"},
    ("agents/environments/templates", "update"): {"name": "t"},
    ("vaults", "create"): {"name": "v"},
    ("vaults", "update"): {"metadata": {}},
    ("vaults/credentials", "create"): {"name": "c", "auth": {"type": "static_bearer"}},
    ("vaults/credentials", "update"): {"auth": {"type": "static_bearer"}},
    ("skills", "create"): {"files": [("s/SKILL.md", b"text")]},
    ("skills", "update"): {"default_version": "2"},
    ("skills/versions", "create"): {"files": [("s/SKILL.md", b"text")]},
    ("vector_stores", "create"): {"name": "v", "expires_after": None},
    ("vector_stores", "update"): {"name": "v"},
    ("vector_stores/files", "create"): {"file_id": "file_1"},
    ("vector_stores/files", "update"): {"attributes": {"a": 1}},
    ("vector_stores/file_batches", "create"): {"files": [{"file_id": "f", "attributes": {}}]},
    ("agents/sessions", "create"): {"agent_id": "agent_1", "environment": {"type": "none"}},
    ("agents/sessions", "update"): {"metadata": {}},
}
METHODS = {"get": "retrieve"}
OPTIONS = frozenset({"extra_headers", "extra_query", "extra_body", "timeout"})
"""Parameters of every SDK method that are none of the API's."""


@dataclass(frozen=True)
class Sides:
    """Our provider and the SDK's client, in front of one recorder."""

    provider: OpenAIProvider
    client: openai.OpenAI
    recorder: Recorder


class Static:
    """A token that never lapses, in place of Entra's."""

    def get_token(self) -> str:
        return KEY

    def invalidate_token(self, token: str | None = None) -> None:
        del token


@contextmanager
def side_by_side(settings: Settings) -> Iterator[Sides]:
    recorder = Recorder()
    bearer = Bearer(Static(), "server.test", "", TokenRedactor(str)) if settings.foundry else None
    provider = open_provider(
        settings, timeout=5, parallelism=1, app=recorder, patience=HASTY, bearer=bearer
    )
    client = openai.OpenAI(
        api_key=settings.api_key,
        base_url=settings.base_url,
        organization=settings.organization or None,
        project=settings.project or None,
        default_headers=settings.headers,
        default_query={"api-version": settings.api_version} if settings.api_version else None,
        max_retries=0,
        http_client=openai.DefaultHttpxClient(transport=httpx2.WSGITransport(recorder)),
    )
    with client:
        yield Sides(provider, client, recorder)
    provider.close()


@pytest.fixture
def both() -> Iterator[Sides]:
    with side_by_side(SETTINGS) as sides:
        yield sides


def arguments_of(method: Callable[..., Any], body: dict[str, Any]) -> dict[str, Any]:
    """`body` as arguments of a typed SDK method; what the SDK does not know goes beside them."""
    known = inspect.signature(method).parameters.keys() - OPTIONS
    typed = {key: value for key, value in body.items() if key in known}
    rest = {key: value for key, value in body.items() if key not in known}
    return {**typed, "extra_body": rest} if rest else typed


def typed(client: openai.OpenAI, collection: str, name: str, /, *own: str, **arguments: Any) -> Any:
    """The same request by the SDK's own method. It takes the innermost id first, then the outer ones."""
    method = getattr(SDK[collection](client).with_raw_response, METHODS.get(name, name))
    parents = tuple(filter(None, PARENTS.get(collection, "").split("/")))
    names = [
        known
        for known in inspect.signature(method).parameters
        if known not in arguments and (known.endswith("_id") or known in {"version", "model"})
    ]
    ids = (*own, *parents) if own else (*parents[-1:], *parents[:-1])
    return method(**dict(zip(names, ids, strict=False)), **arguments)


def compared(recorder: Recorder, ours: Callable[[], Any], theirs: Callable[[], Any]) -> None:
    ours()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        theirs()
    mine, of_the_sdk = recorder.seen
    assert mine == of_the_sdk


EXISTING = [
    (collection, verb)
    for collection, place in wire.COLLECTIONS.items()
    for verb in ("get", "delete", "list")
    if verb not in place.lacks and collection not in {"skills/content", "agents/sessions/events"}
]


@pytest.mark.parametrize(("collection", "verb"), EXISTING)
def test_reads_and_deletes_are_those_of_the_sdk(both: Sides, collection: str, verb: str) -> None:
    provider, recorder = both.provider, both.recorder
    parent = PARENTS.get(collection, "")
    if verb == "list":
        limit = next(iter(wire.COLLECTIONS[collection].limits), 0)
        query = {"limit": limit, "order": "asc"} if limit else {}
        theirs = partial(typed, both.client, collection, verb, extra_query=query)
        compared(recorder, partial(provider.list, collection, parent), theirs)
        return
    ours = partial(getattr(provider, verb), collection, ID, parent)
    compared(recorder, ours, partial(typed, both.client, collection, verb, ID))


@pytest.mark.parametrize(("collection", "verb"), BODIES)
def test_creates_and_updates_are_those_of_the_sdk(both: Sides, collection: str, verb: str) -> None:
    provider, recorder = both.provider, both.recorder
    body, parent = BODIES[collection, verb], PARENTS.get(collection, "")
    method = getattr(SDK[collection](both.client).with_raw_response, verb)
    arguments = arguments_of(method, body)
    if verb == "create":
        theirs = partial(typed, both.client, collection, verb, **arguments)
        compared(recorder, partial(provider.create, collection, body, parent), theirs)
        return
    theirs = partial(typed, both.client, collection, verb, ID, **arguments)
    compared(recorder, partial(provider.update, collection, ID, body, parent), theirs)


@pytest.mark.parametrize(
    ("collection", "verb", "body"),
    [
        ("threads/runs", "cancel", {}),
        ("threads/runs", "submit_tool_outputs", {"tool_outputs": [{"tool_call_id": "c"}]}),
        ("agents/automations", "pause", {}),
        ("agents/automations", "resume", {}),
        ("responses", "cancel", {}),
    ],
)
def test_actions_are_those_of_the_sdk(
    both: Sides, collection: str, verb: str, body: dict[str, Any]
) -> None:
    provider, recorder = both.provider, both.recorder
    ours = partial(provider.action, collection, ID, verb, body, PARENTS.get(collection, ""))
    compared(recorder, ours, partial(typed, both.client, collection, verb, ID, **body))


def test_what_a_session_is_told_goes_as_by_the_sdk(
    both: Sides,
) -> None:
    provider, recorder = both.provider, both.recorder
    events = [{"type": "user_message", "content": []}]
    ours = partial(
        provider.action, "agents/sessions/events", "sess_1", "create", {"events": events}, ""
    )
    compared(
        recorder,
        ours,
        partial(typed, both.client, "agents/sessions/events", "create", "sess_1", events=events),
    )


@pytest.mark.parametrize(
    ("collection", "method"),
    [
        ("files", "content"),
        ("skills/content", "retrieve"),
        ("agents/sessions/artifacts", "content"),
    ],
)
def test_contents_are_asked_for_as_by_the_sdk(both: Sides, collection: str, method: str) -> None:
    provider, recorder = both.provider, both.recorder
    ours = partial(provider.content, ID, collection, PARENTS.get(collection, ""))
    compared(recorder, ours, partial(typed, both.client, collection, method, ID))


@pytest.mark.parametrize("collection", wire.COLLECTIONS)
def test_what_the_api_lacks_the_sdk_lacks(collection: str) -> None:
    client = openai.OpenAI(api_key="sk-test")
    api = SDK[collection](client)
    for verb in ("get", "create", "update", "delete", "list"):
        has = hasattr(api, METHODS.get(verb, verb))
        if collection not in {"skills/content", "agents/sessions/events"}:
            assert has == (verb not in wire.COLLECTIONS[collection].lacks), verb
    client.close()


def test_a_field_that_no_sdk_knows_is_sent(both: Sides) -> None:
    provider, recorder = both.provider, both.recorder
    body = {"agent_id": "a", "environment": {"type": "none"}, "spend_control": {"limit": 5}}

    provider.create("agents/sessions", body)

    assert recorder.seen[0]["body"] == body


@pytest.mark.parametrize("id", ["", ".", "..", "%2e", "%2E%2e"])
def test_no_id_leaves_its_place_in_a_path(both: Sides, id: str) -> None:
    provider, recorder = both.provider, both.recorder
    with pytest.raises(ProviderError, match="cannot be sent"):
        provider.get("assistants", id)
    with pytest.raises(ProviderError, match="cannot be sent"):
        provider.list("vector_stores/files", id)
    assert recorder.seen == []


def test_a_request_that_does_not_exist_is_not_sent(both: Sides) -> None:
    provider, recorder = both.provider, both.recorder
    with pytest.raises(NoSuchApi, match="It is impossible to update files"):
        provider.update("files", "file-1", {"name": "a"})
    assert recorder.seen == []


def test_an_upload_is_that_of_the_sdk(both: Sides, tmp_path: Path) -> None:
    file = tmp_path / "handbook ä.md"
    content = "# Überblick\n".encode() * 20_000
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()

    compared(
        both.recorder,
        lambda: both.provider.upload(file, file.name, digest),
        lambda: both.client.files.create(file=(file.name, content), purpose="assistants"),
    )

    assert content in both.recorder.seen[0]["body"]


@pytest.mark.parametrize(
    "settings",
    [
        replace(SETTINGS, organization="org-1", project="proj-1"),
        replace(SETTINGS, organization="org-1", headers={"OpenAI-Organization": "org-2"}),
        replace(SETTINGS, headers={"X-Gateway-Key": "a b", "accept": "*/*"}),
        replace(SETTINGS, headers={"Content-Type": "application/json; charset=utf-8"}),
        replace(SETTINGS, api_version="v1", foundry=True, base_url="http://server.test/a b/v1/"),
    ],
)
def test_settings_arrive_as_by_the_sdk(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"text")
    digest = hashlib.sha256(b"text").hexdigest()
    with side_by_side(settings) as both:
        provider, files, stores = both.provider, both.client.files, both.client.vector_stores
        pairs: list[tuple[Callable[[], Any], Callable[[], Any]]] = [
            (
                lambda: provider.list("vector_stores", order="asc"),
                lambda: stores.list(limit=100, order="asc"),
            ),
            (
                lambda: provider.create("vector_stores", {"name": "ä"}),
                lambda: stores.create(name="ä"),
            ),
            (lambda: provider.delete("vector_stores", "vs_1"), lambda: stores.delete("vs_1")),
            (
                lambda: provider.upload(file, "a.md", digest),
                lambda: files.create(file=("a.md", b"text"), purpose="assistants"),
            ),
        ]
        for ours, theirs in pairs:
            compared(both.recorder, ours, theirs)
            both.recorder.seen.clear()


def test_we_say_who_we_are(both: Sides) -> None:
    headers: list[str] = []

    def app(environ: Any, start_response: Any) -> Any:
        headers.append(environ["HTTP_USER_AGENT"])
        return both.recorder(environ, start_response)

    provider = open_provider(SETTINGS, timeout=5, parallelism=1, app=app, patience=HASTY)
    provider.get("assistants", "asst_1")
    provider.close()

    assert headers == [f"provisioner/{__version__}"]


def test_a_field_beside_files_that_no_form_can_hold_is_not_sent(both: Sides) -> None:
    body = {"files": [("s/SKILL.md", b"text")], "metadata": {"a": "b"}}
    with pytest.raises(ProviderError, match="cannot be sent: a form field"):
        both.provider.create("skills", body)
    assert both.recorder.seen == []
