"""Templates and skills carry their mark in a text that people write to: names, and descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from provisioner.model.address import Address
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from tests.stories.hosted_stacks import HOSTED
from tests.support.hosted import account, addresses, id_of, listed, row_of, rows, uploaded, versions
from tests.support.stories import Refused, changes, failures, manifest, watched, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.stories import World

DESK: Final = Address("environment_template", "desk")
NAMES: Final = [
    "Order desk",
    "Schreibtisch für Rückläufer",
    "返品デスク 🪑",
    'it\'s "quoted", 100 % & {braced}',
    "provisioner k3v9q0x7dp/default desk",
    "x" * 100,
]
DESCRIPTIONS: Final = [
    "Refund an order.",
    '"Quoted: # and \\"so\\"."',
    "返品 🪑",
    "With [brackets] and [provisioner by hand].",
    "|\n  Two\n  lines.",
    ">\n  Folded\n  lines: all of them.\n",
    "x" * 512,
]


def desk(name: str = "Order desk", **spec: Any) -> dict[str, Any]:
    return manifest("EnvironmentTemplate", "desk", name=name, env={"TONE": "dry"}, **spec)


def skill(world: World, description: str = "Refund an order.", text: str = "Ask first.") -> None:
    head = f"name: refunds\ndescription: {description}\n"
    world.put("refunds/SKILL.md", f"---\n{head.rstrip()}\n---\n{text}\n")
    world.write([HOSTED, manifest("Skill", "refunds", path="refunds")])


def again(world: World) -> None:
    """Apply, plan nothing, and take all away again."""
    world.converge()
    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert account(world) == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_keeps_its_name_and_its_mark(world: World, name: str) -> None:
    world.write([HOSTED, desk(name)])
    world.converge()

    (row,) = rows(world, "environment_template")
    assert row["name"].startswith(f"{name} [provisioner k3v9q0x7dp/default desk ")
    assert len(row["name"]) <= 256
    world.write([HOSTED, desk(f"{name[:90]} 2")])
    assert changes(world.plan()) == ["update environment_template.desk name"]
    again(world)


@pytest.mark.parametrize("description", DESCRIPTIONS)
def test_a_skill_keeps_its_description_and_its_mark(world: World, description: str) -> None:
    skill(world, description)
    world.converge()

    (row,) = rows(world, "skill")
    assert "[provisioner k3v9q0x7dp/default refunds " in row["description"]
    skill(world, description, text="Ask twice.")
    assert changes(world.plan()) == ["update skill.refunds files[SKILL.md]"]
    again(world)


def test_a_skill_is_uploaded_as_it_is_but_for_its_description(world: World) -> None:
    head = b"---\r\n# for agents\r\nname: refunds\r\ndescription: 'Refund.'\r\nversion: 1.10\r\n---\r\n"
    body = b"# How\r\n\r\n---\r\nAsk.\r\n"
    world.put("refunds/SKILL.md", b"\xef\xbb\xbf" + head + body)
    world.put("refunds/data/rates.bin", bytes(range(256))[:128])
    world.write([HOSTED, manifest("Skill", "refunds", path="refunds")])
    world.converge()

    there = uploaded(world, id_of(world, "skill.refunds"))

    text = there["refunds/SKILL.md"]
    assert "# for agents\nname: refunds\n" in text.replace("\r\n", "\n")
    assert "version: 1.10\r\n---\r\n" in text
    assert text.endswith(body.decode())
    assert sorted(there) == ["refunds/SKILL.md", "refunds/data/rates.bin"]


def renamed(world: World, change: Callable[[str], str]) -> str:
    """Change a template's name as somebody would in a dashboard; gives its id."""
    row = row_of(world, "environment_template.desk")
    with world.client as client:
        client.beta.agents.environments.templates.update(row["id"], name=change(row["name"]))
    return str(row["id"])


@pytest.mark.parametrize(
    "mangle",
    [
        lambda name: name[:-1],
        lambda name: name[:-40],
        lambda name: name.partition(" [")[0],
        lambda name: name.replace("k3v9q0x7dp/default", "?"),
    ],
    ids=["cut off", "cut off early", "taken away", "without an owner"],
)
def test_a_template_whose_mark_was_mangled_is_foreign_warned_of_and_never_deleted(
    world: World, mangle: Callable[[str], str]
) -> None:
    world.write([HOSTED, desk()])
    world.converge()
    theirs = renamed(world, mangle)

    plan = world.plan()

    assert changes(plan) == ["create environment_template.desk"]
    with pytest.raises(Refused, match=f"provisioner adopt environment_template.desk {theirs}"):
        world.apply()
    world.converge(new_objects=[DESK])
    with planned_destroy(world.options) as found:
        assert applying.apply(found).succeeded
    assert [row["id"] for row in rows(world, "environment_template")] == [theirs]


