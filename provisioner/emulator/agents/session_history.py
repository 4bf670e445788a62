"""What a session has done, read back: its turns, its items, and the files that it published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import artifacts
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import gone, page
from provisioner.emulator.agents.sessions import find
from provisioner.emulator.core.call import AGENTS, Answer, Call, Content, Resource, Route

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Row

ARTIFACTS = "/agents/sessions/<session_id>/artifacts"


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


def list_artifacts(call: Call, session_id: str) -> Answer:
    find(call.db, session_id)
    return page(call, artifacts.KIND, session_id, tag=call.query.get("environment_id"))


def artifact(call: Call, session_id: str, artifact_id: str) -> Answer:
    return _artifact(call, session_id, artifact_id).body


def content(call: Call, session_id: str, artifact_id: str) -> Answer:
    return Content(call.db.content(_artifact(call, session_id, artifact_id).id))


def delete_artifact(call: Call, session_id: str, artifact_id: str) -> Answer:
    artifacts.remove(call.db, _artifact(call, session_id, artifact_id))
    return {"id": artifact_id, "object": f"{artifacts.KIND}.deleted", "deleted": True}


def _artifact(call: Call, session_id: str, artifact_id: str) -> Row:
    find(call.db, session_id)
    row = call.db.find(artifacts.KIND, artifact_id, session_id)
    if row is None:
        raise gone("artifact", artifact_id)
    return row


RESOURCE = Resource(
    routes=(
        Route("GET", "/agents/sessions/<session_id>/items", items),
        Route("GET", "/agents/sessions/<session_id>/turns", turns),
        Route("GET", "/agents/sessions/<session_id>/turns/<turn_id>", turn),
        Route("GET", "/agents/sessions/<session_id>/turns/<turn_id>/items", turn_items),
        Route("GET", ARTIFACTS, list_artifacts),
        Route("GET", f"{ARTIFACTS}/<artifact_id>", artifact),
        Route("GET", f"{ARTIFACTS}/<artifact_id>/content", content),
        Route("DELETE", f"{ARTIFACTS}/<artifact_id>", delete_artifact),
    ),
    beta=AGENTS,
)
