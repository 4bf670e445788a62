"""Stores the objects that we created. The answers to our own requests gave us their ids."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from provisioner.ledger.database import Database
from provisioner.ledger.tables import objects
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Made

_Key: TypeAlias = tuple[str, str, str]
_KEY: Final = (objects.c.account, objects.c.kind, objects.c.id)
AT_ONCE: Final = 500
"""The largest number of objects in one statement, because databases limit its number of values."""


@frozen
class Objects:
    """The records of created objects in a ledger."""

    database: Database

    def add(self, made: Iterable[Made]) -> None:
        """Record objects that were created. An object that is already recorded is not changed.

        A record that says that the object was deleted is replaced, because the id of a release is
        its path, which may be used again. The attribute `made` of each object is ignored: its time
        is the database's. Raises LedgerError.
        """
        # One statement must not insert a key twice.
        by_key = {(one.account, one.kind, one.id): one for one in made}
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            for keys in _groups([*by_key]):
                are_they = sa.tuple_(*_KEY).in_(keys)
                gone = sa.delete(objects).where(are_they, objects.c.deleted.is_not(None))
                connection.execute(gone)
                known = {tuple(row) for row in connection.execute(sa.select(*_KEY).where(are_they))}
                rows = [_values(by_key[key], now) for key in keys if key not in known]
                if rows:
                    connection.execute(sa.insert(objects), rows)

    def find(self, account: str, kind: str, id: str) -> Made | None:
        """Return the record of an object that we created, None if there is none.

        Raises LedgerError.
        """
        with self.database.reading() as connection:
            select = sa.select(objects).where(*_is(account, kind, id))
            row = connection.execute(select).mappings().first()
        return None if row is None else Made(**row)

    def of_owner(self, owner: str) -> list[Made]:
        """Return the objects of an owner that were not deleted, the oldest first.

        Raises LedgerError.
        """
        select = sa.select(objects).where(objects.c.owner == owner, objects.c.deleted.is_(None))
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(objects.c.made, objects.c.id)).mappings()
            return [Made(**row) for row in rows]

    def of_account(self, account: str) -> list[Made]:
        """Return the objects of an account that were not deleted, the oldest first.

        Raises LedgerError.
        """
        select = sa.select(objects).where(objects.c.account == account, objects.c.deleted.is_(None))
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(objects.c.made, objects.c.id)).mappings()
            return [Made(**row) for row in rows]


def _groups(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    return (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE))


def _values(one: Made, now: float) -> dict[str, Any]:
    return {
        "account": one.account,
        "kind": one.kind,
        "id": one.id,
        "owner": one.owner,
        "address": one.address,
        "run": one.run,
        "made": now,
    }


def _is(account: str, kind: str, id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (objects.c.account == account, objects.c.kind == kind, objects.c.id == id)