def test_a_name_edited_before_the_mark_is_drift(world: World) -> None:
    world.write([HOSTED, desk()])
    world.converge()
    id = renamed(world, lambda name: f"Theirs{name[10:]}")

    assert changes(world.plan()) == ["update environment_template.desk name"]
    with pytest.raises(Refused, match="changed on the live side"):
        world.apply()
    assert world.apply(overwrite_drift=True).succeeded
    assert id_of(world, "environment_template.desk") == id
    assert changes(world.plan()) == []


def test_a_look_alike_that_somebody_else_wrote_is_theirs(world: World) -> None:
    with world.client as client:
        for name in (
            "Order desk [provisioner managed by the platform team]",
            "[provisioner]",
            "Order desk [provisioner other0id/default desk abcdefghij]",
            "Order desk [provisioner k3v9q0x7dp/prod desk abcdefghij]",
            "Order desk [provisioner k3v9q0x7dp/default de.sk abcdefghij]",
        ):
            client.beta.agents.environments.templates.create(name=name)
    theirs = account(world)
    world.write([HOSTED, desk()])

    with pytest.raises(Refused, match="another stack holds"):
        world.apply()
    assert world.apply(new=True, new_objects=[DESK]).succeeded
    assert changes(world.plan()) == []
    with planned_destroy(world.options) as found:
        assert applying.apply(found).succeeded
    assert account(world) == theirs


def test_where_there_is_no_room_for_the_mark_nothing_is_made(world: World) -> None:
    head = {**HOSTED, "metadata": {"name": "s", "id": "i" * 64}}
    named = manifest("EnvironmentTemplate", "n" * 64, name="x" * 100, network={"access": "enabled"})
    world.write([head, manifest("Vault", "shop"), named])
    faulty = watched(world)

    (error,) = [str(d) for d in world.plan().diagnostics]

    assert "manifests/all.yaml:" in error
    assert "no room for the mark" in error
    assert "Shorten the text" in error
    with pytest.raises(Refused, match="no room for the mark"):
        world.apply()
    assert writes(faulty) == []


def test_many_items_are_remembered_as_a_whole_and_those_that_differ_are_shown(
    world: World,
) -> None:
    files = [{"path": f"/workspace/{n}.txt", "source": f"{n}.txt"} for n in range(40)]
    for n in range(40):
        world.put(f"{n}.txt", f"{n}\n")
    world.write([HOSTED, desk(files=files)])
    world.converge()
    world.put("7.txt", "seven\n")
    assert changes(world.plan()) == ["update environment_template.desk files[/workspace/7.txt]"]
    world.converge()
    with world.client as client:
        client.beta.agents.environments.templates.update(
            id_of(world, "environment_template.desk"),
            files=[
                {"type": "inline", "path": f"/workspace/{n}.txt", "data": "YWJj"} for n in range(2)
            ],
        )
    plan = world.plan()
    assert len(plan.changes[0].fields) == 40
    assert {str(field.cause) for field in plan.changes[0].fields} == {"drift"}


def test_a_skill_of_many_files_converges(world: World) -> None:
    for n in range(60):
        world.put(f"refunds/part-{n}.md", f"Part {n}.\n")
    skill(world)
    world.converge()
    world.put("refunds/part-7.md", "Part seven.\n")
    assert [line.partition("[")[0] for line in changes(world.plan())] == [
        "update skill.refunds files"
    ]
    again(world)


def test_old_versions_of_a_skill_go_but_for_the_newest_and_those_that_are_named(
    world: World,
) -> None:
    skill(world)
    world.converge()
    id = id_of(world, "skill.refunds")
    with world.client as client:
        theirs = b"---\nname: refunds\ndescription: By hand.\n---\nTheirs.\n"
        client.skills.versions.create(id, files=[("refunds/SKILL.md", theirs)])
        client.beta.agents.environments.templates.create(
            name="theirs",
            skills=[{"type": "skill_reference", "skill_id": id, "version": "3"}],
        )
    for number in range(3, 9):
        skill(world, text=f"Ask {number} times.")
        world.converge()

    assert versions(world, id) == ["2", "3", "6", "7", "8"]
    (row,) = rows(world, "skill")
    assert (row["default_version"], row["latest_version"]) == ("8", "8")
    assert uploaded(world, id)["refunds/SKILL.md"].endswith("Ask 8 times.\n")


def test_a_version_that_somebody_made_the_default_again_is_drift(world: World) -> None:
    """Its mark speaks for that version only: ours is the newest version that carries our mark."""
    skill(world)
    world.converge()
    skill(world, text="Ask twice.")
    world.converge()
    id = id_of(world, "skill.refunds")
    with world.client as client:
        client.skills.update(id, default_version="1")

    assert changes(world.plan()) == ["update skill.refunds default_version"]
    with pytest.raises(Refused, match="changed on the live side"):
        world.apply()
    assert world.apply(overwrite_drift=True).succeeded
    assert changes(world.plan()) == []
    assert uploaded(world, id)["refunds/SKILL.md"].endswith("Ask twice.\n")
    assert addresses(world) == ["skill.refunds"]
    assert len(listed(world, "skills")) == 1
