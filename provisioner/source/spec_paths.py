"""Follow the paths of a support table or of `drop:` into the spec of an assistant."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisioner.kinds import CONVERSATIONAL
from provisioner.model import paths


def uses(spec: Mapping[str, Any], path: str) -> list[list[str]]:
    """Return the places at which a spec uses a path of the support table.

    A path with `=VALUE` is used only where the field has that value.
    """
    wanted, value = paths.parse_choice(path)
    if wanted[0] not in spec:
        return []
    ways = _ways(spec, wanted)
    return [way for way in ways if value is None or word_of(value_at(spec, way)) == value]


def word_of(value: Any) -> str:
    """Return a value as the support table spells it: `true`, `auto`, or the `type` of an object."""
    value = value.get("type") if isinstance(value, Mapping) else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def value_at(spec: Any, way: Iterable[str]) -> Any:
    """Return the value at a place of a spec."""
    for step in way:
        spec = spec[step]
    return spec


def _ways(spec: Any, wanted: Sequence[str]) -> list[list[str]]:
    """Return the places of a spec to which a path leads.

    `tools[function]` leads to every function.
    """
    if not wanted or not isinstance(spec, Mapping):
        return [] if wanted else [[]]
    first, *rest = wanted
    if first == "tools" and rest:
        tools = spec.get("tools") or {}
        names = [n for n, tool in tools.items() if rest[0] in (n, tool.get("type"))]
        return [["tools", n, *way] for n in names for way in _ways(tools[n], rest[1:])]
    if first not in spec:
        return []
    return [[first, *way] for way in _ways(spec[first], rest)]


def removed(value: Mapping[str, Any], way: list[str]) -> Mapping[str, Any]:
    """Return a copy of a mapping without the value at a place."""
    first, *rest = way
    if rest:
        return {**value, first: removed(value[first], rest)}
    return {key: item for key, item in value.items() if key != first}


def printed(way: Iterable[str]) -> str:
    """Return the diff path of a place in an assistant's spec, as plans print it."""
    return paths.render(way, CONVERSATIONAL.keyed)
