"""Walks, encodes, compares and digests the values of a spec.

They are JSON values, with leaves such as Reference and Sensitive, which `model.leaves` defines.
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
"""The types of the leaves that JSON can represent."""
_NUMBERS: frozenset[type] = frozenset({int, float})
"""The types of numbers. Two numbers of different types can be equal: 1 equals 1.0."""
_UNCHANGED = _PLAIN - {float}
"""The types of leaves that are compared as they are. Nearly all leaves have one of these types."""
_ABSENT = object()
"""The value of a key that a mapping does not have. It equals no other value."""


def encode(value: Any) -> Any:
    """Return `value` as plain JSON data. A Reference becomes `{"ref": ADDRESS}`.

    A sensitive string or a missing secret becomes `{"sensitive": true}`.
    """
    return walk(value, _shown)


def walk(value: Any, replace: Callable[[Any], Any]) -> Any:
    """Return a copy of `value` in which each leaf is replaced by the result of `replace`.

    A part in which nothing was replaced is not copied. Most specs have nothing to replace, and
    copying them took most of the time of a plan. Tuples become lists.
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

    It returns what `walk` would, but calls no function for the other leaves, which are most.
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
    """Return `value` with the plain text of every sensitive string.

    Only requests may contain it.
    """
    return exchanged(value, Sensitive, lambda leaf: leaf.value)


def references(value: Any) -> set[Address]:
    """Return every address to which `value` refers, at any depth."""
    return {leaf.address for leaf in leaves(value, Reference)}


def leaves(value: Any, kind: type[Leaf]) -> list[Leaf]:
    """Return every leaf of `value` of the type `kind`, at any depth."""
    found: list[Leaf] = []
    wanted: type = kind
    _collect((value,), kind, _others(wanted), found)
    return found


@cache
def _others(kind: type) -> frozenset[type]:
    """Return the types in _PLAIN that are neither `kind` nor a subclass of it."""
    return frozenset(plain for plain in _PLAIN if not issubclass(plain, kind))


def _collect(
    items: Iterable[Any], kind: type[Leaf], others: frozenset[type], found: list[Leaf]
) -> None:
    """Add every leaf of the type `kind` in these values to `found`.

    `others` is the result of `_others(kind)`: items of these types are skipped at once.
    """
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
    """Return true if a live value contains the id of an older or deleted object of ours.

    Such a reference must be updated to the current object.
    """
    return has_leaf(value, RemoteId) and any(leaf.address for leaf in leaves(value, RemoteId))


def has_leaf(value: Any, *kinds: type) -> bool:
    """Return true if a leaf of `value` has one of the types `kinds`.

    The search stops at the first one.
    """
    if type(value) in _PLAIN:
        return False
    if isinstance(value, MAPPINGS):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return isinstance(value, kinds)
    inner = [item for item in value if type(item) not in _PLAIN]
    return bool(inner) and any(has_leaf(item, *kinds) for item in inner)


def is_sensitive(value: Any) -> bool:
    """Return true if `value` contains a sensitive string or a missing secret, at any depth."""
    return has_leaf(value, Sensitive, MissingSecret)


def same(left: Any, right: Any, schemas: Schemas = NOWHERE) -> bool:
    """Return true if two values are equal as JSON: 1 equals 1.0, but not true.

    `schemas` are the places where JSON Schemas begin, in which the order of properties counts.
    """
    # Long texts are the most expensive values, and need no canonical form.
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if is_identical(left, right):
        return True
    return canonical(left, schemas) == canonical(right, schemas)


def is_identical(left: Any, right: Any) -> bool:
    """Return true if two values are certainly equal, whatever schemas they contain.

    If it returns false, the values may still be equal. It is called first, because nearly all values
    that a plan compares are equal, and it is much faster than a comparison of two canonical texts.
    """
    kind = type(left)
    if left is right:
        return True
    if kind is not type(right):
        # In nearly every object a server returns 1.0 for a default of 1.
        return kind in _NUMBERS and type(right) in _NUMBERS and bool(left == right)
    if kind is dict:
        return len(left) == len(right) and _are_identical(left, right)
    if kind is list:
        return len(left) == len(right) and all(map(is_identical, left, right))
    return (kind in _PLAIN or kind is Reference) and bool(left == right)


def _are_identical(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Return true if the items of two dictionaries of the same length are certainly equal."""
    # In a schema the order of properties matters, and only `canonical` can find out if this is one.
    if ORDERED in left and ORDERED in right:
        ordered, other = left[ORDERED], right[ORDERED]
        if isinstance(ordered, dict) and isinstance(other, dict) and [*ordered] != [*other]:
            return False
    for key, item in left.items():
        there = right.get(key, _ABSENT)
        # Short texts are interned, so most items are the same object on both sides.
        if item is not there and not is_identical(item, there):
            return False
    return True


def canonical(value: Any, schemas: Schemas = NOWHERE) -> str:
    """Return the canonical text of a value: equal values have the same text.

    Keys are sorted, except in the `properties` of a JSON Schema, where their order counts;
    `schemas` are the places where such a schema begins. Whole numbers are written without a point.
    Sensitive strings are not masked. A file is represented by the digest of its text: see
    `digests`.
    """
    # `sort_keys` would also sort `properties`, so a value with schemas is put in order before.
    plain, in_order = walk(value, _compared), bool(schemas.patterns)
    return json.dumps(
        arranged(plain, schemas) if in_order else plain,
        sort_keys=not in_order,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def digest(value: Any, length: int = 5, schemas: Schemas = NOWHERE) -> str:
    """Return the first `length` base64url characters (6 bits each) of the SHA-256 of `value`.

    `schemas` are the places where JSON Schemas begin, in which the order of properties counts.
    """
    # JSON may contain half of a surrogate pair, which strict UTF-8 cannot encode.
    raw = hashlib.sha256(canonical(value, schemas).encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(raw)[:length].decode()


def recorded_variants(value: Any) -> Iterator[Any]:
    """Yield `value` in each form from which a mark may have computed its digest.

    The forms differ in the digest of a file: of its text with LF, of its bytes, of its text with
    CRLF. A value without files is yielded once.
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
            # An id of ours equals the reference to its address. Any other id equals no text and no
            # reference.
            return {"ref": str(address)} if address else {"id": id}
        case Sensitive(secret):
            return secret
        case Content():
            return {"sha256": leaf.said}
        case float() if leaf.is_integer():
            return int(leaf)
        case _:
            return _shown(leaf)
