"""The `responses` runtime: an assistant is a published release.

A release contains the exact parameters of `client.responses.create`. An application loads the
release and adds its input. A field without an exact equivalent in this API is unsupported here; it
is never replaced by something similar.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from provisioner.kinds import bindings_on
from provisioner.kinds.assistant_dials import MODEL_DIALS, REQUEST_DIALS
from provisioner.model.binding import Binding, FieldBehaviour, History, Ids, NormalForm
from provisioner.model.mark import Mark, user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.remote import FileProvenance
from provisioner.model.runtime import Runtime
from provisioner.model.value import Spec, revealed
from provisioner.runtimes import assistants
from provisioner.runtimes._shared import knowledge
from provisioner.runtimes._shared.wire_paths import WirePath, from_wire_paths, to_wire_paths
from provisioner.runtimes.responses.conversation import ABOUT, CONVERSATION
from provisioner.runtimes.responses.support import SUPPORT
from provisioner.runtimes.responses.tools import tool_from_wire, tool_to_wire, with_ranker


def to_wire(spec: Spec, ids: Ids) -> Body:
    """Return the body of a release for an assistant's spec, or for a part of it.

    A field that is None clears its parameter.
    """
    spec = revealed(spec)
    params = to_wire_paths({name: spec[name] for name in _PARAMETERS if name in spec}, _WIRE_PATHS)
    if "tools" in spec:
        # A tool that is None was removed, and a release has no part of an earlier release.
        tools = {key: tool for key, tool in (spec["tools"] or {}).items() if tool}
        params["tools"] = [tool_to_wire(key, tool, ids) for key, tool in tools.items()]
    return {**{name: spec[name] for name in ABOUT if name in spec}, "params": params}


def _format_to_wire(value: Any) -> Body:
    if not isinstance(value, Mapping):
        return {"type": "text"}
    inner = value.get("json_schema")
    if value.get("type") == "json_schema" and isinstance(inner, Mapping):
        # Without `strict` the server may choose strict mode, and the release would not say so.
        return {"type": "json_schema", "strict": False, **inner}
    return dict(value)


def _format_from_wire(shape: Any) -> Any:
    if shape.get("type") != "json_schema":
        return dict(shape)
    inner = {name: value for name, value in shape.items() if name != "type"}
    return {"type": "json_schema", "json_schema": inner}


def _choice_to_wire(value: Any) -> Any:
    if isinstance(value, Mapping) and value.get("type") == "function":
        return {"type": "function", "name": value["function"]["name"]}
    return _renamed(value, "computer_use", "computer")


def _choice_from_wire(value: Any) -> Any:
    if isinstance(value, Mapping) and value.get("type") == "function":
        return {"type": "function", "function": {"name": value.get("name")}}
    return _renamed(value, "computer", "computer_use")


def _renamed(choice: Any, was: str, becomes: str) -> Any:
    """Return a tool choice in which the type `was` is replaced by `becomes`.

    It is also replaced among the tools that an `allowed_tools` choice lists.
    """
    if not isinstance(choice, Mapping):
        return choice
    tools = {"tools": [_renamed(tool, was, becomes) for tool in choice.get("tools", ())]}
    type = becomes if choice.get("type") == was else choice.get("type")
    return {**choice, "type": type, **(tools if "tools" in choice else {})}


_WIRE_PATHS: Final = {
    "reasoning_effort": WirePath("reasoning.effort"),
    "reasoning_summary": WirePath("reasoning.summary"),
    "reasoning_context": WirePath("reasoning.context"),
    "reasoning_mode": WirePath("reasoning.mode"),
    "response_format": WirePath("text.format", _format_to_wire, _format_from_wire),
    "verbosity": WirePath("text.verbosity"),
    "truncation_strategy": WirePath(
        "truncation", lambda strategy: strategy["type"], lambda how: {"type": how}
    ),
    "max_completion_tokens": WirePath("max_output_tokens"),
    "tool_choice": WirePath("tool_choice", _choice_to_wire, _choice_from_wire),
}
_PARAMETERS: Final = (
    *("model", "instructions", "temperature", "top_p", "parallel_tool_calls"),
    *_WIRE_PATHS,
    *(name for name in (*MODEL_DIALS, *REQUEST_DIALS) if name not in _WIRE_PATHS),
)
_SENT_TOGETHER: Final = (
    frozenset(name for name in _WIRE_PATHS if name.startswith("reasoning_")),
    frozenset({"response_format", "verbosity"}),
)
"""Fields that are parts of one object of the API, so that all of them are sent if one changes."""


def from_wire(row: Row) -> NormalForm:
    """Return a live release in normal form."""
    params = {name: value for name, value in (row.get("params") or {}).items() if value is not None}
    metadata = row.get("metadata") or {}
    # Taken out first, because tools have wire paths of their own.
    listed = params.pop("tools", [])
    file_provenance = tuple(_file_provenance(listed, Mark.from_metadata(metadata)))
    spec: dict[str, Any] = {name: row[name] for name in ABOUT if row.get(name)}
    spec |= from_wire_paths(params, _WIRE_PATHS)
    by_file = {provenance.file_id: provenance for provenance in file_provenance}
    if tools := dict(tool_from_wire(tool, by_file) for tool in listed):
        spec["tools"] = tools
    if theirs := user_metadata(metadata):
        spec["metadata"] = theirs
    return NormalForm(spec, file_provenance)


def _file_provenance(tools: Any, mark: Mark | None) -> Iterator[FileProvenance]:
    """Yield the provenance of the code interpreter's files, which the mark records."""
    containers = [tool.get("container") or {} for tool in tools]
    ids = [str(id) for container in containers for id in container.get("file_ids") or []]
    yield from assistants.file_provenance_of(ids, mark)


def complete(spec: Spec) -> Spec:
    """Return a spec with the defaults that a release always contains."""
    filled = dict(spec)
    if isinstance(spec.get("tools"), Mapping):
        filled["tools"] = {key: _complete_tool(tool) for key, tool in spec["tools"].items()}
    if "response_format" in spec:
        filled["response_format"] = _format_from_wire(_format_to_wire(spec["response_format"]))
    return filled


def _complete_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    match tool.get("type"):
        case "function":
            return {"strict": False, "parameters": assistants.NO_PARAMETERS, **tool}
        case "file_search" if "ranking_options" in tool:
            return {**tool, "ranking_options": with_ranker(tool["ranking_options"])}
        case "code_interpreter":
            return {"files": {}, **tool}
        case _:
            return tool


RUNTIME = Runtime(
    name="responses",
    summary="A published release: the exact parameters of an OpenAI Responses request.",
    support=SUPPORT,
    conversation=CONVERSATION,
    publishes=True,
    bindings={
        **bindings_on("responses"),
        "assistant": Binding(
            collection="releases",
            history=History("releases/history"),
            to_wire=to_wire,
            from_wire=from_wire,
            complete=complete,
            fields=FieldBehaviour(
                defaults={"response_format": {"type": "text"}}, sent_together=_SENT_TOGETHER
            ),
        ),
        # An application may still use an earlier release, so a replaced object is kept for a while.
        "vector_store": replace(knowledge.STORE, retires=True),
        "file": replace(knowledge.FILES, retires=True),
    },
)
