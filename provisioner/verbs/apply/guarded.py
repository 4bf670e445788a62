"""A provider whose writes are allowed: each confirms the lock first, and uploads are written down.

Reads pass as they are.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from provisioner.model.errors import Ambiguous, ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.provider import Provider, Row


class Journal(Protocol):
    """The protocol of a place where uploads are written down. Neither method raises."""

    def begin_upload(self, path: Path, name: str, sha256: str) -> int:
        """Write down that a file is about to be sent. Returns its number, 0 where that failed."""

    def end_upload(self, number: int, file_id: str) -> None:
        """Write down the id that came back; empty where the file certainly was not taken."""


@frozen
class GuardedProvider:
    """A Provider around another one. `check` raises where nothing may be written any more."""

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
        self.inner.delete(collection, id, parent)

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
