"""A changed skill is prose, and its reviewers read it: the plan shows what its files say."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from provisioner.kinds.skill import unpacked
from provisioner.model.plan import UNSET
from provisioner.model.value import Content
from tests.stories.hosted_stacks import HOSTED
from tests.support.faults import Fault, Faulty, fail
from tests.support.hosted import id_of
from tests.support.stories import changes, manifest, watched
from tests.support.views import plan_document, plan_text

if TYPE_CHECKING:
    from tests.support.stories import World

TEXT = """\
---
# for agents
name: refunds
description: >
  Refund an order.
version: 1.10
---
# How

Ask the customer first.
"""


@pytest.fixture
def skilled(world: World) -> World:
    world.put("refunds/SKILL.md", TEXT)
    world.put("refunds/steps.txt", "One.\nTwo.\n")
    world.put("refunds/logo.png", b"\x89PNG\0\1")
    world.write([HOSTED, manifest("Skill", "refunds", path="refunds")])
    world.converge()
    return world


def test_changed_texts_are_shown_word_by_word(skilled: World) -> None:
    skilled.put("refunds/SKILL.md", TEXT.replace("Ask the", "Always ask the"))
    skilled.put("refunds/steps.txt", "One.\nTwo.\nThree.\n")
    plan = skilled.plan()

    assert changes(plan) == [
        "update skill.refunds files[SKILL.md]",
        "update skill.refunds files[steps.txt]",
    ]
    screen = plan_text(plan)
    assert "[-Ask-]{+Always ask+} the customer first." in screen
    assert "+ │ Three." in screen
    assert "provisioner" not in screen.partition("Plan:")[0].partition("skill.refunds")[2]
    skilled.converge()


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
def test_what_did_not_change_of_a_text_is_no_difference(skilled: World, ending: str) -> None:
    """The mark, and how the description was quoted for it, are no part of the text."""
    skilled.put("refunds/SKILL.md", TEXT.replace("1.10", "1.9").replace("\n", ending).encode())
    skilled.apply()
    skilled.put("refunds/SKILL.md", TEXT.replace("1.10", "1.11").replace("\n", ending).encode())
    plan = skilled.plan()
    (field,) = plan.changes[0].fields

    assert isinstance(field.live, Content)
    assert isinstance(field.desired, Content)
    assert field.live.text == field.desired.text.replace("1.11", "1.9")


def test_a_changed_description_is_shown_as_it_was_said(skilled: World) -> None:
    skilled.put("refunds/SKILL.md", TEXT.replace(">\n  Refund an order.", "Refund it."))

    screen = plan_text(skilled.plan())

    assert "description: Refund [-an order-]{+it+}." in screen
    assert "provisioner" not in screen.partition("Plan:")[0].partition("skill.refunds")[2]


def test_bytes_are_told_by_their_size(skilled: World) -> None:
    skilled.put("refunds/logo.png", b"\x89PNG\0\2\3")

    screen = plan_text(skilled.plan())

    assert "logo.png (6 bytes, sha256:" in screen
    assert "refunds/logo.png (7 bytes, sha256:" in screen


def test_a_file_that_is_gone_is_named(skilled: World) -> None:
    (skilled.manifests / "refunds" / "steps.txt").unlink()
    skilled.put("refunds/rules.txt", "Never.\n")

    (change,) = skilled.plan().changes

    assert [(f.path, f.live is UNSET, f.desired is UNSET) for f in change.fields] == [
        ("files[rules.txt]", True, False),
        ("files[steps.txt]", False, True),
    ]
    skilled.converge()


def test_of_many_files_those_that_differ_are_named(skilled: World) -> None:
    for n in range(60):
        skilled.put(f"refunds/part-{n}.md", f"Part {n}.\n")
    skilled.converge()
    skilled.put("refunds/part-7.md", "Part seven.\n")
    (skilled.manifests / "refunds" / "part-8.md").unlink()

    assert changes(skilled.plan()) == [
        "update skill.refunds files[part-7.md]",
        "update skill.refunds files[part-8.md]",
    ]


def test_only_a_skill_that_changes_is_read(skilled: World) -> None:
    faulty = watched(skilled)
    skilled.plan()
    assert not [call.path for call in faulty.calls if call.path.endswith("/content")]

    skilled.put("refunds/steps.txt", "One.\n")
    skilled.plan()
    read = [call.path for call in faulty.calls if call.path.endswith("/content")]
    assert read == [f"/v1/skills/{id_of(skilled, 'skill.refunds')}/content"]


def test_a_skill_that_cannot_be_read_is_planned_without(skilled: World) -> None:
    skilled.put("refunds/steps.txt", "One.\n")
    skilled.app = Faulty(
        skilled.server, Fault(lambda call: call.path.endswith("/content"), fail(500), 100)
    )

    plan = skilled.plan()

    assert changes(plan) == ["update skill.refunds files[steps.txt]"]
    assert "(not shown by the server)" in plan_text(plan)


def test_the_document_names_contents_by_their_digest(skilled: World) -> None:
    skilled.put("refunds/steps.txt", "One.\n")

    (field,) = plan_document(skilled.plan())["changes"][0]["fields"]

    assert set(field["live"]) == set(field["desired"]) == {"path", "sha256", "size"}
    assert "One." not in json.dumps(field)


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize("top", ["", "refunds/", "a/b/"])
def test_a_skill_is_read_whatever_folder_it_was_put_into(top: str) -> None:
    data = archive(**{f"{top}SKILL.md": TEXT, f"{top}deep/a.txt": "A"})

    assert {path: c.text for path, c in unpacked(data, {}).items()}["deep/a.txt"] == "A"
    assert "SKILL.md" in unpacked(data, {})


@pytest.mark.parametrize(
    "data",
    [b"", b"not a zip", archive(**{"SKILL.md": TEXT})[:40]],
    ids=["nothing", "no-zip", "half-a-zip"],
)
def test_what_is_no_archive_holds_nothing(data: bytes) -> None:
    assert unpacked(data, {}) == {}
