"""Every row of the matrix with every value: made from the schema, so that no field is forgotten."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from provisioner.kinds import KINDS
from provisioner.kinds.assistant_tools import NAMES, TOOLS
from provisioner.model.address import Address
from provisioner.model.value import Reference
from provisioner.source.layers import rewrite

ASSISTANT = KINDS["assistant"]
FIELDS: Mapping[str, Any] = {
    name: field
    for name, field in ASSISTANT.schema["properties"].items()
    if name not in ("checks", "lifecycle", "tools")
}
SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
TEXTS = ("text", "https://mcp.example.com/sse", "CRM_TOKEN")
FUNCTION = {"type": "function", "function": {"name": "lookup", "parameters": SCHEMA}}
CRM = {"type": "mcp", "server_label": "crm", "server_url": "https://mcp.example.com/sse"}
STDIO = {"type": "mcp", "server_label": "crm", "command": "crm-mcp", "cwd": "/workspace"}
TUNNEL = {"type": "mcp", "server_label": "crm"}
CUSTOM = {"type": "custom", "name": "sql"}


@dataclass(frozen=True)
class Case:
    """One value of one row; `spec` as a manifest has it, but for references."""

    row: str
    spec: Mapping[str, Any]

    def __str__(self) -> str:
        inner = self.spec.get("tools", self.spec)
        return f"{self.row}: {inner}"[:100]

    @property
    def normal(self) -> Mapping[str, Any]:
        """The spec in normal form, references symbolic."""
        spec: Any = {"model": "m", **self.spec}
        for pattern, kind in ASSISTANT.references.items():
            spec = rewrite(spec, pattern, partial(_referred, kind))
        return ASSISTANT.normalise(spec)


def _referred(kind: str, name: str, _place: object) -> Any:
    if KINDS[kind].inlined:
        return {"name": name, "description": "shared", "parameters": SCHEMA}
    return Reference(Address(kind, name))


def values(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values that a schema allows: each choice, both ends of a range, each part by itself."""
    if "enum" in schema:
        yield from schema["enum"]
    if "then" in schema:
        yield from values(schema["then"])
        yield from values({"type": "object", **schema["else"]})
        return
    types = schema.get("type", ())
    for type in [types] if isinstance(types, str) else types:
        yield from _OF_TYPE[type](schema)


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    pattern = re.compile(schema.get("pattern", ""))
    yield next(text for text in TEXTS if pattern.search(text))


def _numbers(schema: Mapping[str, Any]) -> Iterator[float]:
    yield schema.get("minimum", 1)
    yield schema.get("maximum", schema.get("minimum", 1) + 4)


def _lists(schema: Mapping[str, Any]) -> Iterator[list[Any]]:
    for item in values(schema["items"]):
        yield [item]


