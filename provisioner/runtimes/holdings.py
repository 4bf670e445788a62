"""Returns the support of a field by each runtime, from the support matrix or the bindings."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from provisioner.model.explanation import Holding
from provisioner.model.kind import Kind
from provisioner.model.runtime import Level, Runtime
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes.matrix import word

_BECOMES: Final = re.compile(r"Becomes `(?P<name>[^`]+)`\.\s*")
_MATRIX: Final = {"assistant": "", "function": "tools[function]."}
"""Kinds whose fields are rows of the matrix, and the beginning of their paths in it."""


def holdings(kind: Kind, path: str) -> Iterator[Holding]:
    """Yield each runtime's support of the field at a path of a kind, such as `tools[function].strict`."""
    path = path.replace("[]", "")
    for runtime in RUNTIMES.values():
        if kind.name in _MATRIX:
            yield _by_matrix(runtime, kind, path, f"{_MATRIX[kind.name]}{path}")
        else:
            yield _by_binding(runtime, kind, path)


def places(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the name of each runtime, with a phrase about how objects of a kind live there."""
    for runtime in RUNTIMES.values():
        binding = runtime.bindings.get(kind.name)
        if kind.inlined:
            yield runtime.name, "a part of whatever refers to it"
        elif binding is None:
            yield runtime.name, "does not exist there"
        else:
            yield runtime.name, f"an object in {binding.collection}"


def _by_matrix(runtime: Runtime, kind: Kind, path: str, row: str) -> Holding:
    support = word(runtime, row)
    lacks = support.level is Level.UNSUPPORTED
    renamed = _BECOMES.search(support.note)
    values = [
        (other.removeprefix(f"{row}="), one.level, one.note)
        for other, one in runtime.support.items()
        if other.startswith(f"{row}=")
    ]
    return Holding(
        runtime.name,
        support.level,
        "" if lacks else renamed["name"] if renamed else row,
        _BECOMES.sub("", support.note),
        "" if lacks else _default(runtime, kind, path),
        tuple(values),
    )


def _by_binding(runtime: Runtime, kind: Kind, path: str) -> Holding:
    """Return the support of a field of a kind that a runtime supports as a whole, or not at all."""
    binding, top = runtime.bindings.get(kind.name), path.partition(".")[0]
    if binding is None:
        return Holding(runtime.name, Level.UNSUPPORTED, note="This kind does not exist there.")
    return Holding(
        runtime.name,
        Level.PER_RUN if top in binding.fields.per_run else Level.STORED,
        f"an object in {binding.collection}",
        "The server does not always return it." if top in binding.fields.not_echoed else "",
        _default(runtime, kind, path),
    )


def _default(runtime: Runtime, kind: Kind, path: str) -> str:
    """Return the value of a field that was never set on the server, as JSON; '' if it is not known."""
    binding = runtime.bindings.get(kind.name)
    value: Any = binding.fields.defaults.get(path) if binding else None
    return "" if value is None else json.dumps(value)
