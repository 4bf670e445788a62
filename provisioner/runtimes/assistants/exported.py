"""Reads an assistant from an export of the Assistants API, for a manifest.

`pull` uses it. An export may contain anything, so every part is checked. A part that a manifest
cannot contain is left out and reported.
"""

import re
from typing import Any, Final

from provisioner.kinds.shared import METADATA_KEYS
from provisioner.model.exported import Exported
from provisioner.model.mark import PREFIX
from provisioner.model.paths import render
from provisioner.model.provider import Row
from provisioner.model.value import walk
from provisioner.runtimes.assistants.conversation import PER_RUN
from provisioner.runtimes.assistants.fields import CODE, DEFAULT_RANKER, PLAIN, SEARCH

DEEPEST: Final = 50
"""The most levels of one assistant. The API accepts ten levels of a schema."""
ABOUT: Final = frozenset({"id", "object", "created_at"})
"""Fields that the server sets, which no manifest has."""
DEFAULTS: Final = {"temperature": 1, "top_p": 1, "response_format": "auto"}
FORMAT_KEYS: Final = ("name", "description", "strict", "schema")
"""The keys of a JSON Schema format."""
DEFAULT_RANKING: Final = {"ranker": DEFAULT_RANKER, "score_threshold": 0}
_ID: Final = re.compile(r"[\w.:-]{1,100}", re.ASCII)
"""Matches the id of an object."""
_HALVES: Final = re.compile("[\ud800-\udfff]")
"""Matches half of a surrogate pair, which no UTF-8 file can contain."""

Json = dict[str, Any]


def exported(row: Row) -> Exported:
    """Return one object of an export as an assistant, with the parts that no manifest can contain."""
    one = Exported(_id(row.get("id")))
    if row.get("object", "assistant") != "assistant":
        one.refuse("The object is not an assistant.")
    elif _depth(row) > DEEPEST:
        one.refuse(
            f"The object has more than {DEEPEST} nested levels, and no assistant of the API has so"
            " many."
        )
    else:
        _take(one, row)
    return one


def _take(one: Exported, row: Row) -> None:
    """Add every field of the row to the spec of `one`, or to its list of lost parts."""
    clean = walk(row, lambda leaf: _HALVES.sub("\ufffd", leaf) if isinstance(leaf, str) else leaf)
    if clean != row:
        one.lose("", "Halves of surrogate pairs were replaced by �.")
    one.spec = {name: clean[name] for name in (*PLAIN, *sorted(PER_RUN)) if _says(clean, name)}
    if not isinstance(one.spec.get("instructions", ""), str):
        # In a manifest a mapping names a file to read, which an export must not choose.
        del one.spec["instructions"]
        one.lose("instructions", "The value is not a text.")
    _lose_odd_shapes(one, clean)
    _take_tools(one, clean)
    _take_format(one)
    _take_metadata(one, clean.get("metadata"))
    known = {*ABOUT, *PLAIN, *PER_RUN, "tools", "tool_resources", "metadata", "file_ids"}
    # An empty value holds nothing that a manifest could lose.
    for name in clean.keys() - known:
        if clean[name] not in (None, "", [], {}):
            one.lose(name, "A manifest has no such field.")


_SHAPES: Final[tuple[tuple[str, type, str], ...]] = (
    ("tools", list, "The value is not a list."),
    ("file_ids", list, "The value is not a list."),
    ("tool_resources", dict, "The value is not a mapping."),
    ("metadata", dict, "The value is not a mapping."),
)
"""For each field: its type, and the reason to report if it has another type."""
_RESOURCES: Final = {SEARCH: "vector_store_ids", CODE: "file_ids"}
"""For each tool with resources, the key of their ids in `tool_resources`."""


def _lose_odd_shapes(one: Exported, row: Json) -> None:
    """Report fields that do not have the API's type, and values that are not written like an id."""
    for name, shape, why in _SHAPES:
        if not isinstance(row.get(name) or shape(), shape):
            one.lose(name, why)
    for tool, inner in _set(row.get("tool_resources")).items():
        ids = inner.get(_RESOURCES[tool]) or [] if _is_resource(tool, inner) else None
        if ids is None or _set(inner).keys() - {_RESOURCES[tool]} or not all(map(_id, ids or ())):
            one.lose(
                render(("tool_resources", tool)), "A manifest can have only a list of ids here."
            )


