"""Reduce specs to the parts of the matrix that a runtime supports."""

from collections.abc import Mapping
from typing import Any

from provisioner.model.address import Address
from provisioner.model.resource import Resource
from provisioner.model.runtime import Level, Runtime
from provisioner.model.stack import Target
from provisioner.model.value import Reference, RemoteId, walk
from provisioner.runtimes import RUNTIMES
from provisioner.source.support import support

A = Address("assistant", "a")


def complaints(spec: Mapping[str, Any], runtime: Runtime, *drop: str) -> list[str]:
    """Diff paths that `validate` would name."""
    found: list[str] = []
    target = Target("t", runtime.name, drop=drop)
    resource = Resource(A, spec)
    support({A: resource}, target, RUNTIMES, {}, lambda _, path, *__: found.append(path))
    return found


def fitting(row: str, spec: Mapping[str, Any], runtime: Runtime) -> Mapping[str, Any] | None:
    """Return the part of a value that a runtime takes.

    None if it has no such row, or no such value.
    """
    words = runtime.support.items()
    parts = [p for p, word in words if word.level is Level.UNSUPPORTED and p.startswith(f"{row}.")]
    target = Target("t", runtime.name, drop=tuple(parts))
    found: list[str] = []
    left = support(
        {A: Resource(A, spec)}, target, RUNTIMES, {}, lambda *said: found.append(said[1])
    )
    return None if found else left.desired[A].spec


def id_of(address: Address) -> str:
    return f"{address.kind}-{address.name}"


def named(spec: Any) -> Any:
    """A live spec with its ids as references again, as `refresh` leaves it."""
    return walk(spec, lambda leaf: _reference(leaf) if isinstance(leaf, RemoteId) else leaf)


def _reference(found: RemoteId) -> Reference | RemoteId:
    if not found.id.startswith(f"{found.kind}-"):
        return found  # somebody else's
    return Reference(Address(found.kind, found.id.removeprefix(f"{found.kind}-")))
