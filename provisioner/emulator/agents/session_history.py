"""The API of a session's history: its turns, its items, and the files that it has published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import artifacts
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import gone, page, page_by
from provisioner.emulator.agents.sessions import SESSIONS
from provisioner.emulator.core.call import AGENTS, Answer, Call, Content, Resource
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.errors import not_here

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


def traces(_call: Call, session: Row) -> Answer:
    raise not_here(f"The embedded server records no traces, so session {session.id} has none.")


def no_subagents(_call: Call, _session: Row) -> Answer:
    return {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


# The agent of a session here starts no subagents, whatever its configuration allows.
SUBAGENTS = Collection(
    kind="agent.session.subagent",
    path="/agents/sessions/<id>/subagents",
    noun="subagent",
    above=SESSIONS,
    gone=gone,
)
TRACES = Collection(kind="agent.session.trace", path="/agents/sessions/<id>/traces", above=SESSIONS)
RESOURCE = Resource(
    routes=(
        *TURNS.routes("list get", each={"GET items": turn_items}),
        *ITEMS.routes("list"),
        *SUBAGENTS.routes(
            "get",
            all={"GET": no_subagents},
            each={"GET items": no_subagents, "GET turns": no_subagents},
        ),
        *TRACES.routes(all={"GET": traces}),
        *ARTIFACTS.routes("list get delete", each={"GET content": content}),
    ),
    beta=AGENTS,
)
