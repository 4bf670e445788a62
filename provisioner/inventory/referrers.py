"""What may refer to an object that would be deleted, read only where something would be.

Some collections hold no kind of ours, and yet their rows name objects of ours: a session names its
agent, its template and its vaults. They may be long, so a plan that deletes nothing never asks them.
"""

from collections.abc import Mapping

from provisioner.inventory.lists import REFUSALS
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import NoSuchApi
from provisioner.model.inventory import Inventory
from provisioner.model.provider import Provider, Row


def read_bystanders(provider: Provider, collections: Mapping[str, str]) -> Inventory:
    """An inventory of these collections alone, by what a row of each is called.

    Raises ProviderError for a failure that is no refusal.
    """
    rows: dict[str, tuple[Row, ...]] = {}
    unread: dict[str, Diagnostic] = {}
    for name, collection in collections.items():
        try:
            rows[name] = tuple(provider.list(collection))
        except REFUSALS as error:
            if not isinstance(error, NoSuchApi):
                unread[name] = error.diagnostics[0]
    return Inventory(bystanders=rows, unread=unread)
