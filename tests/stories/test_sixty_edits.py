"""Sixty edits of a fleet, applied and planned over HTTP: what is dangerous stands first, and briefly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from provisioner.render.document import plan_document, to_json
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.reading import view_of_document
from provisioner.render.view import view_of
from provisioner.verbs._shared.session import open_session
from provisioner.verbs.plan import plan_session
from tests.render.test_fleet_plans import DANGEROUS, MANIFEST, SCREEN, TENANT, TONE, edited
from tests.support.peers import octodns, tfcmt
from tests.support.stories import STACK, watched

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.support.stories import World

ROWS = 70
REACHING = ("another tool added", "an allowed domain", "no approval", "another server")
"""The edits of tools that the wire of assistants does not have."""
TARGETS = {
    "assistants": {"runtime": "assistants", "server": "embedded"},
    "responses": {"runtime": "responses", "server": "embedded"},
}


def fleet(world: World, runtime: str) -> None:
    manifest = yaml.safe_load(MANIFEST)
    if runtime == "assistants":
        manifest["spec"]["tools"] = manifest["spec"]["tools"][2:]
    stack = {**STACK, "spec": {**STACK["spec"], "targets": {"local": TARGETS[runtime]}}}
    world.put("tone.md", TONE)
    world.put("tenant.md", TENANT)
    rows = "".join(f"t{n:03},Tenant {n:03} Inc\n" for n in range(ROWS))
    world.put("tenants.csv", f"key,name\n{rows}")
    world.write([stack, manifest])
    world.converge()


@pytest.mark.parametrize(
    ("runtime", "names"),
    [("assistants", DANGEROUS.keys() - set(REACHING)), ("responses", DANGEROUS.keys())],
    ids=TARGETS,
)
def test_each_dangerous_edit_stands_within_the_first_lines_of_the_comment(
    world: World, runtime: str, names: Collection[str]
) -> None:
    fleet(world, runtime)
    reads = watched(world)

    with open_session(world.options) as session:
        after, dangerous = edited(session.desired, 1, names)
        plan = plan_session(session, after).plan

    assert reads.count("GET") > 0
    assert len(dangerous) == min(len(names), 20)
    assert len(plan.changes) == 60
    comment = FORMATS["markdown"].renderers[Shape.PLAN](view_of(plan), Layout())
    first = comment.splitlines()[:SCREEN]
    for address, name in dangerous.items():
        told = DANGEROUS[name][1]
        assert any(str(address) in line and told in line for line in first), name
    assert len(comment) <= len(tfcmt(plan.changes)) / 3
    assert len(comment) < len(octodns(plan.changes))
    saved = view_of_document(json.loads(to_json(plan_document(view_of(plan)))))
    assert FORMATS["markdown"].renderers[Shape.PLAN](saved, Layout()) == comment
