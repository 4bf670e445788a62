"""Replace the names of other resources in specs by References, and find circular references."""

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

    `broken` are texts of files that could not be parsed. `left_out` are addresses that the
    environment leaves out. `unread` are, by kind, the names of manifests whose tables could not be
    read. `referred` are the addresses that each resource refers to; `Refer` adds to them.
    `borrowed` are the resources that have only an id.
    """

    drafts: Mapping[Address, Draft]
    broken: Sequence[str]
    left_out: frozenset[Address]
    unread: Mapping[str, Collection[str]]
    referred: dict[Address, set[Address]]
    borrowed: Mapping[Address, Resource]


@frozen
class Refer:
    """Replaces the name of a resource of one kind by a Reference to it.

    A name of an inlined kind is replaced by that resource's spec, and a name of a borrowed resource
    by its id.
    """

    names: Names
    draft: Draft
    kind: str

    def __call__(self, value: Any, place: Place) -> Any:
        if isinstance(value, Sensitive):
            self.draft.error(place, codes.SENSITIVE_NOT_ALLOWED, FREE_TEXT)
        # A variable that has no value stays in the text, and is reported where it is filled in.
        if not isinstance(value, str) or "${" in value:
            return value
        address = Address(self.kind, value)
        target = self.names.drafts.get(address)
        self.names.referred.setdefault(self.draft.address, set()).add(address)
        if target is None:
            self._dangling(value, place)
            # The rest of the spec is still checked, so the name has to stay usable.
            return {"name": address.base} if KINDS[self.kind].inlined else value
        if lent := self.names.borrowed.get(address):
            return RemoteId(self.kind, str(lent.spec[ID]))
        if not target.kind.inlined:
            return Reference(address)
        if target.failed:
            self.draft.failed = True
        # Every row of a fleet calls its function by the same name, because the model sees only one.
        return {"name": address.base, **target.kind.normalise(target.spec)}

    def _dangling(self, name: str, place: Place) -> None:
        """Report a name that no manifest declares, with the likely cause."""
        self.draft.failed = True
        # A file or table that could not be read may declare this name. Calling it missing could be
        # wrong, and the file's own problem is already reported.
        if any(not text or name in text for text in self.names.broken):
            return
        if Address(self.kind, name).base in self.names.unread.get(self.kind, ()):
            return
        title, drafts = KINDS[self.kind].title, self.names.drafts
        known = [address.name for address in drafts if address.kind == self.kind]
        others = [f"{KINDS[a.kind].title}" for a in drafts if a.name == name]
        hint = did_you_mean(name, known)
        if Address(self.kind, name) in self.names.left_out:
            hint = " It is declared, but this environment leaves it out with `without`."
        elif any(address.base == name for address in drafts if address.kind == self.kind):
            hint = (
                f" It is declared for each row of a table. Name one row: `{name}[${{each.key}}]`."
            )
        elif others:
            hint = f" That is the name of {_a(others[0])}."
        elif (bare := name.removeprefix(f"{self.kind}.")) in known:
            hint = f" Write its name alone: `{bare}`."
        detail = f"No manifest declares {_a(title)} `{name}`.{hint}"
        manifest, whole = self.draft.origin(place)
        self.draft.report.error(manifest, whole, codes.UNKNOWN_REFERENCE, detail)


def cycles(graph: Mapping[Address, set[Address]]) -> Iterator[Sequence[Address]]:
    """Yield at most one circle of references: a list in which each resource refers to the next."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        # In the list of graphlib, each resource is one to which the next refers.
        yield list(reversed(error.args[1]))


def _a(title: str) -> str:
    """Return a kind's title with its article, such as `an Assistant`."""
    return f"{'an' if title[0] in 'AEIOU' else 'a'} {title}"
