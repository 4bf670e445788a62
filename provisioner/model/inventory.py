"""Defines Inventory: all rows that were read of one target, of every owner, as the server sent them."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Self

from provisioner.model.codes.table import TABLE
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.provider import Row

PARENT = "provisioner.parent"
"""The key that is added to a row of an inner collection, with the id of the object around it."""
FORMAT = 1


@frozen
class Inventory:
    """The rows of one target, as the server returned them.

    `rows` has the objects of each kind that was listed. `documents` has the files of each store
    that was asked for them, by the store's id; it has None for a store that a list had shown and
    that was gone when it was asked. `versions` has the versions of each object that was asked for
    them, by the object's id. `history` has the earlier releases, by kind.

    `bystanders` has the rows of collections whose objects no manifest can declare. They are listed
    only if the plan deletes something, because they may refer to it. `nameless` has the rows
    without an id, by kind: no request can be made about such an object, but whatever it refers to
    is in use. `unread` says for each kind that could not be listed why. `read_at` is the moment at
    which the reading began, in unix seconds.
    """

    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    documents: Mapping[str, tuple[Row, ...] | None] = field(default_factory=dict)
    versions: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    history: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    bystanders: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    nameless: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    unread: Mapping[str, Diagnostic] = field(default_factory=dict)
    read_at: float = 0.0

    def to_document(self) -> dict[str, Any]:
        """Return the inventory as JSON data. `from_document` reads it."""
        return {
            "format_version": FORMAT,
            "read_at": self.read_at,
            "rows": {kind: list(rows) for kind, rows in self.rows.items()},
            "documents": {
                store: None if rows is None else list(rows)
                for store, rows in self.documents.items()
            },
            "versions": {id: list(rows) for id, rows in self.versions.items()},
            "history": {kind: list(rows) for kind, rows in self.history.items()},
            "bystanders": {name: list(rows) for name, rows in self.bystanders.items()},
            "nameless": {kind: list(rows) for kind, rows in self.nameless.items()},
            "unread": {
                kind: {"code": why.code.name, "detail": why.detail, "subject": why.subject}
                for kind, why in self.unread.items()
            },
        }

    @classmethod
    def from_document(cls, data: Mapping[str, Any]) -> Self:
        """Return the inventory that `to_document` wrote.

        Raises ValueError for data of another format.
        """
        if data.get("format_version") != FORMAT:
            raise ValueError(f"this is not an inventory of format {FORMAT}")
        return cls(
            rows={kind: tuple(rows) for kind, rows in data["rows"].items()},
            documents={
                # None (gone) and empty differ: a store that is gone is not an empty store.
                store: None if rows is None else tuple(rows)
                for store, rows in data["documents"].items()
            },
            # Inventories that an earlier version saved do not have this key.
            versions={id: tuple(rows) for id, rows in data.get("versions", {}).items()},
            history={kind: tuple(rows) for kind, rows in data["history"].items()},
            bystanders={name: tuple(rows) for name, rows in data.get("bystanders", {}).items()},
            nameless={kind: tuple(rows) for kind, rows in data.get("nameless", {}).items()},
            unread={
                kind: Diagnostic(TABLE[why["code"]], why["detail"], subject=why["subject"])
                for kind, why in data["unread"].items()
            },
            read_at=float(data["read_at"]),
        )
