"""Replace the names of other resources by References, and find circular references."""

import graphlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.codes import manifests as codes
from provisioner.model.frozen import frozen
from provisioner.model.resource import Resource
from provisioner.model.value import (
    Reference,
    RemoteId,
    Sensitive,
)
from provisioner.source.draft import Draft
from provisioner.source.loading import FREE_TEXT
from provisioner.source.manifest import Place
from provisioner.source.metadata_schema import ID
from provisioner.source.suggest import did_you_mean


@frozen
class Names:
    """The resources that names can refer to, and the references that were found so far.

    `broken` are texts that could not be read. `left_out` are addresses that the environment leaves
    out. `unread` are, by kind, the names of manifests whose tables could not be read. `Refer` adds
    to `referred`.
    """

    drafts: Mapping[Address, Draft]
    broken: Sequence[str]
    left_out: frozenset[Address]
    unread: Mapping[str, Collection[str]]
    referred: dict[Address, set[Address]]
    borrowed: Mapping[Address, Resource]


@frozen
class Refer:
    """Replaces a name by a Reference, or by the resource's spec if its kind is inlined."""

    names: Names
    draft: Draft
    kind: str

    def __call__(self, value: Any, place: Place) -> Any:
        if isinstance(value, Sensitive):
            self.draft.error(place, codes.SENSITIVE_NOT_ALLOWED, FREE_TEXT)
        if not isinstance(value, str) or "${" in value:
            return value
        address = Address(self.kind, value)
        target = self.names.drafts.get(address)
        self.names.referred.setdefault(self.draft.address, set()).add(address)
        if target is None:
            self._dangling(value, place)
            return {"name": address.base} if KINDS[self.kind].inlined else value
        if lent := self.names.borrowed.get(address):
            return RemoteId(self.kind, str(lent.spec[ID]))
        if not target.kind.inlined:
            return Reference(address)
        if target.failed:
            self.draft.failed = True
        # A model sees each row's function under the same name, because an assistant has one of
        # them.
        return {"name": address.base, **target.kind.normalise(target.spec)}

    def _dangling(self, name: str, place: Place) -> None:
        # A broken file may declare this name, so reporting it as missing could be wrong.
        self.draft.failed = True
        if any(not text or name in text for text in self.names.broken):
            return
        if Address(self.kind, name).base in self.names.unread.get(self.kind, ()):
            return
        title, drafts = KINDS[self.kind].title, self.names.drafts
        known = [address.name for address in drafts if address.kind == self.kind]
        others = [f"{KINDS[a.kind].title}" for a in drafts if a.name == name]
        hint = did_you_mean(name, known)
        if Address(self.kind, name) in self.names.left_out:
            hint = " There is one, which this environment leaves out: see its `without`."
        elif any(address.base == name for address in drafts if address.kind == self.kind):
            hint = f" It is declared once for each row of a table. Name one row: `{name}[${{each.key}}]`."
        elif others:
            hint = f" There is {_a(others[0])} of that name."
        elif (bare := name.removeprefix(f"{self.kind}.")) in known:
            hint = f" Write its name alone: `{bare}`."
        detail = f"No manifest declares {_a(title)} `{name}`.{hint}"
        manifest, whole = self.draft.origin(place)
        self.draft.report.error(manifest, whole, codes.UNKNOWN_REFERENCE, detail)


def cycles(graph: Mapping[Address, set[Address]]) -> Iterator[Sequence[Address]]:
    """Yield a circle of references if there is one: each resource in it refers to the next one."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        yield list(reversed(error.args[1]))


def _a(title: str) -> str:
    return f"{'an' if title[0] in 'AEIOU' else 'a'} {title}"
