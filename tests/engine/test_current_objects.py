"""Of several live objects with one address, one counts; and every id means something."""

from dataclasses import replace

import pytest

from provisioner.engine.current_objects import current_objects, resolver
from provisioner.engine.documents import DOCUMENTS_FIELD
from provisioner.model.mark import tracked_key
from provisioner.model.value import Reference, RemoteId
from tests.engine.build import BINDINGS, LIBRARY, applied, assistant, desired, document, file, store
from tests.engine.test_plan import live_file


def test_every_address_has_one_object_and_the_rest_is_surplus() -> None:
    first, second = applied(assistant(), id="a1"), applied(assistant(), id="a2", created_at=9.0)
    nameless = replace(applied(store()), mark=None)

    objects, surplus = current_objects([second, nameless, first], {}, BINDINGS)

    assert {str(a): o.id for a, o in objects.items()} == {"assistant.qa": "a1"}
    assert [found.id for found in surplus] == ["a2"]


@pytest.mark.parametrize(("wanted", "wins"), [("old", "f1"), ("new", "f2"), (None, "f2")])
def test_of_files_the_desired_content_counts_and_then_the_newest(
    wanted: str | None, wins: str
) -> None:
    older = live_file(file("table", "old"), id="f1", created_at=1.0)
    newer = live_file(file("table", "new"), id="f2", created_at=2.0)

    objects, _ = current_objects(
        [older, newer], desired(file("table", wanted)) if wanted else {}, BINDINGS
    )

    assert [found.id for found in objects.values()] == [wins]


def test_an_expired_store_yields_to_one_that_lives() -> None:
    full = store(document("a.md"))
    expired = applied(full, id="s2", created_at=0.0, expired=True)

    objects, _ = current_objects([expired, applied(full, id="s1", created_at=5.0)], {}, BINDINGS)

    assert objects[LIBRARY].id == "s1"


@pytest.mark.parametrize("wins", ["filled", "older"])
def test_a_store_yields_only_to_a_newer_one_that_is_filled(wins: str) -> None:
    """A replace that was cut short leaves one that answers no question yet."""
    full = store(document("a.md"))
    older, newer = applied(full, id="s1"), applied(full, id="s2", created_at=9.0)
    assert newer.mark is not None
    mark = replace(newer.mark, generation=2)
    if wins == "older":
        mark = replace(
            mark,
            applied={k: v for k, v in mark.applied.items() if k != tracked_key(DOCUMENTS_FIELD)},
        )

    objects, surplus = current_objects([replace(newer, mark=mark), older], {}, BINDINGS)

    assert objects[LIBRARY].id == ("s2" if wins == "filled" else "s1")
    assert [found.id for found in surplus] == ["s1" if wins == "filled" else "s2"]


@pytest.mark.parametrize(
    ("id", "meaning"),
    [
        ("s1", Reference(LIBRARY)),
        ("s2", RemoteId("vector_store", "s2", LIBRARY)),
        ("theirs", RemoteId("vector_store", "theirs")),
        ("gone", RemoteId("vector_store", "gone", gone=True)),
    ],
)
def test_an_id_means_ours_an_older_one_of_ours_somebodys_or_nothing(
    id: str, meaning: Reference | RemoteId
) -> None:
    objects, surplus = current_objects(
        [applied(store(), id="s1"), applied(store(), id="s2", created_at=9.0)], {}, BINDINGS
    )

    resolve = resolver(objects, surplus, {"vector_store": {"s1", "s2", "theirs"}})

    assert resolve(RemoteId("vector_store", id)) == meaning


def test_nothing_is_called_gone_of_a_kind_that_was_not_listed() -> None:
    resolve = resolver({}, (), {"vector_store": set()})

    assert resolve(RemoteId("file", "f1")) == RemoteId("file", "f1")
