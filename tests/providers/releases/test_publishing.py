"""Many publishers at once, and publishers that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.providers.releases.conftest import ID, Place, release

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["folder", "s3"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place that several processes can reach."""
    if request.param == "folder":
        return Place(str(tmp_path / "releases"))
    return Place(request.getfixturevalue("s3_location"))


def start(verb: str, place: Place, tag: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.providers.releases.publisher"]
    return subprocess.Popen(
        [*command, verb, place.location, tag, str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> list[int]:
    """The numbers that a publisher says it has."""
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    return [int(line) for line in said.split()]


def test_of_two_publishers_at_once_no_release_is_lost_or_torn(shared: Place) -> None:
    count = 10 if "://" in shared.location else 25
    racing = [start("publish", shared, tag, count) for tag in ("left", "right")]
    left, right = map(finished, racing)
    history = shared.registry().history(ID)
    assert shared.said == []
    assert [old.number for old in history] == list(range(2 * count, 0, -1))
    told = {number: ("left", n) for n, number in enumerate(left)}
    told |= {number: ("right", n) for n, number in enumerate(right)}
    assert told == {old.number: (old.params["model"], old.params["n"]) for old in history}


def test_of_two_publishers_that_build_on_what_they_read_no_change_is_lost(shared: Place) -> None:
    count = 5
    racing = [start("add", shared, tag, count) for tag in ("left", "right")]
    for process in racing:
        finished(process)
    totals = [old.params["total"] for old in shared.registry().history(ID)]
    assert totals == list(range(2 * count, 0, -1))


def test_threads_of_one_process_share_a_registry(shared: Place) -> None:
    registry = shared.registry()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: registry.publish(release(f"m{n}")).number, range(8)))
    assert sorted(made) == list(range(1, 9))


def test_whoever_reads_while_others_publish_and_prune_always_finds_a_whole_release(
    shared: Place,
) -> None:
    registry = shared.registry()
    registry.publish(release())
    publisher = start("publish", shared, "busy", 10)
    newest = 0
    while publisher.poll() is None:
        current = registry.current()[ID]
        assert current.number >= newest
        newest = current.number
        registry.prune(keep=1, younger_than=-1e9)
    finished(publisher)
    assert registry.current()[ID].params["n"] == 9
    assert shared.said == []


def test_killed_at_any_line_a_publication_is_whole_or_is_none(folder: Place) -> None:
    """Line after line of the code that writes, until there is none left to be killed at."""
    registry = folder.registry()
    survived, line, published = False, 0, 0
    while not survived:
        line += 1
        victim = start("die", folder, f"victim {line}", line)
        said, _ = victim.communicate(timeout=60)
        survived = victim.returncode == 0
        assert survived or victim.returncode == -signal.SIGKILL
        there = registry.numbers().get(ID, [])
        assert len(there) - published in {0, 1}
        assert len(there) > published or not said
        published = len(there)
        assert [old.number for old in registry.history(ID)] == there[::-1]
    assert line > 15
    assert published > 1
    assert folder.said == []
    assert registry.publish(release("after")).number == published + 1


def test_what_the_killed_left_behind_is_swept_once_it_is_old(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release())
    draft = Path(folder.location) / ID / ".00000002.json.0123abcd.unfinished"
    draft.write_bytes(b"{")
    registry.prune()
    assert draft.exists()
    make_older(draft, 7200)
    registry.prune()
    assert not draft.exists()
    assert registry.numbers() == {ID: [1]}


def test_publishers_of_object_storage_that_are_killed_leave_whole_releases(
    s3_location: str,
) -> None:
    place = Place(s3_location)
    dice = random.Random(7)  # noqa: S311 (when to kill is no secret)
    told = 0
    for n in range(3):
        victim = start("publish", place, f"victim {n}", 1000)
        assert victim.stdout
        told = max(told, int(victim.stdout.readline()))
        time.sleep(dice.uniform(0, 0.1))
        victim.kill()
        victim.communicate(timeout=60)
        there = place.registry().numbers()[ID]
        assert there == list(range(1, len(there) + 1))
        assert place.registry().current()[ID].number >= told
    assert place.registry().publish(release()).number > told


def make_older(path: Path, seconds: float) -> None:
    import os

    then = time.time() - seconds
    os.utime(path, (then, then))


def test_the_loser_of_a_number_takes_the_next(shared: Place) -> None:
    registry = shared.registry()
    beaten = before_creating(registry, lambda: shared.registry().publish(release("winner")))
    assert registry.publish(release("loser")).number == 2
    assert beaten == [1]
    assert shared.registry().history(ID)[1].params["model"] == "winner"


def before_creating(registry: object, then: Callable[[], object]) -> list[int]:
    """Do something once, in the instant between choosing a number and taking it."""
    store = registry._store  # type: ignore[attr-defined]  # the one seam where it can be timed
    create, done = store.create, list[int]()

    def beaten(name: str, data: bytes) -> bool:
        if not done:
            done.append(1)
            then()
        return bool(create(name, data))

    store.create = beaten
    return done
