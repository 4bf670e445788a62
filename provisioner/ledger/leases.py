"""Locks: one row an owner, held for a while and renewed by a heartbeat.

An advisory lock of the database would break behind a pool of connections, and ends without a word
when a connection does. A row is the same on both databases, says who holds it, and expires. Every
moment is the database's, so that the clocks of machines do not matter.
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
    """A lock that was taken. `before` is its state just before; `token` proves who took it.

    `at` is the moment at which `before` was read, in seconds of `elapsed`. `was_left` is true where the
    holder before was dead and its lease had not expired.
    """

    token: str
    epoch: int
    before: LockState
    at: float
    was_left: bool = False


@frozen
class Leases:
    """The locks of a ledger."""

    database: Database

    def state(self, owner: str) -> LockState:
        """Return the lock of an owner as it is now. Raises LedgerError."""
        with self.database.reading() as connection:
            return self._state(connection, owner, sa.select(leases))

    def acquire(
        self, owner: str, holder: Holder, seconds: float, machine: str = ""
    ) -> Acquired | LockState:
        """Take the lock for `seconds` if it is free, has expired, or was left by a dead process.

        `machine` is the text of `Presence.claim`: with it, a holder that claimed the same is dead.
        Returns the state of the lock where somebody else holds it. Raises LedgerError.
        """
        with self.database.writing() as connection:
            self._make_row(connection, owner)
            before = self._state(connection, owner, sa.select(leases).with_for_update())
            at = elapsed()
            select = sa.select(leases.c.machine).where(leases.c.owner == owner)
            is_left = bool(machine) and connection.execute(select).scalar() == machine
            if before.is_held and not is_left:
                return before
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
        """Hold the lock for `seconds` from now. Returns false where it is not held by `token`."""
        with self.database.writing() as connection:
            changed = connection.execute(
                sa.update(leases)
                .where(leases.c.owner == owner, leases.c.token == token)
                .values(expires=self.database.clock(connection) + seconds)
            )
            return changed.rowcount == 1

    def release(self, owner: str, token: str) -> bool:
        """Give the lock back. Returns false where it is not held by `token`."""
        with self.database.writing() as connection:
            changed = connection.execute(
                sa.update(leases)
                .where(leases.c.owner == owner, leases.c.token == token)
                .values(token="", released=self.database.clock(connection))
            )
            return changed.rowcount == 1

    def unlock(self, owner: str, epoch: int) -> bool:
        """Take the lock away from whoever took it as number `epoch`.

        Returns false where the lock was given back, or taken by somebody else, since then.
        """
        with self.database.writing() as connection:
            changed = connection.execute(
                sa.update(leases)
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
        # The clock is read after the row: another may have held it until just now.
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
        )
