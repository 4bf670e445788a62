"""Locks: taken by one, renewed, expired, given back, taken away; the same on both databases."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.ledger.leases import Acquired
from provisioner.ledger.location import Location
from provisioner.ledger.lock import Lock, is_stale, take
from provisioner.ledger.opening import ledger
from provisioner.ledger.presence import Presence, is_nobody_there
from provisioner.model.errors import LedgerError, LockHeld, LockLost
from provisioner.model.ledger import LockState
from tests.ledger.conftest import ANNA, BERT

if TYPE_CHECKING:
    from pathlib import Path

    from provisioner.ledger.opening import Ledger
    from tests.ledger.conftest import Clock

OWNER = "k3v9q0x7dp/prod"


def acquired(opened: Ledger, seconds: float = 60, machine: str = "") -> Acquired:
    found = opened.leases.acquire(OWNER, ANNA, seconds, machine)
    assert isinstance(found, Acquired)
    return found


def test_one_holds_a_lock_and_others_are_told_who(opened: Ledger, clock: Clock) -> None:
    assert not opened.leases.state(OWNER).is_held
    acquired(opened)
    clock.now += 10

    held = opened.leases.acquire(OWNER, BERT, 60)

    assert isinstance(held, LockState)
    assert held.holder == ANNA
    assert (held.since, held.expires, held.now) == (clock.now - 10, clock.now + 50, clock.now)
    assert isinstance(opened.leases.acquire("another/prod", BERT, 60), Acquired)


def test_a_lock_that_is_not_renewed_expires_and_its_holder_has_lost_it(
    opened: Ledger, clock: Clock
) -> None:
    first = acquired(opened)
    clock.now += 59
    assert opened.leases.renew(OWNER, first.token, 60)
    clock.now += 59
    assert isinstance(opened.leases.acquire(OWNER, BERT, 60), LockState)
    clock.now += 2

    second = opened.leases.acquire(OWNER, BERT, 60)

    assert isinstance(second, Acquired)
    assert second.epoch == first.epoch + 1
    assert second.before.holder == ANNA
    assert not opened.leases.renew(OWNER, first.token, 60)
    assert not opened.leases.release(OWNER, first.token)
    assert opened.leases.state(OWNER).holder == BERT


def test_a_lock_that_nobody_took_since_it_expired_is_still_its_holders(
    opened: Ledger, clock: Clock
) -> None:
    first = acquired(opened)
    clock.now += 1000

    assert opened.leases.renew(OWNER, first.token, 60)
    assert opened.leases.state(OWNER).is_held


def test_a_lock_is_given_back(opened: Ledger, clock: Clock) -> None:
    first = acquired(opened)
    clock.now += 5
    assert opened.leases.release(OWNER, first.token)

    state = opened.leases.state(OWNER)
    assert state.holder is None
    assert state.released == clock.now
    assert isinstance(opened.leases.acquire(OWNER, BERT, 60), Acquired)


def test_unlock_takes_away_the_lock_that_was_seen_and_no_later_one(opened: Ledger) -> None:
    first = acquired(opened)
    assert opened.leases.unlock(OWNER, first.epoch)
    assert not opened.leases.unlock(OWNER, first.epoch)
    assert not opened.leases.renew(OWNER, first.token, 60)

    second = acquired(opened)
    assert not opened.leases.unlock(OWNER, first.epoch)
    assert opened.leases.renew(OWNER, second.token, 60)


def test_of_many_that_take_it_at_once_one_has_it(location: Location) -> None:
    winners: list[Acquired] = []
    start = threading.Barrier(8)

    def contend() -> None:
        with ledger(location) as opened:
            start.wait()
            found = opened.leases.acquire(OWNER, ANNA, 60)
            if isinstance(found, Acquired):
                winners.append(found)

    threads = [threading.Thread(target=contend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(winners) == 1


def test_waiting_ends_when_the_lock_is_free_or_time_is_up(opened: Ledger, clock: Clock) -> None:
    first = acquired(opened)
    told: list[LockState] = []

    def sleep(seconds: float) -> None:
        clock.now += seconds
        if len(told) == 3:
            opened.leases.release(OWNER, first.token)

    lock = take(opened.leases, OWNER, BERT, wait=30, tell=told.append, sleep=sleep, clock=clock)

    assert [state.holder for state in told] == [ANNA] * 3
    assert lock.acquired.before.holder is None
    with pytest.raises(LockHeld, match=r"destroy by bert@runner-7, process 12 \(https://ci"):
        take(opened.leases, OWNER, ANNA, wait=2.5, sleep=sleep, clock=clock)


def test_what_was_read_while_another_held_the_lock_is_stale(opened: Ledger, clock: Clock) -> None:
    assert not is_stale(acquired(opened), 1000)
    clock.now += 20
    opened.leases.unlock(OWNER, 1)
    clock.now += 10

    before = acquired(opened)

    assert is_stale(before, 10.5)
    assert not is_stale(before, 9.5)
    # Of one that was killed nobody knows when it last wrote: until it expired, it may have.
    clock.now += 100
    killed = acquired(opened)
    assert killed.before.holder == ANNA
    assert is_stale(killed, 41)
    assert not is_stale(killed, 39)


def test_the_lock_of_a_dead_process_is_taken_at_once_on_its_machine_alone(
    opened: Ledger, clock: Clock
) -> None:
    acquired(opened, machine="boot-1 5 77")
    clock.now += 5

    for machine in ("", "boot-2 5 77", "boot-1 5 78"):
        assert isinstance(opened.leases.acquire(OWNER, BERT, 60, machine), LockState)
    taken = opened.leases.acquire(OWNER, BERT, 60, "boot-1 5 77")

    assert isinstance(taken, Acquired)
    assert (taken.was_left, taken.before.holder) == (True, ANNA)
    # Whoever was seen to be alone before reading knows that the dead one wrote nothing since.
    assert is_stale(taken, 3)
    assert not is_stale(taken, 3, was_alone=True)
    assert is_stale(taken, 7, was_alone=True)


def test_the_kernel_says_whether_the_holder_of_a_lock_is_alive(tmp_path: Path) -> None:
    """The child is killed; a lock that a process id vouched for could be anybody's by then."""
    file = tmp_path / "ledger.db"
    assert is_nobody_there(file, OWNER)
    assert not is_nobody_there(None, OWNER)
    code = "import sys; from pathlib import Path; from provisioner.ledger.presence import Presence;"
    code += "print(Presence(Path(sys.argv[1]), sys.argv[2]).claim(), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file), OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        theirs = child.stdout.readline().strip()
        ours = Presence(file, OWNER)
        assert (ours.claim(), is_nobody_there(file, OWNER)) == ("", False)
        assert Presence(file, "another/prod").claim()
        child.kill()

    assert is_nobody_there(file, OWNER)
    assert is_nobody_there(file, OWNER, theirs)
    # The holder ran elsewhere, or there is no file of this machine's: nothing is known of it.
    assert not is_nobody_there(file, OWNER, "another-kernel 1 2")
    assert not is_nobody_there(tmp_path / "none.db", OWNER, theirs)
    assert ours.claim() == ours.claim() == theirs != ""
    assert not is_nobody_there(file, OWNER)
    ours.release()
    ours.release()
    assert is_nobody_there(file, OWNER)
    assert Presence(None, OWNER).claim() == ""
    assert Presence(tmp_path / "nowhere" / "ledger.db", OWNER).claim() == ""


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def held(opened: Ledger, elapsed: Elapsed) -> Lock:
    return take(opened.leases, OWNER, ANNA, seconds=60, clock=elapsed)


