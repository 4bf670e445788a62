"""Stores receipts: the deleted objects, each with its configuration.

A receipt is written before the request that deletes, and confirmed when the answer has come. So a
run that is killed in between leaves no deleted object without a receipt. It may leave receipts of
objects that still exist; `deleted` is None in these.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from provisioner.ledger.database import Database
from provisioner.ledger.tables import objects, receipt_documents, receipts, tracked, uploads
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Receipt, ReceiptDocument, TrackedStatus


@frozen
class Receipts:
    """The receipts of a ledger."""

    database: Database

    def note(self, receipt: Receipt, documents: Sequence[ReceiptDocument] = ()) -> None:
        """Record an object that is about to be deleted. `noted` is set to the time of the database.

        A receipt of the same run for the same object is replaced. Raises LedgerError.
        """
        with self.database.writing() as connection:
            self._remove(connection, receipt.run, receipt.kind, receipt.id)
            connection.execute(
                sa.insert(receipts).values(
                    run=receipt.run,
                    kind=receipt.kind,
                    id=_text(receipt.id),
                    owner=receipt.owner,
                    account=receipt.account,
                    address=receipt.address,
                    reason=receipt.reason,
                    noted=self.database.clock(connection),
                    configuration=dict(receipt.configuration),
                )
            )
            if documents:
                connection.execute(sa.insert(receipt_documents), [*map(_values, documents)])

    def confirm(self, deleted: Sequence[Receipt]) -> None:
        """Record that the objects of these receipts were deleted, in every table that has them.

        Raises LedgerError.
        """
        with self.database.writing() as connection:
            now = self.database.clock(connection)
            # All tables change in one transaction, so that they agree on what exists.
            for update, names in _CONFIRMING.items() if deleted else ():
                rows = [{f"of_{name}": getattr(one, name) for name in names} for one in deleted]
                connection.execute(update, [{**row, "now": now} for row in rows])

    def drop(self, receipt: Receipt) -> None:
        """Remove the receipt of an object that certainly was not deleted. Raises LedgerError."""
        with self.database.writing() as connection:
            self._remove(connection, receipt.run, receipt.kind, receipt.id)

    def of_run(self, run: str) -> list[Receipt]:
        """Return the receipts of a run, by kind and id. Raises LedgerError."""
        select = sa.select(receipts).where(receipts.c.run == run)
        with self.database.reading() as connection:
            rows = connection.execute(select.order_by(receipts.c.kind, receipts.c.id)).mappings()
            return [Receipt(**row) for row in rows]

    def documents(self, run: str, *, with_text: bool = True) -> list[ReceiptDocument]:
        """Return the documents of the stores that a run deleted, by store and path.

        If `with_text` is false, `text` is '' for each text that the ledger has, because texts may
        be large. Raises LedgerError.
        """
        table = receipt_documents
        # The database says if there is a text, and does not send it.
        shown = table.c.text if with_text else sa.case((table.c.text.is_(None), None), else_="")
        rest = [one for one in table.columns if one is not table.c.text]
        select = sa.select(*rest, shown.label("text")).where(table.c.run == run)
        select = select.order_by(table.c.store, table.c.path, table.c.file_id)
        with self.database.reading() as connection:
            return [_document(row) for row in connection.execute(select).mappings()]

    def text(self, run: str, store: str, file_id: str) -> str | None:
        """Return the extracted text of one document, None if the ledger does not have it.

        Raises LedgerError.
        """
        table = receipt_documents
        select = sa.select(table.c.text).where(
            table.c.run == run, table.c.store == store, table.c.file_id == file_id
        )
        with self.database.reading() as connection:
            found: str | None = connection.execute(select).scalar()
        return found

    def _remove(self, connection: Connection, run: str, kind: str, id: str) -> None:
        connection.execute(sa.delete(receipts).where(*_is(run, kind, id)))
        table = receipt_documents
        connection.execute(sa.delete(table).where(table.c.run == run, table.c.store == id))


def _where(table: sa.Table, **names: str) -> sa.Update:
    """Return an update of those rows that belong to a receipt.

    `names` has, for each column that identifies such a row, the attribute of the receipt whose
    value the column must have. The parameter `of_ATTRIBUTE` of the statement is that value.
    """
    return sa.update(table).where(
        *(table.c[column] == sa.bindparam(f"of_{name}") for column, name in names.items())
    )


_NOW: Final[sa.BindParameter[float]] = sa.bindparam("now")
_RETIRED: Final = {"status": TrackedStatus.RETIRED.value, "ended": _NOW}
_OBJECT: Final = {"account": "account", "kind": "kind", "id": "id"}
_CONFIRMING: Final = {
    _where(receipts, run="run", kind="kind", id="id").values(deleted=_NOW): ("run", "kind", "id"),
    _where(objects, **_OBJECT).values(deleted=_NOW): ("account", "kind", "id"),
    _where(uploads, account="account", file_id="id").values(deleted=_NOW): ("account", "id"),
    _where(tracked, **_OBJECT).values(**_RETIRED): ("account", "kind", "id"),
}
"""The updates that confirm a delete, each with the attributes of a receipt that it needs."""


def _is(run: str, kind: str, id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (receipts.c.run == run, receipts.c.kind == kind, receipts.c.id == id)


def _values(one: ReceiptDocument) -> dict[str, Any]:
    return {
        "run": one.run,
        "store": one.store,
        "file_id": one.file_id,
        "path": _text(one.path),
        "name": _text(one.name),
        "sha256": one.sha256,
        "bytes": one.bytes,
        "object": dict(one.object),
        "text": one.text,
        "missing": _text(one.missing),
    }


def _document(row: RowMapping) -> ReceiptDocument:
    return ReceiptDocument(**row)


def _text(said: str) -> str:
    """Return a text without NUL, which PostgreSQL does not accept."""
    return said.replace("\0", "␀")
