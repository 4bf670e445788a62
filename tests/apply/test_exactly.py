"""After a rollback the mark says what was applied before it, so that what came back is drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provisioner.apply.exactly import write_digests
from provisioner.apply.run import Run, StepFailed
from provisioner.engine.plan import PlanContext, make_plan
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import Applied, Mark, tracked_key
from provisioner.model.plan import Exact
from provisioner.model.remote import Live
from provisioner.runtimes import RUNTIMES
from tests.engine.build import OWNER, STACK

BINDINGS = RUNTIMES["assistants"].bindings
CLERK, KEY = Address("assistant", "clerk"), tracked_key("instructions")
BEFORE = Mark(OWNER, CLERK, {KEY: Applied("aaaaa", "aaaaa")})
AFTER = Mark(OWNER, CLERK, {KEY: Applied("bbbbb", "bbbbb")}, generation=3, protected=True)


class Server:
    """A server with one assistant. `bodies` are those of updates."""

    def __init__(self, metadata: dict[str, str], *, takes: bool = True) -> None:
        self.row: dict[str, Any] = {"id": "asst_1", "name": "clerk", "metadata": metadata}
        self.takes = takes
        self.bodies: list[dict[str, Any]] = []

    def get(self, _collection: str, _id: str, _parent: str = "") -> dict[str, Any]:
        return self.row

    def update(
        self, _collection: str, _id: str, body: dict[str, Any], _parent: str = ""
    ) -> dict[str, Any]:
        self.bodies.append(body)
        self.row = {**self.row, **body} if self.takes else self.row
        return self.row


def written(server: Any) -> None:
    context = PlanContext(STACK, KINDS, BINDINGS)
    run = Run(context, make_plan(context, {}, Live()), Live(), server, Path())
    run.limits = run.limits.__class__(settle=0.0)
    write_digests(run, CLERK, "asst_1", Exact(BEFORE))


def test_only_the_digests_of_the_mark_are_those_from_before() -> None:
    server = Server({**AFTER.to_metadata(), "team": "hr"})

    written(server)

    assert [body.keys() for body in server.bodies] == [{"metadata"}]
    mark = Mark.from_metadata(server.row["metadata"])
    assert mark
    assert (mark.applied, mark.generation, mark.protected) == (BEFORE.applied, 3, True)
    assert server.row["metadata"]["team"] == "hr"


def test_a_mark_that_is_gone_or_is_not_taken_is_a_failure() -> None:
    with pytest.raises(StepFailed, match="the mark of asst_1 is gone"):
        written(Server({}))
    with pytest.raises(StepFailed, match="the mark of asst_1"):
        written(Server(AFTER.to_metadata(), takes=False))
