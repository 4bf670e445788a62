"""Wrap a provider so that each write first confirms that the run still holds its lock.

Uploads and deletes are recorded in the ledger before they are sent, and again when they are
answered. Reads are passed on.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from provisioner.model.errors import (
    Ambiguous,
    Invalid,
    LockLost,
    NoSuchApi,
    ProvisionerError,
    RateLimited,
    Unauthorized,
)
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Receipt
from provisioner.model.provider import Provider, Row

REFUSED: Final = (Invalid, LockLost, NoSuchApi, RateLimited, Unauthorized)
"""Errors after which an object was certainly not deleted."""


class Journal(Protocol):
    """A place where uploads and deletes are recorded.

    No method raises, except `begin_delete` if a ledger that somebody named cannot be written.
    """

    def begin_upload(self, path: Path, name: str, sha256: str) -> int:
        """Record that a file is about to be sent. Return its number, 0 if that failed."""

    def end_upload(self, number: int, file_id: str) -> None:
        """Record the id that the server returned; empty if the file was certainly not stored."""

    def begin_delete(
        self, provider: Provider, collection: str, id: str, parent: str
    ) -> Receipt | None:
        """Record an object that is about to be deleted. Return None if nothing is recorded."""

    def end_delete(self, receipt: Receipt, *, is_deleted: bool) -> None:
        """Record that an object was deleted, or that it certainly was not."""


@frozen
class GuardedProvider:
    """A Provider around another one. `check` raises LockLost once nothing may be written any more."""

    inner: Provider
    check: Callable[[], None]
    journal: Journal

    @property
    def requests(self) -> Mapping[str, int]:
        """The number of requests, by HTTP method."""
        return self.inner.requests

    def list(self, collection: str, parent: str = "", **query: Any) -> list[Row]:
        """Return the rows of a collection."""
        return self.inner.list(collection, parent, **query)

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        """Return one row."""
        return self.inner.get(collection, id, parent)

    def content(self, id: str, collection: str = "files", parent: str = "") -> bytes:
        """Return the bytes of a file."""
        return self.inner.content(id, collection, parent)

    def create(self, collection: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Confirm the lock, and create an object."""
        self.check()
        return self.inner.create(collection, body, parent)

    def update(self, collection: str, id: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Confirm the lock, and update an object."""
        self.check()
        return self.inner.update(collection, id, body, parent)

    def delete(self, collection: str, id: str, parent: str = "") -> None:
        """Confirm the lock, record the delete, and delete an object."""
        self.check()
        receipt = self.journal.begin_delete(self.inner, collection, id, parent)
        try:
            # Reading the object for the receipt may have taken so long that the lock has expired.
            self.check()
            self.inner.delete(collection, id, parent)
        except REFUSED:
            if receipt:
                self.journal.end_delete(receipt, is_deleted=False)
            raise
        if receipt:
            self.journal.end_delete(receipt, is_deleted=True)

    def action(
        self, collection: str, id: str, verb: str, body: Mapping[str, Any], parent: str
    ) -> Row:
        """Confirm the lock, and call an action of an object."""
        self.check()
        return self.inner.action(collection, id, verb, body, parent)

    def upload(
        self, path: Path, name: str, sha256: str, sent: Callable[[int], None] | None = None
    ) -> Row:
        """Confirm the lock, record the upload, and upload a file."""
        self.check()
        number = self.journal.begin_upload(path, name, sha256)
        try:
            row = self.inner.upload(path, name, sha256, sent)
        except Ambiguous:
            raise  # The server may have stored the file, so the upload stays recorded as begun.
        except ProvisionerError:
            self.journal.end_upload(number, "")
            raise
        self.journal.end_upload(number, str(row["id"]))
        return row

    def close(self) -> None:
        """Close the provider."""
        self.inner.close()
