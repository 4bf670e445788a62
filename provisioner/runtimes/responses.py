"""The `responses` runtime: an assistant is a published release.

A release holds the exact parameters of `client.responses.create`; an application loads it and adds
its input. What the API of today has no word for is unsupported here, never approximated.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from provisioner.model.kind import Body, Form, Ids, Level, Reading, Runtime, Support
from provisioner.model.mark import Mark, user_metadata
from provisioner.model.provider import Row
from provisioner.model.remote import Claim
from provisioner.model.value import RemoteId, Spec, revealed
from provisioner.runtimes import assistants, knowledge

SEARCH, CODE = "file_search", "code_interpreter"
SAME = ("model", "instructions", "temperature", "top_p", "parallel_tool_calls")
ABOUT = ("name", "description")
"""Fields of the release itself: no parameter of a request."""
RANKERS = {"auto": "auto", "default_2024_08_21": "default-2024-11-15"}
"""Rankers of the Assistants wire, and what they are called here."""


def to_wire(spec: Spec, ids: Ids) -> Body:
    """An Assistant's spec, whole or in part, as a release's body. None clears a parameter."""
    spec = revealed(spec)
    params: dict[str, Any] = {name: spec[name] for name in SAME if name in spec}
    for name, (parameter, translate) in _TRANSLATED.items():
        if name in spec:
            value = spec[name]
            params[parameter] = None if value is None else translate(value)
    if "tools" in spec:
        tools = {key: tool for key, tool in (spec["tools"] or {}).items() if tool}
        params["tools"] = [_tool_to_wire(key, tool, ids) for key, tool in tools.items()]
    body: Body = {name: spec[name] for name in ABOUT if name in spec}
    return {**body, "params": params}


def _tool_to_wire(key: str, tool: Mapping[str, Any], ids: Ids) -> Body:
    options = {name: value for name, value in tool.items() if name not in ("vector_store", "files")}
    if tool["type"] == "function":
        return {"name": key, "strict": False, "parameters": assistants.NO_PARAMETERS, **options}
    if tool["type"] == SEARCH:
        store = tool.get("vector_store")
        options["vector_store_ids"] = [assistants.wire_id(store, ids)] if store else []
        if ranking := options.get("ranking_options"):
            ranker = RANKERS.get(ranking.get("ranker", "auto"), ranking.get("ranker"))
            options["ranking_options"] = {**ranking, "ranker": ranker}
    if tool["type"] == CODE:
        files = [assistants.wire_id(file, ids) for file in (tool.get("files") or {}).values()]
        options["container"] = {"type": "auto", "file_ids": files}
    return options


def _format_to_wire(value: Any) -> Body:
    if not isinstance(value, Mapping):
        return {"format": {"type": "text"}}
    inner = value.get("json_schema")
    if value.get("type") == "json_schema" and isinstance(inner, Mapping):
        return {"format": {"type": "json_schema", "strict": False, **inner}}
    return {"format": dict(value)}


def _choice_to_wire(value: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(value.get("function"), Mapping):
        return {"type": "function", "name": value["function"]["name"]}
    return value


_TRANSLATED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "reasoning_effort": ("reasoning", lambda effort: {"effort": effort}),
    "tool_choice": ("tool_choice", _choice_to_wire),
    "truncation_strategy": ("truncation", lambda strategy: strategy["type"]),
    "max_completion_tokens": ("max_output_tokens", lambda count: count),
    "response_format": ("text", _format_to_wire),
}


def from_wire(row: Row) -> Reading:
    """A release in normal form."""
    params = row.get("params") or {}
    metadata = row.get("metadata") or {}
    spec: dict[str, Any] = {name: row[name] for name in ABOUT if row.get(name)}
    spec |= {name: params[name] for name in SAME if params.get(name) is not None}
    spec |= dict(_translated_back(params))
    claims = tuple(_claims(params, Mark.from_metadata(metadata)))
    if tools := dict(_tools(params, {claim.file_id: claim for claim in claims})):
        spec["tools"] = tools
    if theirs := user_metadata(metadata):
        spec["metadata"] = theirs
    return Reading(spec, claims)


def _translated_back(params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if effort := (params.get("reasoning") or {}).get("effort"):
        yield "reasoning_effort", effort
    if limit := params.get("max_output_tokens"):
        yield "max_completion_tokens", limit
    if truncation := params.get("truncation"):
        yield "truncation_strategy", {"type": truncation}
    choice = params.get("tool_choice")
    if isinstance(choice, Mapping) and choice.get("type") == "function":
        yield "tool_choice", {"type": "function", "function": {"name": choice.get("name")}}
    elif choice is not None:
        yield "tool_choice", choice
    shape = (params.get("text") or {}).get("format") or {}
    if shape.get("type") == "json_schema":
        inner = {name: value for name, value in shape.items() if name != "type"}
        yield "response_format", {"type": "json_schema", "json_schema": inner}
    elif shape:
        yield "response_format", dict(shape)


def _tools(
    params: Mapping[str, Any], claims: Mapping[str, Claim]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for tool in params.get("tools") or []:
        options = dict(tool)
        if tool.get("type") == SEARCH:
            for id in options.pop("vector_store_ids", []):
                options["vector_store"] = RemoteId("vector_store", str(id))
        if tool.get("type") == CODE:
            container = options.pop("container", None) or {}
            ids = [str(id) for id in container.get("file_ids") or []]
            options["files"] = {
                claims[id].address.name if id in claims else id: RemoteId("file", id) for id in ids
            }
        yield str(options.pop("name", tool.get("type"))), options


def _claims(params: Mapping[str, Any], mark: Mark | None) -> Iterator[Claim]:
    containers = [tool.get("container") or {} for tool in params.get("tools") or []]
    ids = [str(id) for container in containers for id in container.get("file_ids") or []]
    yield from assistants.claimed(ids, mark)


def complete(spec: Spec) -> Spec:
    """Both sides with what a release always spells out."""
    filled = dict(spec)
    if isinstance(spec.get("tools"), Mapping):
        filled["tools"] = {key: _complete_tool(tool) for key, tool in spec["tools"].items()}
    shape = spec.get("response_format")
    if shape == "auto":
        filled["response_format"] = {"type": "text"}
    elif isinstance(shape, Mapping) and isinstance(shape.get("json_schema"), Mapping):
        filled["response_format"] = {
            **shape,
            "json_schema": {"strict": False, **shape["json_schema"]},
        }
    return filled


def _complete_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    match tool.get("type"):
        case "function":
            return {"strict": False, "parameters": assistants.NO_PARAMETERS, **tool}
        case "file_search" if isinstance(tool.get("ranking_options"), Mapping):
            ranking = tool["ranking_options"]
            ranker = RANKERS.get(ranking.get("ranker", "auto"), ranking.get("ranker"))
            return {**tool, "ranking_options": {**ranking, "ranker": ranker}}
        case "code_interpreter":
            return {"files": {}, **tool}
        case _:
            return tool


_SAME = Support(Level.STORED)


def _as(parameter: str, note: str = "") -> Support:
    return Support(Level.STORED, f"Becomes `{parameter}`.{f' {note}' if note else ''}")


def _not(note: str) -> Support:
    return Support(Level.UNSUPPORTED, note)


SUPPORT: Mapping[str, Support] = {
    **dict.fromkeys((*SAME, *ABOUT, "metadata", "tools"), _SAME),
    "reasoning_effort": _as("reasoning.effort"),
    "tool_choice": _as("tool_choice", "A function's name stands one level higher."),
    "truncation_strategy": _as(
        "truncation",
        "`auto` drops from the beginning of the conversation, where the Assistants API dropped "
        "from the middle.",
    ),
    "truncation_strategy.last_messages": _not("Send fewer messages, or let the server compact."),
    "max_completion_tokens": _as(
        "max_output_tokens", "It bounds one response, reasoning included, not a whole run."
    ),
    "max_prompt_tokens": _not("Responses has no limit for what goes in."),
    "response_format": _as("text.format"),
    "tools[file_search]": _as("tools", "The ranker has another name: default-2024-11-15."),
    "tools[code_interpreter]": _as("tools", "The files are mounted into a container per run."),
    "tools[function]": _as("tools", "`strict` is published as declared, false where it is not."),
    "tools[web_search]": _SAME,
}

RUNTIME = Runtime(
    name="responses",
    summary="A published release: the exact parameters of an OpenAI Responses request.",
    support=SUPPORT,
    forms={
        "assistant": Form(
            collection="releases",
            to_wire=to_wire,
            from_wire=from_wire,
            complete=complete,
            defaults={"response_format": {"type": "text"}},
        ),
        "vector_store": knowledge.STORE,
        "file": knowledge.FILES,
    },
)
