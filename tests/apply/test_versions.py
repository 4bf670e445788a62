"""Old versions pile up: of ours those go that nobody can be using, and none of anybody else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.apply.run import Run
from provisioner.apply.versions import publish
from provisioner.engine.plan import PlanContext, make_plan
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.mark_location import beside
from provisioner.model.provider import Row
from provisioner.model.remote import Live, RemoteObject
from provisioner.runtimes import RUNTIMES
from tests.engine.build import OWNER, STACK

BINDINGS = RUNTIMES["agents"].bindings
BINDING = BINDINGS["skill"]
VERSIONS = "skills/versions"
REFUNDS = Address("skill", "refunds")
OURS, ANOTHERS = Mark(OWNER, REFUNDS), Mark(OWNER, Address("skill", "complaints"))
THEIRS, NOBODYS = Mark(Owner("other"), REFUNDS), None


class Skills:
    """A server with one skill. It notes the versions that are deleted."""

    def __init__(self, marks: Sequence[Mark | None], default: int, agents: Sequence[Row]) -> None:
        self.versions = {n: self._row(n, mark) for n, mark in enumerate(marks, start=1)}
        self.default = default
        self.agents = agents
        self.deleted: list[str] = []

    def _row(self, number: int, mark: Mark | None) -> Row:
        said = beside("Refund.", mark) if mark else "Refund."
        return {"version": str(number), "skill_id": "skill_1", "description": said}

    def create(self, collection: str, _body: Mapping[str, Any], parent: str = "") -> Row:
        assert (collection, parent) == (VERSIONS, "skill_1")
        number = len(self.versions) + 1
        self.versions[number] = self._row(number, OURS)
        self.default = self.default or number
        return self.versions[number]

    def get(self, _collection: str, id: str, _parent: str = "") -> Row:
        row = {**self.versions[self.default], "id": id, "default_version": str(self.default)}
        return {**row, "latest_version": str(len(self.versions))}

    def list(self, collection: str, _parent: str = "") -> Sequence[Row]:
        if collection == VERSIONS:
            return [*self.versions.values()]
        return self.agents if collection == BINDINGS["assistant"].collection else []

    def delete(self, _collection: str, id: str, _parent: str = "") -> None:
        self.deleted.append(id)


def published(marks: Sequence[Mark | None], default: int = 0, agents: Sequence[Row] = ()) -> Any:
    """The versions that go when one more is published. It is the default one, or `default` is."""
    found = RemoteObject("skill", "skill_1", "refunds", {}, mark=OURS)
    live = Live({REFUNDS: found})
    server: Any = Skills(marks, default, agents)
    context = PlanContext(STACK, KINDS, BINDINGS)
    run = Run(context, make_plan(context, {}, replace(live, objects={})), live, server, Path())
    publish(run, found, {}, OURS)
    return server.deleted


@pytest.mark.parametrize(
    ("marks", "gone"),
    [
        ([OURS] * 2, []),
        ([OURS] * 4, ["1", "2"]),
        ([OURS, NOBODYS, OURS, OURS, OURS], ["1", "3"]),
        ([THEIRS, NOBODYS, ANOTHERS, OURS, OURS], []),
        ([THEIRS, NOBODYS, ANOTHERS, OURS, OURS, OURS], ["4"]),
    ],
)
def test_only_versions_of_ours_are_pruned_and_the_newest_stay(
    marks: Sequence[Mark | None], gone: list[str]
) -> None:
    assert published(marks) == gone


def test_the_one_in_use_stays() -> None:
    assert published([OURS] * 4, default=1) == ["2"]


@pytest.mark.parametrize(
    "named",
    [
        {"skills": [{"skill_id": "skill_1", "version": "2"}]},
        {"environment": {"skills": [{"type": "skill_reference", "skill_id": "skill_1", "version": 2}]}},
    ],
    ids=["in a list", "deep inside"],
)  # fmt: skip
def test_one_that_somebody_names_stays(named: Row) -> None:
    assert published([OURS] * 4, agents=[{"id": "agent_1", **named}]) == ["1"]
