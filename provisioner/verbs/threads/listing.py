"""List what the ledger has about objects that no API lists. Sends no request."""

from provisioner.model.retirement import TrackedListing
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.gc.bare import Bare
from provisioner.verbs.threads.place import OnBad, ignore, is_waiting, opened, place


def listing(
    options: RunOptions, owner: str = "", *, on_bad: OnBad = ignore, bare: Bare | None = None
) -> TrackedListing:
    """Return the counts of every account, or with `owner` the objects of one person.

    The oldest objects are first. Lines in a spool are written into the ledger first; without any,
    the ledger is only read. With `bare` no manifests are needed. Raises LedgerError.
    """
    from provisioner.ledger.opening import ledger_to_read

    where = place(options, bare)
    if is_waiting(where):
        with opened(where, on_bad):
            pass
    with ledger_to_read(where.ledger) as found:
        now = found.tracked.now()
        if not owner:
            return TrackedListing(now, tuple(found.tracked.counts()))
        objects = found.tracked.of_subject(owner, stands=False)
        return TrackedListing(now, owner=owner, objects=tuple(objects))
