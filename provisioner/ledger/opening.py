"""Opens a ledger: to write, in which case it is created if necessary, or only to read."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from provisioner.ledger import versions
from provisioner.ledger.claims import Claims
from provisioner.ledger.database import Clock, Database
from provisioner.ledger.leases import Leases
from provisioner.ledger.location import Location
from provisioner.ledger.objects import Objects
from provisioner.ledger.quarantine import Quarantine
from provisioner.ledger.receipts import Receipts
from provisioner.ledger.runs import Runs
from provisioner.ledger.tracked import TrackedObjects
from provisioner.ledger.uploads import Uploads
from provisioner.model.frozen import frozen
from provisioner.model.leaks import Remembered

MOST_TRACKED: Final = 50_000
"""The largest number of tracked objects that `gc` reads, because it needs one request for each."""


@frozen
class Ledger:
    """An open ledger, with one attribute for each sort of facts in it."""

    location: Location
    leases: Leases
    runs: Runs
    uploads: Uploads
    objects: Objects
    tracked: TrackedObjects
    quarantine: Quarantine
    receipts: Receipts

    def claims(self) -> Claims:
        """Return the claims of a new worker that deletes tracked objects."""
        return Claims(self.tracked.database, secrets.token_hex(8))

    def remembered(self, account: str) -> Remembered:
        """Return everything that the ledger contains about the objects of an account. Raises LedgerError.

        Of the tracked objects it returns the oldest `MOST_TRACKED`.
        """
        # One more than needed is read, to find out if there are more.
        tracked = self.tracked.of_account(account, limit=MOST_TRACKED + 1)
        return Remembered(
            made={one.id: one for one in self.objects.of_account(account)},
            uploaded={one.file_id: one for one in self.uploads.answered(account)},
            unanswered=tuple(self.uploads.unanswered(account)),
            tracked=tuple(tracked[:MOST_TRACKED]),
            has_more_tracked=len(tracked) > MOST_TRACKED,
            quarantined={one.id: one for one in self.quarantine.of_account(account)},
            read_at=self.quarantine.now(),
            is_known=True,
        )


@contextmanager
def ledger(location: Location, *, clock: Clock | None = None) -> Iterator[Ledger]:
    """Open a ledger to write. The file and the tables are created if they do not exist.

    Raises LedgerError if the ledger cannot be used.
    """
    database = Database(location, writable=True, clock=clock)
    try:
        versions.prepare(database)
        yield _ledger(location, database)
    finally:
        database.close()


@contextmanager
def ledger_to_read(location: Location, *, clock: Clock | None = None) -> Iterator[Ledger]:
    """Open a ledger to read. Nothing is created. Raises LedgerError if there is no ledger."""
    database = Database(location, writable=False, clock=clock)
    try:
        versions.check(database)
        yield _ledger(location, database)
    finally:
        database.close()


def _ledger(location: Location, database: Database) -> Ledger:
    return Ledger(
        location,
        Leases(database),
        Runs(database),
        Uploads(database),
        Objects(database),
        TrackedObjects(database),
        Quarantine(database),
        Receipts(database),
    )
