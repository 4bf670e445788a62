"""References are found in the fields of known kinds, and in any text of an unknown row."""

from typing import Any

import pytest

from provisioner.engine.references import Known, addresses_of, ids_in, reached, references
from provisioner.model.address import Address
from provisioner.model.remote import FileProvenance, RemoteObject
from provisioner.model.value import Reference, RemoteId
from tests.engine.build import LIBRARY, QA, SEARCH, applied, assistant, document, store

RATES = Address("file", "rates")
STORE = "vs_0123456789abcdef"


def test_a_declared_resource_refers_to_addresses() -> None:
    declared = assistant(tools={"file_search": SEARCH})
    knowing = store(document("r.csv", source="rates"))

    assert references(declared) == {LIBRARY}
    assert references(knowing) == {RATES}


def test_a_live_object_refers_to_what_its_spec_its_documents_and_its_claims_name() -> None:
    found = RemoteObject(
        "assistant",
        "a1",
        "a",
        {"x": [Reference(LIBRARY), {"y": RemoteId("vector_store", "older")}]},
        file_provenance=(FileProvenance("f1", RATES, "sha"),),
        refers_to=frozenset({"seen-anywhere"}),
    )

    assert references(found) == {LIBRARY, "older", "f1", RATES, "seen-anywhere"}
    assert references(applied(store(document("a.md")))) == {"file-a.md"}


@pytest.mark.parametrize(
    "row",
    [
        {"tool_resources": {"file_search": {"vector_store_ids": ["vs_other", STORE]}}},
        {"a_field_of_tomorrow": {"knowledge": [[[{"store": STORE}]]]}},
        {"metadata": {"note": f"uses {STORE}, and nothing else"}},
        {"tools": None, "metadata": STORE},
    ],
)
def test_a_row_refers_to_every_known_id_in_it_wherever_it_stands(row: dict[str, Any]) -> None:
    assert ids_in(row, {STORE, "vs_elsewhere_0123"}) == {STORE}


@pytest.mark.parametrize(
    "row",
    [
        {"name": "vs_0123456789abcdefg"},
        {"instructions": "Step 1: ask for the order."},
        {"count": 1, "flag": True, "nothing": None},
    ],
)
def test_what_merely_resembles_an_id_is_none(row: dict[str, Any]) -> None:
    assert ids_in(row, {STORE, "1"}) == frozenset()


@pytest.mark.parametrize(
    "known",
    [
        {STORE},
        {STORE, *(f"{n:08x}-0000-0000-0000-000000000000" for n in range(99))},
        {STORE, "a", "", "9f1c2d3e4b5a69788796a5b4c3d2e1f0"},
    ],
)
def test_ids_are_found_in_prose_whatever_else_is_known(known: set[str]) -> None:
    prose = "Search the library. " * 500

    assert ids_in({"text": f"{prose}({STORE}) {prose}"}, Known.of(known)) == {STORE}
    assert ids_in({"text": prose}, Known.of(known)) == frozenset()


def test_a_row_of_any_depth_is_read() -> None:
    deep: Any = STORE
    for _ in range(5_000):
        deep = [{"x": deep}]

    assert ids_in(deep, {STORE}) == {STORE}


def test_names_become_addresses_where_the_object_is_ours() -> None:
    known = applied(store(), "s1")
    stranger = RemoteObject("vector_store", "s2", "", {})

    assert addresses_of({QA, "s1", "s2", "s3"}, {"s1": known, "s2": stranger}) == {QA, LIBRARY}


def test_a_circle_is_reached_once() -> None:
    edges = {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}

    assert reached(["a"], edges.__getitem__) == {"a", "b", "c"}
