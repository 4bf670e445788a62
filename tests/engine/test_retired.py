"""A replaced object stays while running applications may use it, and a later plan deletes it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.classify import classify
from provisioner.engine.current_objects import current_objects
from provisioner.engine.diff import diff
from provisioner.engine.retired import with_retained
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.inventory import Inventory
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.value import Reference
from provisioner.runtimes import RUNTIMES
from tests.engine.build import BINDINGS as ASSISTANTS
from tests.engine.build import LIBRARY, OWNER, applied, assistant, desired, document, file, store

BINDINGS = RUNTIMES["responses"].bindings
NOW, HOUR = 1_000_000.0, 3600.0


def generation(number: int, id: str, **facts: Any) -> RemoteObject:
    found = applied(store(), id)
    assert found.mark
    return replace(found, mark=replace(found.mark, generation=number), **facts)


def both(made: float = NOW, **old: bool) -> Live:
    """A store made anew at `made`, and the one that it replaced."""
    new = generation(2, "new", created_at=made)
    return Live({LIBRARY: new}, surplus=(generation(1, "old", **old),))


def planned(wanted: Desired, live: Live, named: Collection[str] = ()) -> list[Change]:
    marked = with_retained(live, BINDINGS, named, since=NOW - HOUR)
    found = diff(wanted, marked, KINDS, BINDINGS, OWNER)
    return [change for change in found if change.action is not Action.NO_OP]


@pytest.mark.parametrize(
    ("made", "named", "stays"),
    [
        pytest.param(NOW, (), True, id="replaced a moment ago"),
        pytest.param(NOW - 2 * HOUR, (), False, id="replaced long ago"),
        pytest.param(NOW - 2 * HOUR, ("old",), True, id="named by a retained release"),
        pytest.param(NOW - 2 * HOUR, ("new",), False, id="only the new one is named"),
    ],
)
def test_a_replaced_store_goes_once_nobody_needs_it(
    made: float, named: tuple[str, ...], stays: bool
) -> None:
    found = planned(desired(store()), both(made), named)

    assert [(c.action, c.reason, c.live.id) for c in found if c.live] == (
        [] if stays else [(Action.DELETE, Reason.RETIRED, "old")]
    )


def test_one_that_lapsed_is_of_use_to_nobody() -> None:
    found = planned(desired(store()), both(expired=True), ("old",))

    assert [(c.action, c.live.id) for c in found if c.live] == [(Action.DELETE, "old")]


def test_a_copy_of_the_same_generation_is_a_duplicate() -> None:
    live = Live({LIBRARY: generation(1, "one")}, surplus=(generation(1, "two"),))

    assert [c.reason for c in planned(desired(store()), live)] == [Reason.DUPLICATE]


@pytest.mark.parametrize(("named", "gone"), [((), ["one"]), (("one",), [])])
def test_a_store_that_is_no_longer_declared_stays_while_a_release_names_it(
    named: tuple[str, ...], gone: list[str]
) -> None:
    live = Live({LIBRARY: generation(1, "one")})

    assert [c.live.id for c in planned({}, live, named) if c.live] == gone


def test_its_files_stay_with_it() -> None:
    holds = applied(store(document("a.md")), "one")
    (held,) = holds.documents.values()
    live = Live(
        {
            LIBRARY: holds,
            Address("file", "a"): applied(file("a"), held.file_id),
            Address("file", "b"): applied(file("b"), "another"),
        }
    )

    assert [c.live.id for c in planned({}, live, {"one"}) if c.live] == ["another"]


def upload(
    id: str, content: str = "text", *, former: bool = False, at: float = NOW
) -> RemoteObject:
    return replace(applied(file("rates", content), id), former=former, created_at=at)


RATES = Address("file", "rates")


@pytest.mark.parametrize(
    ("named", "gone"), [((), [("old", Reason.RETIRED)]), (("old",), [])], ids=["let go", "named"]
)
def test_an_upload_that_only_older_releases_name_is_retired(
    named: tuple[str, ...], gone: list[tuple[str, Reason]]
) -> None:
    in_use = replace(applied(assistant(files=Reference(RATES))), spec={"files": Reference(RATES)})
    wanted = desired(file("rates", "new"), assistant(files=Reference(RATES)))
    objects, surplus = current_objects(
        [upload("old", former=True), upload("new", "new")], wanted, BINDINGS
    )
    live = Live({**objects, Address("assistant", "qa"): in_use}, surplus=tuple(surplus))

    found = planned(wanted, live, named)

    assert [(c.live.id, c.reason) for c in found if c.live and c.address == RATES] == gone


@pytest.mark.parametrize(
    ("content", "best"),
    [
        pytest.param("text", "old", id="what is wanted, though only older releases name it"),
        pytest.param("other", "new", id="else what is in use"),
    ],
)
def test_of_several_uploads_of_one_file_the_one_that_serves_counts(content: str, best: str) -> None:
    uploads = [upload("old", former=True, at=NOW + 1), upload("new", "new")]

    objects, surplus = current_objects(uploads, desired(file("rates", content)), BINDINGS)

    assert objects[RATES].id == best
    assert len(surplus) == 1


def test_a_former_upload_of_no_declared_file_is_retired_and_no_orphan() -> None:
    live = Live({RATES: upload("old", former=True)})

    assert [c.reason for c in planned({}, live)] == [Reason.RETIRED]
    assert planned({}, live, {"old"}) == []


def test_a_replace_says_that_the_old_one_stays_where_the_form_retires() -> None:
    wanted = desired(store(chunking_strategy={"type": "static", "static": {}}))
    live = Live({LIBRARY: replace(generation(1, "one"), spec={"name": "library"})})

    for bindings, stays in ((BINDINGS, True), (ASSISTANTS, False)):
        (change,) = diff(wanted, live, KINDS, bindings, OWNER)
        assert change.action is Action.REPLACE
        assert change.live
        assert change.live.retained is stays


def test_where_nothing_retires_nothing_is_retained() -> None:
    marked = with_retained(both(), ASSISTANTS, {"old", "new"}, since=0.0)

    assert (marked.objects, marked.surplus) == (both().objects, both().surplus)


TOMBSTONE = {"id": "k3v9/default/qa/00000002.json", "params": {}, "metadata": {}, "deleted": True}
STRAY = {"id": "k3v9/default/qa/00000003.json", "stray": True, "named": []}


@pytest.mark.parametrize("wanted", [desired(store()), {}], ids=["replaced", "orphaned"])
@pytest.mark.parametrize(
    ("history", "stays"),
    [((), True), ((TOMBSTONE,), False), ((STRAY,), False)],
    ids=["nothing", "a tombstone", "a file that is no release"],
)
def test_where_nothing_was_ever_published_nothing_that_a_release_may_name_goes(
    wanted: Desired, history: tuple[dict[str, Any], ...], stays: bool
) -> None:
    """A registry that is not there looks like that, and applications may go on using all of it."""
    old, new = generation(1, "old"), generation(2, "new", created_at=NOW - 2 * HOUR)
    rows = tuple(
        {
            "id": one.id,
            "name": one.name,
            "metadata": one.mark.to_metadata() if one.mark else {},
            "created_at": one.created_at,
            "file_counts": {"total": 0},
        }
        for one in (old, new)
    )
    inventory = Inventory({"vector_store": rows}, history={"assistant": history}, read_at=NOW)

    live = classify(inventory, BINDINGS, OWNER, wanted, retire_after=HOUR)

    found = [
        c.live.id for c in diff(wanted, live, KINDS, BINDINGS, OWNER) if c.action.removes and c.live
    ]
    assert sorted(found) == ([] if stays else ["old"] if wanted else ["new", "old"])
    assert live.unpublished is stays
