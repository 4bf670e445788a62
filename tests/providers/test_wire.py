"""By path or by the SDK's own methods: the same goes over the wire, for every request we make."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import openai
import pytest
from werkzeug.wrappers import Request

from provisioner.model.errors import NoSuchApi, ProviderError
from provisioner.providers import wire
from provisioner.providers.client import open_provider
from tests.providers.conftest import HASTY, SETTINGS
from tests.support.habits import reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.providers.openai import OpenAIProvider

SDK: dict[str, Callable[[openai.OpenAI], Any]] = {
    "agents": lambda client: client.beta.agents,
    "assistants": lambda client: client.beta.assistants,
    "files": lambda client: client.files,
    "responses": lambda client: client.responses,
    "models": lambda client: client.models,
    "threads": lambda client: client.beta.threads,
    "threads/messages": lambda client: client.beta.threads.messages,
    "threads/runs": lambda client: client.beta.threads.runs,
    "threads/runs/steps": lambda client: client.beta.threads.runs.steps,
    "agents/automations": lambda client: client.beta.agents.automations,
    "agents/environments/templates": lambda client: client.beta.agents.environments.templates,
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
"""Where the SDK keeps each collection."""
PARENTS = {
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
ONLY_RAW = {"X-Stainless-Raw-Response", "Content-Length"}
"""What the SDK adds to its raw calls, and what depends on a boundary."""


class Recorder:
    """Answers everything, and keeps what arrived."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        headers = {k: v for k, v in request.headers.items() if k not in ONLY_RAW}
        body: Any = request.get_data()
        if "boundary=" in headers.get("Content-Type", ""):
            boundary = headers["Content-Type"].partition("boundary=")[2]
            headers["Content-Type"] = "multipart/form-data"
            body = body.replace(boundary.encode(), b"-")
        elif body:
            body = json.loads(body)
        raw = environ["PATH_INFO"], environ.get("RAW_URI", ""), environ["QUERY_STRING"]
        self.seen.append({"what": (request.method, raw), "headers": headers, "body": body})
        listed = request.method == "GET" and request.path.rpartition("/")[2] in LISTED
        answer = {"data": [], "has_more": False} if listed else {"id": "id_1", "deleted": True}
        return reply(answer)(environ, start_response)


LISTED = {name.rpartition("/")[2] for name in SDK}


@pytest.fixture
def both() -> Iterator[tuple[OpenAIProvider, Recorder]]:
    recorder = Recorder()
    provider = open_provider(SETTINGS, timeout=5, parallelism=1, app=recorder, patience=HASTY)
    yield provider, recorder
    provider.close()


def typed(
    provider: OpenAIProvider, collection: str, name: str, /, *own: str, **arguments: Any
) -> Any:
    """The same request by the SDK's own method. It takes the innermost id first, then the outer ones."""
    method = getattr(SDK[collection](provider._client).with_raw_response, METHODS.get(name, name))
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
def test_reads_and_deletes_are_those_of_the_sdk(
    both: tuple[OpenAIProvider, Recorder], collection: str, verb: str
) -> None:
    provider, recorder = both
    parent = PARENTS.get(collection, "")
    if verb == "list":
        limit = next(iter(wire.COLLECTIONS[collection].limits), 0)
        query = {"limit": limit, "order": "asc"} if limit else {}
        theirs = partial(typed, provider, collection, verb, extra_query=query)
        compared(recorder, partial(provider.list, collection, parent), theirs)
        return
    ours = partial(getattr(provider, verb), collection, ID, parent)
    compared(recorder, ours, partial(typed, provider, collection, verb, ID))


