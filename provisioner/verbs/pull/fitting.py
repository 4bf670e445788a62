"""Fit an exported assistant into the manifest language.

Values that do not fit are left out and reported.
"""

from collections.abc import Iterator
from typing import Any

from provisioner.kinds import CONVERSATIONAL
from provisioner.model.exported import Exported
from provisioner.model.paths import render
from provisioner.model.value import walk
from provisioner.source.check import SPECS

Json = dict[str, Any]


def fit(one: Exported) -> None:
    """Remove from a spec what the manifest language refuses, in the smallest possible parts."""
    while misfit := next(_misfits(one.spec), None):
        place, why = misfit
        *way, last = _removable(one.spec, place)
        inside: Any = one.spec
        for step in way:
            inside = inside[step]
        one.lose(_printed(one.spec, (*way, last)), f"{why[:1].upper()}{why[1:]}.")
        del inside[last]


def _misfits(spec: Json) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the place of each value that does not fit, and the reason."""
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
    """Return the path of the smallest part around a place that can be left out of a spec."""
    match place:
        case ("metadata", str(key), *_) if key in spec["metadata"]:
            return "metadata", key
        case ("tools", int(index), str(option), *_) if option not in (
            "type",
            CONVERSATIONAL.inline_key,
        ):
            return ("tools", index, option) if option in spec["tools"][index] else place[:2]
        case ("tools", int(index), *_):
            return "tools", index
    return place[:1]


def _printed(spec: Json, way: tuple[str | int, ...]) -> str:
    """Return the path of a place in an exported spec as plans print it."""
    if way[0] == "tools" and len(way) > 1:
        tool = spec["tools"][way[1]]
        inline = tool.get(CONVERSATIONAL.inline_key)
        name = inline.get("name") if isinstance(inline, dict) else None
        way = ("tools", CONVERSATIONAL.tool_key(tool["type"], str(name or "")), *way[2:])
    return render(way, CONVERSATIONAL.keyed)
