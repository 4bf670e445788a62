"""What a session has done, read back: its turns and its items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator import session_log as log
from provisioner.emulator.agents_api import gone, page
from provisioner.emulator.call import AGENTS, Answer, Call, Resource, Route
from provisioner.emulator.sessions import find

if TYPE_CHECKING:
    from provisioner.emulator.store import Row


def turns(call: Call, session_id: str) -> Answer:
    find(call.db, session_id)
    return page(call, log.TURN, session_id)


def turn(call: Call, session_id: str, turn_id: str) -> Answer:
    return _turn(call, session_id, turn_id).body


def items(call: Call, session_id: str) -> Answer:
    find(call.db, session_id)
    return page(call, log.ITEM, session_id)


def turn_items(call: Call, session_id: str, turn_id: str) -> Answer:
    _turn(call, session_id, turn_id)
    return page(call, log.ITEM, session_id, tag=turn_id)


def _turn(call: Call, session_id: str, turn_id: str) -> Row:
    find(call.db, session_id)
    row = call.db.find(log.TURN, turn_id, session_id)
    if row is None:
        raise gone("turn", turn_id)
    return row


RESOURCE = Resource(
    routes=(
        Route("GET", "/agents/sessions/<session_id>/items", items),
        Route("GET", "/agents/sessions/<session_id>/turns", turns),
        Route("GET", "/agents/sessions/<session_id>/turns/<turn_id>", turn),
        Route("GET", "/agents/sessions/<session_id>/turns/<turn_id>/items", turn_items),
    ),
    beta=AGENTS,
)
