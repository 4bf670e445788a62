"""The sample manifests, moved from every runtime to every other on one account."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from provisioner.model.address import Address
from provisioner.model.migration import Fate, Meaning, Verdict
from provisioner.verbs.ask import Question, ask
from provisioner.verbs.migrate import Route, migrate
from provisioner.verbs.moving import move, moving
from provisioner.verbs.plan import Allowances
from provisioner.verbs.show import show_all
from tests.runtimes.test_samples import DROPS
from tests.stories.moves import told
from tests.support.stories import changes

if TYPE_CHECKING:
    from provisioner.model.migration import AssistantMove
    from tests.support.stories import World

RUNTIMES = ("assistants", "responses", "agents")
NO_WEB = ['"tools[web_search]"']
QA = Address("assistant", "policy-qa")


def samples(world: World, **drops: list[str]) -> None:
    """The samples, with a target of each runtime, called like it."""
    world.copy_samples()
    told = {**DROPS, "assistants": NO_WEB, **drops}
    lines = [
        f"    {runtime}: {{runtime: {runtime}, server: embedded, drop: [{', '.join(told[runtime])}]}}\n"
        for runtime in RUNTIMES
    ]
    stack = world.manifests / "stack.yaml"
    text = stack.read_text("utf-8").replace("  targets:\n", f"  targets:\n{''.join(lines)}", 1)
    stack.write_text(text, "utf-8")


def paths(one: AssistantMove, meaning: Meaning) -> set[str]:
    return {field.path for field in one.of(meaning)}


@pytest.mark.parametrize(("source", "target"), [*permutations(RUNTIMES, 2)])
def test_the_samples_move(world: World, source: str, target: str) -> None:
    samples(world)
    setups = {name: replace(world.setup, target=name) for name in RUNTIMES}
    assert world.apply(setups[source]).succeeded

    allowances = Allowances(unprotect={QA})
    with moving(world.setup, Route(source, target), allowances=allowances) as found:
        assert found.refusals == ()
        done = move(found)

    assert done.succeeded, told(done)
    assert changes(world.plan(setups[target])) == []
    live = [row.address for row in show_all(setups[source]) if row.live]
    assert [address for address in live if address.kind == "assistant"] == []
    assert set(done.ids) == {a for a in live_on(world, target) if a.kind == "assistant"}
    if target != "agents":
        answer = ask(setups[target], QA, Question("How many days of leave carry over?"))
        assert (bool(answer.text), answer.why) == (True, "")


def live_on(world: World, target: str) -> set[Address]:
    rows = show_all(replace(world.setup, target=target))
    return {row.address for row in rows if row.live}


def test_from_assistants_to_responses_it_is_said_what_changes(world: World) -> None:
    samples(world)

    report = migrate(world.setup, Route("assistants", "responses"))

    assert report.verdict is Verdict.CHANGED
    assert report.missing == ()
    orders, qa, analyst = report.assistants
    assert {"model", "temperature", "tools[file_search]", "response_format"} <= paths(
        qa, Meaning.EXACT
    )
    changed = paths(qa, Meaning.CHANGED)
    assert {
        "instructions",
        "truncation_strategy",
        "tool_choice",
        "max_completion_tokens",
    } <= changed
    assert paths(qa, Meaning.LOST) == {"max_prompt_tokens"}
    assert paths(qa, Meaning.GAINED) == {"tools[web_search]"}
    assert paths(orders, Meaning.LOST) == {"max_prompt_tokens", "truncation_strategy"}
    assert paths(analyst, Meaning.LOST) == {"max_prompt_tokens", "truncation_strategy"}
    cut = next(field for field in qa.fields if field.path == "truncation_strategy")
    assert cut.name == "truncation"
    assert "from the beginning" in cut.note
    assert {one.fate for one in report.resources} == {Fate.STAYS}


def test_from_assistants_to_agents_it_is_said_what_has_to_be_agreed_to(world: World) -> None:
    samples(world, agents=["temperature"])

    report = migrate(world.setup, Route("assistants", "agents"))

    assert {one.verdict for one in report.assistants} == {Verdict.BLOCKED}
    entries = {entry.strip('"') for entry in DROPS["agents"]} - {"temperature"}
    # A tool that refers to a kind goes with the kind.
    assert set(report.missing) == entries - {"tools[code_interpreter]"}
    lost = {f.path: f for one in report.assistants for f in one.fields if f.path == "temperature"}
    assert lost["temperature"].agreed
    assert {one.fate for one in report.resources} == {Fate.LOST}
    samples(world, agents=[f'"{entry}"' for entry in (*report.missing, "temperature")])
    assert migrate(world.setup, Route("assistants", "agents")).verdict is Verdict.CHANGED


def test_every_loss_is_named_at_its_line(world: World) -> None:
    samples(world, agents=[])

    report = migrate(world.setup, Route("assistants", "agents"))

    lost = [field for one in report.assistants for field in one.of(Meaning.LOST)]
    assert len(lost) > 20
    for field in lost:
        assert field.position
        lines = (world.root / field.position.file).read_text("utf-8").splitlines()
        word = field.path.rstrip("]").replace("[", ".").rpartition(".")[2]
        line = lines[field.position.line - 1]
        assert word in line or "json_schema" in line, field


def test_what_only_the_new_runtime_has_is_gained(world: World) -> None:
    samples(world)

    report = migrate(world.setup, Route("agents", "responses"))

    qa = next(one for one in report.assistants if one.address == QA)
    assert {"temperature", "tools[file_search]", "description"} <= paths(qa, Meaning.GAINED)
    assert paths(qa, Meaning.LOST) == set()
    assert {one.fate for one in report.resources} == {Fate.GAINED}


def test_on_another_account_knowledge_is_rebuilt(world: World) -> None:
    samples(world)
    stack = world.manifests / "stack.yaml"
    text = stack.read_text("utf-8")
    stack.write_text(text.replace("runtime: responses,", "runtime: responses, data: b.sqlite,"))

    report = migrate(world.setup, Route("assistants", "responses"))

    assert {str(one.address): one.documents for one in report.resources} == {
        "file.metrics": 1,
        "file.sales-orders": 1,
        "file.sales-targets": 1,
        "vector_store.policy-library": 12,
        "vector_store.sales-handbook": 1,
    }
    assert {one.fate for one in report.resources} == {Fate.REBUILT}
