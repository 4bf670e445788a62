"""The API of automations, which start sessions or turns on a schedule.

A developer creates an automation, or an agent does so for its own session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import (
    automation_schedule,
    environments,
    invocations,
    session_start,
    vaults,
)
from provisioner.emulator.agents import config as agent_config
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import conflict, gone, invalid, read
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.core.call import (
    AGENTS,
    Answer,
    Call,
    Resource,
    Settings,
    Status,
    new_id,
)
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = automation_schedule.KIND
SCHEDULE = {"periodic": ("expression", "timezone"), "once": ("run_at",)}
"""The fields of the schedule, by type of automation."""

CREATE = Body("AutomationCreateParams", LIMITS)
UPDATE = Body("AutomationUpdateParams", LIMITS)


def create(call: Call) -> Answer:
    given = read(call, CREATE)
    kind = given["type"]
    body: Json = {
        "id": new_id("auto_"),
        "object": KIND,
        "type": kind,
        "created_at": call.now,
        "created_by": {"type": "developer"},
        "name": given["name"],
        **{key: given[key] for key in SCHEDULE[kind]},
        "status": "active",
        "pause_reason": None,
        "metadata": given.get("metadata", {}),
    }
    automation_schedule.check(body, call.now)
    row = Row(KIND, "", body["id"], body, {"asked": None, "fired": False})
    _set_target(call.db, row, given["target"])
    automation_schedule.set_alarm(row, call.moment)
    return Status(201, call.db.insert(row).body)


def _set_target(db: Session, row: Row, given: Json) -> None:
    """Store the target of an automation, without secrets.

    An inline agent is stored a second time, under `asked`, as the request describes it: each
    invocation starts a session from that. Raises ApiError for a target that does not exist or is
    not allowed.
    """
    row.hidden["asked"] = None
    if given["type"] == "existing_session":
        if db.find(log.SESSION, given["session_id"]) is None:
            raise gone("session", given["session_id"], "target.session_id")
        # Lists filter by the tag, and clients filter automations by session.
        row.body["target"], row.tag = given, given["session_id"]
        return
    if ("agent" in given) == ("agent_id" in given):
        raise invalid("Provide exactly one of 'agent' and 'agent_id'.", "target")
    agent_id, _, asked = session_start.agent_of(db, given, "target.")
    vault_ids = given.get("vault_ids") or []
    vaults.check_vaults(db, vault_ids)
    agent = None
    if agent_id is None:
        row.hidden["asked"] = asked
        agent = agent_config.of_session(asked)
    row.tag = ""
    row.body["target"] = {
        "type": "new_session",
        "agent_id": agent_id,
        "agent": agent,
        "environment": environments.selection(db, given["environment"], "target.environment"),
        "input": [{"type": "message", **message} for message in given["input"]],
        "metadata": given.get("metadata") or {},
        "vault_ids": vault_ids,
    }


def update(call: Call, row: Row) -> Answer:
    given = read(call, UPDATE)
    kind = row.body["type"]
    for other in {*SCHEDULE["periodic"], *SCHEDULE["once"]} - set(SCHEDULE[kind]):
        if other in given:
            raise invalid(f"'{other}' does not belong to a {kind} automation.", other)
    if "run_at" in given and row.hidden["fired"]:
        raise conflict(
            "'run_at' cannot be changed: the invocation of this automation exists already."
        )
    target = given.pop("target", None)
    if target is not None:
        _check_target(row, target)
        _set_target(call.db, row, target)
    row.body |= given
    if set(SCHEDULE[kind]) & set(given):
        automation_schedule.check(row.body, call.now)
        automation_schedule.set_alarm(row, call.moment)
    return call.db.save(row).body


def _check_target(row: Row, target: Json) -> None:
    """Raise ApiError if an update moves an automation to a target that the platform does not allow."""
    old, maker = row.body["target"], row.body["created_by"]
    if target["type"] != old["type"]:
        raise invalid(
            f"Invalid 'target.type': it is '{old['type']}' and cannot be changed.", "target.type"
        )
    if maker["type"] == "agent" and target["session_id"] != maker["session_id"]:
        raise invalid(
            "Invalid 'target.session_id': an automation that an agent made stays with its session.",
            "target.session_id",
        )


def pause(call: Call, row: Row) -> Answer:
    if row.body["status"] == "completed":
        raise conflict(f"Automation {row.id} is completed.")
    row.body["status"] = "paused"
    automation_schedule.set_alarm(row, call.moment)
    return call.db.save(row).body


def resume(call: Call, row: Row) -> Answer:
    body = row.body
    if body["type"] == "once" and (row.hidden["fired"] or body["run_at"] <= call.now):
        raise conflict(f"Automation {row.id} needs a future run_at to be resumed.")
    body |= {"status": "active", "pause_reason": None}
    # The schedule goes on from now: times that passed during the pause are left out.
    automation_schedule.set_alarm(row, call.moment)
    return call.db.save(row).body


def fire(db: Session, row: Row, settings: Settings) -> None:
    """Queue one invocation, even if several times of the schedule have passed.

    This is the alarm of an active automation.
    """
    moment = settings.clock() if row.due is None else row.due
    source = {"type": "automation", "automation": dict(row.body)}
    # The next time is computed from now. Times that have passed in between are not made up for.
    row.hidden["fired"] = True
    if row.body["type"] == "once":
        row.body["status"] = "completed"
    automation_schedule.set_alarm(row, settings.clock())
    db.save(row)
    invocations.queue(db, row, invocations.Occasion(source, moment, int(moment)), settings)


RESOURCE = Resource(
    routes=invocations.AUTOMATIONS.routes(
        "list get delete",
        create=create,
        update=update,
        each={"POST pause": pause, "POST resume": resume},
    ),
    alarms={KIND: fire},
    beta=AGENTS,
)
