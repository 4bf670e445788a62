"""Wrap a provider so that each write confirms the lock first.

Uploads and deletes are written to the ledger before they are sent, and again when the answer has
come. Reads are not changed.
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
"""Errors after which an object certainly was not deleted."""


class Journal(Protocol):
    """The protocol of a place where uploads and deletes are written down.

    No method raises, but for `begin_delete` where a ledger that somebody named cannot be written.
    """

    def begin_upload(self, path: Path, name: str, sha256: str) -> int:
        """Write down that a file is about to be sent. Returns its number, 0 where that failed."""

    def end_upload(self, number: int, file_id: str) -> None:
        """Write down the id that came back; empty where the file certainly was not taken."""

    def begin_delete(
        self, provider: Provider, collection: str, id: str, parent: str
    ) -> Receipt | None:
        """Write down an object that is about to be deleted. Returns None where nothing is written."""

    def end_delete(self, receipt: Receipt, *, is_deleted: bool) -> None:
        """Write down that an object was deleted, or that it certainly was not."""


@frozen
class GuardedProvider:
    """A Provider around another one. `check` raises LockLost when nothing may be written any more."""

    inner: Provider
    check: Callable[[], None]
    journal: Journal

    @property
    def requests(self) -> Mapping[str, int]:
        return self.inner.requests

    def list(self, collection: str, parent: str = "", **query: Any) -> list[Row]:
        return self.inner.list(collection, parent, **query)

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        return self.inner.get(collection, id, parent)

    def content(self, id: str, collection: str = "files", parent: str = "") -> bytes:
        return self.inner.content(id, collection, parent)

    def create(self, collection: str, body: Mapping[str, Any], parent: str = "") -> Row:
        self.check()
        return self.inner.create(collection, body, parent)

    def update(self, collection: str, id: str, body: Mapping[str, Any], parent: str = "") -> Row:
        self.check()
        return self.inner.update(collection, id, body, parent)

    def delete(self, collection: str, id: str, parent: str = "") -> None:
        self.check()
        receipt = self.journal.begin_delete(self.inner, collection, id, parent)
        try:
            # Reading what the receipt keeps may have taken long.
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
        self.check()
        return self.inner.action(collection, id, verb, body, parent)

    def upload(
        self, path: Path, name: str, sha256: str, sent: Callable[[int], None] | None = None
    ) -> Row:
        self.check()
        number = self.journal.begin_upload(path, name, sha256)
        try:
            row = self.inner.upload(path, name, sha256, sent)
        except Ambiguous:
            raise  # it may have been taken: it stays in flight
        except ProvisionerError:
            self.journal.end_upload(number, "")
            raise
        self.journal.end_upload(number, str(row["id"]))
        return row

    def close(self) -> None:
        self.inner.close()
