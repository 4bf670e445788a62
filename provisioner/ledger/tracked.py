"""Threads and other objects that no API lists: known only because an application registered them."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from provisioner.ledger.database import Database
from provisioner.ledger.tables import tracked
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Tracked, TrackedStatus


@frozen
class TrackedObjects:
    """The tracked objects of a ledger."""

    database: Database

    def register(self, found: Iterable[Tracked]) -> None:
        """Register objects; one that is known already gets the later end of its life.

        Objects without a moment of registration get the database's. Raises LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            rows = [
                {
                    "account": one.account,
                    "kind": one.kind,
                    "id": one.id,
                    "subject": one.subject,
                    "registered": one.registered or now,
                    "expires": one.expires,
                    "status": TrackedStatus.TRACKED.value,
                }
                for one in found
            ]
            if not rows:
                return
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            insert = dialect.insert(tracked)
            told = insert.excluded
            # No end is later than every end.
            later = sa.case(
                (sa.or_(tracked.c.expires.is_(None), told.expires.is_(None)), None),
                (told.expires > tracked.c.expires, told.expires),
                else_=tracked.c.expires,
            )
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["account", "kind", "id"], set_={"expires": later}
                ),
                rows,
            )

    def expired(self, account: str, *, limit: int = 1000) -> list[Tracked]:
        """Return objects whose life is over and that still stand, oldest first. Raises LedgerError."""
        with self.database.reading() as connection:
            now = self.database.clock(connection)
            select = (
                sa.select(tracked)
                .where(
                    tracked.c.status == TrackedStatus.TRACKED.value,
                    tracked.c.expires <= now,
                    tracked.c.account == account,
                )
                .order_by(tracked.c.expires, tracked.c.id)
                .limit(limit)
            )
            return [_tracked(row) for row in connection.execute(select).mappings()]

    def of_subject(self, subject: str) -> list[Tracked]:
        """Return the objects that hold a person's data and still stand. Raises LedgerError."""
        select = sa.select(tracked).where(
            tracked.c.subject == subject, tracked.c.status == TrackedStatus.TRACKED.value
        )
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(tracked.c.registered, tracked.c.id))
            return [_tracked(row) for row in rows.mappings()]

    def of_account(self, account: str) -> list[Tracked]:
        """Return the objects of an account that still stand, oldest first. Raises LedgerError."""
        select = sa.select(tracked).where(
            tracked.c.account == account, tracked.c.status == TrackedStatus.TRACKED.value
        )
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(tracked.c.registered, tracked.c.id))
            return [_tracked(row) for row in rows.mappings()]

    def mark(self, found: Sequence[Tracked], status: TrackedStatus) -> None:
        """Write down what became of objects. Raises LedgerError."""
        with self.database.writing() as connection:
            for one in found:
                connection.execute(
                    sa.update(tracked)
                    .where(
                        tracked.c.account == one.account,
                        tracked.c.kind == one.kind,
                        tracked.c.id == one.id,
                    )
                    .values(status=status.value)
                )


def _tracked(row: sa.RowMapping) -> Tracked:
    return Tracked(**{**row, "status": TrackedStatus(row["status"])})
