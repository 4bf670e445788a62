"""Compare the declared resources with the fields and tools that the target's runtime supports.

No field is lost silently. A field that the runtime lacks is an error unless the target's `drop:`
lists it, and every plan names the dropped fields.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.kinds import CONVERSATIONAL, KINDS
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.codes import stacks as codes
from provisioner.model.frozen import frozen
from provisioner.model.resource import Resource
from provisioner.model.runtime import Level, Runtime, Support
from provisioner.model.stack import Target
from provisioner.model.value import references
from provisioner.source.spec_paths import printed, removed, uses, value_at
from provisioner.source.suggest import did_you_mean, listed

Complain = Callable[[Address, str, Code, str], None]
"""Reports one problem: the address, the diff path, the code and the detail."""
UNSUPPORTED: Final = codes.UNSUPPORTED_FIELD
TOO_LONG: Final = codes.TOO_LONG_FOR_TARGET


@frozen
class Supported:
    """The desired side without the dropped fields, and the paths that were dropped of each address."""

    desired: dict[Address, Resource]
    dropped: dict[Address, tuple[str, ...]]


def support(
    desired: Mapping[Address, Resource],
    target: Target,
    runtimes: Mapping[str, Runtime],
    others: Mapping[str, str],
    complain: Complain,
) -> Supported:
    """Leave out the fields in the target's `drop:`, and report every other unsupported field.

    `others` has the runtime's name of each target of the Stack, so that a message can name a target
    that supports the field.
    """
    runtime = runtimes[target.runtime]
    table = Table(runtime)
    left, dropped = dropping(desired, target.drop)
    for address, resource in left.items():
        for lack in table.lacking(resource):
            ways = _ways_out(lack, resource, target, others, runtimes)
            what = f"Target `{target.name}` ({runtime.name}) has no {lack.what}."
            detail = " ".join(filter(None, [what, lack.note, ways]))
            complain(address, lack.path, UNSUPPORTED, detail)
        for path, limit in table.too_long(resource):
            detail = (
                f"Target `{target.name}` ({runtime.name}) takes at most {limit} characters here."
            )
            complain(address, path, TOO_LONG, detail)
    return Supported(left, dropped)


def unknown_drops(
    drop: Iterable[str], desired: Mapping[Address, Resource], runtime: Runtime | None
) -> Iterator[tuple[int, str]]:
    """Yield the index of each `drop:` entry that has no effect, and the message that says why."""
    # Every assistant needs a name and a model; checks and lifecycle are sent to no runtime.
    fields = CONVERSATIONAL.schema["properties"].keys() - {"checks", "lifecycle", "name", "model"}
    known = {*fields, *KINDS, *(f"tools[{name}]" for name in CONVERSATIONAL.tools)}
    known |= set(runtime.support) if runtime else set()
    for resource in desired.values():
        known |= {printed(("tools", name)) for name in resource.spec.get("tools") or ()}
    for index, entry in enumerate(drop):
        try:
            keys, _ = paths.parse_choice(entry)
        except ValueError as error:
            yield index, f"`{entry}` is no path of a field: {error}."
            continue
        path = paths.render(keys, CONVERSATIONAL.keyed)
        if path in ("name", "model"):
            yield index, f"Every assistant needs a {path}, so it cannot be dropped."
        elif path not in known and not _is_option(path, known):
            meant = did_you_mean(entry, known)
            yield (
                index,
                f"`{entry}` is neither a field of assistants, nor a tool, nor a kind.{meant}",
            )


def _is_option(path: str, known: Iterable[str]) -> bool:
    """Return true if a path leads into a known field, as `response_format.json_schema` does."""
    return any(paths.covers(whole, path) for whole in known if whole not in ("tools", *KINDS))


def dropping(
    desired: Mapping[Address, Resource], drop: Iterable[str]
) -> tuple[dict[Address, Resource], dict[Address, tuple[str, ...]]]:
    """Return the resources without the entries of `drop`, and the paths that were left out of each.

    An entry is a kind, or a diff path of assistants.
    """
    kinds = {entry for entry in drop if entry in KINDS}
    entries = [entry for entry in drop if entry not in KINDS and _is_path(entry)]
    left: dict[Address, Resource] = {}
    dropped: dict[Address, tuple[str, ...]] = {}
    for address, resource in desired.items():
        if address.kind in kinds:
            dropped[address] = (address.kind,)
            continue
        # Paths in `drop:` are paths of assistants. Any other kind is dropped as a whole.
        takes = (
            [*entries, *_parts_on(resource.spec, kinds)]
            if address.kind == CONVERSATIONAL.name
            else []
        )
        spec, gone = _without(resource.spec, takes)
        left[address] = resource.with_spec(spec) if gone else resource
        if gone:
            dropped[address] = tuple(gone)
    return left, dropped


def _parts_on(spec: Mapping[str, Any], kinds: set[str]) -> list[str]:
    """Return the paths of the tools and session settings that refer to objects of these kinds.

    `spec` is that of an assistant.
    """
    if not kinds:
        return []
    # Without its store or vault, such a tool or session would name an object that is not there.
    parts = {
        printed((field, name)): part
        for field in ("tools", "session")
        for name, part in (spec.get(field) or {}).items()
    }
    return [
        path
        for path, part in parts.items()
        if any(address.kind in kinds for address in references(part))
    ]


def _is_path(entry: str) -> bool:
    try:
        paths.parse_choice(entry)
    except ValueError:  # `unknown_drops` reports such an entry
        return False
    return True


def _without(
    spec: Mapping[str, Any], entries: Iterable[str]
) -> tuple[Mapping[str, Any], list[str]]:
    """Return a spec without the values at these paths, and the exact paths that were removed."""
    gone: list[str] = []
    for path in entries:
        for way in uses(spec, path):
            spec = removed(spec, way)
            gone.append(printed(way))
    return spec, gone


@frozen
class Lack:
    """A field, tool or value that a resource uses and its runtime does not support.

    `path` is its diff path, `what` its name in a message, and `drop` the entry of `drop:` that
    would leave it out. `note` is the runtime's advice, if it has any.
    """

    path: str
    what: str
    drop: str
    note: str = ""


class Table:
    """The unsupported parts of a runtime, extracted once from its support table for many resources."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.unsupported = {
            row: (paths.parse_choice(row)[0], word)
            for row, word in runtime.support.items()
            if word.level is Level.UNSUPPORTED and ("." in row or "=" in row)
        }
        """For each unsupported part or single value of a field: the keys of its path, and
        what the runtime says of it."""
        self.limits = {path: word.limit for path, word in runtime.support.items() if word.limit}

    def lacking(self, resource: Resource) -> Iterator[Lack]:
        """Yield everything that a resource uses and the runtime does not support."""
        kind, spec, runtime = resource.address.kind, resource.spec, self.runtime
        if kind != CONVERSATIONAL.name:
            if kind not in runtime.bindings:
                yield Lack("", f"{KINDS[kind].title}s", kind)
            return
        tools = spec.get("tools") or {}
        # A row names a tool by its type, or a single tool by its key.
        called = {*tools, *(tool["type"] for tool in tools.values())}
        lost = {name: name for name in spec if name != "tools" and not has(runtime, name)}
        for name, tool in tools.items():
            if not has(runtime, row := f"tools[{tool['type']}]"):
                lost[printed(("tools", name))] = row
        for path, row in lost.items():
            # The row is written `tools[TYPE]`: six characters before the type, one after it.
            what = f"`{row[6:-1]}` tool" if row.startswith("tools[") else f"`{row}`"
            yield Lack(path, what, path, _note(runtime.support.get(row)))
        options = {key for tool in tools.values() for key in tool}
        for row, (keys, word) in self.unsupported.items():
            if keys[0] == "tools" and (
                keys[1] not in called or (keys[2:] and options.isdisjoint(keys[2:3]))
            ):
                continue  # most rows are about tools and options that an assistant does not have
            for way in uses(spec, row):
                path = printed(way)
                # A part of a tool that is lost as a whole is not listed again.
                if not any(paths.covers(part, path) for part in lost):
                    yield Lack(path, f"`{row}`", row, _note(word))

    def too_long(self, resource: Resource) -> Iterator[tuple[str, int]]:
        """Yield the path of each text that is too long for the runtime, and the limit in characters."""
        if resource.address.kind != CONVERSATIONAL.name:
            return
        for path, limit in self.limits.items():
            for way in uses(resource.spec, path):
                if len(str(value_at(resource.spec, way))) > limit:
                    yield printed(way), limit


