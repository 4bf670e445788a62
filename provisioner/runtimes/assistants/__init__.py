"""The `assistants` runtime: an assistant is an object of the Assistants v2 API.

In this API, truncation, token limits and tool choice belong to a run and not to the assistant. They
are recorded in the mark, are compared like every other field, and are applied by `ask` and `load`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from provisioner.engine.marks import FILES as FILES_IN_MARK
from provisioner.engine.marks import RUN
from provisioner.kinds import bindings_on
from provisioner.kinds.assistant_tools import tool_key, tool_name
from provisioner.model.address import Address
from provisioner.model.binding import Binding, FieldBehaviour, Ids, NormalForm
from provisioner.model.mark import Mark, user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.remote import FileProvenance
from provisioner.model.runtime import Runtime
from provisioner.model.schemas import MAPPINGS
from provisioner.model.value import Reference, RemoteId, Spec, revealed
from provisioner.runtimes._shared import knowledge
from provisioner.runtimes.assistants.conversation import CONVERSATION, PER_RUN
from provisioner.runtimes.assistants.exported import exported
from provisioner.runtimes.assistants.fields import CODE, DEFAULT_RANKER, PLAIN, SEARCH
from provisioner.runtimes.assistants.support import SUPPORT

NO_PARAMETERS = {"type": "object", "properties": {}}
"""The parameters of a function that has none."""


def to_wire(spec: Spec, ids: Ids) -> Body:
    """Return the body of a create or an update for an assistant's spec, or for a part of it.

    A field that is None is cleared. A tool that is None is removed together with its resources,
    which the server would otherwise keep.
    """
    spec = revealed(spec)
    body = {name: spec[name] for name in PLAIN if name in spec}
    if "tools" in spec:
        tools = spec["tools"] or {}
        body["tools"] = [_tool_to_wire(key, tool) for key, tool in tools.items() if tool]
        if resources := dict(_resources(tools, ids)):
            body["tool_resources"] = resources
    return body


def _tool_to_wire(key: str, tool: Mapping[str, Any]) -> Body:
    kind = tool["type"]
    if kind == "function":
        inner = {name: value for name, value in tool.items() if name != "type"}
        return {"type": kind, "function": {"name": tool_name(kind, key), **inner}}
    options = {k: v for k, v in tool.items() if k not in ("type", "vector_store", "files")}
    return {"type": kind, kind: options} if options else {"type": kind}


def _resources(tools: Mapping[str, Any], ids: Ids) -> Iterator[tuple[str, Body]]:
    """Yield (type of tool, resources) for each tool of a spec that has resources."""
    if SEARCH in tools:
        store = (tools[SEARCH] or {}).get("vector_store")
        # An empty list is sent for a removed tool: the server would keep the store attached.
        yield SEARCH, {"vector_store_ids": [wire_id(store, ids)] if store else []}
    if CODE in tools:
        files = (tools[CODE] or {}).get("files") or {}
        yield CODE, {"file_ids": [wire_id(file, ids) for file in files.values()]}


def wire_id(value: Any, ids: Ids) -> str:
    """Return the id to send for a reference. A value that is an id already is returned as text."""
    return ids(value.address) if isinstance(value, Reference) else str(value)


def from_wire(row: Row) -> NormalForm:
    """Return a live assistant in normal form. A field that is null counts as absent."""
    metadata = row.get("metadata") or {}
    mark = Mark.from_metadata(metadata)
    spec: dict[str, Any] = {name: row[name] for name in PLAIN if row.get(name) not in (None, "")}
    file_provenance = tuple(_file_provenance(row, mark))
    if tools := _tools(row, {provenance.file_id: provenance for provenance in file_provenance}):
        spec["tools"] = tools
    run = mark.settings.get(RUN) if mark else None
    if isinstance(run, MAPPINGS):
        spec |= {name: value for name, value in run.items() if name in PER_RUN}
    if theirs := user_metadata(metadata):
        spec["metadata"] = theirs
    return NormalForm(spec, file_provenance)


def _tools(row: Row, file_provenance: Mapping[str, FileProvenance]) -> dict[str, Any]:
    """Return the tools of a row in normal form, with their resources."""
    found: dict[str, Any] = {}
    resources = row.get("tool_resources") or {}
    for tool in row.get("tools") or []:
        kind = str(tool.get("type"))
        # `file_search` may be null, absent, or have its defaults filled in: servers differ.
        options = {k: v for k, v in (tool.get(kind) or {}).items() if v is not None}
        key = tool_key(kind, str(options.pop("name", "")) if kind == "function" else "")
        mine = resources.get(kind) or {}
        if kind == SEARCH and (stores := mine.get("vector_store_ids")):
            options["vector_store"] = RemoteId("vector_store", str(stores[0]))
        if kind == CODE and (files := mine.get("file_ids")):
            # A file without provenance is not ours, and is known by its id alone.
            options["files"] = {
                file_provenance[str(id)].address.name
                if str(id) in file_provenance
                else str(id): RemoteId("file", str(id))
                for id in files
            }
        found[_free(key, found)] = {"type": kind, **options}
    return found


def _free(key: str, taken: Mapping[str, Any]) -> str:
    """Return a key that is not used yet, because some servers store the same tool twice."""
    return key if key not in taken else _free(f"{key}'", taken)


def _file_provenance(row: Row, mark: Mark | None) -> Iterator[FileProvenance]:
    """Yield the provenance of the code interpreter's files in a row."""
    resources = (row.get("tool_resources") or {}).get(CODE) or {}
    yield from file_provenance_of(map(str, resources.get("file_ids") or []), mark)


