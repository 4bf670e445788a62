"""Stores the notes of `gc` about leaks that are to be deleted later.

The note is in the ledger, because nothing is ever written to an object that may be somebody else's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from provisioner.ledger.database import Database
from provisioner.ledger.tables import quarantine
from provisioner.model.frozen import frozen
from provisioner.model.leaks import Quarantined


@frozen
class Quarantine:
    """The notes of a ledger about leaks."""

    database: Database

    def note(self, found: Iterable[Quarantined], seconds: float) -> list[Quarantined]:
        """Note objects that may be deleted `seconds` from now. Return their notes.

        An object with a note that has the same fingerprint keeps its note, so that its time
        continues. An object whose fingerprint has changed gets a new note. `noted` and `until` are
        set to times of the database. Raises LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            stand = []
            for one in found:
                known = _known(connection, one)
                # An object that somebody used since then waits for the whole time again.
                if known is None or known.fingerprint != one.fingerprint:
                    known = replace(one, noted=now, until=now + seconds)
                    connection.execute(sa.delete(quarantine).where(*_is(one)))
                    connection.execute(sa.insert(quarantine).values(_values(known)))
                stand.append(known)
        return stand

    def of_account(self, account: str) -> list[Quarantined]:
        """Return the notes of an account, the one that is due first at the beginning.

        Raises LedgerError.
        """
        select = sa.select(quarantine).where(quarantine.c.account == account)
        select = select.order_by(quarantine.c.delete_after, quarantine.c.kind, quarantine.c.id)
        with self.database.reading() as connection:
            return [_note(row) for row in connection.execute(select).mappings()]

    def lift(self, notes: Sequence[Quarantined]) -> None:
        """Remove notes whose objects are needed, do not exist, or were deleted.

        Raises LedgerError.
        """
        if notes:
            with self.database.writing() as connection:
                for one in notes:
                    connection.execute(sa.delete(quarantine).where(*_is(one)))

    def now(self) -> float:
        """Return the time of the database, in unix seconds. Raises LedgerError."""
        with self.database.reading() as connection:
            return self.database.clock(connection)


def _known(connection: Connection, one: Quarantined) -> Quarantined | None:
    row = connection.execute(sa.select(quarantine).where(*_is(one))).mappings().first()
    return None if row is None else _note(row)


def _note(row: RowMapping) -> Quarantined:
    given = dict(row)
    return Quarantined(until=given.pop("delete_after"), **given)


def _is(one: Quarantined) -> tuple[sa.ColumnElement[bool], ...]:
    columns = quarantine.c
    return (columns.account == one.account, columns.kind == one.kind, columns.id == one.id)


def _values(one: Quarantined) -> dict[str, object]:
    # PostgreSQL accepts no NUL in a text, and a proof may contain a name that somebody else chose.
    given = asdict(one)
    given["delete_after"] = given.pop("until")
    return {
        name: value.replace("\0", "␀") if isinstance(value, str) else value
        for name, value in given.items()
    }
