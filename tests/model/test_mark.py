"""The mark in an object's metadata: written and read back, and never mistaken for another's."""

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.mark import (
    ADDRESS,
    APPLIED,
    KEYS,
    OWNER,
    SETTINGS,
    VALUE_LIMIT,
    Applied,
    Mark,
    Owner,
    tracked_key,
    user_metadata,
)

QA = Address("assistant", "qa")
MINE = Owner("k3v9", "prod")


@pytest.mark.parametrize(
    "mark",
    [
        Mark(MINE, QA),
        Mark(MINE, QA, generation=12, protected=True),
        Mark(MINE, QA, {"ab-_1": Applied("aaaaa", "aaaaa"), "bbbbb": Applied("a", "b", True)}),
        Mark(MINE, QA, {"x": Applied("", "a"), "y": Applied("a", "", sensitive=True)}),
        Mark(MINE, QA, {"x": Applied("a", "b", refused=True), "y": Applied("", "b")}),
        Mark(MINE, QA, {"x": Applied("a", "a", sensitive=True, refused=True)}, version=1),
        Mark(MINE, QA, generation=2, protected=True, version=1),
        Mark(MINE, QA, settings={"run": {"tool_choice": "required"}, "files": ["a:b:c"]}),
        Mark(MINE, QA, settings={"run": "long" * 200}),
        Mark(MINE, QA, settings={"run": "ü ; = ~ !"}),
    ],
)
def test_a_mark_reads_back_as_it_was_written(mark: Mark) -> None:
    metadata = mark.to_metadata()

    assert Mark.from_metadata({**metadata, "theirs": "x"}) == mark
    assert set(metadata) <= set(KEYS)
    assert all(len(value) <= VALUE_LIMIT for value in metadata.values())


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"theirs": "x"},
        {OWNER: "k3v9/prod"},
        {ADDRESS: "assistant.qa"},
        {OWNER: "k3v9", ADDRESS: "assistant.qa"},
        {OWNER: "/prod", ADDRESS: "assistant.qa"},
        {OWNER: "k3v9/", ADDRESS: "assistant.qa"},
        {OWNER: "k3v9/prod", ADDRESS: "assistant"},
        {OWNER: "k3v9/prod", ADDRESS: ".qa"},
        {OWNER: "k3v9/prod", ADDRESS: "assistant."},
        {OWNER: None, ADDRESS: None},
    ],
)
def test_a_broken_mark_is_nobodys(metadata: dict[str, Any]) -> None:
    assert Mark.from_metadata(metadata) is None


@pytest.mark.parametrize(
    ("owner", "generation"),
    [
        ("k3v9/prod;generation=7", 7),
        ("k3v9/prod;generation=0", 1),
        ("k3v9/prod;generation=-1", 1),
        ("k3v9/prod;generation=many", 1),
        ("k3v9/prod;generation=" + "9" * 5000, 1),
        ("k3v9/prod;unknown;protect", 1),
    ],
)
def test_what_is_odd_in_a_mark_does_no_harm(owner: str, generation: int) -> None:
    mark = Mark.from_metadata({OWNER: owner, ADDRESS: "assistant.qa"})

    assert mark
    assert (mark.owner, mark.generation) == (MINE, generation)


@pytest.mark.parametrize(
    ("spelled", "applied"),
    [
        ("aaaaa", Applied("aaaaa", "aaaaa")),
        ("aaaaa!", Applied("aaaaa", "aaaaa", sensitive=True)),
        ("aaaaa~bbbbb", Applied("aaaaa", "bbbbb")),
        ("aaaaa~bbbbb^", Applied("aaaaa", "bbbbb", refused=True)),
        ("aaaaa~bbbbb!^", Applied("aaaaa", "bbbbb", sensitive=True, refused=True)),
        ("~bbbbb", Applied("", "bbbbb")),
        ("~bbbbb!", Applied("", "bbbbb", sensitive=True)),
        ("aaaaa~", Applied("aaaaa", "")),
        ("aaaaa~^", Applied("aaaaa", "", refused=True)),
        ("aaaaa!5+8", Applied("aaaaa", "aaaaa", sensitive=True, spans=((5, 13),))),
        (
            "aaaaa~bbbbb!5+8,20+3^",
            Applied("aaaaa", "bbbbb", sensitive=True, refused=True, spans=((5, 13), (20, 23))),
        ),
    ],
)
def test_what_was_applied_is_spelled_in_one_way(spelled: str, applied: Applied) -> None:
    assert str(applied) == spelled
    assert Applied.parse(spelled) == applied


@pytest.mark.parametrize("parts", ["x", "5", "5+", "+8", "5+8,x", "5+9999999999", "5-8"])
def test_secret_parts_that_are_nonsense_leave_the_whole_secret(parts: str) -> None:
    assert Applied.parse(f"aaaaa!{parts}") == Applied("aaaaa", "aaaaa", sensitive=True)


def test_the_flags_of_what_was_applied_read_in_any_order() -> None:
    assert Applied.parse("a~b^!") == Applied("a", "b", sensitive=True, refused=True)


def test_a_new_mark_says_its_version_and_one_of_version_1_says_none() -> None:
    assert Mark(MINE, QA).to_metadata()[OWNER] == "k3v9/prod;v=2"
    assert Mark(MINE, QA, version=1).to_metadata()[OWNER] == "k3v9/prod"


@pytest.mark.parametrize(
    ("owner", "version"),
    [
        ("k3v9/prod", 1),
        ("k3v9/prod;protect;v=2", 2),
        ("k3v9/prod;v=2;generation=3", 2),
        ("k3v9/prod;v=3", 3),
        ("k3v9/prod;v=", 1),
        ("k3v9/prod;v=two", 1),
    ],
)
def test_the_version_of_a_mark_is_read_from_its_flags(owner: str, version: int) -> None:
    mark = Mark.from_metadata({OWNER: owner, ADDRESS: "assistant.qa"})

    assert mark
    assert mark.version == version


@pytest.mark.parametrize("settings", ["{", "[]", "1", "null", "[" * 400, 5])
def test_settings_that_cannot_be_read_are_none(settings: Any) -> None:
    mark = Mark.from_metadata({**Mark(MINE, QA).to_metadata(), SETTINGS: settings})

    assert mark
    assert mark.settings == {}


def test_what_was_applied_may_be_gone_or_nonsense() -> None:
    whole = Mark(MINE, QA, {"aaaaa": Applied("b", "b")}).to_metadata()

    gone = Mark.from_metadata({k: v for k, v in whole.items() if k != APPLIED})
    odd = Mark.from_metadata({**whole, APPLIED: "aaaaa:b nonsense"})

    assert gone
    assert (gone.intact, gone.applied) == (False, {})
    assert odd
    assert (odd.intact, odd.applied) == (False, {"aaaaa": Applied("b", "b")})


def test_a_unit_is_found_by_its_path() -> None:
    applied = Applied("b", "b")
    mark = Mark(MINE, QA, {tracked_key("tools[f]"): applied})

    assert mark.of("tools[f]") == applied
    assert mark.of("tools[g]") is None


def test_owners_print_and_parse() -> None:
    assert Owner.parse(str(MINE)) == MINE
    assert str(Owner("k3v9")) == "k3v9/default"
    with pytest.raises(ValueError, match="is not an owner"):
        Owner.parse("k3v9")


def test_metadata_without_our_mark_is_the_users() -> None:
    metadata = {**Mark(MINE, QA, settings={"a": 1}).to_metadata(), "team": "ops"}

    assert user_metadata(metadata) == {"team": "ops"}
