"""Tools of an agent: their checks, the platform's defaults, and the form in which a session shows them.

A saved agent contains no secrets. The agent of a session may contain some, such as the
authorization of an MCP server. They are dropped when they arrive, because nothing here connects
anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.emulator.agents.api import invalid
from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.store import dump
from provisioner.emulator.core.strict import check_schema

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

MOST_BYTES = 3 * 1024 * 1024
"""The most bytes of a list of tools as compact JSON."""
ROOT_FORBIDDEN = ("oneOf", "anyOf", "allOf", "enum", "not")
"""Keywords that the platform forbids at the top level of a schema."""

# For each type of tool or transport, the values that a client reads for fields that the request omits
# or sets to null.
DEFAULTS: dict[str, Json] = {
    "function": {"defer_loading": False, "async": False},
    "tool_search": {},
    "programmatic_tool_calling": {"enabled": True},
    "mcp": {
        "allowed_tools": None,
        "connection_origin": "service",
        "credential_id": None,
        "request_metadata": {},
        "required": False,
    },
    "web_search": {
        "allowed_domains": None,
        "context_size": "medium",
        "location": None,
        "mode": "live",
    },
    "computer_use": {"include_screenshots": False},
    "automations": {},
    "http": {"headers": {}},
    "stdio": {"args": [], "env_vars": []},
}
LOCATION = dict.fromkeys(("city", "country", "region", "timezone"))
SECRET = ("authorization", "env")
"""The fields of the `transport` of an MCP server that contain secrets."""


def resolved(tools: list[Json]) -> list[Json]:
    """Return tools as a client reads them.

    Raises ApiError for a tool that the platform refuses, and for a list that is too large.
    """
    size = len(dump(tools).encode())
    if size > MOST_BYTES:
        raise invalid(
            f"Invalid 'tools': the list has {size} bytes of compact JSON, "
            f"at most {MOST_BYTES} are allowed.",
            "tools",
        )
    names: set[tuple[str, str]] = set()
    for index, tool in enumerate(tools):
        _check(tool, f"tools[{index}]", names)
    return [_resolved(tool) for tool in tools]


def _check(tool: Json, path: str, names: set[tuple[str, str]]) -> None:
    """Raise ApiError if the name of a tool is in `names`, or if its schema or URL is wrong.

    Adds the name to `names`.
    """
    key = {"function": "name", "mcp": "server_label"}.get(tool["type"])
    if key is None:
        return
    name = (key, tool[key])
    if name in names:
        raise invalid(f"Invalid '{path}.{key}': '{tool[key]}' is given twice.", f"{path}.{key}")
    names.add(name)
    if tool["type"] == "function":
        check_object(tool["parameters"], f"function '{tool['name']}'", f"{path}.parameters")
    elif tool["transport"]["type"] == "http":
        check_url(tool["transport"]["server_url"], f"{path}.transport.server_url")


def check_object(schema: Json, owner: str, param: str) -> None:
    """Raise ApiError unless a schema is a JSON Schema of an object, without the forbidden keywords."""
    forbidden = [word for word in ROOT_FORBIDDEN if word in schema]
    if schema.get("type") != "object" or forbidden:
        what = f"'{forbidden[0]}' is not permitted" if forbidden else "'type' has to be 'object'"
        raise invalid(f"Invalid schema for {owner}: at the top level, {what}.", param)
    try:
        check_schema(schema, owner, param)
    except ApiError as error:
        raise invalid(error.message, param) from None


def check_url(url: str, param: str, *schemes: str) -> None:
    """Raise ApiError unless a text is a URL of one of the schemes, http and https by default."""
    allowed = schemes or ("http", "https")
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in allowed or not rest.strip("/"):
        raise invalid(f"Invalid '{param}': expected an {allowed[-1]} URL.", param)


def _resolved(tool: Json) -> Json:
    """Return a tool with its defaults and without secrets."""
    made = _filled(tool)
    if made["type"] == "mcp":
        made["transport"] = _filled(
            {key: value for key, value in made["transport"].items() if key not in SECRET}
        )
    elif made["type"] == "web_search" and made["location"] is not None:
        made["location"] = LOCATION | made["location"]
    return made


def _filled(given: Json) -> Json:
    defaults = DEFAULTS[given["type"]]
    set_ = {key: value for key, value in given.items() if value is not None}
    return {"type": given["type"]} | defaults | set_


def shown_by_session(tools: list[Json]) -> list[Json]:
    """Return tools as a session shows them.

    The tool `tool_search` and the headers of MCP servers are left out.
    """
    return [without_headers(tool) for tool in tools if tool["type"] != "tool_search"]


def without_headers(tool: Json) -> Json:
    """Return a tool without the headers of its MCP server."""
    if tool["type"] != "mcp":
        return tool
    transport: dict[str, Any] = tool["transport"]
    return tool | {
        "transport": {key: value for key, value in transport.items() if key != "headers"}
    }
