"""A release counts only where it says that it lives, and only as it was published."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.errors import Invalid, NotFound
from provisioner.model.mark import Mark, Owner
from provisioner.providers.releases import load_release, open_registry
from provisioner.providers.releases.release import Release, file_name
from tests.providers.releases.conftest import ID, Place, release

OTHER = "acme/prod/b.bak"
STORE = "vs_0123456789abcdef"
SEARCH = [{"type": "file_search", "vector_store_ids": [STORE]}]


def path(place: Place, id: str = ID, number: int = 1) -> Path:
    return Path(place.location) / file_name(id, number)


def edited(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


@pytest.fixture
def published(folder: Place) -> Place:
    folder.registry().publish(release("a", tools=SEARCH))
    return folder


def copied_folder(place: Place) -> str:
    shutil.copytree(path(place).parent, Path(place.location) / OTHER)
    return f"{OTHER}/00000001.json"


def copied_file(place: Place) -> str:
    there = path(place, "acme/prod/another", 3)
    there.parent.mkdir()
    shutil.copy(path(place), there)
    edited(there, number=3)
    return "acme/prod/another/00000003.json"


def copied_to_another_environment(place: Place) -> str:
    shutil.copytree(path(place).parent, Path(place.location) / "acme/dev/policy-qa")
    return "acme/dev/policy-qa/00000001.json"


def linked_folder(place: Place) -> str:
    (Path(place.location) / OTHER).symlink_to(path(place).parent, target_is_directory=True)
    return f"{OTHER}/00000001.json"


def linked_file(place: Place) -> str:
    there = path(place, "acme/prod/another", 1)
    there.parent.mkdir()
    there.symlink_to(path(place))
    return "acme/prod/another/00000001.json"


@pytest.mark.parametrize(
    "astray",
    [copied_folder, copied_file, copied_to_another_environment, linked_folder, linked_file],
)
def test_a_copy_or_a_link_does_not_count_and_what_it_names_is_kept(
    published: Place, astray: Any
) -> None:
    name = astray(published)
    registry = published.registry()

    assert list(registry.current()) == [ID]
    releases, strays = registry.survey()
    assert [one.id for one in releases] == [ID]
    assert [one.name for one in strays] == [name]
    assert STORE in strays[0].named
    said = [one.summary for one in published.said]
    assert said == ["a release is not where it says that it belongs"]
    assert name in published.said[0].detail
    with pytest.raises(NotFound):
        load_release(published.location, *name.split("/")[:3])
    published.now += 1e9
    registry.prune(keep=1, younger_than=0)
    assert (Path(published.location) / name).exists()
    assert load_release(published.location, *ID.split("/")).number == 1


def test_a_mark_that_names_another_address_does_not_count(published: Place) -> None:
    theirs = Mark(Owner("acme", "prod"), Address("assistant", "another")).to_metadata()
    edited(path(published), metadata=theirs)

    assert published.registry().current() == {}
    assert "its mark says that it is assistant.another" in published.said[0].detail


@pytest.mark.parametrize(
    "wrong", [{"owner": "acme/dev"}, {"address": "assistant.another"}, {"owner": "nobody"}]
)
def test_nothing_is_published_where_it_does_not_belong(folder: Place, wrong: Any) -> None:
    with pytest.raises(Invalid, match="Nothing was published"):
        folder.registry().publish(replace(release(), **wrong))
    assert not Path(folder.location).exists()


def test_a_folder_of_the_registry_that_is_a_link_is_not_published_to(folder: Place) -> None:
    elsewhere = Path(folder.location).with_name("elsewhere")
    elsewhere.mkdir()
    (Path(folder.location) / "acme").mkdir(parents=True)
    (Path(folder.location) / "acme" / "prod").symlink_to(elsewhere)

    with pytest.raises(Invalid, match="is a symbolic link"):
        folder.registry().publish(release())
    assert [*elsewhere.iterdir()] == []


def test_what_lies_behind_a_link_is_never_removed(published: Place) -> None:
    store = open_registry(published.location)._store
    name = linked_folder(published)
    with pytest.raises(Invalid, match="is a symbolic link"):
        store.remove([name])
    assert path(published).is_file()


def test_a_number_that_a_link_has_is_passed_over(published: Place) -> None:
    path(published, ID, 2).symlink_to("nowhere")
    assert published.registry().publish(release("b")).number == 3


def test_links_that_go_round_end(published: Place) -> None:
    (Path(published.location) / "acme" / "round").symlink_to(Path(published.location))
    registry = published.registry()
    assert list(registry.current()) == [ID]
    assert registry.survey()[1] == []


def test_a_root_that_is_a_link_is_said(published: Place) -> None:
    root = Path(published.location).with_name("current")
    root.symlink_to(published.location)
    said: list[Any] = []
    assert list(open_registry(root, warn=said.append).current()) == [ID]
    assert [one.summary for one in said] == ["the release registry is a symbolic link"]
    assert os.path.realpath(published.location) in said[0].detail


def test_a_folder_above_the_registry_that_is_a_link_is_said_too(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "out").symlink_to(tmp_path / "elsewhere")
    said: list[Any] = []

    open_registry("./out/releases", tmp_path / "manifests", warn=said.append)
    open_registry("../elsewhere", tmp_path / "manifests", warn=said.append)

    assert [one.summary for one in said] == ["the release registry is a symbolic link"]
    assert str(tmp_path / "elsewhere") in said[0].detail


# The seal


CHANGES: dict[str, Any] = {
    "name": {"name": "Another"},
    "metadata": {"metadata": {"team": "legal"}},
    "created_at": {"created_at": 5.0},
    "deleted": {"deleted": True},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_release_that_was_changed_afterwards_is_not_loaded_and_protects(
    published: Place, change: Any
) -> None:
    edited(path(published), **change)
    registry = published.registry()

    assert registry.current() == {}
    assert "its seal does not match" in published.said[0].detail
    (stray,) = registry.survey()[1]
    assert STORE in stray.named


def test_params_in_another_order_break_the_seal_and_not_the_digest(folder: Place) -> None:
    folder.registry().publish(release())
    whole = json.loads(path(folder).read_text())
    edited(path(folder), params=dict(reversed(whole["params"].items())))
    assert folder.registry().current() == {}
    assert "its seal does not match" in folder.said[0].detail


def test_a_release_without_a_seal_counts_and_is_sealed_when_next_published(folder: Place) -> None:
    registry = folder.registry()
    registry.publish(release("a"))
    edited(path(folder), provenance={"revision": "1f2e3d"})

    (first,) = folder.registry().current().values()
    assert (first.sealed, first.params["model"]) == (False, "a")
    assert registry.publish(release("b")).sealed
    assert registry.rollback(ID, 1).sealed
    assert folder.said == []


def test_a_copy_that_the_first_version_rolled_back_to_counts_without_a_seal(folder: Place) -> None:
    """Version 0.1.0 copies the provenance of the older release, its seal included."""
    registry = folder.registry()
    registry.publish(release("a"))
    registry.publish(release("b"))
    copy = json.loads(path(folder).read_text())
    copy |= {"number": 3, "created_at": 5.0}
    copy["provenance"]["rollback_of"] = "1"
    path(folder, ID, 3).write_text(json.dumps(copy))

    (current,) = folder.registry().current().values()
    assert (current.number, current.sealed, current.params["model"]) == (3, False, "a")
    assert folder.said == []


def test_whitespace_and_the_order_of_the_fields_are_nothing_to_the_seal(folder: Place) -> None:
    made = folder.registry().publish(release())
    whole = json.loads(path(folder).read_text())
    path(folder).write_text(json.dumps(dict(reversed(whole.items()))))
    assert folder.registry().current() == {ID: made}


def test_a_new_release_is_one_that_the_first_version_can_read(folder: Place) -> None:
    """Version 0.1.0 knows these fields and no other, and digests params with sorted keys."""
    folder.registry().publish(release(schema={"z": 1.0, "a": 2}))
    whole = json.loads(path(folder).read_text())
    known = {"number", "name", "description", "address", "owner", "params", "metadata"}
    assert set(whole) == known | {"provenance", "created_at", "deleted", "digest"}
    plain = {**whole["params"], "schema": {"z": 1, "a": 2}}
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert whole["digest"] == f"sha256:{_sha256(canonical)}"


def _sha256(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


# The order


SCHEMA = {"properties": {"zz_reasoning": {"type": "string"}, "answer": {"type": "string"}}}


def test_properties_keep_their_order_from_publishing_to_loading(place: Place) -> None:
    place.registry().publish(release(text={"format": SCHEMA}))
    loaded = load_release(place.location, *ID.split("/"))
    properties = loaded.arguments()["text"]["format"]["properties"]
    assert list(properties) == ["zz_reasoning", "answer"]


def test_another_order_of_properties_is_another_release(folder: Place) -> None:
    swapped = {"properties": dict(reversed(SCHEMA["properties"].items()))}
    folder.registry().publish(release(text=SCHEMA))
    made = folder.registry().publish(release(text=swapped))
    assert made.number == 2
    assert list(made.params["text"]["properties"]) == ["answer", "zz_reasoning"]
    assert folder.registry().publish(release(text=swapped)).number == 2


ODD: list[dict[str, Any]] = [
    {"metadata": "a text"},
    {"params": None},
    {"owner": ["acme/prod"]},
    {"created_at": "yesterday"},
    {"deleted": "no"},
    {"provenance": [1, 2, 3]},
    {"name": None},
]


@pytest.mark.parametrize("odd", ODD, ids=[str(one) for one in ODD])
def test_a_field_of_an_odd_type_is_one_warning(published: Place, odd: Any) -> None:
    edited(path(published), **odd)
    assert published.registry().current() == {}
    assert [one.summary for one in published.said] == ["a release is damaged"]


def test_a_file_nested_thousands_of_levels_deep_is_one_warning(published: Place) -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    path(published).write_text(path(published).read_text().replace('"gpt', f'{deep}, "b": "gpt'))
    for text in (deep, "[" * 100_000, json.dumps({"number": 1, "params": json.loads(deep)})):
        path(published).write_text(text)
        assert published.registry().current() == {}
    assert {one.summary for one in published.said} == {"a release is damaged"}


def test_ids_are_found_in_files_that_are_not_even_json(published: Place) -> None:
    file = path(published)
    file.write_bytes(file.read_bytes()[:-40])
    (stray,) = published.registry().survey()[1]
    assert STORE in stray.named


def test_a_release_says_where_it_belongs() -> None:
    whole = release().at_home()
    assert (whole.owner, whole.address, whole.home) == ("acme/prod", "assistant.policy-qa", ID)
    assert Release(ID).home == ""
    assert Release(ID).misplaced() == "it says that it is a release of nobody"
