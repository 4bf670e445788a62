"""How an agent is set up, wherever that stands: saved, in a session, in an automation's target.

What was asked for is kept as it was asked. What is read back is resolved from it: the platform
answers with every default filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import tools as agent_tools
from provisioner.emulator.agents.api import BOOLEAN, LONGEST, TEXT, invalid
from provisioner.emulator.core.fields import EFFORTS
from provisioner.emulator.core.shapes import (
    TYPE_ONLY,
    Schema,
    closed,
    integer,
    null,
    one_of,
    tagged,
    text,
)

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

TIERS = ("auto", "default", "flex", "priority", "fast", "ultrafast")
SUBAGENTS = 6
MOST_SUBAGENTS = 2**32 - 1
# Families that do not reason have no effort that could be their default.
WITHOUT_REASONING = ("gpt-3.5", "gpt-4")

MODEL = text(LONGEST, shortest=1)
EFFORT = null(one_of(*EFFORTS))
TIER = null(one_of(*TIERS))
FORMAT = tagged(
    {
        "text": TYPE_ONLY,
        "json_schema": closed({"type": {}, "schema": agent_tools.PARAMETERS}, "schema"),
    }
)
FIELDS: Schema = {
    "model": MODEL,
    "instructions": null(TEXT),
    "reasoning": null(
        closed({"effort": EFFORT, "summary": null(one_of("concise", "detailed", "auto"))})
    ),
    "service_tier": TIER,
    "text": null(
        closed({"format": null(FORMAT), "verbosity": null(one_of("low", "medium", "high"))})
    ),
    "multi_agent": null(
        closed(
            {
                "enabled": BOOLEAN,
                "max_concurrent_subagents": integer(1, MOST_SUBAGENTS),
            },
            "enabled",
        )
    ),
    "compaction": null(closed({"async": null(BOOLEAN)})),
    "experimental": closed({"time_awareness": BOOLEAN}),
}
SAVED: Schema = FIELDS | {"tools": agent_tools.SAVED}
INLINE: Schema = FIELDS | {"tools": agent_tools.OF_SESSION}


def merged(asked: Json, given: Json) -> Json:
    """`asked` after an update: null resets, an object replaces, `experimental` merges by key."""
    result = asked | {key: value for key, value in given.items() if key != "experimental"}
    if "experimental" in given:
        result["experimental"] = asked.get("experimental", {}) | given["experimental"]
    return {key: value for key, value in result.items() if value is not None}


def resolved(asked: Json) -> Json:
    """What the platform makes of it, which is what a client reads."""
    reasoning, multi = asked.get("reasoning", {}), asked.get("multi_agent", {})
    effort = reasoning.get("effort")
    enabled = multi.get("enabled", False)
    return {
        "model": asked["model"],
        "instructions": asked.get("instructions"),
        "reasoning": {
            "effort": default_effort(asked["model"]) if effort is None else effort,
            "summary": reasoning.get("summary"),
        },
        "service_tier": asked.get("service_tier", "auto"),
        "text": _text(asked.get("text", {})),
        "multi_agent": {
            "enabled": enabled,
            "max_concurrent_subagents": (
                multi.get("max_concurrent_subagents", SUBAGENTS) if enabled else None
            ),
        },
        "compaction": {"async": bool(asked.get("compaction", {}).get("async"))},
        "experimental": {"time_awareness": False} | asked.get("experimental", {}),
        "tools": agent_tools.resolved(asked.get("tools", [])),
    }


def default_effort(model: str) -> str | None:
    return None if model.startswith(WITHOUT_REASONING) else "medium"


def _text(given: Json) -> Json:
    format_ = given.get("format") or {"type": "text"}
    if format_["type"] == "json_schema":
        agent_tools.check_object(format_["schema"], "text.format", "text.format.schema")
    return {"format": format_, "verbosity": given.get("verbosity") or "medium"}


def of_session(asked: Json) -> Json:
    """The same as a session shows it."""
    made = resolved(asked)
    return made | {"tools": agent_tools.shown_by_session(made["tools"])}


def without_secrets(asked: Json) -> Json:
    """What may be kept of an inline agent: nothing that an MCP server would be told."""
    if not asked.get("tools"):
        return asked
    tools = agent_tools.resolved(asked["tools"])
    return asked | {"tools": [agent_tools.without_headers(tool) for tool in tools]}


def need_model(asked: Json, param: str) -> None:
    if "model" not in asked:
        raise invalid(f"Missing required parameter: '{param}'.", param)
