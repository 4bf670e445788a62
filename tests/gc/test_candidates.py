"""Candidates are what was asked for, and nothing that something else still names."""

from dataclasses import replace

import pytest

from provisioner.engine.order import graph, steps
from provisioner.gc.candidates import Wanted, candidates
from provisioner.gc.changes import changes_of
from provisioner.model.errors import UsageError
from provisioner.model.leaks import Condition
from provisioner.model.mark import Owner
from provisioner.model.plan import Action, Reason
from provisioner.model.remote import Live
from tests.gc.build import (
    NOW,
    OTHER,
    OWNER,
    account,
    assistant,
    file,
    judged,
    live_of,
    marked,
    row,
    store,
)

DANGLING = frozenset({Condition.DANGLING})
HELD = account(
    {"vs_1": ["file-a", "file-b"], "vs_2": ["file-b"]},
    vector_store=[store("vs_1"), {**store("vs_2"), "last_active_at": NOW}],
    file=[file("file-a"), file("file-b")],
)


def ids(found: object) -> set[str]:
    return {one.id for one in found.all}  # type: ignore[attr-defined]


def test_a_file_goes_only_with_every_store_that_holds_it() -> None:
    judgements = list(judged(HELD).values())

    found = candidates(judgements, Wanted(DANGLING, older_than=1800), NOW)

    assert ids(found) == {"vs_1", "file-a"}
    assert (found.young, found.named) == (1, 1)
    assert ids(candidates(judgements, Wanted(DANGLING, older_than=0), NOW)) == {
        "vs_1", "vs_2", "file-a", "file-b",
    }  # fmt: skip


def test_a_store_is_deleted_before_the_files_in_it() -> None:
    chosen = candidates(list(judged(HELD).values()), Wanted(DANGLING, older_than=0), NOW).all

    changes = changes_of(chosen, Live(), {}, {})
    needs = graph(steps(changes))

    waits = {key[2]: {need[2] for need in found} for key, found in needs.items()}
    assert waits == {"vs_1": set(), "vs_2": set(), "file-a": {"vs_1"}, "file-b": {"vs_1", "vs_2"}}
    assert {change.reason for change in changes} == {Reason.LEAK}
    assert {change.action for change in changes} == {Action.DELETE}


def test_what_may_be_deleted_at_once_is_proven_ours() -> None:
    whole = account(
        vector_store=[
            marked(store("vs_ours"), "vector_store.old"),
            marked(store("vs_theirs"), "vector_store.old", OTHER),
            store("vs_nobodys"),
        ]
    )
    wanted = Wanted(frozenset({Condition.ORPHAN, Condition.DANGLING}), older_than=0)

    found = candidates(list(judged(whole, {}, has_stack=True).values()), wanted, NOW)

    assert [one.id for one in found.ours] == ["vs_ours"]
    assert [one.id for one in found.nobodys] == ["vs_nobodys"]
    (change,) = changes_of(found.ours, live_of(whole, {}), {}, {})
    assert (str(change.address), change.reason) == ("vector_store.old", Reason.ORPHAN)
    assert change.live
    assert change.live.mark


def test_an_unknowable_object_goes_by_its_id_alone() -> None:
    (one,) = judged(account(file=[file("file-1", "user_data")])).values()

    assert ids(candidates([one], Wanted(frozenset(Condition), older_than=0), NOW)) == set()
    assert ids(candidates([one], Wanted(ids=("file-1",)), NOW)) == {"file-1"}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("gone", "No list of this account contains this id"),
        ("asst_1", "It is in use. Applications call"),
        ("vs_theirs", "the mark of another owner is never deleted"),
        ("batch_1", "The API has no request"),
        ("file-a", "refers to it, and that vector_store is dangling itself"),
    ],
)
def test_an_id_that_may_not_be_deleted_is_refused_with_its_reason(asked: str, why: str) -> None:
    whole = account(
        {"vs_1": ["file-a"]},
        assistant=[assistant("asst_1")],
        vector_store=[marked(store("vs_theirs"), "vector_store.x", OTHER), store("vs_1")],
        batch=[row("batch_1", status="completed")],
        file=[file("file-a")],
    )

    with pytest.raises(UsageError, match=why):
        candidates(list(judged(whole).values()), Wanted(ids=(asked,)), NOW)


def test_an_object_whose_age_nobody_knows_is_young() -> None:
    (one,) = judged(account(file=[{"id": "file-1"}])).values()

    assert candidates([one], Wanted(DANGLING), NOW).young == 1
    assert ids(candidates([replace(one, created_at=1.0)], Wanted(DANGLING), NOW)) == {"file-1"}


def test_what_a_test_has_just_made_is_refused_until_a_day_has_passed() -> None:
    owner = Owner(OWNER.stack, f"{OWNER.environment}.candidate-3f9a01bc")
    made = {**marked(store("vs_1"), "vector_store.kb", owner), "created_at": NOW - 60}
    judgements = judged(account(vector_store=[made]), {}, has_stack=True).values()

    with pytest.raises(UsageError, match="a day after it was made"):
        candidates(list(judgements), Wanted(ids=("vs_1",)), NOW)


def test_idle_sessions_go_by_age_and_metadata_and_what_they_name_stays() -> None:
    old, recent = NOW - 5000, NOW - 10
    sessions = [
        row("s1", status="idle", last_active_at=old, metadata={"app": "a"}, name="vs_aaaaaaaaa"),
        row("s2", status="idle", last_active_at=old, metadata={"app": "b"}),
        row("s3", status="idle", last_active_at=recent, metadata={"app": "a"}),
        row("s4", status="in_progress", last_active_at=old, metadata={"app": "a"}),
        row("s5", status="idle", last_active_at=old, metadata=None),
    ]
    called = row("auto_1", target={"session_id": "s2"})
    whole = account(session=sessions, automation=[called], skill=[row("vs_aaaaaaaaa")])
    judgements = list(judged(whole).values())
    idle, everything = frozenset({Condition.IDLE}), frozenset(Condition)

    def chosen(conditions: frozenset[Condition], **metadata: str) -> set[str]:
        wanted = Wanted(conditions, older_than=1800, metadata=metadata)
        return ids(candidates(judgements, wanted, NOW))

    assert chosen(idle) == {"s1", "s5"}
    assert chosen(idle, app="a") == {"s1"}
    assert chosen(everything, app="b") == set()
    assert ids(candidates(judgements, Wanted(ids=("s3",)), NOW)) == {"s3"}
