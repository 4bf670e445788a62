"""Turn an exported assistant into the spec of a manifest, field by field.

Nothing in an export is believed. A part that fits no manifest is left out, and that is reported.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from provisioner.kinds import CONVERSATIONAL
from provisioner.kinds.assistant_tools import tool_key
from provisioner.kinds.shared import METADATA_KEYS
from provisioner.model.frozen import frozen
from provisioner.model.mark import PREFIX
from provisioner.model.paths import render
from provisioner.model.value import walk
from provisioner.runtimes.assistants import CODE, DEFAULT_RANKER, PLAIN, SEARCH
from provisioner.runtimes.assistants.conversation import PER_RUN
from provisioner.source.check import SPECS

DEEPEST: Final = 50
"""The number of levels that one assistant may have. The API takes ten levels of a schema."""
ABOUT: Final = frozenset({"id", "object", "created_at"})
DEFAULTS: Final = {"temperature": 1, "top_p": 1, "response_format": "auto"}
FORMAT_KEYS: Final = ("name", "description", "strict", "schema")
DEFAULT_RANKING: Final = {"ranker": DEFAULT_RANKER, "score_threshold": 0}
_ID: Final = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_HALVES: Final = re.compile("[\ud800-\udfff]")

Json = dict[str, Any]


@frozen
class Lost:
    """A part of an export that has no place in a manifest, and why. Without a path it is the whole."""

    path: str
    why: str


@dataclass(slots=True)
class Exported:
    """One assistant of an export. `spec` is a manifest's, but for `stores` and `files`, known by their ids.

    Functions and formats stand inline. `lost` are the parts of the export that are not in `spec`.
    """

    id: str
    spec: Json = field(default_factory=dict)
    stores: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    lost: list[Lost] = field(default_factory=list)
    usable: bool = True

    @property
    def name(self) -> str:
        return str(self.spec.get("name") or "")

    def lose(self, path: str, why: str) -> None:
        self.lost.append(Lost(path, why))


def assistant_of(row: Json) -> Exported:
    """Return one object of an export as an assistant, with what of it has no place in a manifest."""
    one = Exported(_id(row.get("id")))
    if row.get("object", "assistant") != "assistant":
        return _unusable(one, "It is not an assistant.")
    if _depth(row) > DEEPEST:
        return _unusable(one, "It is nested too deeply.")
    clean = walk(row, lambda leaf: _HALVES.sub("\ufffd", leaf) if isinstance(leaf, str) else leaf)
    if clean != row:
        one.lose("", "Halves of surrogate pairs were replaced by �.")
    one.spec = {name: clean[name] for name in (*PLAIN, *sorted(PER_RUN)) if _says(clean, name)}
    if not isinstance(one.spec.get("instructions", ""), str):
        # A manifest may name a file here; an export may not.
        del one.spec["instructions"]
        one.lose("instructions", "They are not text.")
    _take_tools(one, clean)
    _take_format(one)
    _take_metadata(one, clean.get("metadata"))
    known = {*ABOUT, *PLAIN, *PER_RUN, "tools", "tool_resources", "metadata", "file_ids"}
    for name in clean.keys() - known:
        if clean[name] not in (None, "", [], {}):
            one.lose(name, "A manifest has no such field.")
    _fit(one)
    return one if "model" in one.spec else _unusable(one, "It names no model.")


def _unusable(one: Exported, why: str) -> Exported:
    one.usable = False
    one.lose("", why)
    return one


def _says(row: Json, name: str) -> bool:
    """Return true if a field is set to another value than the server's default."""
    value = row.get(name)
    if value in (None, ""):
        return False
    return isinstance(value, bool) or name not in DEFAULTS or value != DEFAULTS[name]


def _take_tools(one: Exported, row: Json) -> None:
    resources = row.get("tool_resources")
    resources = resources if isinstance(resources, dict) else {}
    one.stores = _ids(resources, SEARCH, "vector_store_ids")
    one.files = (*_ids(resources, CODE, "file_ids"), *_strings(row.get("file_ids")))
    listed = row.get("tools")
    tools = [tool for tool in (_tool(one, tool) for tool in _list(listed)) if tool]
    if one.stores and not any(tool["type"] == SEARCH for tool in tools):
        one.lose("tool_resources.file_search", "The assistant does not have that tool.")
        one.stores = ()
    if one.stores[1:]:
        one.lose(
            "tool_resources.file_search",
            f"A manifest names one store, and the assistant had {len(one.stores)}: {', '.join(one.stores)}.",
        )
    if tools:
        one.spec["tools"] = tools


