"""Lets several workers delete tracked objects at the same time, each object by one worker.

A worker claims a batch of rows for a while, deletes the objects, and records the results. In
PostgreSQL, `FOR UPDATE SKIP LOCKED` lets workers claim at the same time without waiting for each
other; SQLite lets only one of them write at a time, which is just as safe. The transaction ends
before a request is sent. The claim of a worker that died ends by itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from provisioner.ledger.database import Database
from provisioner.ledger.tables import tracked
from provisioner.ledger.tracked import SHOWN, STANDS, is_expired, is_free, tracked_of
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Tracked, TrackedStatus

SECONDS: Final = 60.0
"""The seconds after which a claim that is not renewed ends by itself."""
PUT_OFF: Final = 3600.0
"""The seconds after which an object that could not be deleted may be claimed again."""
_KEY: Final = ("account", "kind", "id")


@frozen
class Claims:
    """The claims of one worker, which `token` identifies.

    A claim lasts `seconds` unless it is renewed.
    """

    database: Database
    token: str
    seconds: float = SECONDS

    def claim(self, account: str, *, limit: int, subject: str = "") -> list[Tracked]:
        """Claim up to `limit` expired objects of an account, those that expired first at the beginning.

        If `subject` is given, the objects of that person are claimed, expired or not. Raises
        LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            select = (
                # A worker that died may have deleted an object and not recorded it.
                sa.select(*SHOWN, (tracked.c.claim != "").label("was_claimed"))
                .where(_is_wanted(account, subject, now))
                .order_by(tracked.c.expires, tracked.c.id)
                .limit(limit)
                # Rows that another worker is claiming at this moment are skipped, not waited for.
                .with_for_update(skip_locked=True)
            )
            found = [tracked_of(row) for row in connection.execute(select).mappings()]
            self._write(connection, found, {"claim": self.token, "free_at": now + self.seconds})
        return found

    def call_back(self, account: str, subject: str) -> None:
        """Make the objects of a person that could not be deleted claimable again.

        Raises LedgerError.
        """
        with self.database.writing() as connection:
            connection.execute(
                sa.update(tracked)
                .where(
                    tracked.c.account == account,
                    tracked.c.status == STANDS,
                    tracked.c.subject == subject,
                    tracked.c.claim == "",
                )
                .values(free_at=None)
            )

    def renew(self, claimed: Iterable[Tracked]) -> None:
        """Let these claims last `self.seconds` from now. Raises LedgerError."""
        with self.database.writing() as connection:
            free_at = self.database.clock(connection) + self.seconds
            self._write(connection, claimed, {"free_at": free_at}, mine=True)

    def settle(
        self, ended: Sequence[tuple[Tracked, TrackedStatus, str]], left: Iterable[Tracked] = ()
    ) -> None:
        """Record the results of objects, each with a note, and release the claims on those in `left`.

        An object that could not be deleted (TRACKED) can be claimed again after PUT_OFF seconds.
        Only rows that are still claimed by this worker are written. Raises LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            for status in TrackedStatus:
                # Many objects have few different notes, so rows with the same note are written
                # together.
                notes: dict[str, list[Tracked]] = {}
                for one, became, note in ended:
                    if became is status:
                        notes.setdefault(note, []).append(one)
                stands = status.value == STANDS
                for note, found in notes.items():
                    values = {
                        "status": status.value,
                        "note": note.replace("\0", "␀"),  # PostgreSQL accepts no NUL in a text
                        "claim": "",
                        "free_at": now + PUT_OFF if stands else None,
                        "ended": None if stands else now,
                    }
                    self._write(connection, found, values, mine=True)
            # What the worker did not reach is free at once, not only when the claim ends.
            self._write(connection, left, {"claim": "", "free_at": None}, mine=True)

    def _write(
        self,
        connection: Connection,
        found: Iterable[Tracked],
        values: dict[str, Any],
        *,
        mine: bool = False,
    ) -> None:
        """Write `values`, which are new values by column, into the rows of the objects `found`.

        If `mine` is true, only rows that this worker has claimed are written.
        """
        keys = [{f"_{name}": getattr(one, name) for name in _KEY} for one in found]
        if not keys:
            return
        update = sa.update(tracked).values(values)
        for name in _KEY:
            update = update.where(tracked.c[name] == sa.bindparam(f"_{name}"))
        if mine:
            update = update.where(tracked.c.claim == self.token)
        connection.execute(update, keys)


def _is_wanted(account: str, subject: str, now: float) -> sa.ColumnElement[bool]:
    if not subject:
        return sa.and_(is_expired(account, now), is_free(now))
    return sa.and_(
        tracked.c.account == account,
        tracked.c.status == STANDS,
        tracked.c.subject == subject,
        is_free(now),
    )
