"""Finds the references between resources and objects. No other module decides what a reference is.

The order of steps, migrations, uploads, guards and `gc` all use this module. In a row whose form is
not known, every text that equals the id of a known object counts as a reference. A wrong reference
only keeps an object too long, but a missed one would let an object that is in use be deleted.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Self, TypeAlias, TypeVar

from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.schemas import MAPPINGS
from provisioner.model.value import Reference, RemoteId, leaves

Name: TypeAlias = Address | str
"""An address to which a reference leads, or a remote id if its address is not known."""
Node = TypeVar("Node")
TOKEN = re.compile(r"[A-Za-z0-9_-]{12,}")
"""A part of a text that may be an id.

Shorter parts are ignored, because they may be words or numbers.
"""
# Most ids have a prefix such as `asst_`. Of others the first characters are taken.
_BEGINNING = re.compile(r"[A-Za-z0-9]{2,}[_-]|.{0,4}", re.DOTALL)
_SILENT = frozenset({int, float, bool, type(None)})
"""The types of values that cannot contain a text."""
MOST_BEGINNINGS = 16
"""The largest number of different beginnings of ids for which a text is tested first.

Each test takes time, so if there are more beginnings, a search for whole ids is faster.
"""


def references(one: Resource | RemoteObject) -> frozenset[Name]:
    """Return everything to which a declared resource or a live object refers."""
    if isinstance(one, Resource):
        return frozenset[Name](one.references)
    return structural(one) | one.refers_to


def structural(one: RemoteObject) -> frozenset[Name]:
    """Return what a live object refers to in the references of its spec, its files and its documents.

    Ids in texts, in metadata and in fields that the kind does not have are not among them.
    """
    named: set[Name] = {leaf.address for leaf in leaves(one.spec, Reference)}
    named |= {leaf.id for leaf in leaves(one.spec, RemoteId)}
    for provenance in one.file_provenance:
        named |= {provenance.file_id, provenance.address}
    for document in one.documents.values():
        named |= {document.file_id, *({document.source} if document.source else ())}
    return frozenset(named)


@frozen
class Known:
    """The ids that are searched for in texts, and their beginnings, such as `asst_`.

    `beginnings` is empty if the ids have more than MOST_BEGINNINGS different ones. `shortest` is
    the length of the shortest id: a shorter text contains none.
    """

    ids: Collection[str]
    beginnings: tuple[str, ...]
    shortest: int = 0

    @classmethod
    def of(cls, ids: Collection[str]) -> Self:
        """Compute the beginnings of these ids and the length of the shortest one."""
        found = {match[0] for id in ids if (match := _BEGINNING.match(id))}
        shortest = min(map(len, ids), default=0)
        return cls(ids, tuple(found) if len(found) <= MOST_BEGINNINGS else (), shortest)

    def may_stand_in(self, text: str) -> bool:
        """Return true if a text must be searched: it contains the beginning of a known id.

        If there are no `beginnings`, every text must be searched.
        """
        for beginning in self.beginnings:
            # Python finds a single character much faster than several.
            if beginning[-1:] in text and beginning in text:
                return True
        return not self.beginnings


NO_IDS = Known((), ())


def ids_in(value: Any, known: Collection[str] | Known) -> frozenset[str]:
    """Return the `known` ids that occur anywhere in a value, at any depth."""
    if not isinstance(known, Known):
        known = Known.of(known)
    found: set[str] = set()
    for text in _texts(value, known.shortest):
        if known.may_stand_in(text):
            # The whole text is tried too, because some ids are shorter than a TOKEN.
            found.update(id for id in (text, *TOKEN.findall(text)) if id in known.ids)
    return frozenset(found)


def _texts(value: Any, shortest: int) -> list[str]:
    """Return every text in a value that has at least `shortest` characters.

    It uses no recursion, because a row may be nested thousands of levels deep.
    """
    waiting, texts = [value], []
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if len(item) >= shortest:
                texts.append(item)
        elif type(item) in _SILENT:
            # Most leaves have one of these types, and this test is ten times faster than the test
            # for a mapping.
            continue
        elif isinstance(item, MAPPINGS):
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item
    return texts


def kinds_that_refer(
    kinds: Mapping[str, Kind], bindings: Mapping[str, Binding], going: Collection[str]
) -> set[str]:
    """Return the kinds whose rows may refer to an object of one of the kinds `going`.

    References that are not in the row itself do not count: those of a store's documents, and those
    of objects inside of another object, because these have lists of their own.
    """
    return {
        name
        for name, binding in bindings.items()
        if not binding.parent and binding.documents is None and name in kinds
        if not set(going).isdisjoint(kinds[name].references.values())
    }


def addresses_of(names: Iterable[Name], objects: Mapping[str, RemoteObject]) -> set[Address]:
    """Return the addresses among these names, and those of the objects with an id among them."""
    found: set[Address] = set()
    for name in names:
        if isinstance(name, Address):
            found.add(name)
        elif name in objects and (address := objects[name].address):
            found.add(address)
    return found


def reached(start: Iterable[Node], edges: Callable[[Node], Iterable[Node]]) -> set[Node]:
    """Return `start` and everything that can be reached from it, at any distance."""
    found: set[Node] = set()
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += edges(node)
    return found
