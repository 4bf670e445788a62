"""The errors and lists of the Agents API, which differ from those of the other APIs.

Every error of this API has a code, also one about a violated schema. Its lists do not have the
parameter `before`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from provisioner.emulator.agents.limits import METADATA
from provisioner.emulator.core import lists
from provisioner.emulator.core.collections import forward
from provisioner.emulator.core.errors import INVALID_REQUEST, ApiError

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Call
    from provisioner.emulator.core.collections import Page
    from provisioner.emulator.core.store import Json, Session
    from provisioner.emulator.core.validation import Body

LONGEST_NAME_BYTES = 256
FILTER = re.compile(r"metadata\[(.+)\]", re.DOTALL)
"""Matches the name of a query parameter that filters by metadata. The group is the metadata key."""
# Selects the rows whose metadata contains all wanted pairs. SQL has no "for all", so it selects the
# rows of which no wanted pair is missing.
MATCHING = (
    "SELECT id FROM objects AS o WHERE kind = ? AND parent = ? AND NOT EXISTS ("
    " SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS ("
    "  SELECT 1 FROM json_each(o.body, '$.metadata') AS held"
    "  WHERE held.key = wanted.key AND held.value = wanted.value))"
)


def invalid(message: str, param: str | None = None) -> ApiError:
    """Return the error for a wrong request."""
    return ApiError(message, param=param, code=INVALID_REQUEST)


def gone(noun: str, name: str, param: str | None = None) -> ApiError:
    """Return the error for an unknown id.

    `param` is the parameter of the request that contains the id, or None if the URL contains it.
    """
    return ApiError(
        f"No {noun} found with id '{name}'.", status=404, param=param, code="not_found_error"
    )


def conflict(message: str) -> ApiError:
    """Return the error for a request that the present state of an object forbids."""
    return ApiError(message, status=409, code="conflict_error")


def read(call: Call, allowed: Body) -> Json:
    """Return the body of a request.

    Raises ApiError, with the same code for every violation of the schema.
    """
    try:
        return call.body(allowed)
    except ApiError as error:
        raise invalid(error.message, error.param) from None


def page(
    call: Call, kind: str, parent: str, *, tag: str | None = None, by_metadata: bool = False
) -> str:
    """Return one page of the list of the objects of a kind below one parent, as JSON text.

    With `tag`, the page contains only the objects that have this tag in the store.
    With `by_metadata` the query may contain `metadata[KEY]=VALUE`. Objects whose metadata lacks one
    of these pairs are left out.
    """
    query = forward(call)
    wanted = metadata_filter(query) if by_metadata else {}
    only = matching(call.db, kind, parent, wanted) if wanted else None
    try:
        return lists.page(call.db, query, kind, parent, tag=tag, only=only)
    except ApiError as error:
        raise invalid(error.message, error.param) from None


def page_by(parameter: str, *, by_metadata: bool = False) -> Page:
    """Return a function that builds a page of the objects whose tag is the query's `parameter`.

    If the query does not have that parameter, the page contains objects of all tags.
    """
    return lambda call, kind, parent: page(
        call, kind, parent, tag=call.query.get(parameter), by_metadata=by_metadata
    )


def metadata_filter(query: Json) -> dict[str, str]:
    """Return the pairs that a query filters by.

    Raises ApiError if there are too many, or one is too long.
    """
    wanted = {found[1]: value for key, value in query.items() if (found := FILTER.fullmatch(key))}
    if len(wanted) > METADATA["maxProperties"]:
        raise invalid("Invalid 'metadata': a list can be filtered by at most 16 pairs.", "metadata")
    for key, value in wanted.items():
        if len(key) > METADATA["propertyNames"]["maxLength"] or len(value) > 512:  # noqa: PLR2004 - the wire's bounds
            raise invalid("Invalid 'metadata': a key or a value is too long.", "metadata")
    return wanted


def matching(db: Session, kind: str, parent: str, wanted: dict[str, str]) -> list[str]:
    """Return the ids of the objects whose metadata contains all wanted pairs."""
    return [row[0] for row in db.run(MATCHING, (kind, parent, json.dumps(wanted))).fetchall()]


def trimmed(name: str, param: str = "name") -> str:
    """Return a name without the spaces around it. Raises ApiError if it is empty or too long.

    The limit is checked here and not by a JSON Schema, because it is in bytes, and a schema counts
    characters.
    """
    name = name.strip()
    if not 1 <= len(name.encode()) <= LONGEST_NAME_BYTES:
        raise invalid(
            f"Invalid '{param}': expected 1 to {LONGEST_NAME_BYTES} UTF-8 bytes after trimming, "
            f"but got {len(name.encode())} instead.",
            param,
        )
    return name
