"""Where the SDK keeps each collection of the provider seam: a table."""

from __future__ import annotations

import inspect
import re
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import openai


@dataclass(frozen=True, slots=True)
class Collection:
    """`parents` is what the SDK calls the objects that it lies in, outermost first.

    `limits` are the page lengths to ask for, should a server refuse one; none: there are no pages.
    A `silent` one takes what it is told, and answers nothing.
    """

    api: Callable[[openai.OpenAI], Any]
    parents: tuple[str, ...] = ()
    limits: tuple[int, ...] = (100, 0)
    silent: bool = False


COLLECTIONS: Mapping[str, Collection] = {
    "agents": Collection(lambda client: client.beta.agents),
    "assistants": Collection(lambda client: client.beta.assistants),
    "files": Collection(lambda client: client.files, limits=(10_000, 100, 0)),
    "responses": Collection(lambda client: client.responses, limits=()),
    "models": Collection(lambda client: client.models, limits=()),
    "threads": Collection(lambda client: client.beta.threads),
    "threads/messages": Collection(lambda client: client.beta.threads.messages, ("thread_id",)),
    "threads/runs": Collection(lambda client: client.beta.threads.runs, ("thread_id",)),
    "threads/runs/steps": Collection(
        lambda client: client.beta.threads.runs.steps, ("thread_id", "run_id")
    ),
    "agents/automations": Collection(lambda client: client.beta.agents.automations),
    "agents/environments/templates": Collection(
        lambda client: client.beta.agents.environments.templates
    ),
    "vaults": Collection(lambda client: client.beta.agents.vaults),
    "vaults/credentials": Collection(
        lambda client: client.beta.agents.vaults.credentials, ("vault_id",)
    ),
    "skills": Collection(lambda client: client.skills),
    "skills/content": Collection(lambda client: client.skills.content, limits=()),
    "skills/versions": Collection(lambda client: client.skills.versions, ("skill_id",)),
    "vector_stores": Collection(lambda client: client.vector_stores),
    "vector_stores/files": Collection(
        lambda client: client.vector_stores.files, ("vector_store_id",)
    ),
    "vector_stores/file_batches": Collection(
        lambda client: client.vector_stores.file_batches, ("vector_store_id",)
    ),
    # What an agent does, for who asks it.
    "agents/sessions": Collection(lambda client: client.beta.agents.sessions),
    "agents/sessions/events": Collection(
        lambda client: client.beta.agents.sessions.events, silent=True
    ),
    "agents/sessions/turns": Collection(
        lambda client: client.beta.agents.sessions.turns, ("session_id",)
    ),
    "agents/sessions/turns/items": Collection(
        lambda client: client.beta.agents.sessions.turns.items, ("session_id", "turn_id")
    ),
    "agents/sessions/artifacts": Collection(
        lambda client: client.beta.agents.sessions.artifacts, ("session_id",)
    ),
}

OPTIONS = frozenset({"extra_headers", "extra_query", "extra_body", "timeout"})
"""Parameters of every SDK method that are none of the API's."""

RETIRED = re.compile(r"deprecated$|The Assistants API is deprecated", re.IGNORECASE)
CALLERS = r"openai\._(legacy_response|utils\._utils)$"
"""Where the SDK's raw calls come from; the second for methods whose required arguments it checks."""

_filtering = threading.Lock()


def parents_of(collection: str, parent: str) -> dict[str, str]:
    """`parent` (`THREAD/RUN`, where there are two) as the SDK's arguments."""
    names = COLLECTIONS[collection].parents
    values = parent.split("/", len(names) - 1) if names else []
    return dict(zip(names, values, strict=True))


def arguments(method: Callable[..., Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """`body` as arguments of a typed SDK method; what the SDK does not know goes beside them."""
    known = inspect.signature(method).parameters.keys() - OPTIONS
    typed = {key: value for key, value in body.items() if key in known}
    rest = {key: value for key, value in body.items() if key not in known}
    return {**typed, "extra_body": rest} if rest else typed


def expect_retired() -> None:
    """Let the SDK call the Assistants API retired without a warning, in its raw calls alone.

    A filter and not `catch_warnings`, which swaps the filters of all threads at once. It is put in
    front again where somebody has since put others there.
    """
    with _filtering:
        if not warnings.filters or warnings.filters[0][1] != RETIRED:
            warnings.filterwarnings("ignore", RETIRED.pattern, DeprecationWarning, module=CALLERS)
