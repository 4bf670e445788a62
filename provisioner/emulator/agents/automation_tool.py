"""The agent's tool `automations`, by which an agent schedules further turns of its own session.

The stand-in model uses it if the input contains the line LINE, so that a test can have an
automation that no developer created.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import automation_schedule
from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.store import Row

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

LINE = "@@provisioner-emulator: create automation@@"


def used(db: Session, session: Row, question: str, now: int) -> str | None:
    """Create the automation that a question asks for, and return the agent's sentence about it.

    If the agent does not have the tool, nothing is created, and the sentence says so. Returns None
    if the question does not contain LINE.
    """
    if LINE not in question:
        return None
    tools = session.body["agent"]["tools"]
    if all(tool["type"] != "automations" for tool in tools):
        return "No automation was made: this agent does not have the tool 'automations'."
    body: Json = {
        "id": new_id("auto_"),
        "object": automation_schedule.KIND,
        "type": "periodic",
        "created_at": now,
        "created_by": {
            "type": "agent",
            "session_id": session.id,
            "tool_call_id": new_id("call_"),
        },
        "name": "Follow-up",
        "expression": "0 9 * * *",
        "timezone": "UTC",
        "status": "active",
        "pause_reason": None,
        "metadata": {},
        "target": {
            "type": "existing_session",
            "session_id": session.id,
            "instructions": "[stand-in model] Follow up on what was asked in this session.",
        },
    }
    row = Row(
        automation_schedule.KIND,
        "",
        body["id"],
        body,
        {"asked": None, "fired": False},
        tag=session.id,
    )
    automation_schedule.set_alarm(row, now)
    db.insert(row)
    return f"It scheduled automation {row.id}."
