"""Checks the schedules of automations, and sets the time of the next invocation.

That time is the alarm of the automation, at which the server acts without a request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from provisioner.emulator.agents import cron
from provisioner.emulator.agents.api import invalid

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row

KIND = "agent.automation"


def check(body: Json, now: int) -> None:
    """Raise ApiError if the schedule of an automation is not valid, or its only time has passed."""
    if body["type"] == "once":
        if body["run_at"] <= now:
            raise invalid("Invalid 'run_at': expected a time in the future.", "run_at")
        return
    try:
        ZoneInfo(body["timezone"])
    # Some versions of Python raise OSError for a folder of the zone database, such as `Europe`.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(
            f"Invalid 'timezone': '{body['timezone']}' is no IANA time zone.", "timezone"
        ) from None
    try:
        cron.parse(body["expression"])
    except ValueError as error:
        raise invalid(f"Invalid 'expression': {error}.", "expression") from None


def set_alarm(row: Row, moment: float) -> None:
    """Set the alarm to the first time of the schedule after `moment`, in unix seconds.

    A paused or completed automation has no alarm.
    """
    body = row.body
    if body["status"] != "active":
        row.due = None
    elif body["type"] == "once":
        row.due = body["run_at"]
    else:
        row.due = cron.following(cron.parse(body["expression"]), body["timezone"], moment)
