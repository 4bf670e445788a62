"""Walks, encodes, compares and digests the values of a spec.

These are JSON values, and the leaves of `model.leaves`.
"""

import base64
import hashlib
import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias, TypeVar

from provisioner.model.address import Address
from provisioner.model.leaves import (
    Content,
    MissingSecret,
    Placeholder,
    Reference,
    RemoteId,
    Sensitive,
    Spans,
)
from provisioner.model.schemas import MAPPINGS, NOWHERE, ORDERED, Schemas, arranged

__all__ = [
    "Content",
    "MissingSecret",
    "Placeholder",
    "Reference",
    "RemoteId",
    "Sensitive",
    "Spans",
    "Spec",
    "canonical",
    "digest",
    "encode",
    "exchanged",
    "has_leaf",
    "is_identical",
    "is_outdated",
    "is_sensitive",
    "leaves",
    "recorded_variants",
    "references",
    "revealed",
    "same",
    "walk",
]

Spec: TypeAlias = Mapping[str, Any]
Leaf = TypeVar("Leaf")
_PLAIN: frozenset[type] = frozenset({str, int, float, bool, type(None)})
"""The types of the leaves that JSON can hold as they are."""
_NUMBERS: frozenset[type] = frozenset({int, float})
_UNCHANGED = _PLAIN - {float}
"""The types of the leaves that every form of a value holds as they are. Nearly all leaves have one."""
_ABSENT = object()
"""Stands for the value of a key that a mapping does not have. It is equal to no value."""


def encode(value: Any) -> Any:
    """Return `value` as plain JSON data: `{"ref": ADDRESS}`, and `{"sensitive": true}`."""
    return walk(value, _shown)


def walk(value: Any, replace: Callable[[Any], Any]) -> Any:
    """Return a copy of `value` in which `replace` has replaced each leaf.

    A part in which nothing was replaced is the same object as before, because most specs hold
    nothing to replace, and copying them was most of the time of a plan. Tuples become lists.
    """
    if type(value) in _PLAIN:
        return replace(value)
    if isinstance(value, MAPPINGS):
        new = {
            key: after for key, item in value.items() if (after := walk(item, replace)) is not item
        }
        return {**value, **new} if new else value
    if isinstance(value, list | tuple):
        items = [walk(item, replace) for item in value]
        return value if isinstance(value, list) and all(map(operator.is_, items, value)) else items
    return replace(value)