def test_a_holder_is_stopped_before_its_next_write_once_the_lock_is_taken_away(
    opened: Ledger,
) -> None:
    elapsed = Elapsed()
    with held(opened, elapsed).renewing() as lock:
        lock.check()
        opened.leases.unlock(OWNER, 1)
        elapsed.seconds += 1.5

        with pytest.raises(LockLost, match="taken away by `unlock`"):
            lock.check()
        with pytest.raises(LockLost):
            lock.check()


def test_a_machine_that_slept_past_the_end_finds_out(opened: Ledger, clock: Clock) -> None:
    elapsed = Elapsed()
    with held(opened, elapsed).renewing() as lock:
        elapsed.seconds += 300
        clock.now += 300
        other = opened.leases.acquire(OWNER, BERT, 60)
        assert isinstance(other, Acquired)

        with pytest.raises(LockLost):
            lock.check()
    assert opened.leases.state(OWNER).holder == BERT


def test_a_database_that_is_away_is_borne_until_the_lock_expires(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    elapsed = Elapsed()
    with held(opened, elapsed).renewing() as lock:

        def away(*_: object) -> bool:
            raise LedgerError

        monkeypatch.setattr(type(opened.leases), "renew", away)
        elapsed.seconds += 59
        lock.check()
        elapsed.seconds += 2
        with pytest.raises(LockLost):
            lock.check()


def test_a_lock_in_a_file_that_was_deleted_is_lost_at_once(tmp_path: Path) -> None:
    elapsed, file = Elapsed(), tmp_path / "ledger.db"
    with ledger(Location(file)) as opened, held(opened, elapsed).renewing() as lock:
        file.unlink()
        elapsed.seconds += 2

        with pytest.raises(LockLost):
            lock.check()


def test_a_heartbeat_renews_the_lock_and_the_end_gives_it_back(location: Location) -> None:
    with ledger(location) as opened:
        lock = take(opened.leases, OWNER, replace(ANNA, verb="apply"), seconds=0.2)
        with lock.renewing():
            first = opened.leases.state(OWNER)
            while opened.leases.state(OWNER).expires <= first.expires:
                pass
            assert opened.leases.state(OWNER).is_held
        assert opened.leases.state(OWNER).holder is None
