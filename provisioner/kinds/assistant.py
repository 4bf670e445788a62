"""The kind Assistant: a model with its instructions, tools, limits and answer format."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.kinds import assistant_checks as checks
from provisioner.kinds.assistant_schema import EXAMPLE, PROPERTIES
from provisioner.kinds.assistant_tools import (
    ANSWERED,
    NAMES,
    REACHING_OUT,
    TOOLS,
    tool_key,
    tool_name,
)
from provisioner.kinds.schema_keywords import schema_problems
from provisioner.kinds.sessions import TEMPLATE, environment_problems
from provisioner.kinds.shared import CALLING, JSON_SCHEMA, strict_problems
from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Kind, Problem
from provisioner.model.schemas import MAPPINGS, Schemas
from provisioner.model.value import Reference, RemoteId, Spec

_Tool = Mapping[str, Any]


def check(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of an assistant that the schema cannot express."""
    tools = spec.get("tools") or ()
    yield from checks.tools(tools, _key, _function)
    yield from checks.tool_choice(spec.get("tool_choice"), {_key(tool) for tool in tools})
    yield from _truncation(spec.get("truncation_strategy") or {})
    yield from _response_format(spec.get("response_format"))
    session = spec.get("session")
    if isinstance(session, Mapping):
        yield from environment_problems(session.get("environment"), ("session", "environment"))


def normalise(spec: Spec) -> Spec:
    """Return the normal form of an assistant's spec, in which it is compared.

    Tools are keyed by type or name, and fields without a value are left out.
    """
    normal = dict(spec)
    if "tools" in normal:
        normal["tools"] = {_key(tool): _normal_tool(tool) for tool in normal["tools"]}
    truncation = normal.get("truncation_strategy")
    if isinstance(truncation, Mapping):
        # The API allows `last_messages: null`, which means the same as no `last_messages`.
        normal["truncation_strategy"] = {k: v for k, v in truncation.items() if v is not None}
    return normal


def _function(tool: _Tool) -> _Tool:
    """Return the definition of a function tool, with those fields that the tool itself sets.

    The definition is inline, or is that of the Function that `ref` names.
    """
    if "ref" not in tool:
        inline = tool.get("function")
        return inline if isinstance(inline, Mapping) else {}
    # `references` has replaced a name in `ref` by the spec of the Function. It is still a text only
    # if its variable has no value.
    shared = tool["ref"] if isinstance(tool["ref"], Mapping) else {}
    return {**shared, **{key: tool[key] for key in ("strict", *CALLING) if key in tool}}


def _key(tool: _Tool) -> str:
    """Return the key of a tool in the normal form, or '' for a tool whose name is not known."""
    kind = tool["type"]
    if kind not in NAMES:
        return str(kind)
    named = tool.get("ref", tool.get("function")) if kind == "function" else tool
    name = str(named.get(NAMES[kind], "")) if isinstance(named, MAPPINGS) else ""
    return tool_key(kind, name) if name else ""


def _name_of(file: Reference | RemoteId) -> str:
    """Return the key of a file: its name, or the id of a borrowed file."""
    return file.address.name if isinstance(file, Reference) else file.id


def _normal_tool(tool: _Tool) -> dict[str, Any]:
    """Return a tool in normal form: a single store is in `vector_store`, and files are keyed by name."""
    kind = tool["type"]
    options = _function(tool) if kind == "function" else tool
    normal = {key: value for key, value in options.items() if key != NAMES.get(kind)}
    normal["type"] = kind
    if "files" in normal:
        files: list[Reference | RemoteId] = normal.pop("files")
        normal |= {"files": {_name_of(each): each for each in files}} if files else {}
    # A manifest may write a single store in either form. Both must compare as equal.
    if len(normal.get("vector_stores", ())) == 1:
        normal["vector_store"] = normal.pop("vector_stores")[0]
    # The Responses and Agents APIs accept a list, but also have an object with `tool_names`.
    if isinstance(normal.get("allowed_tools"), list):
        normal["allowed_tools"] = {"tool_names": normal["allowed_tools"]}
    return normal


