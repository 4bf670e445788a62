"""`Idempotency-Key`: a request that is sent twice takes effect once. Few endpoints support it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from provisioner.emulator.agents.api import conflict, invalid
from provisioner.emulator.core.store import Row, dump

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Call
    from provisioner.emulator.core.store import Json

KIND = "agent.idempotency"
LONGEST = 256
"""The most characters of a key."""


def done(call: Call, scope: str, given: Json) -> str | None:
    """Return the id of the object that this request created before, or None if the request is new.

    `scope` separates the keys of different endpoints. Raises ApiError if the key was used with
    another request.
    """
    key = _key(call)
    row = None if key is None else call.db.find(KIND, key, scope)
    if row is None:
        return None
    if row.hidden["digest"] != _digest(given):
        raise conflict(f"Idempotency-Key '{key}' was used before with another request.")
    made: str = row.hidden["made"]
    return made


def remember(call: Call, scope: str, given: Json, made: str) -> None:
    """Store the id `made` of the object that a request has created, under the key of the request.

    Nothing is stored if the request has no key.
    """
    key = _key(call)
    if key is not None:
        hidden = {"digest": _digest(given), "made": made}
        call.db.insert(Row(KIND, scope, key, {"created_at": call.now}, hidden))


def _key(call: Call) -> str | None:
    """Return the key of a request, or None. Raises ApiError for one that is too long."""
    key = call.request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= LONGEST:
        raise invalid(f"Invalid 'Idempotency-Key': expected 1 to {LONGEST} characters.")
    return key


def _digest(given: Json) -> str:
    return hashlib.sha256(dump(given).encode()).hexdigest()
