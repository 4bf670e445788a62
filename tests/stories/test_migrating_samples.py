"""The sample manifests, moved between their own targets: a runtime each, an account each."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from provisioner import emulator
from provisioner.emulator import create_app as new_server
from provisioner.model.address import Address
from provisioner.model.diagnostic import has_errors
from provisioner.model.migration import FieldEffect, ResourceEffect, Verdict
from provisioner.model.overrides import Overrides
from provisioner.verbs._shared.session import read
from provisioner.verbs.ask import Question, ask
from provisioner.verbs.migrate.plan import planned_migration
from provisioner.verbs.migrate.report import Route, migration_report
from provisioner.verbs.migrate.run import migrate
from provisioner.verbs.show.run import show_all
from tests.stories.moves import told
from tests.support.stories import World, _Account, changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.model.migration import AssistantMigration

ASSISTANTS, RESPONSES, AGENTS = "local", "local-responses", "local-agents"
LOCAL = (ASSISTANTS, RESPONSES, AGENTS)
QA, OPERATOR = Address("assistant", "policy-qa"), Address("assistant", "shop-operator")


@pytest.fixture
def samples(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The samples; behind each of their targets on the embedded server an account of its own."""
    world.copy_samples()
    world.mark_names()
    accounts: dict[str, World] = {}

    def account(data: Path) -> _Account:
        if data.stem not in accounts:
            server = new_server()
            accounts[data.stem] = World(world.root, server, server)
        return _Account(accounts[data.stem])

    monkeypatch.setattr(emulator, "create_app", account)
    yield world
    for one in accounts.values():
        one.server.close()


def with_drop(world: World, target: str, drop: list[str]) -> None:
    """Let a target of the samples leave out other things."""
    stack = world.manifests / "stack.yaml"
    data = yaml.safe_load(stack.read_text("utf-8"))
    data["spec"]["targets"][target]["drop"] = drop
    stack.write_text(yaml.safe_dump(data), "utf-8")


def of(found: tuple[AssistantMigration, ...], name: str) -> AssistantMigration:
    return next(one for one in found if one.address.name == name)


def paths(one: AssistantMigration, effect: FieldEffect) -> set[str]:
    return {field.path for field in one.of(effect)}


def live_on(world: World, target: str) -> set[Address]:
    rows = show_all(replace(world.options, target=target))
    return {row.address for row in rows if row.live}


@pytest.mark.parametrize(("source", "target"), [*permutations(LOCAL, 2)])
def test_the_samples_move(samples: World, source: str, target: str) -> None:
    options_of = {name: replace(samples.options, target=name) for name in LOCAL}
    assert samples.apply(options_of[source]).succeeded
    before = live_on(samples, source)

    overrides = Overrides(unprotect={QA})
    with planned_migration(samples.options, Route(source, target), overrides=overrides) as found:
        assert found.refusals == ()
        done = migrate(found)

    assert done.succeeded, told(done)
    assert changes(samples.plan(options_of[target])) == []
    assert {a for a in live_on(samples, target) if a.kind == "assistant"} == set(done.ids)
    assert len(done.ids) == 5
    retired = {one.address for one in done.stays if one.later}
    # Knowledge lives on where a kept release names it.
    assert live_on(samples, source) <= retired <= before
    assert {a.kind for a in retired} == ({"vector_store", "file"} if source == RESPONSES else set())
    if target != AGENTS:
        answer = ask(options_of[target], QA, Question("How many days of leave carry over?"))
        assert (bool(answer.text), answer.why) == (True, "")


