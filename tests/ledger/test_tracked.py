"""Tracked objects: registered again, counted, and retired by several workers together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.ledger import opening
from provisioner.ledger.claims import PUT_OFF, SECONDS, Claims
from provisioner.model.ledger import Tracked, TrackedCount, TrackedStatus

if TYPE_CHECKING:
    import pytest

    from provisioner.ledger.opening import Ledger
    from tests.ledger.conftest import Clock

ACCOUNT = "api.example.com proj-a"
DAY = 86_400.0
RETIRED, GONE, STANDS = TrackedStatus.RETIRED, TrackedStatus.GONE, TrackedStatus.TRACKED


def thread(
    id: str, expires: float | None, subject: str = "user:42", registered: float = 0.0
) -> Tracked:
    return Tracked(ACCOUNT, "thread", id, subject, registered, expires)


def ids(found: list[Tracked]) -> list[str]:
    return [one.id for one in found]


def expired(opened: Ledger, clock: Clock, count: int) -> None:
    opened.tracked.register([thread(f"t{n}", clock.now - 10 + n) for n in range(count)])
    clock.now += DAY


def test_workers_claim_different_objects_and_each_is_settled_once(
    opened: Ledger, clock: Clock
) -> None:
    expired(opened, clock, 5)
    first, second = opened.claims(), opened.claims()

    one, two = first.claim(ACCOUNT, limit=2), second.claim(ACCOUNT, limit=10)

    assert (ids(one), ids(two)) == (["t0", "t1"], ["t2", "t3", "t4"])
    assert opened.claims().claim(ACCOUNT, limit=10) == []
    assert (
        opened.tracked.count_expired(ACCOUNT),
        opened.tracked.count_expired(ACCOUNT, ready=True),
    ) == (5, 0)
    first.settle([(one[0], RETIRED, ""), (one[1], GONE, "")])
    # A worker writes only about what is in its own hands.
    first.settle([(two[0], RETIRED, "")])
    assert ids(opened.tracked.expired(ACCOUNT)) == ["t2", "t3", "t4"]
    second.settle([(two[0], RETIRED, "")], left=two[1:])
    assert ids(opened.claims().claim(ACCOUNT, limit=10)) == ["t3", "t4"]
    [ended] = [o for o in opened.tracked.of_subject("user:42", stands=False) if o.id == "t1"]
    assert (ended.status, ended.ended) == (GONE, clock.now)


def test_the_claim_of_a_worker_that_died_ends_and_that_of_one_that_works_does_not(
    opened: Ledger, clock: Clock
) -> None:
    expired(opened, clock, 2)
    dead, busy = opened.claims(), opened.claims()
    dead.claim(ACCOUNT, limit=1)
    held = busy.claim(ACCOUNT, limit=1)
    clock.now += SECONDS - 1
    busy.renew(held)
    clock.now += 2

    taken = opened.claims().claim(ACCOUNT, limit=10)

    assert ids(taken) == ["t0"]
    dead.renew([taken[0]])
    dead.settle([(taken[0], RETIRED, "")])
    assert ids(opened.tracked.expired(ACCOUNT)) == ["t0", "t1"]


def test_what_cannot_be_deleted_is_put_off_with_its_reason(opened: Ledger, clock: Clock) -> None:
    expired(opened, clock, 1)
    worker = opened.claims()
    [one] = worker.claim(ACCOUNT, limit=1)

    worker.settle([(one, STANDS, "the server\0 said no")])

    [known] = opened.tracked.expired(ACCOUNT)
    assert known.note == "the server␀ said no"
    assert worker.claim(ACCOUNT, limit=1) == []
    [count] = opened.tracked.counts()
    assert (count.failed, count.expired) == (1, 1)
    # The data of a person can be called back at once, and anybody's is tried after an hour.
    person = opened.claims()
    assert person.claim(ACCOUNT, limit=1, subject="user:42") == []
    person.call_back(ACCOUNT, "user:42")
    assert ids(person.claim(ACCOUNT, limit=1, subject="user:42")) == ["t0"]
    assert (
        opened.tracked.count_claimed(ACCOUNT)
        == opened.tracked.count_claimed(ACCOUNT, "user:42")
        == 1
    )
    assert opened.tracked.count_claimed(ACCOUNT, "user:7") == 0
    clock.now += PUT_OFF + 1
    assert ids(worker.claim(ACCOUNT, limit=1)) == ["t0"]


def test_a_persons_objects_are_claimed_before_their_end_and_nobody_elses(
    opened: Ledger, clock: Clock
) -> None:
    mine = [thread("a", None), thread("b", clock.now + DAY)]
    opened.tracked.register([*mine, thread("c", None, "user:7"), thread("d", None, "")])
    opened.tracked.register([Tracked("elsewhere", "thread", "e", "user:42")])

    worker = opened.claims()
    claimed = worker.claim(ACCOUNT, limit=10, subject="user:42")

    assert {*ids(claimed)} == {"a", "b"}
    assert opened.claims().claim(ACCOUNT, limit=10, subject="user:42") == []
    assert opened.tracked.count_of_subject("user:42") == {ACCOUNT: 2, "elsewhere": 1}
    clock.now += 2 * DAY
    assert opened.tracked.count_expired_elsewhere("elsewhere") == 1
    assert opened.tracked.count_expired_elsewhere(ACCOUNT) == 0


def test_registering_again_keeps_longer_revives_and_names_a_person(
    opened: Ledger, clock: Clock
) -> None:
    began = clock.now
    opened.tracked.register([thread("t", began + 1, "", registered=began)])
    opened.tracked.register([thread("t", began + 1, "user:42", registered=began)])
    clock.now += 5
    worker = Claims(opened.tracked.database, "w")
    worker.settle([(one, GONE, "") for one in worker.claim(ACCOUNT, limit=9)])

    # The same line once more says nothing new. A later one says that it stands.
    opened.tracked.register([thread("t", began + 1, registered=began)])
    assert opened.tracked.of_subject("user:42") == []
    opened.tracked.register([thread("t", began + 9, registered=clock.now + 1)])

    [again] = opened.tracked.of_subject("user:42")
    assert (again.expires, again.ended, again.status) == (began + 9, None, STANDS)
    clock.now += 10
    assert ids(worker.claim(ACCOUNT, limit=9)) == ["t"]


def test_an_object_may_stand_twice_in_what_is_registered_at_once(
    opened: Ledger, clock: Clock
) -> None:
    began = clock.now
    twice = [thread("t", began + 5, ""), thread("u", None), thread("t", began + 9, "user:7")]
    opened.tracked.register([*twice, thread("t", began + 1, "user:42")])

    known = {one.id: one for one in opened.tracked.of_subject("user:42")}

    assert {id: one.expires for id, one in known.items()} == {"t": began + 9, "u": None}


def test_counts_are_of_each_kind_in_each_account(opened: Ledger, clock: Clock) -> None:
    opened.tracked.register([Tracked("other", "response", "r", expires=clock.now - 1)])
    opened.tracked.register(
        [thread("a", None), thread("b", clock.now + DAY), thread("c", clock.now)]
    )
    worker = opened.claims()
    worker.settle([(one, RETIRED, "") for one in worker.claim("other", limit=9)])

    assert opened.tracked.counts() == [
        TrackedCount(ACCOUNT, "thread", clock.now, 3, 1, 1, 0, clock.now),
        TrackedCount("other", "response", clock.now, retired=1),
    ]


def test_of_an_account_with_very_many_only_the_oldest_are_held(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.tracked.register([thread(f"t{n}", None, registered=10.0 + n) for n in range(3)])
    assert not opened.remembered(ACCOUNT).has_more_tracked
    monkeypatch.setattr(opening, "MOST_TRACKED", 2)

    known = opened.remembered(ACCOUNT)

    assert known.has_more_tracked
    assert ids(list(known.tracked)) == ["t0", "t1"]
