"""An application loads an assistant, and learns of the next release."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from provisioner.model.errors import Invalid, NotFound, Unauthorized
from provisioner.providers.releases import CachedRelease, load_release
from tests.providers.releases.conftest import ID, Place, release
from tests.support.s3 import Storage, failure

NAMES = ("acme", "prod", "policy-qa")


def test_the_current_release_is_loaded(place: Place) -> None:
    place.registry().publish(release("a"))
    published = place.registry().publish(release("b"))
    assert load_release(place.location, *NAMES) == published


def test_what_was_loaded_can_be_changed_without_harm(folder: Place) -> None:
    folder.registry().publish(release(tools=[{"type": "web_search"}]))
    loaded = load_release(folder.location, *NAMES)
    loaded.arguments()["tools"].append("broken")
    assert loaded.arguments()["tools"] == [{"type": "web_search"}]


def test_a_file_url_is_a_folder(folder: Place) -> None:
    folder.registry().publish(release())
    assert load_release(Path(folder.location).as_uri(), *NAMES).number == 1


@pytest.mark.parametrize("deleted", [False, True], ids=["never published", "deleted"])
def test_what_is_not_there_is_said_not_to_be(folder: Place, deleted: bool) -> None:
    folder.registry().publish(release(id=ID if deleted else "acme/prod/another"))
    if deleted:
        folder.registry().delete(ID)
    with pytest.raises(NotFound, match="contains no current release of acme/prod/policy-qa"):
        load_release(folder.location, *NAMES)


def test_a_name_that_leads_elsewhere_is_refused(folder: Place) -> None:
    with pytest.raises(Invalid):
        load_release(folder.location, "acme", "..", "policy-qa")


def test_a_damaged_release_is_named_and_the_one_below_is_loaded(folder: Place) -> None:
    folder.registry().publish(release("a"))
    (Path(folder.location) / ID / "00000002.json").write_bytes(b"{")
    loaded = load_release(folder.location, *NAMES, warn=folder.said.append)
    assert loaded.params["model"] == "a"
    assert [said.summary for said in folder.said] == ["a release is damaged"]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cached(place: Place, clock: Clock) -> CachedRelease:
    return CachedRelease(place.location, *NAMES, every=30, clock=clock)


def test_a_new_release_is_picked_up_once_a_look_is_due(place: Place) -> None:
    place.registry().publish(release("a"))
    clock = Clock()
    assistant = cached(place, clock)
    place.registry().publish(release("b"))
    clock.now = 29.9
    assert assistant.arguments()["model"] == "a"
    clock.now = 30.0
    assert assistant.arguments()["model"] == "b"


def test_a_look_that_finds_nothing_new_reads_names_only(s3: Storage, s3_location: str) -> None:
    place, clock = Place(s3_location), Clock()
    place.registry().publish(release())
    assistant = cached(place, clock)
    before = assistant.release
    s3.seen.clear()
    clock.now = 30
    assert assistant.release is before
    assert s3.seen == ["GET /registry"]
    assert assistant.release is before
    assert len(s3.seen) == 1


def test_while_the_registry_cannot_be_read_the_last_good_release_stays(
    s3: Storage, s3_location: str
) -> None:
    place, clock = Place(s3_location), Clock()
    place.registry().publish(release("a"))
    assistant = cached(place, clock)
    place.registry().publish(release("b"))
    s3.trouble = lambda _request, _perform: failure(403, "AccessDenied")
    clock.now = 30
    assert assistant.arguments()["model"] == "a"
    assert isinstance(assistant.problem, Unauthorized)
    s3.trouble = None
    assert assistant.arguments()["model"] == "a"
    clock.now = 60
    assert assistant.arguments()["model"] == "b"
    assert assistant.problem is None


def test_a_deletion_does_not_stop_who_runs(folder: Place) -> None:
    folder.registry().publish(release("a"))
    assistant = cached(folder, Clock())
    folder.registry().delete(ID)
    assert not assistant.refresh()
    assert isinstance(assistant.problem, NotFound)
    assert assistant.arguments()["model"] == "a"
    folder.registry().publish(release("b"))
    assert assistant.refresh()
    assert assistant.arguments()["model"] == "b"


def test_one_thread_looks_and_the_others_go_on(s3: Storage, s3_location: str) -> None:
    place, clock = Place(s3_location), Clock()
    place.registry().publish(release("a"))
    assistant = cached(place, clock)
    place.registry().publish(release("b"))
    looking, go_on = threading.Event(), threading.Event()

    def slow(_request: object, perform: object) -> object:
        looking.set()
        assert go_on.wait(30)
        assert callable(perform)
        return perform()

    s3.trouble = slow  # type: ignore[assignment]  # of looser types than the real thing
    clock.now = 30
    other = threading.Thread(target=lambda: assistant.release)
    other.start()
    assert looking.wait(30)
    assert assistant.arguments()["model"] == "a"
    go_on.set()
    other.join()
    assert assistant.arguments()["model"] == "b"


def test_loading_from_a_folder_imports_nothing_of_the_command_line(folder: Place) -> None:
    folder.registry().publish(release())
    seen = in_a_new_process(folder)["modules"]
    forbidden = {"openai", "httpx2", "click", "rich", "yaml", "jsonschema", "deepdiff", "fsspec"}
    assert forbidden & {name.partition(".")[0] for name in seen} == set()


def test_loading_from_a_folder_takes_no_time(
    folder: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed, not asserted: machines differ. Import included, the interpreter's own start not."""
    for n in range(20):
        folder.registry().publish(release(f"m{n}"))
    best = min(in_a_new_process(folder)["milliseconds"] for _ in range(5))
    with capsys.disabled():
        sys.stdout.write(f"\nimport and load from a folder of 20 releases: {best:.1f} ms\n")
    assert best > 0


SCRIPT = """
import time
started = time.perf_counter()
from provisioner.providers.releases import load_release
release = load_release({location!r}, "acme", "prod", "policy-qa")
took = (time.perf_counter() - started) * 1000
import json, sys
print(json.dumps({{"milliseconds": took, "modules": sorted(sys.modules)}}))
"""


def in_a_new_process(place: Place) -> dict[str, Any]:
    script = SCRIPT.format(location=place.location)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_new_release_that_is_damaged_is_told_and_the_one_before_goes_on(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    kept = CachedRelease(folder.location, *NAMES, every=0)
    registry.publish(release("b"))
    (Path(folder.location) / ID / "00000002.json").write_text("{")

    assert kept.arguments()["model"] == "a"
    assert kept.problem
    assert "release 2" in str(kept.problem)
    registry.publish(release("c"))
    assert kept.arguments()["model"] == "c"
    assert kept.problem is None


def test_many_threads_that_load_and_look_never_see_an_older_release_again(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("0"))
    kept = CachedRelease(folder.location, *NAMES, every=0)

    def read(index: int) -> list[int]:
        seen = []
        for turn in range(100):
            if (turn + index) % 3 == 0:
                kept.refresh()
            seen.append(int(kept.arguments()["model"]))
        return seen

    def publish() -> None:
        for number in range(1, 40):
            registry.publish(release(str(number)))

    with ThreadPoolExecutor(9) as pool:
        publishing = pool.submit(publish)
        seen = [*pool.map(read, range(8))]
        publishing.result()

    assert all(one == sorted(one) for one in seen)
    kept.refresh()
    assert kept.arguments()["model"] == "39"
    assert kept.problem is None
