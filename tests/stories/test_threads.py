"""Threads, conversations and responses: registered by an application, retired and erased by a command."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import provisioner
from provisioner.gc.candidates import Wanted
from provisioner.ledger.claims import Claims
from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger
from provisioner.ledger.spool import Spool
from provisioner.model.errors import ProvisionerError, Unauthorized
from provisioner.model.leaks import Condition
from provisioner.model.ledger import RunStatus, TrackedStatus
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.apply.run import apply, planned_from_file
from provisioner.verbs.gc.plan import planned_gc
from provisioner.verbs.history import one_run
from provisioner.verbs.threads.erase import person
from provisioner.verbs.threads.listing import listing
from provisioner.verbs.threads.retire import expired
from tests.support.faults import Fault, Faulty, answer, drop, fail, method
from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    from pathlib import Path

    from provisioner.model.retirement import Erasure, Retirement
    from tests.support.faults import Call
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
ACCOUNT, DAY = "embedded", 86_400.0


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    monkeypatch.delenv("PROVISIONER_SPOOL", raising=False)
    monkeypatch.delenv("PROVISIONER_LEDGER", raising=False)
    world.options = replace(world.options, ledger=str(tmp_path / "ledger.db"))
    world.write([STACK])
    return world


def known(world: World, owner: str = "user:42") -> dict[str, TrackedStatus]:
    with ledger(Location(world.root / "ledger.db")) as opened:
        return {one.id: one.status for one in opened.tracked.of_subject(owner, stands=False)}


def threads(world: World, count: int, ttl: float = 0, owner: str = "user:42") -> list[str]:
    """Make threads with the SDK, registered as an application registers them."""
    made = [world.client.beta.threads.create() for _ in range(count)]
    for thread in made:
        provisioner.track(thread, ttl=ttl, owner=owner, client=world.client)
    return [thread.id for thread in made]


def retired(world: World, **more: Any) -> Retirement:
    with expired(world.options) as found:
        return found.retire(**more)


def erased(world: World, owner: str = "user:42", **more: Any) -> Erasure:
    with person(world.options, owner) as found:
        return found.erase(**more)


def stand(world: World, kind: str = "thread") -> set[str]:
    """Return the ids of what stands in the account, which no API lists."""
    with world.server._store.transaction(write=False) as db:
        return {row.id for row in db.children(kind, "")}


def test_what_is_past_its_time_is_deleted_and_everything_else_stays(world: World) -> None:
    client = world.client
    old, young, foreign = (
        threads(world, 3),
        threads(world, 2, ttl=DAY),
        client.beta.threads.create(),
    )
    conversation = client.conversations.create(
        items=[{"type": "message", "role": "user", "content": "Hello"}]
    )
    response = client.responses.create(model="gpt-6.1-terra", input="Hello")
    for one in (conversation, response):
        provisioner.track(one, ttl=0, client=client)
    client.beta.threads.delete(old[0])
    provisioner.track("thread_elsewhere", kind="thread", ttl=0)

    report = retired(world)

    counts = report.counts
    assert (counts.deleted, counts.gone, counts.failed) == (4, 1, 0)
    assert stand(world) == {*young, foreign.id}
    assert stand(world, "conversation") == set()
    assert known(world) == {
        old[0]: TrackedStatus.GONE,
        **dict.fromkeys(old[1:], TrackedStatus.RETIRED),
        **dict.fromkeys(young, TrackedStatus.TRACKED),
    }
    found = {(one.account, one.kind): one for one in listing(world.options).counts}
    assert found["embedded", "thread"].tracked == 2
    assert found["api.openai.com", "thread"].expired == 1
    assert Spool(world.root / ".provisioner" / "spool").is_empty
    assert retired(world).counts.ended == 0


def test_faults_cost_no_thread_and_no_second_delete(world: World) -> None:
    ids = threads(world, 12)
    app = world.app = Faulty(
        world.server,
        Fault(method("DELETE"), fail(500)),
        Fault(method("DELETE"), drop()),
        Fault(method("GET"), fail(503, performed=False), times=2),
    )

    report = retired(world)

    assert (report.counts.deleted, report.counts.failed) == (12, 0)
    assert set(known(world).values()) == {TrackedStatus.RETIRED}
    assert stand(world) == set()
    assert app.count("DELETE") == len(ids) + 2


def refusing(id: str) -> Fault:
    def is_meant(call: Call) -> bool:
        return call.method == "DELETE" and call.path.endswith(id)

    refusal = {"error": {"message": "A run is active in this thread."}}
    return Fault(is_meant, answer(refusal, 409), times=99)


def test_what_is_refused_is_told_and_tried_another_time(world: World) -> None:
    first, second = threads(world, 2)
    world.app = Faulty(world.server, refusing(first))

    report = retired(world)

    assert (report.counts.deleted, report.counts.failed) == (1, 1)
    [told] = report.diagnostics
    assert told.subject == f"thread {first}"
    assert "answered 409" in told.detail
    assert known(world) == {first: TrackedStatus.TRACKED, second: TrackedStatus.RETIRED}
    assert retired(world).counts.ended == 0  # it is put off, and nobody asks again at once


def test_a_key_that_is_refused_stops_at_once_and_changes_nothing(world: World) -> None:
    ids = threads(world, 3)
    refusal = Fault(lambda _call: True, answer({"error": {"message": "no"}}, 401), times=99)
    world.app = Faulty(world.server, refusal)

    with pytest.raises(Unauthorized):
        retired(world)

    assert known(world) == dict.fromkeys(ids, TrackedStatus.TRACKED)
    world.app = world.server
    assert retired(world).counts.deleted == 3


def test_a_key_that_sees_nothing_of_the_account_is_not_believed(world: World) -> None:
    for number in range(3):
        owner = f"user:{number}"
        provisioner.track(f"t{number}", kind="thread", ttl=0, owner=owner, client=world.client)

    with pytest.raises(ProvisionerError, match="none-is-there"):
        retired(world)
    with pytest.raises(ProvisionerError, match="none-is-there"):
        erased(world, "user:0")

    [count] = listing(world.options).counts
    assert (count.tracked, count.gone) == (3, 0)
    assert erased(world, "user:0", allows_missing=True).is_complete
    # Another object of the account proves that the key is right.
    threads(world, 1, ttl=DAY, owner="user:7")
    assert retired(world).counts.gone == 2


def test_what_a_worker_had_deleted_before_it_was_killed_is_gone_and_no_riddle(
    world: World,
) -> None:
    [deleted] = threads(world, 1)
    listing(world.options)
    with ledger(Location(world.root / "ledger.db")) as opened:
        Claims(opened.tracked.database, "killed", 0.0).claim(ACCOUNT, limit=9)
    world.client.beta.threads.delete(deleted)

    assert retired(world).counts.gone == 1


def test_a_server_that_refuses_every_one_of_a_batch_is_asked_for_no_more(world: World) -> None:
    threads(world, 70)
    world.app = Faulty(world.server, refusing(""))

    with pytest.raises(ProvisionerError, match="none-deleted"):
        retired(world)

    [count] = listing(world.options).counts
    assert (count.tracked, count.failed) == (70, 64)


def test_a_run_that_is_stopped_gives_back_what_it_did_not_begin(world: World) -> None:
    threads(world, 9)
    world.options = replace(world.options, parallelism=1)
    done = 0

    def stop() -> bool:
        nonlocal done
        done = 9 - len(stand(world))
        return done >= 3

    report = retired(world, stop=stop)

    assert report.counts.interrupted
    assert (report.counts.deleted, done) == (3, 3)
    assert report.diagnostics == ()
    assert retired(world).counts.deleted == 6


def test_a_person_is_erased_with_a_receipt_of_what_could_not_be(world: World) -> None:
    client = world.client
    upload = client.files.create(file=("a.md", b"private"), purpose="assistants")
    thread = client.beta.threads.create(
        messages=[
            {
                "role": "user",
                "content": "See here",
                "attachments": [{"file_id": upload.id, "tools": [{"type": "code_interpreter"}]}],
            }
        ]
    )
    provisioner.track(thread, owner="user:42", client=client)
    [gone], [other] = threads(world, 1, ttl=DAY), threads(world, 1, owner="user:7")
    client.beta.threads.delete(gone)
    provisioner.track("conv_1", kind="conversation", owner="user:42")

    receipt = erased(world)

    assert {one.one.id: one.status for one in receipt.objects} == {
        thread.id: TrackedStatus.ERASED,
        gone: TrackedStatus.GONE,
    }
    assert receipt.named == (upload.id,)
    assert [one.code.name for one in receipt.diagnostics] == ["left-behind", "tracked-elsewhere"]
    assert "1 in api.openai.com." in receipt.diagnostics[1].detail
    assert not receipt.is_complete
    assert stand(world) == {other}
    run = one_run(world.options, receipt.run)
    assert (run.status, run.holder.verb) == (RunStatus.SUCCEEDED, "threads erase")
    ended = {one.address: (one.action, one.status) for one in run.changes}
    assert ended == {
        f"thread.{thread.id}": ("delete", "done"),
        f"thread.{gone}": ("delete", "skipped"),
    }
    [mine] = [o for o in listing(world.options, "user:42").objects if o.id == thread.id]
    assert mine.ended
    assert time.time() - mine.ended < 60


def test_an_object_that_is_shown_after_its_delete_is_not_called_erased(world: World) -> None:
    [kept] = threads(world, 1)
    deleted = {"id": kept, "object": "thread.deleted", "deleted": True}
    lying = Fault(method("DELETE"), answer(deleted, 200))
    world.app = Faulty(world.server, lying)

    receipt = erased(world)

    [one] = receipt.objects
    assert (one.status, one.note) == (
        TrackedStatus.TRACKED,
        "The server answered that the object is deleted, but still shows it.",
    )
    assert not receipt.is_complete
    assert one_run(world.options, receipt.run).status is RunStatus.FAILED
    # The next try waits for nothing.
    assert erased(world).is_complete
    assert stand(world) == set()


def test_what_another_worker_holds_is_said(world: World) -> None:
    ids = threads(world, 2)
    listing(world.options)
    with ledger(Location(world.root / "ledger.db")) as opened:
        [one] = opened.claims().claim(ACCOUNT, limit=1)

        retirement, receipt = retired(world), erased(world)

    assert [d.code.name for d in retirement.diagnostics] == ["in-other-hands"]
    assert [d.code.name for d in receipt.diagnostics] == ["in-other-hands"]
    assert stand(world) == {one.id} < set(ids)


def test_an_answer_about_something_else_deletes_nothing(world: World) -> None:
    [one] = threads(world, 1)
    other = {"id": "thread_other", "object": "thread"}
    world.app = Faulty(world.server, Fault(method("GET"), answer(other, 200), times=9))

    report = retired(world)

    assert report.counts.failed == 1
    assert "thread thread_other" in report.diagnostics[0].detail
    assert stand(world) == {one}


def test_lines_of_a_spool_that_nobody_can_read_are_kept_and_told(world: World) -> None:
    threads(world, 1, ttl=DAY)
    spool = Spool(world.root / ".provisioner" / "spool")
    spool.append(b'{"id": "thread_1"}')
    told: list[str] = []

    found = listing(world.options, on_bad=lambda bad: told.append(str(bad.diagnostic)))

    assert [one.tracked for one in found.counts] == [1]
    assert len(told) == 1
    assert "The line has no `account`." in told[0]
    assert (spool.folder / "rejected.jsonl").read_bytes() == b'\n{"id": "thread_1"}'


def test_a_thread_that_a_plan_of_gc_deletes_is_retired_in_the_ledger_as_well(world: World) -> None:
    [old], [young] = threads(world, 1), threads(world, 1, ttl=DAY)
    world.write([STACK, manifest("Assistant", "clerk", name="Clerk", model="gpt-6.1-terra")])
    wanted = Wanted(frozenset({Condition.EXPIRED}), older_than=0)

    with planned_gc(world.options, wanted, saves=True) as found:
        save(found, world.root / "clean.json")
    with planned_from_file(world.root / "clean.json", world.options) as found:
        assert apply(found).succeeded

    assert known(world) == {old: TrackedStatus.RETIRED, young: TrackedStatus.TRACKED}
    assert stand(world) == {young}