@pytest.mark.parametrize(("collection", "verb"), BODIES)
def test_creates_and_updates_are_those_of_the_sdk(
    both: tuple[OpenAIProvider, Recorder], collection: str, verb: str
) -> None:
    provider, recorder = both
    body, parent = BODIES[collection, verb], PARENTS.get(collection, "")
    method = getattr(SDK[collection](provider._client).with_raw_response, verb)
    arguments = wire.arguments(method, body)
    if verb == "create":
        theirs = partial(typed, provider, collection, verb, **arguments)
        compared(recorder, partial(provider.create, collection, body, parent), theirs)
        return
    theirs = partial(typed, provider, collection, verb, ID, **arguments)
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
    both: tuple[OpenAIProvider, Recorder], collection: str, verb: str, body: dict[str, Any]
) -> None:
    provider, recorder = both
    ours = partial(provider.action, collection, ID, verb, body, PARENTS.get(collection, ""))
    compared(recorder, ours, partial(typed, provider, collection, verb, ID, **body))


def test_what_a_session_is_told_goes_as_by_the_sdk(
    both: tuple[OpenAIProvider, Recorder],
) -> None:
    provider, recorder = both
    events = [{"type": "user_message", "content": []}]
    ours = partial(
        provider.action, "agents/sessions/events", "sess_1", "create", {"events": events}, ""
    )
    compared(
        recorder,
        ours,
        partial(typed, provider, "agents/sessions/events", "create", "sess_1", events=events),
    )


@pytest.mark.parametrize(
    ("collection", "method"),
    [
        ("files", "content"),
        ("skills/content", "retrieve"),
        ("agents/sessions/artifacts", "content"),
    ],
)
def test_contents_are_asked_for_as_by_the_sdk(
    both: tuple[OpenAIProvider, Recorder], collection: str, method: str
) -> None:
    provider, recorder = both
    ours = partial(provider.content, ID, collection, PARENTS.get(collection, ""))
    compared(recorder, ours, partial(typed, provider, collection, method, ID))


@pytest.mark.parametrize("collection", wire.COLLECTIONS)
def test_what_the_api_lacks_the_sdk_lacks(collection: str) -> None:
    client = openai.OpenAI(api_key="sk-test")
    api = SDK[collection](client)
    for verb in ("get", "create", "update", "delete", "list"):
        has = hasattr(api, METHODS.get(verb, verb))
        if collection not in {"skills/content", "agents/sessions/events"}:
            assert has == (verb not in wire.COLLECTIONS[collection].lacks), verb
    client.close()


def test_a_field_that_no_sdk_knows_is_sent(both: tuple[OpenAIProvider, Recorder]) -> None:
    provider, recorder = both
    body = {"agent_id": "a", "environment": {"type": "none"}, "spend_control": {"limit": 5}}

    provider.create("agents/sessions", body)

    assert recorder.seen[0]["body"] == body


@pytest.mark.parametrize("id", ["", ".", "..", "%2e", "%2E%2e"])
def test_no_id_leaves_its_place_in_a_path(both: tuple[OpenAIProvider, Recorder], id: str) -> None:
    provider, recorder = both
    with pytest.raises(ProviderError, match="cannot be sent"):
        provider.get("assistants", id)
    with pytest.raises(ProviderError, match="cannot be sent"):
        provider.list("vector_stores/files", id)
    assert recorder.seen == []


def test_a_request_that_does_not_exist_is_not_sent(both: tuple[OpenAIProvider, Recorder]) -> None:
    provider, recorder = both
    with pytest.raises(NoSuchApi, match="Nothing can update files"):
        provider.update("files", "file-1", {"name": "a"})
    assert recorder.seen == []


def test_listing_assistants_imports_no_types_of_the_beta_apis() -> None:
    code = (
        "import sys; from pathlib import Path; from provisioner.providers import open_target; "
        "from provisioner.model.stack import Target; import tempfile; "
        "folder = Path(tempfile.mkdtemp()); "
        "provider = open_target(Target('a', 'assistants', server='embedded', data='d'), folder); "
        "provider.list('assistants'); provider.close(); "
        "print('openai.resources.beta' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
