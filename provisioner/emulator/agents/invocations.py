"""Invocations: the attempts of an automation to start a turn, on its schedule or by hand.

An invocation is queued first, and delivered when its time has come. The session that it then starts
is independent of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioner.emulator.agents import automation_schedule, session_start, turns
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import gone, page, page_by
from provisioner.emulator.core.call import (
    AGENTS,
    Answer,
    Call,
    Resource,
    Settings,
    Status,
    new_id,
)
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.engine import QUEUE_SHARE
from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.store import Row

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "agent.automation.invocation"


@dataclass(frozen=True, slots=True)
class Occasion:
    """The reason and the times of one invocation of an automation.

    `source` is the reason, as a client reads it. `moment` is the time at which the invocation is
    queued, and `scheduled_at` the time of the schedule, both in unix seconds. `scheduled_at` is
    None for an invocation by hand.
    """

    source: Json
    moment: float
    scheduled_at: int | None = None


def queue(db: Session, automation: Row, occasion: Occasion, settings: Settings) -> Row:
    """Insert and return an invocation.

    An invocation by the schedule is skipped while another one of its automation waits for delivery.
    """
    pending = bool(db.children(KIND, automation.id, "queued"))
    skipped = pending and occasion.scheduled_at is not None
    status = "skipped" if skipped else "queued"
    body: Json = {
        "id": new_id("inv_"),
        "object": KIND,
        "automation_id": automation.id,
        "created_at": int(occasion.moment),
        "scheduled_at": occasion.scheduled_at,
        "source": occasion.source,
        "status": status,
        "skip_reason": "pending_delivery" if skipped else None,
        "session_id": None,
        "error": None,
    }
    # It waits as long as a turn does in the queue, so that a client can see the status `queued`.
    due = None if skipped else occasion.moment + settings.run_seconds * QUEUE_SHARE
    return db.insert(Row(KIND, automation.id, body["id"], body, tag=status, due=due))


def deliver(db: Session, row: Row, settings: Settings) -> None:
    """Start the session or the turn of an automation. This is the alarm of a queued invocation."""
    moment = settings.clock() if row.due is None else row.due
    row.due = None
    automation = db.find(automation_schedule.KIND, row.parent)
    if automation is None:
        db.delete(row)
        return
    try:
        row.body["session_id"] = _delivered(db, automation, moment, settings)
        row.body["status"] = row.tag = "completed"
    # No client waits for an answer here, so the error is stored in the invocation.
    except ApiError as error:
        row.body["status"] = row.tag = "failed"
        row.body["error"] = {"code": error.code or "internal_error", "message": error.message}
        _pause(db, automation)
    db.save(row)


def _delivered(db: Session, automation: Row, moment: float, settings: Settings) -> str:
    """Start the session or turn that a target describes, and return the session's id.

    Raises ApiError if the session or turn cannot be started.
    """
    target = automation.body["target"]
    if target["type"] == "existing_session":
        return _notified(db, target, moment, settings)
    # A saved agent is read at this moment: a session copies the configuration when it starts.
    agent_id, name, asked = session_start.agent_of(
        db, {"agent_id": target["agent_id"], "agent": automation.hidden["asked"] or {}}
    )
    new = session_start.Start(
        agent_id,
        name,
        asked,
        target["environment"],
        target["input"],
        target["metadata"],
        target["vault_ids"],
    )
    return session_start.begin(db, new, moment, settings).id


def _notified(db: Session, target: Json, moment: float, settings: Settings) -> str:
    """Start a turn in an existing session, and return the id of the session.

    Raises ApiError if the session has failed.
    """
    session = db.find(log.SESSION, target["session_id"])
    if session is None or session.body["status"] == "failed":
        raise gone("running session", target["session_id"])
    part = {"type": "input_text", "text": target["instructions"]}
    turns.start(db, session, [{"content": [part]}], moment, settings)
    return session.id


def _pause(db: Session, automation: Row) -> None:
    """Pause a periodic automation whose session cannot be reached any more."""
    # An automation with one time has no further invocation that could be prevented.
    one_of_many = automation.body["type"] == "periodic"
    if automation.body["target"]["type"] == "existing_session" and one_of_many:
        automation.body |= {"status": "paused", "pause_reason": "target_session_failed"}
        automation.due = None
        db.save(automation)


def create(call: Call, automation: Row) -> Answer:
    occasion = Occasion({"type": "manual"}, call.moment)
    row = queue(call.db, automation, occasion, call.settings)
    return Status(201, row.body)


def _remove(db: Session, automation: Row) -> None:
    db.delete(automation)
    db.delete_children(KIND, automation.id)


AUTOMATIONS = Collection(
    kind=automation_schedule.KIND,
    path="/agents/automations",
    noun="automation",
    gone=gone,
    page=page_by("session_id"),
    remove=_remove,
)
INVOCATIONS = Collection(
    kind=KIND,
    path="/agents/automations/<id>/invocations",
    noun="invocation",
    above=AUTOMATIONS,
    gone=gone,
    page=page,
)
RESOURCE = Resource(
    routes=INVOCATIONS.routes("list get", create=create), alarms={KIND: deliver}, beta=AGENTS
)
