"""The history of a session: its turns, its items, and the files that it has published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import artifacts
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import gone, page, page_by
from provisioner.emulator.agents.sessions import SESSIONS
from provisioner.emulator.core.call import AGENTS, Answer, Call, Content, Resource
from provisioner.emulator.core.collections import Collection

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Row


def turn_items(call: Call, turn: Row) -> Answer:
    return page(call, log.ITEM, turn.parent, tag=turn.id)


def content(call: Call, row: Row) -> Answer:
    return Content(call.db.content(row.id))


TURNS = Collection(
    kind=log.TURN,
    path="/agents/sessions/<id>/turns",
    noun="turn",
    above=SESSIONS,
    gone=gone,
    page=page,
)
ITEMS = Collection(kind=log.ITEM, path="/agents/sessions/<id>/items", above=SESSIONS, page=page)
ARTIFACTS = Collection(
    kind=artifacts.KIND,
    path="/agents/sessions/<id>/artifacts",
    noun="artifact",
    above=SESSIONS,
    gone=gone,
    page=page_by("environment_id"),
    remove=artifacts.remove,
)
RESOURCE = Resource(
    routes=(
        *TURNS.routes("list get", each={"GET items": turn_items}),
        *ITEMS.routes("list"),
        *ARTIFACTS.routes("list get delete", each={"GET content": content}),
    ),
    beta=AGENTS,
)
