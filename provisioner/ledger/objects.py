"""Objects that we made: the API's answer to our own create gave us their ids."""

from collections.abc import Iterable

import sqlalchemy as sa

from provisioner.ledger.database import Database
from provisioner.ledger.tables import objects
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Made


@frozen
class Objects:
    """The objects that a ledger knows."""

    database: Database

    def add(self, made: Iterable[Made]) -> None:
        """Write down objects that were made; one that is known already stays as it is.

        One that was deleted is made anew: the id of a release is its path, which is used again. `made`
        of each is set by the database's clock. Raises LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            for one in made:
                is_it = _is(one.account, one.kind, one.id)
                connection.execute(sa.delete(objects).where(*is_it, objects.c.deleted.is_not(None)))
                known = sa.select(objects.c.id).where(*is_it)
                if connection.execute(known).first() is None:
                    connection.execute(
                        sa.insert(objects).values(
                            account=one.account,
                            kind=one.kind,
                            id=one.id,
                            owner=one.owner,
                            address=one.address,
                            run=one.run,
                            made=now,
                        )
                    )

    def find(self, account: str, kind: str, id: str) -> Made | None:
        """Return the record of an object that we made, or None. Raises LedgerError."""
        with self.database.reading() as connection:
            select = sa.select(objects).where(*_is(account, kind, id))
            row = connection.execute(select).mappings().first()
        return None if row is None else Made(**row)

    def of_owner(self, owner: str) -> list[Made]:
        """Return the objects of an owner that were not deleted, oldest first. Raises LedgerError."""
        select = sa.select(objects).where(objects.c.owner == owner, objects.c.deleted.is_(None))
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(objects.c.made, objects.c.id)).mappings()
            return [Made(**row) for row in rows]

    def of_account(self, account: str) -> list[Made]:
        """Return the objects of an account that were not deleted, oldest first. Raises LedgerError."""
        select = sa.select(objects).where(objects.c.account == account, objects.c.deleted.is_(None))
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(objects.c.made, objects.c.id)).mappings()
            return [Made(**row) for row in rows]


def _is(account: str, kind: str, id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (objects.c.account == account, objects.c.kind == kind, objects.c.id == id)
