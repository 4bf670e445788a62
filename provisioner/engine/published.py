"""What was published before, and may still be in use: it holds what it names, and speaks for files."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from provisioner.engine.references import references
from provisioner.engine.rows import as_object
from provisioner.model.inventory import Inventory
from provisioner.model.kind import Form
from provisioner.model.mark import Owner
from provisioner.model.remote import RemoteObject


@dataclass(frozen=True, slots=True)
class Before:
    """Everything in the histories of a target, whoever's it is.

    `named` are ids that what is retained refers to. What the next pruning takes holds nothing any
    more, but it still says what its files are. `retained` are those that are kept for running
    applications. `kept` says whether the target keeps a history at all.
    """

    objects: tuple[RemoteObject, ...] = ()
    retained: tuple[RemoteObject, ...] = ()
    named: frozenset[str] = frozenset()
    kept: bool = False

    def of(self, owner: Owner) -> Iterator[RemoteObject]:
        return (one for one in self.objects if one.mark and one.mark.owner == owner)


def published_before(
    inventory: Inventory, forms: Mapping[str, Form], known: Collection[str] = ()
) -> Before:
    """What the forms that keep a history have in it, and which of the `known` ids that names."""
    objects: list[RemoteObject] = []
    retained: list[RemoteObject] = []
    for kind, rows in inventory.history.items():
        form = forms[kind]
        for row in rows:
            found = as_object(kind, row, form.mark_of(row), form, known)
            objects.append(found)
            if row.get("retained", True):
                retained.append(found)
    named = {name for one in retained for name in references(one) if isinstance(name, str)}
    kept = any(form.history for form in forms.values())
    return Before(tuple(objects), tuple(retained), frozenset(named), kept)
