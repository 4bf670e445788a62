"""Servers that speak the wire with habits of their own: the right result, or a sentence."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.errors import NoSuchApi, ProviderError
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from tests.stories.stacks import PLACES, TEXTS, documents, first, replaced, updated, written
from tests.support import habits
from tests.support.servers import Errors, Ids, Lists, Rows, WholeBodies, Without
from tests.support.stories import STACK, Refused, changes, failures, manifest, watched, writes

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from tests.support.stories import World

    Habit = Callable[[WSGIApplication], WSGIApplication]

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")


def lists(habit: Any) -> Habit:
    return lambda app: Lists(app, habit)


def rows(habit: Any) -> Habit:
    return lambda app: Rows(app, habit)


def errors(habit: Any) -> Habit:
    return lambda app: Errors(app, habit)


def ids(spell: Any) -> Habit:
    return lambda app: Ids(app, spell)


def in_seconds(row: dict[str, Any]) -> dict[str, Any]:
    """Every object was made in the same second."""
    return {**row, "created_at": 1_800_000_000} if "created_at" in row else row


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Sampling values come back with the noise of a 32-bit float."""
    return {
        key: value + 1e-8 if key in {"temperature", "top_p"} and value else value
        for key, value in row.items()
    }


def stripped(row: dict[str, Any]) -> dict[str, Any]:
    """Instructions lose their last line break."""
    return {**row, "instructions": row["instructions"].strip()} if row.get("instructions") else row


WELL_MET: dict[str, Habit] = {
    "limit and after ignored": lists(habits.all_at_once),
    "an array in place of a list": lists(habits.bare_array),
    "no has_more": lists(habits.without_has_more),
    "pages that stop early": lists(habits.stops_early),
    "pages that never end": lists(habits.never_says_last),
    "pages that skip within a second": lists(habits.skips_within_a_second),
    "pages that repeat within a second": lists(habits.repeats_within_a_second),
    "cursors refused": lists(habits.refuses_cursors),
    "limits refused": lists(habits.refuses_limits),
    "null for empty": rows(habits.null_for_empty),
    "null for defaults": rows(habits.null_for_defaults),
    "milliseconds": rows(habits.in_milliseconds),
    "floats": rows(habits.in_floats),
    "ISO times": rows(habits.in_iso),
    "all in one second": rows(in_seconds),
    "metadata of its own": rows(habits.adds_metadata),
    "sampling values a little off": rows(rounded),
    "texts stripped": rows(stripped),
    "errors as detail": errors(habits.as_detail),
    "errors as nothing": errors(habits.as_nothing),
    "errors as HTML": errors(habits.as_html),
    "400 for gone": errors(habits.gone_as_400),
    "422 for gone": errors(habits.gone_as_422),
    "whole bodies in updates": WholeBodies,
    "numbers for ids": ids(lambda number: number),
    "UUIDs for ids": ids(lambda number: f"{number:08x}-0000-4000-8000-00000000abcd"),
    "numbers as text for ids": ids(str),
}
BY_NAME = [name.replace(" ", "-") for name in WELL_MET]


@pytest.mark.parametrize("habit", WELL_MET.values(), ids=BY_NAME)
def test_a_habit_makes_no_loop_no_duplicate_and_no_perpetual_difference(
    world: World, habit: Habit
) -> None:
    world.loads = {}
    world.app = habit(world.server)
    for change in (first, updated, replaced):
        change(world)
        world.converge()
        assert world.addresses() == PLACES
        assert world.dangling() == set()
    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert world.account() == {}


@pytest.mark.parametrize("habit", WELL_MET.values(), ids=BY_NAME)
def test_behind_a_habit_drift_is_still_seen_and_undone(world: World, habit: Habit) -> None:
    first(world)
    world.loads = {}
    world.app = habit(world.server)
    world.converge()
    with world.client as client:
        clerk = world.ids()["assistants/clerk"]
        client.beta.assistants.update(clerk, instructions="Theirs.")
    [change] = world.plan().changes
    assert [(str(change.address), field.path) for field in change.fields] == [
        ("assistant.clerk", "instructions")
    ]
    with pytest.raises(Refused):
        world.apply()
    assert world.apply(overwrite_drift=True).succeeded
    assert changes(world.plan()) == []


@pytest.mark.parametrize("habit", [habits.first_page_forever, habits.starts_over])
def test_pages_without_an_end_are_a_sentence_and_neither_a_loop_nor_a_duplicate(
    world: World, habit: Any
) -> None:
    first(world)
    watching = watched(world)
    world.app = Lists(watching, habit)
    for _ in range(3):
        try:
            said = failures(world.apply())
        except ProviderError as error:
            said = str(error)
        assert "pagination cannot be trusted" in said
    assert len(watching.calls) < 200
    assert len(world.addresses()) == len(set(world.addresses()))


def test_a_server_that_stores_no_metadata_is_left_as_it_was(world: World) -> None:
    first(world)
    world.app = Rows(world.server, habits.forgets_metadata)
    report = world.apply()
    assert not report.succeeded
    assert "does not store metadata" in failures(report)
    assert world.addresses() == []
    assert world.account() == {}


def test_a_server_without_vector_stores_takes_what_needs_none(world: World) -> None:
    world.app = Without(world.server, "vector_stores")
    made_of = [d for d in documents() if d["metadata"]["name"] not in {"library", "clerk"}]
    written(world, made_of, TEXTS)
    world.converge()
    assert world.addresses() == ["assistant.analyst"]


def test_a_server_without_vector_stores_says_so_when_one_is_declared(world: World) -> None:
    first(world)
    world.app = Without(world.server, "vector_stores")
    with pytest.raises(NoSuchApi, match="no such API"):
        world.plan()
    assert world.account() == {}


def test_a_server_without_batches_takes_documents_one_by_one(world: World) -> None:
    world.app = Without(world.server, "file_batches")
    for change in (first, updated, replaced):
        change(world)
        world.converge()
        assert world.dangling() == set()


@pytest.mark.parametrize("habit", [habits.first_page_only], ids=["after ignored"])
def test_rows_that_cannot_be_had_are_a_sentence_and_no_write(world: World, habit: Any) -> None:
    """100 objects on the first page, and no way to a second: there may be more of ours."""
    with world.client as client:
        for number in range(100):
            client.beta.assistants.create(model="gpt-6.1-terra", name=f"theirs-{number}")
    written(world, [STACK, manifest("Assistant", "clerk", model="gpt-6.1-terra")], TEXTS)
    assert world.apply().succeeded
    watching = watched(world)
    world.app = Lists(watching, habit)
    with pytest.raises(ProviderError, match=r"list|page"):
        world.plan()
    assert writes(watching) == []


def test_a_hundred_and_one_in_one_second_are_all_seen(world: World) -> None:
    made_of = [
        manifest("Assistant", f"clerk-{number:03}", model="gpt-6.1-terra") for number in range(101)
    ]
    world.write([STACK, *made_of])
    world.app = Lists(Rows(world.server, in_seconds), habits.honest)
    world.converge()
    assert len(set(world.addresses())) == 101


def test_a_host_without_the_api_names_the_runtimes_that_work_there(world: World) -> None:
    stack = deepcopy(STACK)
    stack["spec"]["targets"]["local"]["drop"] = ["vector_store"]
    written(world, [stack, manifest("Assistant", "clerk", model="gpt-6.1-terra")], TEXTS)
    world.app = Without(world.server, "assistants")
    with pytest.raises(NoSuchApi, match="no such API"):
        world.plan()
