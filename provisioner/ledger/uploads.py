"""Stores uploads: each is recorded before it is sent, and completed with the id that came back.

A row without an id is an upload that is being sent, or one whose answer never came: there may be a
file on the account to which nothing else refers. A row with an id is the only record of what a file
contains, because no API returns the content of an uploaded file.
"""

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from provisioner.ledger.database import Database
from provisioner.ledger.tables import uploads
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Upload


@frozen
class Uploads:
    """The uploads of a ledger."""

    database: Database

    def begin(
        self,
        *,
        owner: str,
        account: str,
        run: str,
        name: str,
        path: str,
        sha256: str,
        bytes: int,
    ) -> int:
        """Record that a file is about to be sent. Return the upload's number.

        Raises LedgerError.
        """
        with self.database.writing() as connection:
            made = connection.execute(
                sa.insert(uploads).values(
                    owner=owner,
                    account=account,
                    run=run,
                    name=name,
                    path=path,
                    sha256=sha256,
                    bytes=bytes,
                    started=self.database.clock(connection),
                    file_id="",
                )
            )
            (number,) = made.inserted_primary_key or (0,)
        return int(number)

    def complete(self, number: int, file_id: str) -> None:
        """Record the id that the API gave to an upload. Raises LedgerError."""
        with self.database.writing() as connection:
            connection.execute(
                sa.update(uploads).where(uploads.c.number == number).values(file_id=file_id)
            )

    def drop(self, number: int) -> None:
        """Delete the record of an upload that certainly was not performed. Raises LedgerError."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(uploads).where(uploads.c.number == number))

    def unanswered(self, account: str) -> list[Upload]:
        """Return the uploads to an account whose answer never came, the oldest first.

        Raises LedgerError.
        """
        select = sa.select(uploads).where(uploads.c.account == account, uploads.c.file_id == "")
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(uploads.c.number)).mappings()
            return [_upload(row) for row in rows]

    def answered(self, account: str) -> list[Upload]:
        """Return the uploads to an account that were answered with the id of a file.

        Those whose file a run of ours has deleted are left out. The oldest is first. Raises
        LedgerError.
        """
        select = sa.select(uploads).where(
            uploads.c.account == account, uploads.c.file_id != "", uploads.c.deleted.is_(None)
        )
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(uploads.c.number)).mappings()
            return [_upload(row) for row in rows]

    def of_file(self, account: str, file_id: str) -> Upload | None:
        """Return our upload that became this file, None if there is none. Raises LedgerError."""
        select = sa.select(uploads).where(
            uploads.c.account == account, uploads.c.file_id == file_id
        )
        with self.database.reading() as connection:
            # The empty id would find an upload that was not answered.
            row = connection.execute(select).mappings().first() if file_id else None
        return None if row is None else _upload(row)


def _upload(row: RowMapping) -> Upload:
    return Upload(**row)
