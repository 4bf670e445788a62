"""Delete one object that no API lists: confirm that it exists, and delete it with what is inside it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.model.errors import (
    NoSuchApi,
    NotFound,
    ProviderError,
    RateLimited,
    Unauthorized,
    Unreachable,
)
from provisioner.model.ledger import Tracked, TrackedKind, TrackedStatus
from provisioner.model.provider import Provider, Row
from provisioner.model.retirement import Ended

COLLECTIONS: Final[Mapping[str, str]] = {kind: f"{kind}s" for kind in TrackedKind}
INSIDE: Final[Mapping[str, str]] = {
    kind: f"{COLLECTIONS[kind]}/{name}"
    for kind, name in (
        (TrackedKind.THREAD, "messages"),
        (TrackedKind.CONVERSATION, "items"),
        (TrackedKind.RESPONSE, "input_items"),
    )
}
"""The collection of the messages inside of an object, by its kind. They may refer to files."""
HOPELESS: Final = (NoSuchApi, Unauthorized, RateLimited, Unreachable)
"""Errors that every other object would meet as well."""
_NAMES: Final = frozenset({"file_id", "file_ids", "vector_store_id", "vector_store_ids"})
_REASON: Final = 300
"""The most characters of an error that are stored."""


def end(
    provider: Provider, one: Tracked, status: TrackedStatus, *, verifies: bool = False
) -> Ended:
    """Delete one object, and return how that ended. `status` is its status if it is deleted.

    With `verifies`, the ids that it refers to are read before, and the object is looked for
    afterwards. Raises the ProviderErrors that all other objects would meet as well.
    """
    collection = COLLECTIONS[one.kind]
    named: frozenset[str] = frozenset()
    try:
        row = provider.get(collection, one.id)
        if odd := _is_another(row, one):
            return Ended(one, TrackedStatus.TRACKED, odd)
        inside = _inside(provider, one, verifies=verifies)
        named = frozenset(named_ids([row, *inside])) if verifies else named
        if one.kind == TrackedKind.CONVERSATION:
            # The API keeps the items of a conversation that is deleted.
            for item in inside:
                provider.delete(INSIDE[one.kind], str(item["id"]), one.id)
        provider.delete(collection, one.id)
        if verifies and is_there(provider, one):
            detail = "The server answered that the object is deleted, but still shows it."
            return Ended(one, TrackedStatus.TRACKED, detail, named)
    except HOPELESS:
        raise
    except NotFound:
        return Ended(one, TrackedStatus.GONE)
    except ProviderError as error:
        return Ended(one, TrackedStatus.TRACKED, reason(error), named)
    return Ended(one, status, "", named)


def named_ids(value: Any) -> Iterator[str]:
    """Yield the ids of files and vector stores anywhere in a row."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping):
            for key, inner in found.items():
                if key in _NAMES:
                    yield from _ids(inner)
                waiting.append(inner)
        elif isinstance(found, list | tuple):
            waiting.extend(found)


def reason(error: ProviderError) -> str:
    """Return an error as one line: its summary, and the beginning of its detail."""
    said = error.diagnostics[0]
    lines = said.detail.splitlines()
    return f"{said.summary}: {lines[0]}"[:_REASON] if lines else said.summary


def _ids(value: Any) -> Iterable[str]:
    """Return an id, or a list of ids, as a list."""
    if isinstance(value, str):
        return [value]
    return [id for id in value if isinstance(id, str)] if isinstance(value, list) else []


def _inside(provider: Provider, one: Tracked, *, verifies: bool) -> list[Row]:
    """Return the messages inside of an object, if they are needed."""
    if verifies or one.kind == TrackedKind.CONVERSATION:
        return provider.list(INSIDE[one.kind], one.id)
    return []


def _is_another(row: Row, one: Tracked) -> str:
    """Return a sentence if the server returned another object than the one asked for; else an empty text."""
    kind = row.get("object", one.kind)
    if row.get("id") == one.id and kind == one.kind:
        return ""
    return f"The server answered with {kind} {str(row.get('id'))[:80]}, so nothing was deleted."


def is_there(provider: Provider, one: Tracked) -> bool:
    """Return true if the server shows the object. Raises ProviderError."""
    try:
        provider.get(COLLECTIONS[one.kind], one.id)
    except NotFound:
        return False
    return True
