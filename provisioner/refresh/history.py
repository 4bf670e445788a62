"""What was published before, and may still be in use: it holds what it names, and speaks for files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provisioner.model.kind import Form
from provisioner.model.mark import Owner
from provisioner.model.provider import Provider
from provisioner.model.remote import RemoteObject
from provisioner.model.value import RemoteId, leaves
from provisioner.refresh.rows import as_object


@dataclass(frozen=True, slots=True)
class Before:
    """Everything in the histories of a target, whoever's it is.

    `named` are ids that what is retained refers to. What the next pruning takes holds nothing any
    more, but it still says what its files are. `kept` says whether the target keeps a history at all.
    """

    objects: tuple[RemoteObject, ...] = ()
    named: frozenset[str] = frozenset()
    kept: bool = False

    def of(self, owner: Owner) -> Iterator[RemoteObject]:
        return (one for one in self.objects if one.mark and one.mark.owner == owner)


def published_before(provider: Provider, forms: Mapping[str, Form]) -> Before:
    """What the forms that keep a history have in it. Raises ProviderError."""
    objects: list[RemoteObject] = []
    named: set[str] = set()
    for kind, form in forms.items():
        for row in provider.list(form.history) if form.history else ():
            found = as_object(kind, row, form.mark_of(row), form)
            objects.append(found)
            if row.get("retained", True):
                named |= {leaf.id for leaf in leaves(found.spec, RemoteId)}
    kept = any(form.history for form in forms.values())
    return Before(tuple(objects), frozenset(named), kept)
