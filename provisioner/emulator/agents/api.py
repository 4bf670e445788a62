"""The errors and lists of the Agents API.

Every error of this API has a code, one about a violated schema included. Its lists do not take `before`.
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
# A row matches unless one of the wanted pairs is missing from its metadata: SQL has no "for all".
MATCHING = (
    "SELECT id FROM objects AS o WHERE kind = ? AND parent = ? AND NOT EXISTS ("
    " SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS ("
    "  SELECT 1 FROM json_each(o.body, '$.metadata') AS held"
    "  WHERE held.key = wanted.key AND held.value = wanted.value))"
)


def invalid(message: str, param: str | None = None) -> ApiError:
    return ApiError(message, param=param, code=INVALID_REQUEST)


def gone(noun: str, name: str, param: str | None = None) -> ApiError:
    return ApiError(
        f"No {noun} found with id '{name}'.", status=404, param=param, code="not_found_error"
    )


def conflict(message: str) -> ApiError:
    return ApiError(message, status=409, code="conflict_error")


def read(call: Call, allowed: Body) -> Json:
    """Return the request's body. Raises ApiError, with one code for every kind of violation."""
    try:
        return call.body(allowed)
    except ApiError as error:
        raise invalid(error.message, error.param) from None


def page(
    call: Call, kind: str, parent: str, *, tag: str | None = None, by_metadata: bool = False
) -> str:
    """Return one page. `by_metadata`: the list takes `metadata[key]=value`, which must all match."""
    query = forward(call)
    wanted = metadata_filter(query) if by_metadata else {}
    only = matching(call.db, kind, parent, wanted) if wanted else None
    try:
        return lists.page(call.db, query, kind, parent, tag=tag, only=only)
    except ApiError as error:
        raise invalid(error.message, error.param) from None


def page_by(parameter: str, *, by_metadata: bool = False) -> Page:
    """Return a page of the objects whose tag is the value of a query parameter, if it is given."""
    return lambda call, kind, parent: page(
        call, kind, parent, tag=call.query.get(parameter), by_metadata=by_metadata
    )


def metadata_filter(query: Json) -> dict[str, str]:
    wanted = {found[1]: value for key, value in query.items() if (found := FILTER.fullmatch(key))}
    if len(wanted) > METADATA["maxProperties"]:
        raise invalid("Invalid 'metadata': at most 16 pairs can be asked for.", "metadata")
    for key, value in wanted.items():
        if len(key) > METADATA["propertyNames"]["maxLength"] or len(value) > 512:  # noqa: PLR2004 - the wire's bounds
            raise invalid("Invalid 'metadata': a key or a value is too long.", "metadata")
    return wanted


def matching(db: Session, kind: str, parent: str, wanted: dict[str, str]) -> list[str]:
    return [row[0] for row in db.run(MATCHING, (kind, parent, json.dumps(wanted))).fetchall()]


def trimmed(name: str, param: str = "name") -> str:
    """Return a name without the spaces around it. Raises ApiError if it is empty or too long.

    The bound is checked here, because it counts bytes, and a JSON Schema counts characters.
    """
    name = name.strip()
    if not 1 <= len(name.encode()) <= LONGEST_NAME_BYTES:
        raise invalid(
            f"Invalid '{param}': expected 1 to {LONGEST_NAME_BYTES} UTF-8 bytes after trimming, "
            f"but got {len(name.encode())} instead.",
            param,
        )
    return name
