"""The path of each collection in the API, and the headers of its requests.

Requests are built from this table and not by the SDK's resource classes, so a beta field that the
SDK does not know is sent like any other. `tests/providers/test_wire.py` compares these requests
with those that the SDK's own methods send.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from provisioner.model.frozen import frozen
from provisioner.providers.connection import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSISTANTS, AGENTS = {"OpenAI-Beta": "assistants=v2"}, {"OpenAI-Beta": "agents=v1"}
BETA: Mapping[str, Mapping[str, str]] = {
    "assistants": ASSISTANTS,
    "threads": ASSISTANTS,
    "vector_stores": ASSISTANTS,
    "agents": AGENTS,
    "vaults": AGENTS,
}
"""The beta header that the API requires, by the first part of a path."""
ANYTHING, BYTES = {"Accept": "*/*"}, {"Accept": "application/binary"}
ACCEPTED: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("responses", "delete"): ANYTHING,
    ("containers", "delete"): ANYTHING,
    ("agents/sessions/events", "create"): ANYTHING,
    ("files", "content"): BYTES,
    ("skills/content", "content"): BYTES,
    ("agents/sessions/artifacts", "content"): {"Accept": "application/octet-stream"},
}
"""The `Accept` header of requests whose answer is not JSON."""

READ_ONLY = frozenset({"create", "update", "delete"})
"""The operations that a collection lacks if its objects can only be read."""


@frozen
class Collection:
    """The path of one collection of the API, and the requests that it supports.

    `path` has `{}` for the id of each parent object, outermost first. `limits` are the page lengths
    to ask for: if the server refuses one, the next is tried, and 0 asks for none. If `limits` is
    empty, the list has no pages. If `silent` is true, a POST is answered with an empty body.
    `lacks` are the operations that the API does not have.
    """

    path: str
    limits: tuple[int, ...] = (100, 0)
    silent: bool = False
    lacks: frozenset[str] = frozenset()

    @property
    def depth(self) -> int:
        """The number of parent objects in the path."""
        return self.path.count("{}")


COLLECTIONS: Mapping[str, Collection] = {
    "agents": Collection("/agents"),
    "assistants": Collection("/assistants"),
    # OpenAI returns up to 10,000 files a page. Compatible servers may refuse that number, or even 100.
    "files": Collection("/files", limits=(10_000, 100, 0), lacks=frozenset({"update"})),
    "responses": Collection("/responses", limits=(), lacks=frozenset({"list", "update"})),
    "responses/input_items": Collection("/responses/{}/input_items", lacks=READ_ONLY | {"get"}),
    "conversations": Collection("/conversations", lacks=frozenset({"list"})),
    "conversations/items": Collection("/conversations/{}/items", lacks=frozenset({"update"})),
    "models": Collection("/models", limits=(), lacks=frozenset({"create", "update"})),
    # OpenAI never had a list of threads, so only applications know the ids.
    "threads": Collection("/threads", lacks=frozenset({"list"})),
    "threads/messages": Collection("/threads/{}/messages"),
    "threads/runs": Collection("/threads/{}/runs", lacks=frozenset({"delete"})),
    "threads/runs/steps": Collection("/threads/{}/runs/{}/steps", lacks=READ_ONLY),
    "agents/automations": Collection("/agents/automations"),
    "agents/environments/templates": Collection("/agents/environments/templates"),
    "vaults": Collection("/vaults"),
    "vaults/credentials": Collection("/vaults/{}/credentials"),
    "skills": Collection("/skills"),
    "skills/content": Collection("/skills", limits=(), lacks=READ_ONLY),
    "skills/versions": Collection("/skills/{}/versions", lacks=frozenset({"update"})),
    "vector_stores": Collection("/vector_stores"),
    "vector_stores/files": Collection("/vector_stores/{}/files"),
    "vector_stores/file_batches": Collection(
        "/vector_stores/{}/file_batches", lacks=frozenset({"list", "update", "delete"})
    ),
    # Sessions of agents, which `ask` creates and reads.
    "agents/sessions": Collection("/agents/sessions"),
    "agents/sessions/events": Collection(
        "/agents/sessions/{}/events", silent=True, lacks=frozenset({"get", "update", "delete"})
    ),
    "agents/sessions/turns": Collection("/agents/sessions/{}/turns", lacks=READ_ONLY),
    "agents/sessions/turns/items": Collection(
        "/agents/sessions/{}/turns/{}/items", lacks=READ_ONLY | {"get"}
    ),
    # Collections that `gc` lists although no kind of manifest is stored there.
    "agents/environments": Collection(
        "/agents/environments", lacks=frozenset({"update", "delete"})
    ),
    "batches": Collection("/batches", lacks=frozenset({"update", "delete"})),
    "containers": Collection("/containers", lacks=frozenset({"update"})),
    "evals": Collection("/evals"),
    "fine_tuning/jobs": Collection("/fine_tuning/jobs", lacks=frozenset({"update", "delete"})),
    "agents/sessions/artifacts": Collection(
        "/agents/sessions/{}/artifacts", lacks=frozenset({"create", "update"})
    ),
}


def collection_of(name: str) -> Collection:
    """Return a collection of the table, or one whose path follows from its name.

    For example, the path of an unlisted `parents/children` is `/parents/{}/children`.
    """
    return COLLECTIONS.get(name) or Collection("/" + "/{}/".join(name.split("/")))


def is_talk(name: str) -> bool:
    """Return true for a collection of conversations and their parts. No plan contains these."""
    return name.startswith(TALKS)


TALKS = ("threads", "responses", "conversations", "agents/sessions")
"""The beginnings of the names of collections of conversations."""
FORMS = frozenset({"skills", "skills/versions"})
"""Collections whose objects are created from files, which are sent as a multipart body."""
DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)
"""Matches `.` and `..`, also percent-encoded, which would lead to another path."""
SAFE = "!$&'()*+,;=:@"
"""Characters that may be in a part of a path as they are, besides letters, digits and `-._~` (RFC
3986).
"""


def path_of(collection: str, parent: str, *rest: str) -> str:
    """Return the path of a collection, and of an object in it if `rest` is its id.

    `parent` is the id of the parent object; two ids are written as `THREAD/RUN`. Raises ValueError
    for an id that cannot be a part of a path.
    """
    place = collection_of(collection)
    parents = parent.split("/", place.depth - 1) if place.depth else []
    if len(parents) != place.depth:
        raise ValueError(f"{parent!r} must name {place.depth} parent objects")
    path = place.path.format(*map(_part, parents))
    return "/".join((path, *map(_part, rest)))


def _part(id: str) -> str:
    """Return an id as a part of a path. Raises ValueError for an empty id, `.` and `..`."""
    if not id or DOTS.fullmatch(id):
        raise ValueError(f"{id!r} is an id that no path can contain")
    return quote(id, safe=SAFE)


def headers_of(collection: str, verb: str) -> dict[str, str]:
    """Return the headers that a request needs besides those that every request has.

    `verb` is the operation on the collection, such as `create` or `content`.
    """
    beta = BETA.get(collection.partition("/")[0], {})
    return {**beta, **ACCEPTED.get((collection, verb), {})}


def form_of(body: Mapping[str, Any]) -> Form:
    """Return a multipart form for a body whose `files` are pairs of a name and a content.

    All other keys become text fields. Their values must be texts, whole numbers or booleans; any
    other value raises TypeError.
    """
    fields: dict[str, str] = {}
    for key, value in body.items():
        if key == "files":
            continue
        if isinstance(value, bool):
            fields[key] = str(value).lower()
        elif isinstance(value, str | int):
            fields[key] = str(value)
        else:
            raise TypeError(f"a form field cannot contain {type(value).__name__}: {key}")
    return Form(fields, [("files[]", name, content) for name, content in body["files"]])
