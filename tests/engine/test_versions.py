"""The newest version of a skill with our mark is ours, whichever version is in use."""

from typing import Any

import pytest

from provisioner.engine.classify import classify
from provisioner.engine.diff import diff
from provisioner.engine.marks import make_mark
from provisioner.engine.versions import ids_to_read
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.contents import content_of
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.mark_location import beside
from provisioner.model.plan import Action, Change
from provisioner.model.resource import Resource
from provisioner.runtimes import RUNTIMES
from tests.engine.build import OWNER

BINDINGS = RUNTIMES["agents"].bindings
BINDING, KIND = BINDINGS["skill"], KINDS["skill"]
REFUNDS = Address("skill", "refunds")
STRANGER = Owner("other", "default")


def skill(how: str) -> Resource:
    text = f"---\nname: refunds\ndescription: Refund.\n---\n{how}\n"
    return Resource(REFUNDS, {"files": {"SKILL.md": content_of("SKILL.md", text.encode())}})


FIRST, SECOND, THIRD = (skill(how) for how in ("one", "two", "three"))


def version(number: int, of: Resource | None, owner: Owner = OWNER) -> dict[str, Any]:
    """A version's row; one that somebody else published where it is of nothing of ours."""
    said = beside("Refund.", make_mark(of, KIND, BINDING, owner)) if of else "Theirs."
    return {"version": str(number), "skill_id": "skill_1", "description": said, "name": "refunds"}


def change(default: int, versions: list[dict[str, Any]], wanted: Resource) -> Change:
    """Return the plan for `wanted` if one of `versions` is in use."""
    shown = next(v for v in versions if v["version"] == str(default))
    row = {
        "id": "skill_1",
        "name": "refunds",
        "description": shown["description"],
        "default_version": str(default),
        "latest_version": versions[-1]["version"],
    }
    desired = {REFUNDS: wanted}
    read = ids_to_read([row], BINDING, OWNER, {"refunds"})
    inventory = Inventory(rows={"skill": (row,)}, versions={id: tuple(versions) for id in read})
    live = classify(inventory, BINDINGS, OWNER, desired)
    (found,) = diff(desired, live, KINDS, BINDINGS, OWNER)
    return found


@pytest.mark.parametrize(
    ("default", "versions", "wanted", "expected"),
    [
        (2, [version(1, FIRST), version(2, SECOND)], SECOND, {}),
        (1, [version(1, FIRST), version(2, SECOND)], SECOND, {"default_version": "drift"}),
        (
            1,
            [version(1, FIRST), version(2, SECOND)],
            THIRD,
            {"default_version": "drift", "files[SKILL.md]": "manifest"},
        ),
        (3, [version(1, FIRST), version(2, SECOND), version(3, None)], SECOND, {"default_version": "drift"}),
        (2, [version(1, FIRST), version(2, SECOND), version(3, None)], SECOND, {}),
        (1, [version(1, FIRST), version(2, SECOND, STRANGER)], FIRST, {}),
        (1, [version(1, FIRST), version(9, SECOND), version(10, THIRD)], THIRD, {"default_version": "drift"}),
    ],
    ids=[
        "ours is in use",
        "moved back",
        "moved back, and the manifest changed",
        "somebody else's version is in use",
        "somebody else's version is not in use",
        "another owner's version is newer",
        "numbers, not texts",
    ],
)  # fmt: skip
def test_another_version_in_use_is_drift(
    default: int, versions: list[dict[str, Any]], wanted: Resource, expected: dict[str, str]
) -> None:
    found = change(default, versions, wanted)

    assert {field.path: field.cause.value for field in found.fields} == expected
    assert found.action is (Action.UPDATE if expected else Action.NO_OP)
    assert found.drifts is ("default_version" in expected)


def test_versions_are_read_only_where_the_one_in_use_may_not_be_ours() -> None:
    ours = {"default_version": "2", "latest_version": "2", **version(2, SECOND)}
    rows = [
        {"id": "same", **ours},
        {"id": "older", **ours, "default_version": "1"},
        {"id": "theirs", **ours, **version(1, None), "name": "theirs"},
        {"id": "named", **ours, **version(1, None)},
        {"id": "first", **ours, **version(1, None), "latest_version": "1"},
    ]

    assert ids_to_read(rows, BINDING, OWNER, {"refunds"}) == ["older", "named"]