def file_provenance_of(ids: Iterable[str], mark: Mark | None) -> Iterator[FileProvenance]:
    """Yield the provenance that a mark records for the code interpreter's files with these ids.

    The mark has room only for the end of each id. A file whose id has no such end in the mark is
    left out.
    """
    entries = mark.settings.get(FILES_IN_MARK) if mark else None
    for id in ids:
        for entry in entries if isinstance(entries, list) else []:
            name, sha256, tail = ([*str(entry).split(":"), "", ""])[:3]
            if tail and id.endswith(tail):
                yield FileProvenance(id, Address("file", name), sha256)
                break


def complete(spec: Spec) -> Spec:
    """Return a spec with the defaults that the server fills in inside of tools and formats."""
    filled = dict(spec)
    if isinstance(spec.get("tools"), MAPPINGS):
        model = str(spec.get("model", ""))
        filled["tools"] = {k: _complete_tool(t, model) for k, t in spec["tools"].items()}
    shape = spec.get("response_format")
    if isinstance(shape, MAPPINGS) and isinstance(shape.get("json_schema"), Mapping):
        filled["response_format"] = {
            **shape,
            "json_schema": {"strict": False, **_set(shape["json_schema"])},
        }
    return filled


def _complete_tool(tool: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    match tool.get("type"):
        case "function":
            # For the API, no `parameters` mean the same as a schema without properties.
            parameters = tool.get("parameters") or NO_PARAMETERS
            return {"strict": False, **_set(tool), "parameters": parameters}
        case "file_search":
            ranking = {"score_threshold": 0, **_set(tool.get("ranking_options") or {})}
            # The server returns the ranker that `auto` stands for.
            if ranking.get("ranker", "auto") == "auto":
                ranking["ranker"] = DEFAULT_RANKER
            # The API documents two defaults: 5 results for gpt-3.5-turbo, and 20 for every other
            # model.
            results = 5 if model.startswith("gpt-3.5") else 20
            return {"max_num_results": results, **_set(tool), "ranking_options": ranking}
        case "code_interpreter":
            return {"files": {}, **tool}
        case _:
            return tool


def _set(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping without the keys whose value is None."""
    return {key: value for key, value in mapping.items() if value is not None}


RUNTIME = Runtime(
    name="assistants",
    summary="An object of the Assistants v2 wire: compatible servers, and the embedded server.",
    support=SUPPORT,
    conversation=CONVERSATION,
    is_on_foundry=True,
    exported=exported,
    bindings={
        **bindings_on("assistants"),
        "assistant": Binding(
            collection="assistants",
            to_wire=to_wire,
            from_wire=from_wire,
            complete=complete,
            fields=FieldBehaviour(
                defaults={"temperature": 1, "top_p": 1, "response_format": "auto"},
                per_run=PER_RUN,
                # The API documents this field in requests, and not in what it returns.
                not_echoed=frozenset({"reasoning_effort"}),
                resolved=frozenset({"model"}),
            ),
        ),
        "vector_store": knowledge.STORE,
        "file": knowledge.FILES,
    },
)
