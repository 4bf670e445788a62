"""Reads objects that may refer to an object that a plan would delete.

Some objects refer to ours although no manifest can declare them: a session refers to its agent, its
template and its vaults. The lists of these objects may be long, so they are read only if a plan
deletes something.
"""

from collections.abc import Collection, Mapping

from provisioner.inventory.holders import Holders
from provisioner.inventory.lists import REFUSALS
from provisioner.model.binding import Binding
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import NoSuchApi
from provisioner.model.inventory import Inventory
from provisioner.model.provider import Provider, Row, nameless


def read_holders(
    provider: Provider,
    inventory: Inventory,
    bindings: Mapping[str, Binding],
    ids: Collection[str],
    *,
    ours: Mapping[str, str],
    most: int,
) -> Inventory:
    """Return an inventory of the stores of others that contain one of the files with these `ids`.

    `ours` maps the id of each store whose documents were read to one of its files. If more than
    `most` requests would be needed, nothing is read. That is safe, because apply asks the stores
    again before it deletes a file. Raises ProviderError.
    """
    found: dict[str, tuple[Row, ...]] = {}
    for kind, binding in bindings.items():
        if binding.documents and ids:
            rows = [r for r in inventory.rows.get(kind, ()) if str(r["id"]) not in ours]
            # Any file that is certainly in a store serves to find out if single files can be asked for.
            known = next(((store, file) for store, file in ours.items() if file), None)
            holders = Holders(provider, binding.documents.collection, most, known)
            held = holders.of(rows, ids) or {}
            found |= {store: tuple({"id": id} for id in sorted(f)) for store, f in held.items()}
    return Inventory(documents=found)


def read_bystanders(provider: Provider, collections: Mapping[str, str]) -> Inventory:
    """Return an inventory of these collections only. The keys are the nouns of their objects.

    Raises ProviderError for a failure other than a refusal.
    """
    rows: dict[str, tuple[Row, ...]] = {}
    without_id: dict[str, tuple[Row, ...]] = {}
    unread: dict[str, Diagnostic] = {}
    for name, collection in collections.items():
        try:
            found = provider.list(collection)
            rows[name], without_id[name] = tuple(found), nameless(found)
        except REFUSALS as error:
            # Where the API does not exist, no such object can refer to ours. Any other refusal leaves
            # that open, so the plan names the list as not read.
            if not isinstance(error, NoSuchApi):
                unread[name] = error.diagnostics[0]
    odd = {name: found for name, found in without_id.items() if found}
    return Inventory(bystanders=rows, nameless=odd, unread=unread)