def _tool(one: Exported, tool: Any) -> Json | None:
    kind = tool.get("type") if isinstance(tool, dict) else None
    if kind == "retrieval":
        kind = SEARCH  # its name before version 2
    options = _set(tool.get(str(kind))) if isinstance(tool, dict) else {}
    if kind == "function":
        if options.get("strict") is False:
            del options["strict"]
        return {"type": kind, "function": options}
    if kind in (SEARCH, CODE):
        if _set(options.get("ranking_options")) in ({}, DEFAULT_RANKING):
            options.pop("ranking_options", None)
        return {"type": kind, **options}
    one.lose(f"tools[{kind}]", "There is no such tool on the Assistants wire.")
    return None


def _take_format(one: Exported) -> None:
    shape = one.spec.get("response_format")
    inner = shape.get("json_schema") if isinstance(shape, dict) else None
    if isinstance(shape, dict) and isinstance(inner, dict):
        kept = {key: inner[key] for key in FORMAT_KEYS if inner.get(key) is not None}
        one.spec["response_format"] = {**shape, "json_schema": kept}


def _take_metadata(one: Exported, metadata: Any) -> None:
    theirs = _set(metadata)
    for key in [key for key in theirs if key.startswith(PREFIX)]:
        del theirs[key]
        one.lose(
            render(("metadata", key)), "It is the mark of the stack that this one belonged to."
        )
    for key in list(theirs)[METADATA_KEYS:]:
        del theirs[key]
        one.lose(
            render(("metadata", key)), f"There is room for {METADATA_KEYS} keys beside our mark."
        )
    if theirs:
        one.spec["metadata"] = theirs


def _fit(one: Exported) -> None:
    """Remove from the spec what the manifest language refuses, in the smallest parts that can go."""
    while misfit := next(_misfits(one.spec), None):
        place, why = misfit
        *way, last = _removable(one.spec, place)
        inside: Any = one.spec
        for step in way:
            inside = inside[step]
        one.lose(_printed(one.spec, (*way, last)), f"{why[:1].upper()}{why[1:]}.")
        del inside[last]


def _misfits(spec: Json) -> Iterator[tuple[tuple[str | int, ...], str]]:
    # A value with a variable is not checked. An export has only texts that look like variables.
    judged = walk(spec, lambda leaf: leaf.replace("${", "$_") if isinstance(leaf, str) else leaf)
    right = True
    for item in SPECS[CONVERSATIONAL.name].check(judged, whole=False):
        right = False
        yield item.place, item.code.summary
    for problem in CONVERSATIONAL.check(judged) if right else ():
        if not problem.is_warning:
            yield problem.path, problem.code.summary


def _removable(spec: Json, place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path of the smallest part around `place` that can be left out of a spec."""
    match place:
        case ("metadata", str(key), *_) if key in spec["metadata"]:
            return "metadata", key
        case ("tools", int(index), str(option), *_) if option not in ("type", "function"):
            return ("tools", index, option) if option in spec["tools"][index] else place[:2]
        case ("tools", int(index), *_):
            return "tools", index
    return place[:1]


def _printed(spec: Json, way: tuple[str | int, ...]) -> str:
    """Return the path of a place in an exported spec as plans print it; tools are a list there."""
    if way[0] == "tools" and len(way) > 1:
        tool = spec["tools"][way[1]]
        function = tool.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        way = ("tools", tool_key(tool["type"], str(name or "")), *way[2:])
    return render(way, CONVERSATIONAL.keyed)


def _id(value: Any) -> str:
    """Return an id; '' for a value that is none, because ids are written into comments and reports."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _ids(resources: Json, tool: str, key: str) -> tuple[str, ...]:
    inner = resources.get(tool)
    return _strings(inner.get(key)) if isinstance(inner, dict) else ()


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_id, _list(value)))))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _set(value: Any) -> Json:
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else {}


def _depth(value: Any) -> int:
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
