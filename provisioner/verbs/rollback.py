"""rollback: an older release becomes the newest again, as a copy under a number of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.provider import Row
from provisioner.verbs.lookup import find_row, open_live
from provisioner.verbs.session import Setup

RELEASES, HISTORY = "releases", "releases/history"


@dataclass(frozen=True, slots=True)
class RolledBack:
    """`number` is the copy's, `to` that of the release which it is a copy of."""

    address: Address
    number: int
    to: int


def rollback(setup: Setup, address: Address, to: int | None = None) -> RolledBack:
    """Publish release `to` again; without it, the one before the current one.

    The manifests have not moved: the next plan shows the difference. Raises ProvisionerError.
    """
    with open_live(setup) as session:
        form = session.runtime.forms.get(address.kind)
        if form is None or not form.history:
            detail = "Only assistants on the `responses` runtime have releases."
            raise ProvisionerError(Diagnostic(f"{address} has no releases here", detail))
        current = find_row(session, address)
        if to is None:
            to = _before(session.provider.list(HISTORY, str(current["id"])), current)
        body = {"number": to}
        row = session.provider.action(RELEASES, str(current["id"]), "rollback", body, "")
        return RolledBack(address, int(row["number"]), to)


def _before(history: Sequence[Row], current: Row) -> int:
    """The newest release that says something else than the current one."""
    for row in history:
        if not row["deleted"] and row["digest"] != current["digest"]:
            return int(row["number"])
    detail = "Nothing else is kept. Change the manifest and apply."
    raise ProvisionerError(Diagnostic("there is no release to go back to", detail))
