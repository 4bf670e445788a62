"""Stores tracked objects: threads and others that no API lists and that an application registered.

`claims` decides which of them a worker may delete next.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from provisioner.ledger.database import Database
from provisioner.ledger.tables import tracked
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Tracked, TrackedCount, TrackedStatus

STANDS: Final = TrackedStatus.TRACKED.value
"""The status of an object that still exists, as far as the ledger knows."""
_KEY: Final = ("account", "kind", "id")
SHOWN: Final = (
    *(tracked.c.account, tracked.c.kind, tracked.c.id, tracked.c.subject, tracked.c.registered),
    *(tracked.c.expires, tracked.c.status, tracked.c.ended, tracked.c.note),
)
"""The columns from which a `Tracked` is made."""

Row: TypeAlias = dict[str, Any]


@frozen
class TrackedObjects:
    """The tracked objects of a ledger."""

    database: Database

    def now(self) -> float:
        """Return the time of the database, in unix seconds. Raises LedgerError."""
        with self.database.reading() as connection:
            return self.database.clock(connection)

    def register(self, found: Iterable[Tracked]) -> None:
        """Register objects. An object that is already registered gets the later of the two expiries.

        Objects without a time of registration get the database's. An object that is registered
        again after it was deleted is tracked again. The person to whom an object belongs, its
        `subject`, is the one that was given last.
        Raises LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            rows = [_values(one, now) for one in found]
            is_postgres = connection.dialect.name == "postgresql"
            for part in _without_twins(rows) if is_postgres else [rows]:
                (_insert_at_once if is_postgres else _insert_each)(connection, part)

    def expired(self, account: str, *, limit: int = 1000) -> list[Tracked]:
        """Return expired objects that still exist, those that expired first at the beginning.

        Raises LedgerError.
        """
        with self.database.reading() as connection:
            now = self.database.clock(connection)
            select = (
                sa.select(*SHOWN)
                .where(is_expired(account, now))
                .order_by(tracked.c.expires, tracked.c.id)
                .limit(limit)
            )
            return [tracked_of(row) for row in connection.execute(select).mappings()]

    def count_expired(self, account: str, *, ready: bool = False) -> int:
        """Return the number of expired objects that still exist.

        If `ready` is true, those that a worker has claimed, or that could not be deleted a short
        time ago, do not count. Raises LedgerError.
        """
        with self.database.reading() as connection:
            now = self.database.clock(connection)
            where = is_expired(account, now)
            if ready:
                where = sa.and_(where, is_free(now))
            found = connection.execute(sa.select(sa.func.count()).select_from(tracked).where(where))
            return int(found.scalar_one())

    def count_claimed(self, account: str, subject: str = "") -> int:
        """Return the number of objects of an account that workers have claimed.

        If `subject` is given, only the objects of that person count. Raises LedgerError.
        """
        with self.database.reading() as connection:
            now = self.database.clock(connection)
            where = [
                tracked.c.account == account,
                tracked.c.status == STANDS,
                tracked.c.claim != "",
                # A worker that died has not claimed its objects for ever.
                tracked.c.free_at > now,
            ]
            if subject:
                where.append(tracked.c.subject == subject)
            found = connection.execute(
                sa.select(sa.func.count()).select_from(tracked).where(*where)
            )
            return int(found.scalar_one())

    def count_expired_elsewhere(self, account: str) -> int:
        """Return the number of expired objects in other accounts. Raises LedgerError."""
        with self.database.reading() as connection:
            now = self.database.clock(connection)
            where = (
                tracked.c.account != account,
                tracked.c.status == STANDS,
                tracked.c.expires <= now,
            )
            found = connection.execute(
                sa.select(sa.func.count()).select_from(tracked).where(*where)
            )
            return int(found.scalar_one())

    def of_subject(self, subject: str, *, stands: bool = True) -> list[Tracked]:
        """Return the objects with a person's data, in every account, the oldest first.

        If `stands` is false, objects that no longer exist are returned too. Raises LedgerError.
        """
        select = sa.select(*SHOWN).where(tracked.c.subject == subject)
        if stands:
            select = select.where(tracked.c.status == STANDS)
        select = select.order_by(tracked.c.registered, tracked.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(select)
            return [tracked_of(row) for row in rows.mappings()]

    def newest(self, account: str, limit: int) -> list[Tracked]:
        """Return the newest objects of an account that still exist and have not expired.

        Raises LedgerError.
        """
        with self.database.reading() as connection:
            now = self.database.clock(connection)
            # Without an expiry an object lasts for ever.
            lasts = sa.or_(tracked.c.expires.is_(None), tracked.c.expires > now)
            where = (tracked.c.account == account, tracked.c.status == STANDS, lasts)
            select = sa.select(*SHOWN).where(*where).order_by(tracked.c.registered.desc())
            rows = connection.execute(select.limit(limit)).mappings()
            return [tracked_of(row) for row in rows]

    def count_of_subject(self, subject: str) -> dict[str, int]:
        """Return the number of a person's objects that still exist, by account.

        Raises LedgerError.
        """
        select = (
            sa.select(tracked.c.account, sa.func.count())
            .where(tracked.c.subject == subject, tracked.c.status == STANDS)
            .group_by(tracked.c.account)
        )
        with self.database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(select)}

    def of_account(self, account: str, *, limit: int) -> list[Tracked]:
        """Return the oldest objects of an account that still exist. Raises LedgerError."""
        select = sa.select(*SHOWN).where(tracked.c.account == account, tracked.c.status == STANDS)
        with self.database.reading() as connection:
            select = select.order_by(tracked.c.registered, tracked.c.id).limit(limit)
            return [tracked_of(row) for row in connection.execute(select).mappings()]

    def counts(self) -> list[TrackedCount]:
        """Return the counts of every kind in every account. Raises LedgerError.

        They are ordered by account, and in an account by kind.
        """
        with self.database.reading() as connection:
            now = self.database.clock(connection)
            select = sa.select(tracked.c.account, tracked.c.kind, *_sums(now)).group_by(
                tracked.c.account, tracked.c.kind
            )
            rows = connection.execute(select.order_by(tracked.c.account, tracked.c.kind))
            return [TrackedCount(**row, now=now) for row in rows.mappings()]


