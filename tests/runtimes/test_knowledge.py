"""Stores and documents on the wire: what attributes say, and how the odd ones are read."""

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.resource import Document
from provisioner.model.value import Sensitive
from provisioner.runtimes._shared.knowledge import (
    AUTO,
    FILES,
    STORE,
    attributes_to_wire,
    chunking_from_wire,
    document_from_wire,
)

STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50}}
DOCUMENT = Document("docs/a.md", "0a" * 32, 5, {"audience": "staff", "year": 2026})


def nobody(_address: Address) -> str:
    raise KeyError


@pytest.mark.parametrize("source", [None, Address("file", "handbook")])
def test_a_document_reads_back_from_its_attributes(source: Address | None) -> None:
    document = Document("docs/a.md", "0a" * 32, 5, {"audience": "staff"}, source)
    attributes = attributes_to_wire(document)

    back = document_from_wire({"id": "file-1", "attributes": attributes, "status": "completed"})

    assert back
    assert (back.path, back.sha256, back.attributes) == ("docs/a.md", "0a" * 32, {"audience": "staff"})  # fmt: skip
    assert (back.source, back.status, back.error) == (source, "completed", "")
    assert len(attributes) <= 1 + 4


def test_secret_attributes_are_sent_as_they_are() -> None:
    document = Document("a", "00", 1, {"key": Sensitive("s")})

    assert attributes_to_wire(document)["key"] == "s"


@pytest.mark.parametrize(
    "attributes", [None, {}, [], "x", {"audience": "staff"}, {"provisioner.path": ""}]
)
def test_attributes_that_are_not_ours_make_no_document(attributes: Any) -> None:
    assert document_from_wire({"id": "file-1", "attributes": attributes}) is None


@pytest.mark.parametrize(
    ("error", "said"),
    [(None, ""), ({"code": "x", "message": "too odd"}, "too odd"), ("broken", "broken"), ({}, "")],
)
def test_why_a_document_failed_is_read_in_every_form(error: Any, said: str) -> None:
    row = {
        "id": "f",
        "attributes": attributes_to_wire(DOCUMENT),
        "status": None,
        "last_error": error,
    }

    document = document_from_wire(row)

    assert document
    assert (document.error, document.status) == (said, "completed")


@pytest.mark.parametrize(
    ("found", "chunking"),
    [
        ([], None),
        ([None], None),
        ([STATIC], STATIC),
        ([{"type": "auto"}], AUTO),
        ([AUTO, AUTO], AUTO),
        ([STATIC, AUTO], None),
        ([{"type": "other"}], None),
    ],
)
def test_how_a_store_is_cut_is_what_all_its_documents_say(found: list[Any], chunking: Any) -> None:
    rows = [{"id": str(n), "chunking_strategy": one} for n, one in enumerate(found)]

    assert chunking_from_wire(rows) == chunking


def test_a_store_sends_what_the_api_takes() -> None:
    spec = {"name": "n", "expires_after": None, "chunking_strategy": STATIC, "metadata": {"a": "b"}}

    assert STORE.to_wire(spec, nobody) == {"name": "n", "expires_after": None}
    assert FILES.to_wire({}, nobody) == {}


@pytest.mark.parametrize(
    ("row", "spec"),
    [
        ({"name": "n", "description": None, "metadata": None}, {"name": "n"}),
        ({"name": "", "expires_after": {}, "metadata": {"a": "b"}}, {"metadata": {"a": "b"}}),
    ],
)
def test_a_store_reads_back_without_what_is_empty(row: dict[str, Any], spec: Any) -> None:
    assert STORE.from_wire({"id": "vs_1", **row}).spec == spec
    assert FILES.from_wire(row).spec == {}


def test_automatic_chunking_is_spelled_out() -> None:
    assert STORE.complete({"chunking_strategy": {"type": "auto"}}) == {"chunking_strategy": AUTO}
    assert STORE.complete({"name": "n"}) == {"name": "n"}