def exchanged(value: Any, kind: type[Leaf], change: Callable[[Leaf], Any]) -> Any:
    """Return `value` with every leaf of the type `kind` replaced by the result of `change`.

    It does what `walk` does, but calls nothing for the other leaves, which are nearly all.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, MAPPINGS):
        new = {
            key: after
            for key, item in value.items()
            if type(item) not in _PLAIN and (after := exchanged(item, kind, change)) is not item
        }
        return {**value, **new} if new else value
    if isinstance(value, list | tuple):
        items = [exchanged(item, kind, change) for item in value]
        return value if isinstance(value, list) and all(map(operator.is_, items, value)) else items
    return change(value) if isinstance(value, kind) else value


def revealed(value: Any) -> Any:
    """Return `value` with the plain text of every sensitive string. Only requests may hold it."""
    return exchanged(value, Sensitive, lambda leaf: leaf.value)


def references(value: Any) -> set[Address]:
    """Return every address that `value` refers to, at any depth."""
    return {leaf.address for leaf in leaves(value, Reference)}


def leaves(value: Any, kind: type[Leaf]) -> list[Leaf]:
    """Return every leaf of `value` of the type `kind`, at any depth."""
    found: list[Leaf] = []
    wanted: type = kind
    _collect((value,), kind, _others(wanted), found)
    return found


@cache
def _others(kind: type) -> frozenset[type]:
    """Return the types of plain leaves that are no `kind`."""
    return frozenset(plain for plain in _PLAIN if not issubclass(plain, kind))


def _collect(
    items: Iterable[Any], kind: type[Leaf], others: frozenset[type], found: list[Leaf]
) -> None:
    """Add the leaves in these values to `found`. Values of the types `others` are skipped."""
    for item in items:
        if type(item) in others:
            continue
        if isinstance(item, kind):
            found.append(item)
        elif isinstance(item, MAPPINGS):
            _collect(item.values(), kind, others, found)
        elif isinstance(item, list | tuple):
            _collect(item, kind, others, found)


def is_outdated(value: Any) -> bool:
    """Return true if a live value holds the id of an older or vanished object of ours.

    Such a reference has to be updated to the current object.
    """
    return has_leaf(value, RemoteId) and any(leaf.address for leaf in leaves(value, RemoteId))


def has_leaf(value: Any, *kinds: type) -> bool:
    """Return true if any leaf of `value` is one of the `kinds`. The search stops at the first one."""
    if type(value) in _PLAIN:
        return False
    if isinstance(value, MAPPINGS):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return isinstance(value, kinds)
    inner = [item for item in value if type(item) not in _PLAIN]
    return bool(inner) and any(has_leaf(item, *kinds) for item in inner)


def is_sensitive(value: Any) -> bool:
    """Return true if a sensitive string stands anywhere in `value`."""
    return has_leaf(value, Sensitive, MissingSecret)


def same(left: Any, right: Any, schemas: Schemas = NOWHERE) -> bool:
    """Return true if two values are equal as JSON: 1 equals 1.0, but not true.

    `schemas` says where JSON Schemas begin, in which the order of properties is a part of the value.
    """
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if is_identical(left, right):
        return True
    return canonical(left, schemas) == canonical(right, schemas)


def is_identical(left: Any, right: Any) -> bool:
    """Return true if two values are certainly the same, with any schemas in them.

    If it returns false, the values may still be the same. Nearly all values of a plan are equal, and
    this test is much faster than a comparison of two canonical texts.
    """
    kind = type(left)
    if left is right:
        return True
    if kind is not type(right):
        # A default of 1 that a server answers as 1.0 stands in nearly every object.
        return kind in _NUMBERS and type(right) in _NUMBERS and bool(left == right)
    if kind is dict:
        return len(left) == len(right) and _are_identical(left, right)
    if kind is list:
        return len(left) == len(right) and all(map(is_identical, left, right))
    return (kind in _PLAIN or kind is Reference) and bool(left == right)


def _are_identical(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Return true if the items of two dictionaries of one length are certainly the same."""
    # Where a schema begins, the order of properties matters: only `canonical` can decide.
    if ORDERED in left and ORDERED in right:
        ordered, other = left[ORDERED], right[ORDERED]
        if isinstance(ordered, dict) and isinstance(other, dict) and [*ordered] != [*other]:
            return False
    for key, item in left.items():
        there = right.get(key, _ABSENT)
        # Short texts are interned, so that most items are the same object on both sides.
        if item is not there and not is_identical(item, there):
            return False
    return True


def canonical(value: Any, schemas: Schemas = NOWHERE) -> str:
    """Return the canonical text of a value.

    Keys are sorted, except below `properties` of a JSON Schema, where they keep their order; `schemas`
    says where such a schema begins. Whole numbers are written without a point, and no value is masked.
    A file is written as the digest of its text: see `digests`.
    """
    plain, in_order = walk(value, _compared), bool(schemas.patterns)
    return json.dumps(
        arranged(plain, schemas) if in_order else plain,
        sort_keys=not in_order,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def digest(value: Any, length: int = 5, schemas: Schemas = NOWHERE) -> str:
    """Return the first `length` base64url characters (6 bits each) of the SHA-256 of `value`."""
    raw = hashlib.sha256(canonical(value, schemas).encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(raw)[:length].decode()


def recorded_variants(value: Any) -> Iterator[Any]:
    """Yield `value` once for each kind of digest of its files that a mark may have recorded.

    The first one uses the digests of the files' texts with LF. A value without files is yielded
    once.
    """
    yield value
    if has_leaf(value, Content):
        yield walk(value, lambda leaf: _as_recorded(leaf, 1))
        yield walk(value, lambda leaf: _as_recorded(leaf, 2))


def _as_recorded(leaf: Any, number: int) -> Any:
    return {"sha256": leaf.digests[number]} if isinstance(leaf, Content) else leaf


def _shown(leaf: Any) -> Any:
    match leaf:
        case Reference(address):
            return {"ref": str(address)}
        case RemoteId(id=id):
            return id
        case Sensitive() | MissingSecret():
            return {"sensitive": True}
        case Content(path=path, size=size):
            return {"path": path, "sha256": leaf.said, "size": size}
        case _:
            return leaf


def _compared(leaf: Any) -> Any:
    return leaf if type(leaf) in _UNCHANGED else _spelled(leaf)


def _spelled(leaf: Any) -> Any:
    match leaf:
        case Reference(address):
            return {"ref": str(address)}
        case RemoteId(id=id, address=address):
            return {"ref": str(address)} if address else {"id": id}
        case Sensitive(secret):
            return secret
        case Content():
            return {"sha256": leaf.said}
        case float() if leaf.is_integer():
            return int(leaf)
        case _:
            return _shown(leaf)
