"""A binding without more than it must have: what it takes for granted of a server."""

import pytest

from provisioner.model.address import Address
from provisioner.model.binding import Binding, Documents, NormalForm, is_upload, upload_kind
from provisioner.model.mark import Mark, Owner
from provisioner.model.resource import Document

OWNER = Owner("acme")
MARK = Mark(OWNER, Address("shelf", "law"))
ROW = {"id": "s_1", "name": "Law", "metadata": MARK.to_metadata()}


def binding(*, files: bool = False, foreign: bool = False) -> Binding:
    return Binding(
        "shelves",
        lambda spec, _ids: dict(spec),
        lambda row: NormalForm({"name": row["name"]}),
        mark_location=None if files else Binding("", lambda *_: {}, NormalForm).mark_location,
        may_be_ours=lambda _row: not foreign,
        is_upload=files,
    )


def test_without_more_a_server_returns_what_it_was_sent() -> None:
    one, spec = binding(), {"name": "Law"}

    assert one.complete(spec) == one.fields.echoed(spec) == spec
    assert not one.fields.dates_our_writes(spec)
    assert (one.live_name(spec), one.live_name({})) == ("Law", "")
    assert one.from_wire(ROW) == NormalForm(spec)


@pytest.mark.parametrize(
    ("one", "found"),
    [(binding(), MARK), (binding(foreign=True), None), (binding(files=True), None)],
    ids=["ours", "made by somebody else", "an upload"],
)
def test_a_mark_counts_where_it_may_stand(one: Binding, found: Mark | None) -> None:
    assert one.mark_of(ROW) == found


def test_the_kind_of_uploads_is_found_where_there_is_one() -> None:
    bindings = {"shelf": binding(), "scan": binding(files=True)}

    assert upload_kind(bindings) == "scan"
    assert [is_upload(kind, bindings) for kind in ("shelf", "scan", "other")] == [
        False,
        True,
        False,
    ]
    assert upload_kind({"shelf": binding()}) == ""


def test_documents_show_nothing_of_their_holder_and_may_be_anywhere() -> None:
    def attributes(document: Document, _kept: object) -> dict[str, str]:
        return {"path": document.path}

    documents = Documents("shelves/books", "shelves/batches", lambda _row: None, attributes)

    assert documents.shown([ROW]) == {}
    assert not documents.is_empty(ROW)