def _truncation(strategy: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if `last_messages` and the type of truncation contradict each other."""
    counted = strategy.get("last_messages") is not None
    if strategy.get("type") == "last_messages" and not counted:
        yield Problem(
            ("truncation_strategy",),
            codes.LAST_MESSAGES_WITHOUT_NUMBER,
            "Add the number of messages to keep, such as `last_messages: 10`.",
        )
    elif strategy.get("type") in ("auto", "disabled") and counted:
        yield Problem(
            ("truncation_strategy", "last_messages"),
            codes.LAST_MESSAGES_WITHOUT_USE,
            "Write `type: last_messages`, or remove `last_messages`.",
        )


def _response_format(wanted: Any) -> Iterator[Problem]:
    """Yield the problems of an answer format."""
    if not isinstance(wanted, Mapping):
        return
    schema = wanted.get("json_schema")
    # The schema says which fields exist, but not that one value of `type` requires another field.
    if (wanted.get("type") == "json_schema") != (schema is not None):
        yield Problem(
            ("response_format",),
            codes.FORMAT_WITHOUT_SCHEMA,
            "`type: json_schema` needs a `json_schema`, and no other type may have one.",
        )
    elif isinstance(schema, Mapping):
        path = ("response_format", "json_schema", "schema")
        yield from schema_problems(schema.get("schema"), path)
        if schema.get("strict") is True:
            yield from strict_problems(schema.get("schema"), path)


def functions(spec: Spec) -> list[str]:
    """Return the names of the functions among the tools of a spec in normal form."""
    tools = (spec.get("tools") or {}).items()
    return [tool_name("function", key) for key, tool in tools if tool.get("type") == "function"]


KIND: Final = Kind(
    name="assistant",
    title="Assistant",
    summary="A model with its instructions, tools, sampling, limits and answer format.",
    schema={
        "type": "object",
        "required": ["model"],
        "additionalProperties": False,
        "properties": PROPERTIES,
        "$defs": {"json_schema": JSON_SCHEMA},
        "x-hints": {
            "file_ids": "List files in their tool: `{type: code_interpreter, files: [NAME]}`.",
            "id": "Remove it: ids are looked up. `adopt` takes over an existing object.",
            "max_tokens": "Use `max_prompt_tokens` or `max_completion_tokens`.",
            "prompt": "The system prompt is called `instructions`.",
            "system": "The system prompt is called `instructions`.",
            "tool_resources": (
                "Write resources into their tool: `{type: file_search, vector_store: NAME}` and"
                " `{type: code_interpreter, files: [NAME]}`."
            ),
        },
        "examples": [EXAMPLE],
    },
    references={
        "tools[].vector_store": "vector_store",
        "tools[].vector_stores[]": "vector_store",
        "tools[].files[]": "file",
        "tools[].ref": "function",
        "tools[].credential": "credential",
        "session.environment.template": TEMPLATE,
        "session.vaults[]": "vault",
    },
    normalise=normalise,
    check=check,
    split=frozenset({"tools", "metadata"}),
    keyed=(("tools",), ("tools", "*", "files")),
    repeats=True,
    is_conversational=True,
    functions=functions,
    tools=frozenset(TOOLS),
    tool_key=tool_key,
    item_names=("type", "ref", "server_label", "name"),
    inline_key="function",
    reaching=frozenset(
        {
            *("server_url", "connector_id", "url", "transport", "credential", "credential_id"),
            *("vector_store", "vector_stores", "access", "network", "vaults", "template"),
        }
    ),
    tools_reaching_out=REACHING_OUT,
    tools_answered=ANSWERED,
    contents={
        "instructions": "text",
        "response_format.json_schema": "json_schema",
        "tools[].function.parameters": "json",
        "tools[].function.output_schema": "json",
        "checks[].expect[].schema": "json",
    },
    schemas=Schemas(
        (
            ("tools", "*", "parameters"),
            ("tools", "*", "output_schema"),
            ("response_format", "json_schema", "schema"),
        )
    ),
)
