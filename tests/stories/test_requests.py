"""Count the requests of a run without changes, and test the line about each."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app
from tests.runtimes.test_samples import DROPS
from tests.stories.test_runtimes import EDITS, on
from tests.support.servers import serving
from tests.support.stories import STACK, failures, manifest, watched, writes

if TYPE_CHECKING:
    from tests.support.stories import World

LISTS = ["agents", "agents/automations", "agents/environments/templates", "skills", "vaults"]
LINE = re.compile(r"(GET|POST|DELETE) /v1/\S+ 20[01] \d+ ms req_\w+")


@pytest.mark.parametrize("runtime", EDITS)
def test_an_apply_that_has_nothing_to_do_sends_no_write(world: World, runtime: str) -> None:
    options = on(world, runtime)
    assert world.apply(options).succeeded
    faulty = watched(world)

    report = world.apply(options)

    assert set(report.requests) == {"GET"}
    assert writes(faulty) == []


@pytest.mark.parametrize("agents", [1, 40])
@pytest.mark.parametrize("vaults", [0, 3])
def test_a_plan_of_agents_sends_five_lists_and_one_for_each_vault(
    world: World, agents: int, vaults: int
) -> None:
    target = {"runtime": "agents", "server": "embedded"}
    stack = {**STACK, "spec": {"targets": {"local": target}}}
    made = [manifest("Assistant", f"a{n}", model="gpt-6.1-terra") for n in range(agents)]
    made += [manifest("Vault", f"v{n}") for n in range(vaults)]
    world.write([stack, *made])
    report = world.apply()
    assert report.succeeded, failures(report)
    faulty = watched(world)

    assert world.plan().is_empty

    asked = sorted(call.path.removeprefix("/v1/") for call in faulty.calls)
    inner = [path for path in asked if path.endswith("/credentials")]
    assert [path for path in asked if path not in inner] == LISTS
    assert len(inner) == vaults


def test_each_request_to_agents_has_its_line_and_its_request_id(world: World) -> None:
    world.copy_samples()
    stack = world.manifests / "stack.yaml"
    text = stack.read_text("utf-8")
    with serving(create_app()) as base_url:
        drop = json.dumps(DROPS["agents"])
        settings = f"runtime: agents, base_url: {base_url!r}, api_key_env: KEY, drop: {drop}"
        new = f"  targets:\n    new: {{{settings}}}\n"
        stack.write_text(text.replace("  targets:\n", new, 1), "utf-8")
        lines: list[str] = []
        environ = {**world.options.environ, "KEY": "sk-any-key"}
        options = replace(world.options, target="new", environ=environ, trace=lines.append)
        report = world.apply(options)

    assert report.succeeded, failures(report)
    assert len(lines) == sum(report.requests.values())
    assert [line for line in lines if not LINE.fullmatch(line)] == []
