"""The registry, in every kind of place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.model.errors import Invalid, NotFound
from provisioner.providers.releases import Conflict
from provisioner.providers.releases.release import Damaged, Release
from provisioner.providers.releases.retention import DAY
from tests.providers.releases.conftest import ID, Place, release


def numbers(place: Place, id: str = ID) -> list[int]:
    return place.registry().numbers().get(id, [])


def test_a_registry_where_nothing_was_published_is_empty(place: Place) -> None:
    registry = place.registry()
    assert registry.current() == {}
    assert registry.numbers() == {}
    assert registry.history(ID) == []


def test_a_published_release_reads_back_as_it_was_published(place: Place) -> None:
    published = place.registry().publish(release())
    assert (published.number, published.created_at) == (1, place.now)
    assert place.registry().current() == {ID: published}
    assert published.params["instructions"] == "Antworte höflich. 日本"


def test_each_publication_takes_the_next_number_and_the_highest_is_current(place: Place) -> None:
    registry = place.registry()
    for model in ("a", "b", "c"):
        registry.publish(release(model))
    assert numbers(place) == [1, 2, 3]
    assert registry.current()[ID].params["model"] == "c"
    assert [old.params["model"] for old in registry.history(ID)] == ["c", "b", "a"]


def test_the_same_content_is_not_published_again(place: Place) -> None:
    registry = place.registry()
    first = registry.publish(replace(release(), provenance={"revision": "abc"}))
    place.now += 60
    again = registry.publish(replace(release(), provenance={"revision": "def"}))
    assert again == first
    assert numbers(place) == [1]


@pytest.mark.parametrize(
    "other",
    [
        replace(release(), name="Another"),
        replace(release(), description="Now with one"),
        replace(release(), metadata={"team": "legal"}),
        release(top_p=0.5),
    ],
    ids=["name", "description", "metadata", "params"],
)
def test_whatever_else_differs_is_a_new_release(folder: Place, other: Release) -> None:
    folder.registry().publish(release())
    assert folder.registry().publish(other).number == 2


def test_what_is_based_on_the_current_release_is_published(place: Place) -> None:
    registry = place.registry()
    registry.publish(release("a"), based_on=0)
    assert registry.publish(release("b"), based_on=1).number == 2


@pytest.mark.parametrize("based_on", [0, 1, 7])
def test_what_is_based_on_any_other_release_is_a_conflict(place: Place, based_on: int) -> None:
    registry = place.registry()
    registry.publish(release("a"))
    registry.publish(release("b"))
    with pytest.raises(Conflict, match="now release 2 is the newest"):
        registry.publish(release("c"), based_on=based_on)
    assert numbers(place) == [1, 2]


def test_publishing_again_what_was_published_is_no_conflict(place: Place) -> None:
    registry = place.registry()
    first = registry.publish(release("a"), based_on=0)
    assert registry.publish(release("a"), based_on=0) == first


def test_assistants_are_numbered_each_for_itself(place: Place) -> None:
    registry = place.registry()
    others = ["acme/dev/policy-qa", "acme/prod/order-support", "globex/prod/policy-qa"]
    for id in (ID, *others):
        registry.publish(release(id=id))
    registry.publish(release("second"))
    assert registry.numbers() == {ID: [1, 2], **{id: [1] for id in others}}
    assert set(registry.current("acme")) == {ID, *others[:2]}
    assert set(registry.current("acme/prod")) == {ID, others[1]}
    assert set(registry.current("acme/pro")) == set()


def test_a_deleted_assistant_is_not_current_and_its_history_stays(place: Place) -> None:
    registry = place.registry()
    registry.publish(release())
    registry.delete(ID)
    registry.delete(ID)
    assert registry.current() == {}
    assert registry.newest()[ID].deleted
    assert [old.number for old in registry.history(ID)] == [2, 1]


def test_deleting_what_somebody_else_published_since_is_a_conflict(place: Place) -> None:
    registry = place.registry()
    registry.publish(release("a"))
    registry.publish(release("b"))
    with pytest.raises(Conflict):
        registry.delete(ID, based_on=1)
    assert registry.current()[ID].params["model"] == "b"


def test_publishing_over_a_deletion_that_was_not_seen_is_a_conflict(place: Place) -> None:
    registry = place.registry()
    registry.publish(release("a"))
    registry.delete(ID)
    with pytest.raises(Conflict, match="a deletion"):
        registry.publish(release("b"), based_on=1)
    assert registry.publish(release("a"), based_on=2).number == 3


def test_rollback_publishes_a_copy_of_an_older_release(place: Place) -> None:
    registry = place.registry()
    registry.publish(release("a"))
    registry.publish(release("b"))
    back = registry.rollback(ID, 1)
    assert (back.number, back.params["model"]) == (3, "a")
    assert back.provenance["rollback_of"] == "1"
    assert registry.current()[ID] == back


@pytest.mark.parametrize("number", [0, 2, 9])
def test_rollback_to_what_is_not_there_names_what_is(folder: Place, number: int) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    registry.delete(ID)
    with pytest.raises(NotFound, match="There are: 1"):
        registry.rollback(ID, number)


def test_pruning_keeps_the_newest_and_what_was_current_a_while_ago(place: Place) -> None:
    registry = place.registry()
    for model in "abcdef":
        registry.publish(release(model))
        place.now += DAY / 2
    # b was current until 2 days before now, when c was published; c until 1.5 days before.
    gone = registry.prune(keep=2, younger_than=DAY * 1.6)
    assert gone == tuple(f"{ID}/{number:08}.json" for number in (1, 2))
    assert numbers(place) == [3, 4, 5, 6]
    assert registry.prune(keep=2, younger_than=DAY * 1.6) == ()


def test_a_publisher_whose_clock_is_slow_shortens_nobodys_time(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    for model in "bcd":
        folder.now -= 50 * DAY
        registry.publish(release(model))
        folder.now += 50 * DAY + 60
    assert registry.prune(keep=1, younger_than=DAY) == ()
    folder.now += 2 * DAY
    registry.prune(keep=1, younger_than=DAY)
    assert numbers(folder) == [4]


def test_a_publisher_whose_clock_is_fast_keeps_only_what_it_published(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    folder.now += 50 * DAY
    registry.publish(release("b"))
    folder.now -= 50 * DAY
    for model in "cde":
        folder.now += 60
        registry.publish(release(model))
    folder.now += 2 * DAY
    registry.prune(keep=1, younger_than=DAY)
    assert numbers(folder) == [1, 2, 5]
    folder.now += 50 * DAY
    registry.prune(keep=1, younger_than=DAY)
    assert numbers(folder) == [5]


def test_the_current_release_is_never_pruned(place: Place) -> None:
    registry = place.registry()
    registry.publish(release("a"))
    registry.publish(release("b"))
    place.now += 100 * DAY
    registry.prune(keep=0, younger_than=0)
    assert registry.current()[ID].params["model"] == "b"
    assert registry.publish(release("c")).number == 3


def test_a_deleted_assistant_is_pruned_with_its_tombstone(place: Place) -> None:
    registry = place.registry()
    registry.publish(release("a"))
    place.now += 2 * DAY
    registry.delete(ID)
    assert registry.prune() == (), "it was current until a moment ago"
    assert registry.prune(younger_than=0) == (f"{ID}/00000001.json",)
    assert registry.newest()[ID].deleted
    place.now += 2 * DAY
    assert registry.prune() == (f"{ID}/00000002.json",)
    assert registry.numbers() == {}


def test_a_tombstone_stays_while_anything_below_it_is_spared(place: Place) -> None:
    registry = place.registry()
    registry.publish(release("a"))
    registry.publish(release("b"))
    registry.delete(ID)
    place.now += 9 * DAY
    assert registry.prune(spare=lambda _going, _staying: [(ID, 1)]) == (f"{ID}/00000002.json",)
    assert registry.current() == {}
    assert numbers(place) == [1, 3]


def test_whoever_spares_a_release_is_shown_what_would_go_and_what_stays(place: Place) -> None:
    registry = place.registry()
    for model in "abc":
        registry.publish(release(model))
    place.now += 9 * DAY
    shown: list[list[int]] = []

    def spare(going: list[Release], staying: list[Release]) -> list[tuple[str, int]]:
        shown.extend([one.number for one in side] for side in (going, staying))
        return [(one.id, one.number) for one in going]

    assert registry.prune(keep=1, spare=spare) == ()
    assert shown == [[2, 1], [3]]


DAMAGES = {
    "empty": lambda _: b"",
    "half": lambda whole: whole[: len(whole) // 2],
    "all but the end": lambda whole: whole[:-3],
    "zeros": lambda whole: bytes(len(whole)),
    "another value": lambda whole: whole.replace(b"0.2", b"0.3"),
    "another number": lambda whole: whole.replace(b'"number": 2', b'"number": 3'),
    "another object": lambda _: b'{"model": "x"}',
    "a list": lambda _: b"[]",
    "a field of the future": lambda whole: whole.replace(b'"name"', b'"nome"'),
    "params that are none": lambda _: json.dumps(
        {"number": 2, "params": [], "digest": "sha256:0"}
    ).encode(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_release_is_passed_over_and_named(folder: Place, damage: object) -> None:
    assert callable(damage)
    registry = folder.registry()
    registry.publish(release("a"))
    registry.publish(release("b"))
    file = Path(folder.location) / ID / "00000002.json"
    file.write_bytes(damage(file.read_bytes()))
    assert registry.current()[ID].params["model"] == "a"
    assert [old.number for old in registry.history(ID)] == [1]
    assert folder.said[0].summary == "a release is damaged"
    assert "00000002.json is ignored" in folder.said[0].detail


def test_a_damaged_release_keeps_its_number_and_is_never_removed(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    file = Path(folder.location) / ID / "00000002.json"
    file.write_bytes(b"{")
    assert registry.publish(release("c"), based_on=1).number == 3
    assert file.read_bytes() == b"{"
    folder.now += 2 * DAY
    assert registry.prune(keep=1) == (f"{ID}/00000001.json",)
    assert file.read_bytes() == b"{"


def test_files_that_are_no_releases_are_none_of_our_business(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    root = Path(folder.location)
    for name in ("README.md", f"{ID}/notes.txt", f"{ID}/2.json", "acme/00000009.json"):
        (root / name).write_text("{}", encoding="utf-8")
    assert numbers(folder) == [1]
    folder.now += 9 * DAY
    registry.prune(keep=1, younger_than=0)
    assert (root / "README.md").exists()
    assert folder.said == []


def test_a_link_that_leads_nowhere_is_passed_over(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    (Path(folder.location) / ID / "00000002.json").symlink_to("nowhere")
    assert registry.current()[ID].number == 1


@pytest.mark.parametrize(
    "id", ["policy-qa", "acme/prod/../x", "acme//x", "a/b/c/d", "/etc/x/y", "acme/prod/.hidden", ""]
)
def test_an_id_that_leads_elsewhere_is_refused(folder: Place, id: str) -> None:
    with pytest.raises(Invalid, match="this name cannot have releases"):
        folder.registry().publish(release(id=id))
    assert not Path(folder.location).exists()


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes"], ids=["nan", "set", "bytes"])
def test_parameters_that_are_no_json_are_refused(folder: Place, value: object) -> None:
    with pytest.raises(Invalid):
        folder.registry().publish(release(top_p=value))
    assert folder.registry().current() == {}


def test_strings_that_no_encoding_has_survive(folder: Place) -> None:
    published = folder.registry().publish(release(instructions="half a pair: \ud800"))
    assert folder.registry().current()[ID] == published


def test_numbers_beyond_eight_digits_are_still_the_highest(folder: Place) -> None:
    registry = folder.registry()
    most = replace(release("a"), number=99_999_999).at_home()
    file = Path(folder.location) / ID / "99999999.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(most.to_bytes())
    assert registry.publish(release("b")).number == 100_000_000
    assert registry.current()[ID].params["model"] == "b"


def test_the_digest_is_that_of_the_parameters_alone() -> None:
    digest = release().digest
    assert digest == replace(release(), name="x", number=4, metadata={}).digest
    assert digest != release(top_p=1).digest
    assert digest.startswith("sha256:")
    assert len(digest) == len("sha256:") + 64


def test_a_release_of_another_number_is_damaged() -> None:
    third = replace(release(), number=3).at_home()
    data = third.to_bytes()
    assert Release.from_bytes(ID, 3, data) == third
    with pytest.raises(Damaged, match="says that it is release 3"):
        Release.from_bytes(ID, 4, data)
