"""Converts tools between an assistant's spec and a Responses request."""

from collections.abc import Mapping
from typing import Any, Final

from provisioner.kinds.assistant_tools import NAMES, tool_key, tool_name
from provisioner.model.binding import Ids
from provisioner.model.provider import Body
from provisioner.model.remote import FileProvenance
from provisioner.model.value import Reference, RemoteId, walk
from provisioner.runtimes._shared.wire_paths import (
    WirePath,
    WirePaths,
    from_wire_paths,
    to_wire_paths,
)
from provisioner.runtimes.assistants import NO_PARAMETERS, wire_id
from provisioner.runtimes.assistants.fields import CODE, SEARCH

_RANKERS: Final = {"default_2024_08_21": "default-2024-11-15"}
"""For each ranker of the Assistants API, its name in the Responses API."""
_TYPES: Final = {"computer_use": "computer"}
"""Types of tools that have another name in the Responses API."""
_TYPES_BACK: Final = {wire: type for type, wire in _TYPES.items()}


def with_ranker(ranking: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ranking options with the name that the Responses API has for their ranker."""
    ranker = ranking.get("ranker", "auto")
    return {**ranking, "ranker": _RANKERS.get(ranker, ranker)}


def _allowed_to_wire(allowed: Mapping[str, Any]) -> Any:
    """Return the allowed tools as a list of names if nothing else restricts them, else unchanged."""
    return allowed["tool_names"] if allowed.keys() == {"tool_names"} else allowed


def _allowed_from_wire(allowed: Any) -> Any:
    return allowed if isinstance(allowed, Mapping) else {"tool_names": list(allowed)}


def _without_type(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping without its key `type`."""
    return {key: item for key, item in value.items() if key != "type"}


_WIRE_PATHS: Final[Mapping[str, WirePaths]] = {
    SEARCH: {"ranking_options": WirePath("ranking_options", with_ranker)},
    "web_search": {
        "allowed_domains": WirePath("filters.allowed_domains"),
        "context_size": WirePath("search_context_size"),
        "location": WirePath(
            "user_location", lambda place: {"type": "approximate", **place}, _without_type
        ),
        "mode": WirePath(
            "external_web_access",
            lambda mode: mode == "live",
            lambda on: "live" if on else "cached",
        ),
    },
    CODE: {
        "files": WirePath("container.file_ids"),
        "memory_limit": WirePath("container.memory_limit"),
        "network_policy": WirePath("container.network_policy"),
    },
    "mcp": {
        "allowed_tools": WirePath("allowed_tools", _allowed_to_wire, _allowed_from_wire),
        "authorization_env": WirePath(
            # The token is filled in when an application loads the release, so no release contains
            # it.
            "authorization",
            lambda name: f"${{env:{name}}}",
            lambda text: str(text).removeprefix("${env:").removesuffix("}"),
        ),
    },
}


def tool_to_wire(key: str, tool: Mapping[str, Any], ids: Ids) -> Body:
    """Return one tool of a spec as a request contains it."""
    type = tool["type"]
    options = walk(_without_type(tool), lambda leaf: _id(leaf, ids))
    if type == "function":
        # Without `strict` the server may choose strict mode, so a release always has the field.
        options = {"strict": False, "parameters": NO_PARAMETERS, **options}
    if type == SEARCH:
        store = options.pop("vector_store", None)
        options["vector_store_ids"] = options.pop("vector_stores", [store] if store else [])
    if type == CODE:
        options["files"] = [*options.get("files", {}).values()]
    named = {NAMES[type]: tool_name(type, key)} if type in NAMES else {}
    body = {
        "type": _TYPES.get(type, type),
        **named,
        **to_wire_paths(options, _WIRE_PATHS.get(type, {})),
    }
    if type == CODE:
        # The server makes a container for each response. A container with an id would expire.
        body["container"]["type"] = "auto"
    return body


def _id(leaf: Any, ids: Ids) -> Any:
    return wire_id(leaf, ids) if isinstance(leaf, Reference | RemoteId) else leaf


def tool_from_wire(
    body: Mapping[str, Any], file_provenance: Mapping[str, FileProvenance]
) -> tuple[str, Any]:
    """Return (key, tool in normal form) for a tool of a request."""
    type = str(_TYPES_BACK.get(str(body.get("type")), body.get("type")))
    options = from_wire_paths(_without_type(body), _WIRE_PATHS.get(type, {}))
    key = tool_key(type, str(options.pop(NAMES[type], "")) if type in NAMES else "")
    if type == SEARCH:
        # A single store is read as `vector_store`, which is how `normalise` writes a spec with one
        # store.
        stores = [RemoteId("vector_store", str(id)) for id in options.pop("vector_store_ids", ())]
        if len(stores) == 1:
            options["vector_store"] = stores[0]
        elif stores:
            options["vector_stores"] = stores
    if type == CODE:
        ids = [str(id) for id in options.get("files", ())]
        # A file without provenance is not ours, and is known by its id alone.
        options["files"] = {
            file_provenance[id].address.name if id in file_provenance else id: RemoteId("file", id)
            for id in ids
        }
    return key, {"type": type, **options}