def lacking(resource: Resource, runtime: Runtime) -> Iterator[Lack]:
    """Yield everything that a resource uses and a runtime does not support."""
    return Table(runtime).lacking(resource)


def too_long(resource: Resource, runtime: Runtime) -> Iterator[tuple[str, int]]:
    """Yield the path and the limit of each text of a resource that is too long for a runtime."""
    return Table(runtime).too_long(resource)


def _note(word: Support | None) -> str:
    return word.note if word else ""


def has(runtime: Runtime, path: str) -> bool:
    """Return true if a runtime supports a field or a tool."""
    word = runtime.support.get(path)
    return word is not None and word.level is not Level.UNSUPPORTED


def _ways_out(
    lack: Lack,
    resource: Resource,
    target: Target,
    others: Mapping[str, str],
    runtimes: Mapping[str, Runtime],
) -> str:
    """Return what a user can do about an unsupported field, in one sentence."""
    able = [
        name
        for name, runtime in others.items()
        if name != target.name
        and runtime in runtimes
        and not any(
            paths.covers(other.path, lack.path) for other in lacking(resource, runtimes[runtime])
        )
    ]
    elsewhere = f"use a target that has it ({listed(able)}), or " if able else "or "
    return f'Remove it, {elsewhere}leave it out on this target: `drop: ["{lack.drop}"]`.'
