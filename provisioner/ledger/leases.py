"""Stores locks: one row for each owner, which expires unless the holder renews it.

An advisory lock of the database would not work with a connection pool, and would be lost without
notice when a connection breaks. A row works in both databases, shows who has the lock, and expires.
All times are the database's, so that the clocks of machines do not matter.
"""

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from provisioner.ledger.database import Database
from provisioner.ledger.elapsed import elapsed
from provisioner.ledger.tables import leases
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Holder, LockState


@frozen
class Acquired:
    """A lock that was taken. `before` is its state just before; `token` identifies who took it.

    `epoch` is the number of times that the lock was taken until now, this time included. `at` is
    the moment at which `before` was read, in seconds of `elapsed`. `was_left` is true if the
    process that had the lock before was dead and the lock had not expired.
    """

    token: str
    epoch: int
    before: LockState
    at: float
    was_left: bool = False


@frozen
class Leases:
    """The locks in a ledger."""

    database: Database

    def state(self, owner: str) -> LockState:
        """Return the present state of an owner's lock. Raises LedgerError."""
        with self.database.reading() as connection:
            return self._state(connection, owner, sa.select(leases))

    def acquire(
        self, owner: str, holder: Holder, seconds: float, machine: str = ""
    ) -> Acquired | LockState:
        """Take the lock for `seconds` if it is free, has expired, or was left by a dead process.

        `machine` is the result of `Presence.claim`: if the last holder stored the same text, that
        process is dead. Returns the state of the lock if another process has it. Raises
        LedgerError.
        """
        with self.database.writing() as connection:
            # Only a row that exists can be locked, so that two first processes wait for each other.
            self._make_row(connection, owner)
            before = self._state(connection, owner, sa.select(leases).with_for_update())
            at = elapsed()
            select = sa.select(leases.c.machine).where(leases.c.owner == owner)
            is_left = bool(machine) and connection.execute(select).scalar() == machine
            if before.is_held and not is_left:
                return before
            # The token, not the process id, proves who has the lock: ids are used again after a
            # restart.
            token = secrets.token_hex(16)
            connection.execute(
                sa.update(leases)
                .where(leases.c.owner == owner)
                .values(
                    epoch=before.epoch + 1,
                    token=token,
                    user_name=holder.user,
                    host=holder.host,
                    process=holder.process,
                    verb=holder.verb,
                    pipeline=holder.pipeline,
                    since=before.now,
                    expires=before.now + seconds,
                    machine=machine,
                )
            )
            return Acquired(token, before.epoch + 1, before, at, before.is_held)

    def renew(self, owner: str, token: str, seconds: float) -> bool:
        """Extend the lock by `seconds` from now. Returns false if `token` no longer has it."""
        with self.database.writing() as connection:
            changed = connection.execute(
                sa.update(leases)
                .where(leases.c.owner == owner, leases.c.token == token)
                .values(expires=self.database.clock(connection) + seconds)
            )
            return changed.rowcount == 1

    def release(self, owner: str, token: str) -> bool:
        """Give the lock back. Returns false if `token` no longer has it."""
        with self.database.writing() as connection:
            changed = connection.execute(
                sa.update(leases)
                .where(leases.c.owner == owner, leases.c.token == token)
                .values(token="", released=self.database.clock(connection))
            )
            return changed.rowcount == 1

    def unlock(self, owner: str, epoch: int) -> bool:
        """Take the lock away from the process that took it as number `epoch`.

        Returns false if the lock was given back, or taken by another process, since then.
        """
        with self.database.writing() as connection:
            changed = connection.execute(
                sa.update(leases)
                # The number keeps the lock of a run that began after the user looked.
                .where(leases.c.owner == owner, leases.c.epoch == epoch, leases.c.token != "")
                .values(token="", released=self.database.clock(connection))
            )
            return changed.rowcount == 1

    def _make_row(self, connection: Connection, owner: str) -> None:
        empty = {
            "owner": owner,
            **dict.fromkeys(("token", "user_name", "host", "verb", "pipeline", "machine"), ""),
            **dict.fromkeys(("epoch", "process"), 0),
            **dict.fromkeys(("since", "expires", "released"), 0.0),
        }
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(leases).values(empty).on_conflict_do_nothing())

    def _state(
        self, connection: Connection, owner: str, select: "sa.Select[tuple[object, ...]]"
    ) -> LockState:
        row = connection.execute(select.where(leases.c.owner == owner)).mappings().first()
        # The clock is read after the row, because the row may have been locked by another process
        # until now.
        now = self.database.clock(connection)
        if row is None:
            return LockState(owner, 0, None, 0, 0, 0, now)
        holder = Holder(row["user_name"], row["host"], row["process"], row["verb"], row["pipeline"])
        return LockState(
            owner,
            row["epoch"],
            holder if row["token"] else None,
            row["since"],
            row["expires"],
            row["released"],
            now,
            row["machine"],
        )