def is_expired(account: str, now: float) -> sa.ColumnElement[bool]:
    """Return the SQL condition for an expired object of an account that still exists."""
    return sa.and_(
        tracked.c.account == account, tracked.c.status == STANDS, tracked.c.expires <= now
    )


def is_free(now: float) -> sa.ColumnElement[bool]:
    """Return the SQL condition for an object that a worker may claim now, to delete it.

    It is false while a worker has claimed the object, and for a time after a failed deletion.
    """
    return sa.or_(tracked.c.free_at.is_(None), tracked.c.free_at <= now)


def tracked_of(row: sa.RowMapping) -> Tracked:
    return Tracked(**{**row, "status": TrackedStatus(row["status"])})


def _values(one: Tracked, now: float) -> Row:
    return {
        "account": one.account,
        "kind": one.kind,
        "id": one.id,
        "subject": one.subject,
        "registered": one.registered or now,
        "expires": one.expires,
        "status": STANDS,
    }


def _insert_each(connection: Connection, rows: Sequence[Row]) -> None:
    insert = sqlite.insert(tracked)
    if rows:
        connection.execute(
            insert.on_conflict_do_update(index_elements=_KEY, set_=_merged(insert.excluded)), rows
        )


def _insert_at_once(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert all rows with one statement, because PostgreSQL plans every statement anew."""
    columns = [tracked.c[name] for name in rows[0]]
    arrays = [
        sa.func.unnest(
            sa.bindparam(None, [row[one.name] for row in rows], postgresql.ARRAY(one.type))
        )
        for one in columns
    ]
    insert = postgresql.insert(tracked).from_select(columns, sa.select(*arrays))
    connection.execute(
        insert.on_conflict_do_update(index_elements=_KEY, set_=_merged(insert.excluded))
    )


def _without_twins(rows: Iterable[Row]) -> list[list[Row]]:
    """Return the rows in several lists, none of which has two rows of one object.

    Each list is written with one statement, and a statement may not write a row twice.
    """
    parts: list[dict[tuple[Any, ...], Row]] = []
    for row in rows:
        key = tuple(row[name] for name in _KEY)
        part = next((one for one in parts if key not in one), None)
        if part is None:
            parts.append(part := {})
        part[key] = row
    return [list(one.values()) for one in parts]


def _merged(told: Any) -> dict[str, sa.ColumnElement[Any]]:
    """Return the new values of an existing row whose object is registered again.

    `told` has the columns of the row that this registration would insert.
    """
    # An object that never expires has the latest expiry.
    later = sa.case(
        (sa.or_(tracked.c.expires.is_(None), told.expires.is_(None)), None),
        (told.expires > tracked.c.expires, told.expires),
        else_=tracked.c.expires,
    )
    # The same line of a spool may be read twice. So an object is only tracked again if it was
    # registered after its deletion.
    again = sa.and_(tracked.c.status != STANDS, told.registered > tracked.c.ended)
    return {
        "subject": sa.case((told.subject == "", tracked.c.subject), else_=told.subject),
        "expires": sa.case((again, told.expires), else_=later),
        "status": sa.case((again, STANDS), else_=tracked.c.status),
        "free_at": sa.case((again, None), else_=tracked.c.free_at),
        "ended": sa.case((again, None), else_=tracked.c.ended),
        "note": sa.case((again, ""), else_=tracked.c.note),
    }


def _sums(now: float) -> list[sa.ColumnElement[Any]]:
    stands = tracked.c.status == STANDS
    conditions = {
        "tracked": stands,
        "expired": sa.and_(stands, tracked.c.expires <= now),
        "endless": sa.and_(stands, tracked.c.expires.is_(None)),
        "failed": sa.and_(stands, tracked.c.note != ""),
        "retired": tracked.c.status == TrackedStatus.RETIRED.value,
        "erased": tracked.c.status == TrackedStatus.ERASED.value,
        "gone": tracked.c.status == TrackedStatus.GONE.value,
    }
    sums: list[sa.ColumnElement[Any]] = [
        sa.func.sum(sa.case((condition, 1), else_=0)).label(name)
        for name, condition in conditions.items()
    ]
    oldest = sa.func.min(sa.case((stands, tracked.c.registered)))
    return [*sums, oldest.label("oldest")]