def test_from_assistants_to_responses_it_is_said_what_changes(samples: World) -> None:
    report = migration_report(samples.options, Route(ASSISTANTS, RESPONSES))

    assert report.verdict is Verdict.CHANGED
    assert report.missing == ()
    qa, orders = of(report.assistants, "policy-qa"), of(report.assistants, "order-support")
    exact = {"model", "temperature", "tools[file_search]", "response_format"}
    assert exact <= paths(qa, FieldEffect.EXACT)
    changed = {"instructions", "truncation_strategy", "tool_choice", "max_completion_tokens"}
    assert changed <= paths(qa, FieldEffect.CHANGED)
    assert paths(qa, FieldEffect.LOST) == {"max_prompt_tokens"}
    assert paths(orders, FieldEffect.LOST) == {"max_prompt_tokens", "truncation_strategy"}
    assert paths(qa, FieldEffect.GAINED) == {"tools[web_search]"}
    gained = paths(of(report.assistants, "product-studio"), FieldEffect.GAINED)
    assert {"verbosity", "tools[file_search].filters"} <= gained
    cut = next(field for field in qa.fields if field.path == "truncation_strategy")
    assert cut.name == "truncation"
    assert "from the beginning" in cut.note
    effects = {str(one.address): (one.effect, one.documents) for one in report.resources}
    assert effects["vector_store.policy-library"] == (ResourceEffect.REBUILT, 12)
    assert "vault.shop-systems" not in effects


def test_from_assistants_to_agents_it_is_said_what_has_to_be_agreed_to(samples: World) -> None:
    with_drop(samples, AGENTS, ["temperature"])

    report = migration_report(samples.options, Route(ASSISTANTS, AGENTS))

    assert report.verdict is Verdict.BLOCKED
    assert {"vector_store", "file", "description", "max_prompt_tokens"} <= set(report.missing)
    fields = [field for one in report.assistants for field in one.fields]
    assert all(f.agreed for f in fields if f.path == "temperature")
    effects = {one.address.kind: one.effect for one in report.resources}
    assert effects == {
        **dict.fromkeys(("vector_store", "file"), ResourceEffect.LOST),
        **dict.fromkeys(
            ("environment_template", "vault", "credential", "skill", "automation"),
            ResourceEffect.GAINED,
        ),
    }
    with_drop(samples, AGENTS, ["temperature", *report.missing])
    again = migration_report(samples.options, Route(ASSISTANTS, AGENTS))
    assert (again.verdict, again.missing) == (Verdict.CHANGED, ())
    assert not has_errors(read(replace(samples.options, target=AGENTS)).diagnostics)


@pytest.mark.parametrize(("source", "target"), [*permutations(LOCAL, 2)])
def test_every_loss_is_named_at_its_line(samples: World, source: str, target: str) -> None:
    with_drop(samples, target, [])

    report = migration_report(samples.options, Route(source, target))

    lost = [field for one in report.assistants for field in one.of(FieldEffect.LOST)]
    assert lost
    for field in lost:
        assert field.position
        assert field.drop
        lines = (samples.root / field.position.file).read_text("utf-8").splitlines()
        word = field.path.rstrip("]").replace("[", ".").rpartition(".")[2]
        line = lines[field.position.line - 1]
        told_there = ("json_schema", "type:", "ref:")
        assert word in line or any(each in line for each in told_there), field


def test_what_only_the_new_runtime_has_is_gained(samples: World) -> None:
    report = migration_report(samples.options, Route(AGENTS, RESPONSES))

    qa = of(report.assistants, "policy-qa")
    assert {"temperature", "tools[file_search]", "description"} <= paths(qa, FieldEffect.GAINED)
    operator = of(report.assistants, "shop-operator")
    assert {"session", "multi_agent", "tools[stock-count]"} <= paths(operator, FieldEffect.LOST)
    effects = {one.address.kind: one.effect for one in report.resources}
    assert (effects["vector_store"], effects["vault"]) == (
        ResourceEffect.GAINED,
        ResourceEffect.LOST,
    )


def test_an_agent_that_an_automation_starts_does_not_move_without_it(samples: World) -> None:
    assert samples.apply(replace(samples.options, target=AGENTS)).succeeded

    route = Route(AGENTS, RESPONSES, ("assistant.shop-operator",))
    with planned_migration(samples.options, route) as found:
        told_of = {refusal.told for refusal in found.refusals}
    assert told_of == {"assistant.shop-operator: cannot be retired on the source"}

    whole = replace(route, select=("assistant.shop-operator", "automation.*"))
    with planned_migration(samples.options, whole) as found:
        assert found.refusals == ()
        done = migrate(found)
    assert done.succeeded, told(done)
    assert OPERATOR in live_on(samples, RESPONSES)
    left = live_on(samples, AGENTS)
    assert {a.kind for a in left} == {"assistant"}
    assert OPERATOR not in left
