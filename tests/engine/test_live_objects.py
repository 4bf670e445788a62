"""Raw rows in their normal form: which document of a store counts."""

from typing import Any

import pytest

from provisioner.engine.live_objects import with_documents
from provisioner.model.address import Address
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Mark, Owner
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Document
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes._shared.knowledge import attributes_to_wire

BINDINGS = RUNTIMES["assistants"].bindings
STORE = RemoteObject(
    "vector_store",
    "vs_1",
    "library",
    {},
    mark=Mark(Owner("acme", "default"), Address("vector_store", "library")),
)


def row(id: str, status: str, created_at: int, path: str = "docs/a.md") -> dict[str, Any]:
    document = Document(path, f"{created_at:064x}", 5)
    return {
        "id": id,
        "status": status,
        "created_at": created_at,
        "attributes": attributes_to_wire(document),
    }


def filled(*rows: dict[str, Any]) -> RemoteObject:
    (found,) = with_documents([STORE], Inventory({}, {"vs_1": rows}), BINDINGS)
    return found


@pytest.mark.parametrize("status", ["in_progress", "failed", "cancelled"])
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_documents_at_one_path_the_newest_completed_one_counts(
    status: str, *, turned: bool
) -> None:
    rows = [
        row("file-old", "completed", 1),
        row("file-good", "completed", 2),
        row("file-late", status, 3),
    ]

    found = filled(*(reversed(rows) if turned else rows))

    assert found.documents["docs/a.md"].file_id == "file-good"
    assert {d.file_id for d in found.surplus_documents} == {"file-old", "file-late"}


def test_where_none_is_completed_the_newest_one_counts() -> None:
    found = filled(row("file-2", "failed", 2), row("file-1", "in_progress", 1))
    assert found.documents["docs/a.md"].file_id == "file-2"


def test_what_carries_no_attributes_of_ours_is_foreign() -> None:
    theirs = {"id": "file-x", "status": "completed", "created_at": 9, "attributes": {"a": "b"}}
    found = filled(row("file-1", "completed", 1), theirs)
    assert found.foreign_documents == ("file-x",)
    assert list(found.documents) == ["docs/a.md"]
