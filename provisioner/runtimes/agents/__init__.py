"""The `agents` runtime: an assistant is an object of the OpenAI Agents API (beta).

The server returns every field with its default. So `complete` adds the same defaults to both sides
before they are compared. Only fields that a manifest can set are read from a row, so that a field
that the platform adds later is no difference. The settings of a session are recorded in the mark.
"""

from collections.abc import Mapping
from typing import Any, Final

from provisioner.engine.marks import RUN
from provisioner.kinds import bindings_on
from provisioner.kinds.assistant_tools import NAMES, TOOLS, tool_key, tool_name
from provisioner.model.address import Address
from provisioner.model.binding import Binding, FieldBehaviour, Ids, NormalForm
from provisioner.model.mark import Mark, user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.runtime import Runtime
from provisioner.model.value import Reference, RemoteId, Spec, revealed
from provisioner.runtimes._shared.wire_paths import (
    WirePath,
    WirePaths,
    from_wire_paths,
    to_wire_paths,
    without_nulls,
)
from provisioner.runtimes.agents.conversation import CONVERSATION, PER_RUN
from provisioner.runtimes.agents.support import SUPPORT
from provisioner.runtimes.assistants import NO_PARAMETERS, wire_id


def to_wire(spec: Spec, ids: Ids) -> Body:
    """Return the body of a create or an update for an assistant's spec, or for a part of it.

    The server replaces each object of the body as a whole, so every object is sent whole. It merges
    only `experimental`, which must not be null.
    """
    spec = revealed(spec)
    body = to_wire_paths({name: spec[name] for name in _FIELDS if name in spec}, _WIRE_PATHS)
    if "experimental" in body:
        body["experimental"] = {**_EXPERIMENTAL, **(body["experimental"] or {})}
    if "tools" in spec:
        # A tool that is None was removed. The list replaces the live one, so leaving it out
        # suffices.
        tools = {key: tool for key, tool in (spec["tools"] or {}).items() if tool}
        body["tools"] = [_tool_to_wire(key, tool, ids) for key, tool in tools.items()]
    return body


def _format_to_wire(value: Any) -> Body:
    if not isinstance(value, Mapping) or value.get("type") != "json_schema":
        return {"type": "text"}
    return {"type": "json_schema", "schema": value["json_schema"]["schema"]}


def _format_from_wire(shape: Any) -> Any:
    if shape.get("type") != "json_schema":
        return {"type": "text"}
    return {"type": "json_schema", "json_schema": {"schema": shape.get("schema")}}


_WIRE_PATHS: Final = {
    "reasoning_effort": WirePath("reasoning.effort"),
    "reasoning_summary": WirePath("reasoning.summary"),
    "response_format": WirePath("text.format", _format_to_wire, _format_from_wire),
    "verbosity": WirePath("text.verbosity"),
}
_OBJECTS: Final = ("multi_agent", "compaction", "experimental")
_FIELDS: Final = ("name", "model", "instructions", *_WIRE_PATHS, "service_tier", *_OBJECTS)
_EXPERIMENTAL: Final = {"time_awareness": False}
_TRANSPORT: Final = ("server_url", "headers", "command", "args", "cwd", "env_vars")
_TOOL_WIRE_PATHS: Final[Mapping[str, WirePaths]] = {
    "mcp": {
        "allowed_tools": WirePath(
            "allowed_tools",
            lambda allowed: allowed.get("tool_names"),
            lambda names: {"tool_names": list(names)},
        ),
        **{name: WirePath(f"transport.{name}") for name in _TRANSPORT},
    }
}


def _tool_to_wire(key: str, tool: Mapping[str, Any], ids: Ids) -> Body:
    """Return one tool of a spec in the form of the API."""
    type = tool["type"]
    # The API has no `strict`. Its support table refuses `strict: true` and lets false pass.
    options = {name: value for name, value in tool.items() if name not in ("type", "strict")}
    if "credential" in options:
        options["credential_id"] = wire_id(options.pop("credential"), ids)
    if type == "function":
        # The API requires both fields.
        options = {"description": "", "parameters": NO_PARAMETERS, **options}
    named = {NAMES[type]: tool_name(type, key)} if type in NAMES else {}
    body = {"type": type, **named, **to_wire_paths(options, _TOOL_WIRE_PATHS.get(type, {}))}
    if type == "mcp":
        # A manifest names no type of transport: only a server that the session starts has a
        # command.
        body["transport"]["type"] = "stdio" if "command" in tool else "http"
    return body


def from_wire(row: Row) -> NormalForm:
    """Return a live agent in normal form, with those fields that a manifest can set."""
    metadata = row.get("metadata") or {}
    mark = Mark.from_metadata(metadata)
    # The server returns null for many fields that were never set.
    fields = from_wire_paths(without_nulls(row), _WIRE_PATHS)
    spec = {name: fields[name] for name in _FIELDS if fields.get(name) not in (None, "")}
    if tools := dict(_tool_from_wire(tool) for tool in row.get("tools") or []):
        spec["tools"] = tools
    spec |= _recorded(mark)
    if theirs := user_metadata(metadata):
        spec["metadata"] = theirs
    return NormalForm(spec)