def _is_resource(tool: str, inner: Any) -> bool:
    """Return true if a value has the form of the resources of this tool."""
    key = _RESOURCES.get(tool, "")
    return bool(key) and isinstance(inner, dict) and isinstance(inner.get(key) or [], list)


def _says(row: Json, name: str) -> bool:
    """Return true if a field has another value than the server's default."""
    value = row.get(name)
    if value in (None, ""):
        return False
    # In Python `True == 1`, so true would look like the default of a temperature.
    return isinstance(value, bool) or name not in DEFAULTS or value != DEFAULTS[name]


def _take_tools(one: Exported, row: Json) -> None:
    """Add the tools to the spec of `one`, and the ids of their stores and files to `one` itself."""
    resources = row.get("tool_resources")
    resources = resources if isinstance(resources, dict) else {}
    one.searching = SEARCH
    one.stores = _ids(resources, SEARCH, "vector_store_ids")
    one.files = (*_ids(resources, CODE, "file_ids"), *_strings(row.get("file_ids")))
    listed = row.get("tools")
    read = (_tool(one, tool, number) for number, tool in enumerate(_list(listed), 1))
    tools = [tool for tool in read if tool]
    if one.stores and not any(tool["type"] == SEARCH for tool in tools):
        one.lose("tool_resources.file_search", "The assistant does not have that tool.")
        one.stores = ()
    if one.stores[1:]:
        one.lose(
            "tool_resources.file_search",
            f"A manifest names one store, but the assistant has {len(one.stores)}: {', '.join(one.stores)}.",
        )
    if tools:
        one.spec["tools"] = tools


def _tool(one: Exported, tool: Any, number: int) -> Json | None:
    """Return one tool as a manifest has it, or None after reporting the loss."""
    kind = tool.get("type") if isinstance(tool, dict) else None
    if not isinstance(kind, str):
        one.lose("tools", f"Item {number} of the list has no type.")
        return None
    if kind == "retrieval":
        kind = SEARCH  # its name before version 2
    options = _set(tool.get(kind))
    if kind == "function":
        # The server fills in false, so a manifest does not repeat it.
        if options.get("strict") is False:
            del options["strict"]
        return {"type": kind, "function": options}
    if kind in (SEARCH, CODE):
        # These are what the server fills in, and nobody wrote them.
        if _set(options.get("ranking_options")) in ({}, DEFAULT_RANKING):
            options.pop("ranking_options", None)
        return {"type": kind, **options}
    one.lose(f"tools[{kind}]", "The Assistants API has no such tool.")
    return None


def _take_format(one: Exported) -> None:
    """Remove from the JSON Schema format in the spec of `one` the keys that a manifest does not have."""
    shape = one.spec.get("response_format")
    inner = shape.get("json_schema") if isinstance(shape, dict) else None
    if isinstance(shape, dict) and isinstance(inner, dict):
        kept = {key: inner[key] for key in FORMAT_KEYS if inner.get(key) is not None}
        one.spec["response_format"] = {**shape, "json_schema": kept}


def _take_metadata(one: Exported, metadata: Any) -> None:
    """Add the metadata to the spec of `one`, without marks and with at most METADATA_KEYS keys."""
    theirs = _set(metadata)
    for key in [key for key in theirs if key.startswith(PREFIX)]:
        del theirs[key]
        one.lose(
            render(("metadata", key)),
            "The key is a part of the mark of the Stack that owned the assistant.",
        )
    for key in list(theirs)[METADATA_KEYS:]:
        del theirs[key]
        one.lose(
            render(("metadata", key)),
            f"A manifest has at most {METADATA_KEYS} keys of metadata, since the mark needs the rest.",
        )
    if theirs:
        one.spec["metadata"] = theirs


def _id(value: Any) -> str:
    """Return an id, or '' for any other value, because ids are written into comments and reports."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _ids(resources: Json, tool: str, key: str) -> tuple[str, ...]:
    """Return the ids in the resources of a tool."""
    inner = resources.get(tool)
    return _strings(inner.get(key)) if isinstance(inner, dict) else ()


def _strings(value: Any) -> tuple[str, ...]:
    """Return the ids in a list, each once."""
    return tuple(dict.fromkeys(filter(None, map(_id, _list(value)))))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _set(value: Any) -> Json:
    """Return a mapping without the keys whose value is None, and {} for any other value."""
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else {}


def _depth(value: Any) -> int:
    """Return the number of nested levels of a value."""
    # Level by level and without recursion, because an export may be nested as deep as it likes.
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth
