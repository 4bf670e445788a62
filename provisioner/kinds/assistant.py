"""Assistant: a model with its instructions, tools, limits and form of answer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.kinds.assistant_schema import BUILT_IN_TOOLS, EXAMPLE, PROPERTIES
from provisioner.kinds.shared import JSON_SCHEMA, parameters_problems, strict_problems
from provisioner.model.kind import Kind, Problem
from provisioner.model.value import Reference, Spec

_Tool = Mapping[str, Any]


def check(spec: Spec) -> Iterable[Problem]:
    """What the schema cannot say of an assistant."""
    tools = spec.get("tools") or ()
    yield from _tools(tools)
    yield from _tool_choice(spec.get("tool_choice"), {_key(tool) for tool in tools})
    yield from _truncation(spec.get("truncation_strategy") or {})
    yield from _response_format(spec.get("response_format"))


def normalise(spec: Spec) -> Spec:
    """The normal form: tools by type or function name, and nothing that is not set."""
    normal = dict(spec)
    if "tools" in normal:
        normal["tools"] = {_key(tool): _normal_tool(tool) for tool in normal["tools"]}
    truncation = normal.get("truncation_strategy")
    if isinstance(truncation, Mapping):
        normal["truncation_strategy"] = {k: v for k, v in truncation.items() if v is not None}
    return normal


def _function(tool: _Tool) -> _Tool:
    """A function tool's definition: inline, or what `ref` stands for with its own `strict`."""
    if "ref" not in tool:
        inline = tool.get("function")
        return inline if isinstance(inline, Mapping) else {}
    shared = tool["ref"] if isinstance(tool["ref"], Mapping) else {}
    return {**shared, "strict": tool["strict"]} if "strict" in tool else shared


def _key(tool: _Tool) -> str:
    return str(_function(tool).get("name", "") if tool["type"] == "function" else tool["type"])


def _normal_tool(tool: _Tool) -> dict[str, Any]:
    if tool["type"] == "function":
        settings = {key: value for key, value in _function(tool).items() if key != "name"}
        return {"type": "function", **settings}
    normal = dict(tool)
    files: list[Reference] = normal.pop("files", [])
    if files:
        normal["files"] = {reference.address.name: reference for reference in files}
    return normal


def _tools(tools: Iterable[_Tool]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, tool in enumerate(tools):
        key = _key(tool)
        if key and key in seen:
            yield Problem(
                ("tools", index),
                "the same tool twice",
                f"`{key}` is already attached: a tool is told apart by its type, a function by its"
                " name.",
            )
        seen.add(key)
        if tool["type"] == "function":
            yield from _function_tool(tool, index)


def _function_tool(tool: _Tool, index: int) -> Iterator[Problem]:
    name, path = _key(tool), ("tools", index)
    if ("ref" in tool) == ("function" in tool):
        yield Problem(
            path,
            "a function tool has either ref or function",
            "`ref` names a `kind: Function`; `function` defines one on the spot.",
        )
    elif name in BUILT_IN_TOOLS or name == "function":
        where = ("ref",) if "ref" in tool else ("function", "name")
        yield Problem(
            (*path, *where),
            "a function is named like a built-in tool",
            f"`{name}` is a tool of the platform; a function needs a name of its own.",
        )
    elif "ref" in tool and "strict" not in tool:
        return  # a Function checks itself
    else:
        yield from parameters_problems(_function(tool), (*path, "function"))


def _tool_choice(choice: Any, attached: set[str]) -> Iterator[Problem]:
    if not isinstance(choice, Mapping):
        return
    function = choice.get("function")
    if choice.get("type") != "function":
        wanted, path = str(choice.get("type")), ("tool_choice", "type")
    elif isinstance(function, Mapping):
        wanted, path = str(function.get("name")), ("tool_choice", "function")
    else:
        yield Problem(
            ("tool_choice",),
            "tool_choice does not say which function",
            "Add `function: {name: …}`, or write `tool_choice: required` for any tool.",
        )
        return
    if wanted not in attached:
        names = ", ".join(sorted(filter(None, attached))) or "none"
        yield Problem(
            path,
            "tool_choice names a tool that is not attached",
            f"`{wanted}` is not among this assistant's tools ({names}).",
            needs="tools",
        )


def _truncation(strategy: Mapping[str, Any]) -> Iterator[Problem]:
    counted = strategy.get("last_messages") is not None
    if strategy.get("type") == "last_messages" and not counted:
        yield Problem(
            ("truncation_strategy",),
            "last_messages needs a number",
            "Say how many messages are kept: `last_messages: 10`.",
        )
    elif strategy.get("type") == "auto" and counted:
        yield Problem(
            ("truncation_strategy", "last_messages"),
            "last_messages has no meaning with auto",
            "Write `type: last_messages`, or leave the number out.",
        )


def _response_format(wanted: Any) -> Iterator[Problem]:
    if not isinstance(wanted, Mapping):
        return
    schema = wanted.get("json_schema")
    if (wanted.get("type") == "json_schema") != (schema is not None):
        yield Problem(
            ("response_format",),
            "type and json_schema belong together",
            "`type: json_schema` needs a `json_schema`, and no other type takes one.",
        )
    elif isinstance(schema, Mapping) and schema.get("strict") is True:
        path = ("response_format", "json_schema", "schema")
        yield from strict_problems(schema.get("schema"), path)


KIND: Final = Kind(
    name="assistant",
    title="Assistant",
    summary="A model with its instructions, tools, sampling, limits and form of answer.",
    schema={
        "type": "object",
        "required": ["model"],
        "additionalProperties": False,
        "properties": PROPERTIES,
        "$defs": {"json_schema": JSON_SCHEMA},
        "x-hints": {
            "file_ids": "Files belong to a tool: `{type: code_interpreter, files: [NAME]}`.",
            "id": "Ids are looked up for you; `provisioner adopt` takes an existing object over.",
            "max_tokens": "The API has `max_prompt_tokens` and `max_completion_tokens`.",
            "prompt": "The system prompt is called `instructions`.",
            "system": "The system prompt is called `instructions`.",
            "tool_resources": (
                "Resources stand with their tool: `{type: file_search, vector_store: NAME}` and"
                " `{type: code_interpreter, files: [NAME]}`."
            ),
        },
        "examples": [EXAMPLE],
    },
    references={
        "tools[].vector_store": "vector_store",
        "tools[].files[]": "file",
        "tools[].ref": "function",
    },
    normalise=normalise,
    check=check,
    split=frozenset({"tools", "metadata"}),
    keyed=(("tools",), ("tools", "*", "files")),
    contents={
        "instructions": "text",
        "response_format.json_schema": "json_schema",
        "tools[].function.parameters": "json",
    },
)
