"""What a target's runtime can do, against what the manifests ask for.

Nothing is lost in silence: a field that the runtime lacks is an error, unless the target's `drop:`
lists it, and then every plan says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.kind import Level, Runtime
from provisioner.model.resource import Resource
from provisioner.model.stack import Target
from provisioner.model.value import references
from provisioner.source.layers import steps
from provisioner.source.suggest import did_you_mean, listed

_ASSISTANT: Final = KINDS["assistant"]
_TOOL_TYPES: Final = ("file_search", "code_interpreter", "function", "web_search")
Complain = Callable[[Address, str, str, str], None]
"""address, diff path, summary, detail"""


@dataclass(frozen=True, slots=True)
class Supported:
    """What is left of desired on this target, and what was dropped."""

    desired: dict[Address, Resource]
    dropped: dict[Address, tuple[str, ...]]


def support(
    desired: Mapping[Address, Resource],
    target: Target,
    runtimes: Mapping[str, Runtime],
    others: Mapping[str, str],
    complain: Complain,
) -> Supported:
    """Drop what the target says, and complain of what else its runtime lacks.

    `others` are the Stack's targets by name, with the names of their runtimes.
    """
    runtime = runtimes[target.runtime]
    left, dropped = _drop(desired, target.drop)
    for address, resource in left.items():
        for path, what in _lacking(resource, runtime):
            ways = _ways_out(path, resource, target, others, runtimes)
            detail = f"Target `{target.name}` ({runtime.name}) has no {what}. {ways}"
            complain(address, path, "not supported by this target", detail)
    return Supported(left, dropped)


def unknown_drops(
    drop: Iterable[str], desired: Mapping[Address, Resource], runtime: Runtime | None
) -> Iterator[tuple[int, str]]:
    """The index of each entry of `drop:` that means nothing, and why."""
    fields = _ASSISTANT.schema["properties"].keys() - {"lifecycle", "name", "model"}
    known = {*fields, *KINDS, *(f"tools[{name}]" for name in _TOOL_TYPES)}
    known |= set(runtime.support) if runtime else set()
    for resource in desired.values():
        known |= {f"tools[{name}]" for name in resource.spec.get("tools") or ()}
    for index, entry in enumerate(drop):
        if entry in ("name", "model"):
            yield index, f"Every assistant has a {entry}: it cannot be dropped."
        elif entry not in known and not _is_option(entry, fields):
            meant = did_you_mean(entry, known)
            yield index, f"`{entry}` is no field of assistants, no tool, and no kind.{meant}"


def _is_option(entry: str, fields: Iterable[str]) -> bool:
    """Whether it is a path to a part of a field, such as `response_format.json_schema`."""
    first, *rest = steps(entry) or [""]
    return bool(rest) and first in fields and first != "tools"


def _drop(
    desired: Mapping[Address, Resource], drop: Iterable[str]
) -> tuple[dict[Address, Resource], dict[Address, tuple[str, ...]]]:
    kinds = {entry for entry in drop if entry in KINDS}
    paths = [entry for entry in drop if entry not in KINDS and steps(entry)]
    left: dict[Address, Resource] = {}
    dropped: dict[Address, tuple[str, ...]] = {}
    for address, resource in desired.items():
        if address.kind in kinds:
            dropped[address] = (address.kind,)
            continue
        takes = (
            [*paths, *_tools_on(resource.spec, kinds)] if address.kind == _ASSISTANT.name else []
        )
        spec, gone = _without(resource.spec, takes)
        left[address] = resource.with_spec(spec) if gone else resource
        if gone:
            dropped[address] = tuple(gone)
    return left, dropped


def _tools_on(spec: Mapping[str, Any], kinds: set[str]) -> list[str]:
    """Tools that cannot be without a dropped kind: what they refer to is not there."""
    tools = spec.get("tools") or {}
    return [
        f"tools[{name}]"
        for name, tool in tools.items()
        if any(address.kind in kinds for address in references(tool))
    ]


def _without(spec: Mapping[str, Any], paths: Iterable[str]) -> tuple[Mapping[str, Any], list[str]]:
    gone: list[str] = []
    for path in paths:
        for way in _ways(spec, steps(path)):
            spec = _removed(spec, way)
            gone.append(_printed(way))
    return spec, gone


def _ways(spec: Any, wanted: list[str]) -> list[list[str]]:
    """Where the path leads in this spec: `tools[function]` is every function."""
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


def _removed(value: Mapping[str, Any], way: list[str]) -> Mapping[str, Any]:
    first, *rest = way
    if rest:
        return {**value, first: _removed(value[first], rest)}
    return {key: item for key, item in value.items() if key != first}


def _printed(way: list[str]) -> str:
    if way[0] != "tools" or len(way) == 1:
        return ".".join(way)
    return ".".join([f"tools[{way[1]}]", *way[2:]])


def _lacking(resource: Resource, runtime: Runtime) -> Iterator[tuple[str, str]]:
    """Diff paths of what a resource uses and the runtime lacks, each with a word for it."""
    kind = resource.address.kind
    if kind != _ASSISTANT.name:
        if kind not in runtime.forms:
            yield "", f"{KINDS[kind].title}s"
        return
    for name in resource.spec:
        if name != "tools" and not _has(runtime, name):
            yield name, f"`{name}`"
    for name, tool in (resource.spec.get("tools") or {}).items():
        if not _has(runtime, f"tools[{tool['type']}]"):
            yield f"tools[{name}]", f"`{tool['type']}` tool"
    for path, word in runtime.support.items():
        if word.level is Level.UNSUPPORTED and "." in path:
            for way in _ways(resource.spec, steps(path)):
                yield _printed(way), f"`{path}`"


def _has(runtime: Runtime, path: str) -> bool:
    word = runtime.support.get(path)
    return word is not None and word.level is not Level.UNSUPPORTED


def _ways_out(
    path: str,
    resource: Resource,
    target: Target,
    others: Mapping[str, str],
    runtimes: Mapping[str, Runtime],
) -> str:
    able = [
        name
        for name, runtime in others.items()
        if name != target.name
        and runtime in runtimes
        and path not in {lacking for lacking, _ in _lacking(resource, runtimes[runtime])}
    ]
    elsewhere = f"use a target that has it ({listed(able)}), or " if able else ""
    entry = path or resource.address.kind
    return f'Remove it, {elsewhere}leave it out there: `drop: ["{entry}"]`.'
