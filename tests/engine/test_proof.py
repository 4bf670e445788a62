"""Test the proof that an upload is ours."""

from __future__ import annotations

import hashlib

import pytest

from provisioner.engine.file_names import marked_name
from provisioner.engine.proof import proven, with_unproven_kept
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.remote import FileProvenance, Live, Published, RemoteObject
from provisioner.model.resource import Document, Resource

OWNER, OTHER = Owner("acme", "prod"), Owner("globex", "prod")
RATES = Address("file", "rates")
SHA = hashlib.sha256(b"1").hexdigest()
DOCUMENT = Document("docs/rates.csv", SHA, 1)


def speaker(published: Published | None, sha256: str = SHA[:16]) -> RemoteObject:
    provenance = FileProvenance("file-1", RATES, sha256)
    return RemoteObject(
        "assistant", "a", "A", {}, file_provenance=(provenance,), published=published
    )


SEALED, UNSEALED = Published(1, sealed=True), Published(1)
MARKED = marked_name(OWNER, DOCUMENT)


@pytest.mark.parametrize(
    ("published", "name", "sure"),
    [
        (None, "rates.csv", True),
        (SEALED, MARKED, True),
        (SEALED, "rates.csv", False),
        (UNSEALED, MARKED, False),
        (SEALED, marked_name(OTHER, DOCUMENT), False),
        (SEALED, marked_name(OWNER, Document("docs/rates.csv", "0" * 64, 1)), False),
    ],
    ids=["on the account", "both", "seal alone", "name alone", "another owner", "other content"],
)
def test_a_release_needs_its_seal_and_a_marked_name(
    published: Published | None, name: str, sure: bool
) -> None:
    found = proven([speaker(published)], {"file-1": name}, OWNER)
    assert found == ({"file-1"} if sure else set())


def test_a_claim_that_knows_no_content_proves_nothing() -> None:
    assert proven([speaker(SEALED, "")], {"file-1": MARKED}, OWNER) == set()


def upload(id: str, *, sure: bool, retained: bool = False) -> RemoteObject:
    mark = Mark(OWNER, RATES)
    return RemoteObject("file", id, "", {}, mark=mark, proven=sure, retained=retained)


def test_what_is_not_proven_stays_and_is_counted_where_nothing_uses_it() -> None:
    surplus = (
        upload("unused", sure=False),
        upload("kept", sure=False, retained=True),
        upload("ours", sure=True),
    )
    desired = {RATES: Resource(RATES, {})}
    live = Live({RATES: upload("wanted", sure=False)}, surplus)

    kept = with_unproven_kept(live, desired)

    assert {one.id for one in kept.ours if one.retained} == {"wanted", "unused", "kept"}
    assert kept.unproven_uploads == {"unused"}
    assert with_unproven_kept(live, {}).unproven_uploads == {"unused", "wanted"}
