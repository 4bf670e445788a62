"""Returns each runtime's support of a field, for `explain`.

It comes from the support matrix for fields of assistants and functions, and from the bindings for
all others.
"""

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
"""Matches the note of `becomes`, which names the field of the API."""
# A Function has no object: its fields are those of the tool into which it is copied.
_MATRIX: Final = {"assistant": "", "function": "tools[function]."}
"""For each kind whose fields are rows of the support matrix, the beginning of its rows' paths."""


def holdings(kind: Kind, path: str) -> Iterator[Holding]:
    """Yield each runtime's support of a field.

    `path` is its path in the kind, such as `tools[].type`.
    """
    path = path.replace("[]", "")
    for runtime in RUNTIMES.values():
        if kind.name in _MATRIX:
            yield _by_matrix(runtime, kind, path, f"{_MATRIX[kind.name]}{path}")
        else:
            yield _by_binding(runtime, kind, path)


def places(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield (name of a runtime, phrase) for each runtime.

    The phrase says how objects of the kind exist there, such as `an object in vector_stores`.
    """
    for runtime in RUNTIMES.values():
        binding = runtime.bindings.get(kind.name)
        if kind.inlined:
            yield runtime.name, "a part of each object that refers to it"
        elif binding is None:
            yield runtime.name, "does not exist there"
        else:
            yield runtime.name, f"an object in {binding.collection}"


def _by_matrix(runtime: Runtime, kind: Kind, path: str, row: str) -> Holding:
    """Return the support of a field that is a row of the matrix."""
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
        # A note begins with `Becomes` only if the field has another name in the API.
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
        "The server may not return it. Then it is compared with what was last applied."
        if top in binding.fields.not_echoed
        else "",
        _default(runtime, kind, path),
    )


def _default(runtime: Runtime, kind: Kind, path: str) -> str:
    """Return the value of a field that was never set, as JSON, or '' if it is not known."""
    binding = runtime.bindings.get(kind.name)
    value: Any = binding.fields.defaults.get(path) if binding else None
    return "" if value is None else json.dumps(value)
