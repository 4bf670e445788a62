"""The configuration of an agent that is saved, or that belongs to a session or an automation's target.

The fields of the request are stored unchanged. The body that a client reads is computed from them,
because the platform answers with every default filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import tools as agent_tools
from provisioner.emulator.agents.api import invalid

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

SUBAGENTS = 6
"""The value of `max_concurrent_subagents` if an agent enables `multi_agent` and sets no number."""
# The beginnings of the names of models that do not reason, and so have no default effort.
WITHOUT_REASONING = ("gpt-3.5", "gpt-4")


def merged(asked: Json, given: Json) -> Json:
    """Return the fields `asked` after an update with `given`.

    Null resets a field, and any other value replaces it. Only the value of `experimental` is merged
    with the former value, key by key.
    """
    result = asked | {key: value for key, value in given.items() if key != "experimental"}
    if "experimental" in given:
        result["experimental"] = asked.get("experimental", {}) | given["experimental"]
    return {key: value for key, value in result.items() if value is not None}


def resolved(asked: Json) -> Json:
    """Return a configuration as a client reads it, with every default.

    Raises ApiError for a wrong one.
    """
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
        # This default has changed during the beta: an earlier reference of the API had true.
        "compaction": {"async": bool(asked.get("compaction", {}).get("async"))},
        "experimental": {"time_awareness": False} | asked.get("experimental", {}),
        "tools": agent_tools.resolved(asked.get("tools", [])),
    }


def default_effort(model: str) -> str | None:
    """Return the reasoning effort of a model if the request sets none, or None if it does not reason."""
    return None if model.startswith(WITHOUT_REASONING) else "medium"


def _text(given: Json) -> Json:
    format_ = given.get("format") or {"type": "text"}
    if format_["type"] == "json_schema":
        agent_tools.check_object(format_["schema"], "text.format", "text.format.schema")
    return {"format": format_, "verbosity": given.get("verbosity") or "medium"}


def of_session(asked: Json) -> Json:
    """Return a configuration as a session shows it, with every default.

    Raises ApiError for a wrong one.
    """
    made = resolved(asked)
    return made | {"tools": agent_tools.shown_by_session(made["tools"])}


def without_secrets(asked: Json) -> Json:
    """Return an inline agent without the secrets of its MCP servers, such as their authorization."""
    if not asked.get("tools"):
        return asked
    tools = agent_tools.resolved(asked["tools"])
    return asked | {"tools": [agent_tools.without_headers(tool) for tool in tools]}


def need_model(asked: Json, param: str) -> None:
    """Raise ApiError, with `param` as the missing parameter, if a configuration has no model."""
    if "model" not in asked:
        raise invalid(f"Missing required parameter: '{param}'.", param)