def _objects(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    properties = schema.get("properties")
    if properties is None:
        yield {"k": "v"}
        return
    base = {name: next(values(properties[name])) for name in schema.get("required", ())}
    yield base
    for name, field in properties.items():
        yield from ({**base, name: value} for value in values(field))


_OF_TYPE: Mapping[str, Any] = {
    "string": _texts,
    "integer": _numbers,
    "number": _numbers,
    "boolean": lambda _: (True, False),
    "array": _lists,
    "object": _objects,
    "null": lambda _: (),
}


def cases() -> Iterator[Case]:
    """Every field and every option of every tool, with every value of each."""
    for name, field in FIELDS.items():
        specs = MADE.get(name) or [{name: value} for value in values(field)]
        yield from (Case(name, spec) for spec in specs)
    for type, options in TOOLS.items():
        base = BASES.get(type, {"type": type})
        yield Case(f"tools[{type}]", {"tools": [base]})
        for option, field in options.items():
            if option not in ("type", "ref", "function", NAMES.get(type)):
                row = f"tools[{type}].{option}"
                yield from (Case(row, {"tools": [tool]}) for tool in _with(row, base, field))
    for option in ("description", "parameters", "strict", "output_schema"):
        field = TOOLS["function"]["function"]["properties"][option]
        given = [SCHEMA] if "$ref" in field else values(field)
        tools = [{"type": "function", "function": {"name": "lookup", option: v}} for v in given]
        yield from (Case(f"tools[function].{option}", {"tools": [tool]}) for tool in tools)


def _with(row: str, base: Mapping[str, Any], field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if row in TOOLS_MADE:
        return TOOLS_MADE[row]
    option = row.rpartition(".")[2]
    if row.startswith("tools[function]"):
        return [{"type": "function", "ref": "shared", option: value} for value in values(field)]
    return [{**base, option: value} for value in values(field)]


_EQ = {"type": "eq", "key": "audience", "value": "staff"}
BASES: Mapping[str, Mapping[str, Any]] = {"function": FUNCTION, "mcp": CRM, "custom": CUSTOM}
"""The options that each type of tool requires."""

TOOLS_MADE: Mapping[str, list[Mapping[str, Any]]] = {
    "tools[file_search].vector_stores": [
        {"type": "file_search", "vector_stores": stores} for stores in (["a"], ["a", "b"])
    ],
    "tools[file_search].filters": [
        {"type": "file_search", "filters": filters}
        for filters in (
            *({**_EQ, "type": type} for type in ("eq", "ne", "gt", "gte", "lt", "lte")),
            *({**_EQ, "type": type, "value": ["staff", 1]} for type in ("in", "nin")),
            {**_EQ, "value": 1.5},
            {**_EQ, "value": True},
            {"type": "and", "filters": [_EQ, {"type": "or", "filters": [_EQ, _EQ]}]},
            {"type": "or", "filters": [_EQ, _EQ]},
        )
    ],
    "tools[custom].format": [
        {**CUSTOM, "format": {"type": "text"}},
        *(
            {**CUSTOM, "format": {"type": "grammar", "syntax": syntax, "definition": "d"}}
            for syntax in ("lark", "regex")
        ),
    ],
    "tools[mcp].command": [STDIO],
    "tools[mcp].cwd": [STDIO],
    "tools[mcp].args": [{**STDIO, "args": ["--verbose"]}],
    "tools[mcp].env_vars": [{**STDIO, "env_vars": ["CRM_TOKEN"]}],
    "tools[mcp].tunnel_id": [{**TUNNEL, "tunnel_id": "tunnel_1"}],
    "tools[mcp].connector_id": [
        {**TUNNEL, "connector_id": id} for id in TOOLS["mcp"]["connector_id"]["enum"]
    ],
    "tools[mcp].allowed_tools": [
        {**CRM, "allowed_tools": tools}
        for tools in (
            *([], ["find"], {"tool_names": ["find"]}, {"read_only": True}),
            {"tool_names": ["find"], "read_only": True},
        )
    ],
    "tools[shell].environment": [
        {"type": "shell", "environment": {"type": "local"}},
        *(
            {"type": "shell", "environment": {"type": "container_auto", "memory_limit": limit}}
            for limit in ("1g", "4g", "16g", "64g")
        ),
        {
            "type": "shell",
            "environment": {"type": "container_auto", "network_policy": {"type": "disabled"}},
        },
    ],
    "tools[code_interpreter].network_policy": [
        {"type": "code_interpreter", "network_policy": {"type": "disabled"}},
        {
            "type": "code_interpreter",
            "network_policy": {"type": "allowlist", "allowed_domains": ["example.com"]},
        },
    ],
}

_HOSTED = {"type": "openai_hosted"}
_OWN = {"type": "self_hosted", "workspace_directory": "/srv/agent"}
_LOOKUP: dict[str, Any] = {"tools": [FUNCTION, CRM, CUSTOM, {"type": "file_search"}]}
_BUILT_IN = (
    *("code_interpreter", "file_search", "image_generation", "computer_use"),
    *("shell", "apply_patch", "programmatic_tool_calling"),
)
_SHAPE = {"name": "answer", "schema": SCHEMA}
MADE: Mapping[str, list[Mapping[str, Any]]] = {
    "instructions": [{"instructions": "Be brief."}],
    "metadata": [{"metadata": {"team": "a"}}],
    "truncation_strategy": [
        {"truncation_strategy": strategy}
        for strategy in (
            {"type": "auto"},
            {"type": "disabled"},
            {"type": "last_messages", "last_messages": 3},
        )
    ],
    "response_format": [
        {"response_format": shape}
        for shape in (
            "auto",
            {"type": "text"},
            {"type": "json_object"},
            {"type": "json_schema", "json_schema": _SHAPE},
            {"type": "json_schema", "json_schema": {**_SHAPE, "description": "d"}},
            {"type": "json_schema", "json_schema": {**_SHAPE, "strict": False}},
            {
                "type": "json_schema",
                "json_schema": {
                    "name": "answer",
                    "strict": True,
                    "schema": {**SCHEMA, "additionalProperties": False},
                },
            },
        )
    ],
    "session": [
        {"session": session}
        for session in (
            *({"review": review} for review in ("none", "auto_review")),
            {"spend_limit": 1},
            {"vaults": ["crm"]},
            {"environment": {"type": "none"}},
            {"environment": _HOSTED},
            {"environment": {**_HOSTED, "template": "python"}},
            *(
                {"environment": {**_HOSTED, "container_size": size}}
                for size in ("small", "medium", "large")
            ),
            {"environment": {**_HOSTED, "desktop": {"enabled": True}}},
            {"environment": {**_HOSTED, "capability_directories": ["/skills"]}},
            {"environment": _OWN},
            {"environment": {**_OWN, "capability_directories": ["/skills"]}},
        )
    ],
    "tool_choice": [
        *({"tool_choice": word} for word in ("none", "auto", "required")),
        {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "lookup"}}},
        {**_LOOKUP, "tool_choice": {"type": "mcp", "server_label": "crm"}},
        {**_LOOKUP, "tool_choice": {"type": "mcp", "server_label": "crm", "name": "find"}},
        {**_LOOKUP, "tool_choice": {"type": "custom", "name": "sql"}},
        *({"tools": [{"type": t}], "tool_choice": {"type": t}} for t in _BUILT_IN),
        *(
            {
                **_LOOKUP,
                "tool_choice": {
                    "type": "allowed_tools",
                    "mode": mode,
                    "tools": [
                        {"type": "function", "name": "lookup"},
                        {"type": "mcp", "server_label": "crm"},
                        {"type": "file_search"},
                    ],
                },
            }
            for mode in ("auto", "required")
        ),
    ],
}
"""Fields whose parts belong together."""

CASES = list(cases())
