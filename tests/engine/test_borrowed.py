"""Objects of others, to which manifests refer by their ids: read, told where they are gone, never ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.engine.borrowed import gone, with_borrowed
from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.codes import names as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.resource import Resource
from provisioner.model.value import RemoteId
from tests.engine.build import BINDINGS, LIBRARY, OWNER, QA, assistant, desired, live, store

if TYPE_CHECKING:
    from provisioner.model.remote import Live

LENT = Address("vector_store", "lent")
UNREAD = Diagnostic(codes.BORROWED_GONE, "The list failed.")


def row(owner: Owner | None = None) -> dict[str, Any]:
    mark = make_mark(store(), KINDS["vector_store"], BINDINGS["vector_store"], owner or OWNER)
    metadata = mark.to_metadata() if owner else {}
    return {"id": "vs_1", "name": "Lent", "status": "completed", "metadata": metadata}


def read(inventory: Inventory) -> Live:
    borrowed = desired(Resource(LENT, {"id": "vs_1"}))
    return with_borrowed(live(), borrowed, inventory, BINDINGS, OWNER)


@pytest.mark.parametrize("owner", [None, Owner("other", "default")])
def test_an_object_of_others_is_read_and_is_not_ours(owner: Owner | None) -> None:
    found = read(Inventory(rows={"vector_store": ({"id": "vs_0"}, row(owner))}))

    assert found.borrowed[LENT].id == "vs_1"
    assert (found.objects, found.diagnostics) == ({}, ())


def test_an_object_that_is_gone_is_an_error() -> None:
    found = read(Inventory(rows={"vector_store": ()}))

    assert [one.code for one in found.diagnostics] == [codes.BORROWED_GONE]
    assert "vs_1 does not exist on this target" in found.diagnostics[0].detail
    assert found.borrowed == {}


def test_an_object_that_this_stack_manages_cannot_be_borrowed_by_it() -> None:
    found = read(Inventory(rows={"vector_store": (row(OWNER),)}))

    assert [one.code for one in found.diagnostics] == [codes.BORROWED_IS_OURS]
    assert f"vs_1 is {LIBRARY} of this stack" in found.diagnostics[0].detail


@pytest.mark.parametrize(
    "inventory",
    [Inventory(), Inventory(rows={"vector_store": ()}, unread={"vector_store": UNREAD})],
    ids=["not listed", "a list that failed"],
)
def test_what_could_not_be_listed_may_exist(inventory: Inventory) -> None:
    found = read(inventory)

    assert (found.borrowed, found.diagnostics) == ({}, ())


def test_an_id_in_a_spec_that_vanished_is_an_error_and_one_that_was_not_listed_is_none() -> None:
    lent = RemoteId("vector_store", "vs_1")
    search = {"type": "file_search", "vector_store": lent}
    wanted = desired(assistant(tools={"file_search": search}))
    there = Inventory(rows={"vector_store": (row(),)})

    assert gone(wanted, there) == []
    assert gone(wanted, replace(there, rows={})) == []
    (found,) = gone(wanted, replace(there, rows={"vector_store": ()}))
    assert (found.code, found.subject) == (codes.BORROWED_GONE, str(QA))