def _recorded(mark: Mark | None) -> dict[str, Any]:
    """Return the session settings in the mark, with each reference as a Reference or RemoteId."""
    run = mark.settings.get(RUN) if mark else None
    if not isinstance(run, Mapping):
        return {}
    return {name: _referring(value) for name, value in run.items() if name in PER_RUN}


def _referring(value: Any) -> Any:
    """Return a value of the mark in which references are objects.

    `{ref: ADDRESS}` becomes a Reference, and `{id: ID}` a RemoteId.
    """
    if isinstance(value, Mapping):
        if value.keys() == {"ref"}:
            return Reference(Address.parse(str(value["ref"])))
        if value.keys() == {"id"}:
            return RemoteId("environment_template", str(value["id"]))
        return {key: _referring(item) for key, item in value.items()}
    return [_referring(item) for item in value] if isinstance(value, list) else value


def _tool_from_wire(body: Mapping[str, Any]) -> tuple[str, Any]:
    """Return (key, tool in normal form) for a tool of the API.

    Options that no manifest can set are left out.
    """
    type = str(body.get("type"))
    # `without_nulls` also removes null values from these two objects, although the user wrote them.
    whole = {name: body[name] for name in ("parameters", "request_metadata") if body.get(name)}
    options = from_wire_paths({**without_nulls(body), **whole}, _TOOL_WIRE_PATHS.get(type, {}))
    key = tool_key(type, str(options.get(NAMES.get(type, ""), "")))
    if "credential_id" in options:
        options["credential"] = RemoteId("credential", str(options.pop("credential_id")))
    known = TOOLS["function"]["function"]["properties"] if type == "function" else TOOLS.get(type)
    # All options of a type that is unknown here are kept, so that the whole tool can be shown.
    names = (options if known is None else known).keys() - {NAMES.get(type), "type"}
    return key, {"type": type, **{name: options[name] for name in options if name in names}}


def complete(spec: Spec) -> Spec:
    """Return a spec with the defaults that the server fills in inside of given values."""
    filled = dict(spec)
    if isinstance(spec.get("tools"), Mapping):
        filled["tools"] = {key: _complete_tool(tool) for key, tool in spec["tools"].items()}
    if "response_format" in spec:
        filled["response_format"] = _format_from_wire(_format_to_wire(spec["response_format"]))
    if helpers := spec.get("multi_agent"):
        # A disabled `multi_agent` is returned without a number, whatever number was sent.
        most = {"max_concurrent_subagents": 6, **helpers} if helpers.get("enabled") else {}
        filled["multi_agent"] = {**most, "enabled": helpers.get("enabled", False)}
    if "compaction" in spec:
        filled["compaction"] = {**_COMPACTION, **spec["compaction"]}
    if "experimental" in spec:
        filled["experimental"] = {**_EXPERIMENTAL, **spec["experimental"]}
    return filled


_COMPACTION: Final = {"async": False}
_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "function": {
        "description": "",
        "parameters": NO_PARAMETERS,
        "defer_loading": False,
        "async": False,
    },
    "programmatic_tool_calling": {"enabled": True},
    "web_search": {"context_size": "medium", "mode": "live"},
    "computer_use": {"include_screenshots": False},
    "mcp": {"connection_origin": "service", "request_metadata": {}, "required": False},
}
"""For each type of tool, the options that the server fills in if they are not given."""
_STDIO: Final[Mapping[str, Any]] = {"args": [], "env_vars": []}
_HTTP: Final[Mapping[str, Any]] = {"headers": {}}


def _complete_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    filled = {**_DEFAULTS.get(tool["type"], {}), **tool}
    # The API has no strict mode, so `strict: false` must not show as a difference.
    filled.pop("strict", None)
    if tool["type"] == "mcp":
        inner: Mapping[str, Any] = _STDIO if "command" in tool else _HTTP
        match filled.get("credential"):
            # An id that belongs to no resource of ours is compared as `credential_id`, as a
            # manifest borrows it.
            case RemoteId(id=id, address=None):
                del filled["credential"]
                filled["credential_id"] = id
        if not filled.get("allowed_tools"):
            filled.pop("allowed_tools", None)  # without it, every tool may be called
        return {**inner, **filled}
    return filled


RUNTIME = Runtime(
    name="agents",
    summary="An object of the OpenAI Agents API (beta). It has no vector stores, so it cannot "
    "search documents.",
    support=SUPPORT,
    conversation=CONVERSATION,
    bystanders={"session": "agents/sessions"},
    bindings={
        "assistant": Binding(
            collection="agents",
            to_wire=to_wire,
            from_wire=from_wire,
            complete=complete,
            fields=FieldBehaviour(
                defaults={
                    "service_tier": "auto",
                    "verbosity": "medium",
                    "response_format": {"type": "text"},
                    "multi_agent": {"enabled": False},
                    "compaction": _COMPACTION,
                    "experimental": _EXPERIMENTAL,
                },
                # The server chooses this effort for every model that can reason.
                also_default={"reasoning_effort": "medium"},
                per_run=PER_RUN,
                resolved=frozenset({"model"}),
                # The server replaces `reasoning` and `text` whole, and these are the fields in
                # them.
                sent_together=(
                    frozenset({"reasoning_effort", "reasoning_summary"}),
                    frozenset({"response_format", "verbosity"}),
                ),
            ),
        ),
        **bindings_on("agents"),
    },
)
