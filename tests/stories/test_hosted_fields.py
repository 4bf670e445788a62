"""Every field of the kinds that only agents have: changed, taken out, changed on the live side."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app
from provisioner.engine.baseline import MOMENT
from provisioner.model.mark import tracked_key
from provisioner.model.plan import Action
from provisioner.model.value import Placeholder
from tests.stories.fields import GONE
from tests.stories.hosted_fields import ROWS, SECRETS, SKILL_TEXT, Row, template, write
from tests.support.hosted import account, addresses
from tests.support.stories import (
    Refused,
    causes,
    changes,
    failures,
    new_world,
    watched,
    writes,
)

if TYPE_CHECKING:
    from pathlib import Path

    from provisioner.model.plan import Plan
    from tests.support.stories import World

Known = dict[str, str]
NEVER_THE_SAME = {"created_at", "id", "default_version", "latest_version"}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Known]:
    """An account to which everything was applied, and what of it no manifest makes."""
    folder = tmp_path_factory.mktemp("applied")
    with pytest.MonkeyPatch.context() as patch:
        world = new_world(folder, patch)
        world.server = world.app = create_app(folder / "account.sqlite")
        world.options = replace(world.options, environ=SECRETS)
        found = foreign(world)
        write(world, found)
        quiet(world)
        world.server.close()
    return folder / "account.sqlite", found


@pytest.fixture
def known(world: World, applied: tuple[Path, Known], tmp_path: Path) -> Known:
    """A copy of that account behind the world; gives what of it is not ours."""
    shutil.copy(applied[0], tmp_path / "account.sqlite")
    world.server = world.app = create_app(tmp_path / "account.sqlite")
    world.options = replace(world.options, environ=SECRETS)
    world.loads = {}
    write(world, applied[1])
    return applied[1]


def foreign(world: World) -> Known:
    """Sessions, and skills of somebody else."""
    found: Known = {}
    with world.client as client:
        for name in ("SESSION", "SECOND"):
            session = client.beta.agents.sessions.create(
                agent={"model": "gpt-6.1-terra"}, environment={"type": "none"}, input="Hello."
            )
            found[name] = session.id
        for name in ("SKILL", "THIRD"):
            text = SKILL_TEXT.format(name.lower(), "Theirs.").encode()
            found[name] = client.skills.create(files=[(f"{name}/SKILL.md", text)]).id
    return found


def rows(chosen: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", chosen, ids=[row.id for row in chosen])


@rows([row for row in ROWS if row.value is not GONE])
def test_a_field_changed_in_the_manifest_is_all_that_the_plan_shows(
    world: World, known: Known, row: Row
) -> None:
    before = addresses(world)
    write(world, known, row.edited(row.value))

    plan = world.plan()

    assert shown(plan) == Counter(row.shown), changes(plan)
    assert causes(plan) <= {"manifest"}
    assert any(c.action is Action.REPLACE for c in plan.changes) == row.replaces
    quiet(world)
    assert addresses(world) == before


@rows([row for row in ROWS if row.reset is not None])
def test_a_field_taken_out_of_the_manifest_is_reset_once(
    world: World, known: Known, row: Row
) -> None:
    before = addresses(world)
    write(world, known, row.edited(GONE))

    plan = world.plan()

    assert shown(plan) == Counter(row.reset), changes(plan)
    quiet(world)
    assert addresses(world) == before


@pytest.mark.usefixtures("known")
@rows([row for row in ROWS if row.live is not None])
def test_a_field_changed_on_the_live_side_is_drift_and_nothing_else(world: World, row: Row) -> None:
    before = lasting(world)
    assert row.live is not None
    with world.client as client:
        row.live(client, world)

    plan = world.plan()

    assert shown(plan) - Counter(unshown(plan) - {*row.drift}) == Counter(row.drift), changes(plan)
    assert causes(plan) == {"drift"}
    refuses(world)
    report = world.apply(overwrite_drift=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    if not row.replaces:
        assert lasting(world) == before


def test_both_sides_changed_says_both(world: World, known: Known) -> None:
    with world.client as client:
        template(desktop=None)(client, world)
    wanted = next(row for row in ROWS if row.id == "environment_template:desktop")
    documents = wanted.edited({"enabled": False})
    # Both went the same way. What the server does not show may have been changed as well.
    write(world, known, documents)
    same = world.plan()
    assert {*shown(same)} == unshown(same)
    with world.client as client:
        template(capability_directories=["/workspace/theirs"])(client, world)
    documents[0]["spec"]["capability_directories"] = ["/workspace/ours"]
    write(world, known, documents)

    plan = world.plan()

    assert {*shown(plan)} - unshown(plan) == {"capability_directories[0]"}
    # The server's times have whole seconds: an edit in the second of our last write has no other trace.
    assert causes(plan) == ({"both", "drift"} if unshown(plan) else {"both"})
    refuses(world)
    assert world.apply(overwrite_drift=True).succeeded
    assert changes(world.plan()) == []


@pytest.mark.usefixtures("known")
def test_an_apply_of_nothing_writes_nothing(world: World) -> None:
    faulty = watched(world)

    assert changes(world.plan()) == []
    assert world.apply().succeeded
    assert writes(faulty) == []


def quiet(world: World) -> None:
    """Apply, with nothing left to do and nothing that the server took otherwise than it was sent."""
    report = world.apply()
    assert report.succeeded, failures(report)
    assert [str(d) for d in report.diagnostics] == []
    assert changes(world.plan()) == []


def shown(plan: Plan) -> Counter[str]:
    return Counter(field.path for change in plan.changes for field in change.fields)


def unshown(plan: Plan) -> set[str]:
    """Paths that the server does not show, of objects that somebody changed since our last write."""
    fields = (field for change in plan.changes for field in change.fields)
    return {field.path for field in fields if isinstance(field.live, Placeholder)}


def refuses(world: World) -> None:
    """An apply that nobody reviewed writes nothing."""
    before, faulty = account(world), watched(world)
    with pytest.raises(Refused, match="changed on the live side"):
        world.apply()
    assert writes(faulty) == []
    assert account(world) == before


def lasting(world: World) -> list[dict[str, Any]]:
    """Every object without what moves by itself, the moment of the last write in marks included."""
    rows = [
        {key: value for key, value in row.items() if key not in NEVER_THE_SAME}
        for row in account(world).values()
    ]
    moment = re.compile(rf"{re.escape(tracked_key(MOMENT))}:?~[\w-]+")
    return [json.loads(moment.sub("", json.dumps(row))) for row in rows]
