"""Renamed resources: the object stays, its mark is written, and digests are read as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.engine.detached_files import FileNames
from provisioner.engine.renamed import Renamings, renamings
from provisioner.model.address import Address
from provisioner.model.plan import Plan, Reason
from provisioner.model.remote import Live
from provisioner.model.resource import Lifecycle
from provisioner.model.value import Reference
from provisioner.runtimes import RUNTIMES
from tests.engine import build
from tests.engine.build import applied, assistant, causes, desired, document, edited, file, store

if TYPE_CHECKING:
    from provisioner.model.remote import RemoteObject
    from provisioner.model.resource import Desired, Resource

OLD, NEW = Address("assistant", "old"), Address("assistant", "new")
BINDINGS = build.BINDINGS


def formerly(resource: Resource, *names: str) -> Resource:
    kind = resource.address.kind
    return replace(resource, formerly=tuple(Address(kind, name) for name in names))


def searching(store_name: str, name: str = "qa", **spec: Any) -> Resource:
    tool = {"type": "file_search", "vector_store": Reference(Address("vector_store", store_name))}
    return assistant(name, tools={"file_search": tool}, **spec)


def seen(found: RemoteObject, store_id: str, now: str) -> RemoteObject:
    """The object as it is read once its store is known under another address."""
    tools = {
        "file_search": {
            "type": "file_search",
            "vector_store": Reference(Address("vector_store", now)),
        }
    }
    return replace(found, spec={**found.spec, "tools": tools}, refers_to=frozenset({store_id}))


def found(wanted: Desired, *objects: RemoteObject, runtime: str = "assistants") -> Renamings:
    return renamings(objects, wanted, RUNTIMES[runtime].bindings)


def planned(wanted: Desired, *objects: RemoteObject) -> Plan:
    renamed = found(wanted, *objects)
    there = [renamed.applied(one) for one in objects]
    live = Live({o.address: o for o in there if o.address}, diagnostics=renamed.refusals)
    return build.plan(wanted, live)


def generation(resource: Resource, number: int, id: str) -> RemoteObject:
    made = applied(resource, id)
    assert made.mark
    return replace(made, mark=replace(made.mark, generation=number))


@pytest.mark.parametrize(
    "care", [{}, {"lifecycle": Lifecycle(prevent_destroy=True)}], ids=["plain", "protected"]
)
def test_it_is_one_update_that_writes_the_address(care: Any) -> None:
    before = applied(assistant("old", **care))
    (change,) = planned(desired(formerly(assistant("new", **care), "old")), before).changes
    assert (change.action.word, change.reason) == ("update", Reason.RENAMED)
    assert causes(change) == {"metadata[provisioner.address]": "renamed", "name": "renamed"}
    assert change.live
    assert change.live.id == before.id
    (address, _) = change.fields
    assert (address.live, address.desired) == ("assistant.old", "assistant.new")


def test_other_fields_that_change_with_it_give_the_reason() -> None:
    wanted = desired(formerly(assistant("new", temperature=0.2), "old"))
    (change,) = planned(wanted, applied(assistant("old"))).changes
    assert change.reason is Reason.MANIFEST


def test_a_name_that_the_manifest_sets_is_no_part_of_the_renaming() -> None:
    wanted = desired(
        formerly(replace(assistant("new"), spec={"name": "C", "model": "gpt-6.1"}), "old")
    )
    there = applied(replace(assistant("old"), spec={"name": "C", "model": "gpt-6.1"}))
    (change,) = planned(wanted, there).changes
    assert [field.path for field in change.fields] == ["metadata[provisioner.address]"]


@pytest.mark.parametrize("names", [("old",), ("older", "old"), ("old", "older")])
def test_any_of_the_former_names_is_found(names: tuple[str, ...]) -> None:
    (change,) = planned(
        desired(formerly(assistant("new"), *names)), applied(assistant("old"))
    ).changes
    assert change.reason is Reason.RENAMED


def test_all_generations_come_along() -> None:
    wanted = desired(formerly(store(name="new"), "old"))
    both = [generation(store(name="old"), number, f"vs_{number}") for number in (1, 2)]
    renamed = found(wanted, *both)
    assert [renamed.applied(one).address for one in both] == [Address("vector_store", "new")] * 2


def test_where_both_addresses_are_live_the_plan_refuses_with_both_ids() -> None:
    wanted = desired(formerly(assistant("new"), "old"))
    plan = planned(wanted, applied(assistant("old"), "asst_1"), applied(assistant("new"), "asst_2"))
    (refusal,) = plan.standing
    assert refusal.code.name == "both-live"
    assert "asst_1" in refusal.detail
    assert "asst_2" in refusal.detail
    assert refusal.subject == "assistant.new"


def test_where_two_former_addresses_are_live_the_plan_refuses_too() -> None:
    wanted = desired(formerly(assistant("new"), "old", "older"))
    plan = planned(wanted, applied(assistant("old")), applied(assistant("older")))
    assert [one.code.name for one in plan.standing] == ["both-live"]


def test_an_older_generation_that_stayed_at_the_former_address_is_an_orphan() -> None:
    wanted = desired(formerly(store(name="new"), "old"))
    kept, now = generation(store(name="old"), 1, "vs_1"), generation(store(name="new"), 2, "vs_2")
    plan = planned(wanted, kept, now)
    assert [(str(c.address), c.reason) for c in plan.changes] == [
        ("vector_store.old", Reason.ORPHAN)
    ]
    assert plan.standing == ()


def test_what_is_declared_or_claimed_twice_is_not_touched() -> None:
    declared = desired(assistant("old"), formerly(assistant("new"), "old"))
    twice = desired(formerly(assistant("new"), "old"), formerly(assistant("newer"), "old"))
    for wanted in (declared, twice):
        assert found(wanted, applied(assistant("old"))).addresses == {}


def test_a_release_at_the_former_path_stays() -> None:
    wanted = desired(formerly(assistant("new"), "old"))
    both = applied(assistant("old")), applied(assistant("new"))
    renamed = found(wanted, *both, runtime="responses")
    assert [renamed.marked(one).retained for one in both] == [True, False]
    assert renamed.refusals == ()
    assert found(wanted, both[0], runtime="responses").addresses == {OLD: NEW}


def test_a_referrer_whose_mark_has_the_former_address_is_in_sync() -> None:
    qa, library = searching("new"), formerly(store(name="new"), "old")
    there = seen(applied(searching("old")), "vs_1", "new")
    plan = planned(desired(qa, library), there, applied(store(name="old"), "vs_1"))
    assert [str(change.address) for change in plan.changes] == ["vector_store.new"]


@pytest.mark.parametrize("manifest_moves", [False, True])
@pytest.mark.parametrize("live_moves", [False, True])
def test_drift_of_a_referrer_is_told_from_changes_of_its_manifest(
    *, manifest_moves: bool, live_moves: bool
) -> None:
    qa = searching("new")
    if manifest_moves:
        qa.spec["tools"]["file_search"]["max_num_results"] = 7
    there = seen(applied(searching("old")), "vs_1", "new")
    if live_moves:
        search = {**there.spec["tools"]["file_search"], "max_num_results": 5}
        there = edited(there, tools={"file_search": search})
    wanted = desired(qa, formerly(store(name="new"), "old"))
    plan = planned(wanted, there, applied(store(name="old"), "vs_1"))
    told = {cause.value for c in plan.changes if c.address == build.QA for cause in c.causes}
    expected = {
        (False, False): set(),
        (True, False): {"manifest"},
        (False, True): {"drift"},
        (True, True): {"both"},
    }
    assert told == expected[manifest_moves, live_moves]


def test_a_document_of_a_renamed_file_gets_new_attributes_only() -> None:
    wanted = desired(
        formerly(file("prices"), "rates"), store(document("f", source="prices"), name="library")
    )
    there = applied(store(document("f", source="rates"), name="library"))
    (moved,) = [c for c in planned(wanted, there).changes if c.address == build.LIBRARY]
    (doc,) = moved.documents
    assert (doc.content, doc.cause, moved.reason) == (False, Reason.RENAMED, Reason.RENAMED)


def test_a_mark_may_call_a_renamed_file_by_its_former_names() -> None:
    names = FileNames.of(desired(formerly(file("prices"), "rates"), file("other")), "file").today
    assert names["rates"] == "prices"
    assert sorted(names.values()) == ["other", "prices", "prices", "prices"]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (assistant("old"), assistant("new"), True),
        (assistant("old", temperature=0.2), assistant("new"), False),
        (store(document("a.md"), name="old"), store(document("a.md"), name="new"), True),
        (store(document("a.md"), name="old"), store(document("a.md", "new"), name="new"), False),
    ],
)
def test_a_create_and_an_orphan_of_the_same_content_are_hinted_at(
    before: Resource, now: Resource, *, told: bool
) -> None:
    plan = planned(desired(now), applied(before))
    hints = [one for one in plan.diagnostics if one.code.name == "likely-rename"]
    assert len(hints) == told
    assert all("formerly: [old]" in one.detail and one.subject == str(now.address) for one in hints)


def test_an_assistant_whose_store_was_renamed_with_it_is_hinted_at_too() -> None:
    gone = applied(searching("old", "old")), applied(store(document("a.md"), name="old"))
    plan = planned(desired(searching("new", "new"), store(document("a.md"), name="new")), *gone)
    hints = [one.subject for one in plan.diagnostics if one.code.name == "likely-rename"]
    assert hints == ["assistant.new", "vector_store.new"]


def test_two_that_are_alike_are_not_hinted_at() -> None:
    plan = planned(
        desired(assistant("new")), applied(assistant("old")), applied(assistant("older"))
    )
    assert [one for one in plan.diagnostics if one.code.name == "likely-rename"] == []
