"""Agents' kinds: what is ours goes with its manifest; what is not ours is nobody's business."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest

from provisioner.emulator import create_app
from provisioner.model.address import Address
from provisioner.model.errors import NoSuchApi, ProvisionerError, Unauthorized
from provisioner.model.mark import Owner
from provisioner.verbs.adopt.run import planned_adoption, planned_adoption_of
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.drift import drift
from tests.stories import hosted_stacks as stack
from tests.stories.hosted_stacks import HOSTED, PLACES, documents, first, replaced, updated
from tests.support.faults import Fault, Faulty, answer
from tests.support.hosted import (
    BINDINGS,
    account,
    addresses,
    id_of,
    listed,
    marks,
    row_of,
    rows,
    uploaded,
)
from tests.support.stories import Refused, changes, every_kind, failures, manifest, watched, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    import openai

    from provisioner.model.plan import Plan
    from tests.support.stories import World

MAKE: Final = "@@provisioner-emulator: create automation@@"


def by_agent(client: openai.OpenAI, world: World) -> str:
    """An automation that an agent of ours makes in a session, with a mark that it copied."""
    session = client.beta.agents.sessions.create(
        agent={"model": "gpt-6.1-terra", "tools": [{"type": "automations"}]},
        environment={"type": "none"},
        input=MAKE,
    )
    made = next(
        row
        for row in listed(world, "agents/automations")
        if row["created_by"].get("session_id") == session.id
    )
    return str(made["id"])


def foreigners(world: World) -> dict[str, Any]:
    """Objects that somebody else made here, of the same names as ours, and what they look like."""
    text = stack.SKILL.format("Theirs.").encode()
    with world.client as client:
        agents = client.beta.agents
        agents.environments.templates.create(name="desk")
        vault = agents.vaults.create(name="shop")
        agents.vaults.credentials.create(
            vault.id,
            name="depot",
            auth={"type": "static_bearer", "mcp_server_url": stack.MCP, "token": "t"},
        )
        client.skills.create(files=[("refunds/SKILL.md", text)])
        agent = agents.create(model="gpt-6.1-terra", name="clerk")
        agents.automations.create(
            name="weekly",
            type="periodic",
            expression="0 8 * * 1",
            timezone="UTC",
            target={
                "type": "new_session",
                "agent_id": agent.id,
                "environment": {"type": "none"},
                "input": [{"role": "user", "content": [{"type": "input_text", "text": "Go."}]}],
            },
        )
        by_agent(client, world)
    return account(world)


def untouched(world: World, foreign: dict[str, Any]) -> bool:
    now = account(world)
    return {path: now.get(path) for path in foreign} == foreign


def ours(world: World) -> list[str]:
    return addresses(world)


def test_foreign_objects_of_the_same_names_are_untouched_by_everything(world: World) -> None:
    foreign = foreigners(world)
    for change in (first, updated, first, replaced):
        change(world)
        world.plan()
        assert untouched(world, foreign)
        world.converge(new_objects=every_kind(world.options))
        assert ours(world) == PLACES
        assert untouched(world, foreign)
    drift(world.options)
    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert account(world) == foreign


def test_a_create_beside_a_namesake_is_refused(world: World) -> None:
    foreign = foreigners(world)
    first(world)

    with pytest.raises(Refused) as refused:
        world.apply()

    warnings = str(refused.value)
    assert untouched(world, foreign)
    for address in ("assistant.clerk", "automation.weekly", "environment_template.desk"):
        assert f"adopt {address} " in warnings
    assert "adopt vault.shop vault_" in warnings
    assert "skill.refunds: an object that is not ours has this name" in warnings
    assert "--new-object skill.refunds" in warnings
    # In a vault that is not ours there is nothing to take over.
    assert "adopt credential.depot" not in warnings


def test_an_automation_that_an_agent_made_is_never_ours_whatever_it_carries(world: World) -> None:
    first(world)
    world.converge()
    with world.client as client:
        theirs = by_agent(client, world)
        mark = row_of(world, "automation.weekly")["metadata"]
        client.beta.agents.automations.update(theirs, metadata=mark)
    before = account(world)
    assert len(rows(world, "automation")) == 2
    assert changes(world.plan()) == []

    world.write([d for d in documents() if d["kind"] != "Automation"])
    plan = world.plan()
    assert changes(plan) == ["delete automation.weekly"]
    world.converge()
    first(world)
    with (
        pytest.raises(ProvisionerError, match="made by an agent"),
        adopting(world, "automation.weekly", theirs),
    ):
        pass
    with planned_destroy(world.options) as found:
        assert applying.apply(found).succeeded
    assert account(world) == {f"automation/{theirs}": before[f"automation/{theirs}"]}


def test_an_automation_of_an_agent_is_not_taken_over_with_its_owners(world: World) -> None:
    first(world)
    world.converge()
    with world.client as client:
        theirs = by_agent(client, world)
        mark = row_of(world, "automation.weekly")["metadata"]
        client.beta.agents.automations.update(theirs, metadata=mark)
    weekly = id_of(world, "automation.weekly")
    renamed(world)

    with planned_adoption_of(world.options, Owner("k3v9q0x7dp")) as found:
        assert [
            c.live.id for c in found.plan.changes if c.live and c.address.kind == "automation"
        ] == [weekly]


def test_orphans_of_every_kind_go_in_order(world: World) -> None:
    first(world)
    world.converge()
    world.write([HOSTED, manifest("Vault", "other")])
    world.options = replace(world.options, parallelism=4)
    faulty = watched(world)

    report = world.apply()

    assert report.succeeded, failures(report)
    assert ours(world) == ["vault.other"]
    gone = [call.path for call in faulty.calls if call.method == "DELETE"]
    order = {name: at for at, path in enumerate(gone) for name in ORDER if name in path}
    assert order["/automations/"] < order["/agents/agt_"]
    assert order["/templates/"] < order["/skills/"]
    assert order["/automations/"] < order["/templates/"]
    assert order["/agents/agt_"] < order["/credentials/"]
    # The vault's own path is the beginning of its credential's.
    assert gone.index(next(p for p in gone if "/credentials/" in p)) < max(
        at for at, path in enumerate(gone) if path.count("/") == 3 and "/vaults/" in path
    )


ORDER: Final = ("/automations/", "/templates/", "/skills/", "/credentials/", "/agents/agt_")


@pytest.mark.parametrize(
    "kind", ["environment_template", "vault", "credential", "automation", "skill"]
)
def test_a_second_object_of_one_address_is_removed(world: World, kind: str) -> None:
    seconds = count(int(time.time()))
    world.server = world.app = create_app(clock=lambda: next(seconds))
    first(world)
    world.converge()
    address = next(place for place in PLACES if place.startswith(f"{kind}."))
    row = row_of(world, address)
    with world.client as client:
        TWINS[kind](client, row, world)
    assert ours(world).count(address) == 2

    plan = world.plan()

    assert [(str(c.address), c.action.word, str(c.reason)) for c in plan.changes] == [
        (address, "delete", "duplicate")
    ]
    world.converge()
    assert ours(world) == PLACES
    assert row_of(world, address)["id"] == row["id"]


def _automation_again(client: openai.OpenAI, row: Any, _world: World) -> None:
    target = {k: v for k, v in row["target"].items() if v is not None}
    target["environment"] = {k: v for k, v in target["environment"].items() if v is not None}
    target["input"] = [{k: said[k] for k in ("role", "content")} for said in target["input"]]
    plain = {k: row[k] for k in ("name", "type", "expression", "timezone", "metadata")}
    create: Any = client.beta.agents.automations.create
    create(**plain, target=target)


def _skill_again(client: openai.OpenAI, row: Any, world: World) -> None:
    [(name, text)] = uploaded(world, row["id"]).items()
    client.skills.create(files=[(name, text.encode())])


TWINS: Final[dict[str, Callable[[openai.OpenAI, Any, World], object]]] = {
    "environment_template": lambda client, row, _: client.beta.agents.environments.templates.create(
        name=row["name"]
    ),
    "vault": lambda client, row, _: client.beta.agents.vaults.create(
        name=row["name"], metadata=row["metadata"]
    ),
    "credential": lambda client, row, _: client.beta.agents.vaults.credentials.create(
        row["vault_id"],
        name=row["name"],
        metadata=row["metadata"],
        auth={"type": "static_bearer", "mcp_server_url": stack.MCP, "token": "t"},
    ),
    "automation": _automation_again,
    "skill": _skill_again,
}


@pytest.mark.parametrize("name", ["shop", "depot", "weekly"])
def test_what_is_protected_outlives_its_manifest(world: World, name: str) -> None:
    first(world)
    made_of = documents()
    protected = next(d for d in made_of if d["metadata"]["name"] == name)
    protected["spec"]["lifecycle"] = {"prevent_destroy": True}
    world.write(made_of)
    world.converge()
    world.write([HOSTED, manifest("Vault", "other")])
    faulty = watched(world)

    with pytest.raises(Refused, match="protected, and this plan would delete it"):
        world.apply()
    with planned_destroy(world.options) as end:
        assert any("protected" in refusal.summary for refusal in end.plan.standing)
    assert writes(faulty) == []
    address = Address.parse(next(p for p in PLACES if p.endswith(f".{name}")))
    report = world.apply(unprotect={address})
    assert report.succeeded, failures(report)
    assert ours(world) == ["vault.other"]


@pytest.mark.parametrize("kind", ["EnvironmentTemplate", "Skill"])
def test_what_cannot_be_protected_says_so(world: World, kind: str) -> None:
    first(world)
    made_of = documents()
    one = next(d for d in made_of if d["kind"] == kind)
    one["spec"]["lifecycle"] = {"prevent_destroy": True}
    world.write(made_of)

    with pytest.raises(ProvisionerError, match="no protection can be recorded"):
        world.plan()


def adopting(world: World, address: str, id: str) -> Any:
    return planned_adoption(world.options, Address.parse(address), id)


@pytest.mark.parametrize("kind", ["environment_template", "vault", "automation"])
def test_a_foreign_object_is_adopted_and_then_changed_as_declared(world: World, kind: str) -> None:
    foreigners(world)
    first(world)
    address = next(place for place in PLACES if place.startswith(f"{kind}."))
    (theirs,) = [r for r in rows(world, kind) if BINDINGS[kind].may_be_ours(r)]

    with adopting(world, address, theirs["id"]) as found:
        assert applying.apply(found).succeeded

    assert id_of(world, address) == theirs["id"]
    plan = world.plan()
    assert f"create {address}" not in changes(plan)
    assert world.apply(overwrite_drift=True, new_objects=every_kind(world.options)).succeeded
    assert id_of(world, address) == theirs["id"]
    assert changes(world.plan()) == []


def test_a_credential_is_adopted_in_a_vault_of_ours(world: World) -> None:
    first(world)
    made_of = documents()
    world.write([d for d in made_of if d["kind"] in ("Stack", "Vault")])
    world.converge()
    with world.client as client:
        theirs = client.beta.agents.vaults.credentials.create(
            id_of(world, "vault.shop"),
            name="Depot",
            auth={"type": "static_bearer", "mcp_server_url": stack.MCP, "token": "t"},
        )
    world.write(made_of)

    with adopting(world, "credential.depot", theirs.id) as found:
        (note,) = found.plan.diagnostics
        assert note.detail.partition(":")[0] == "name, token_env"
        assert applying.apply(found).succeeded

    assert id_of(world, "credential.depot") == theirs.id


def test_a_credential_is_not_adopted_where_its_vault_is_not(world: World) -> None:
    first(world)
    with (
        pytest.raises(
            ProvisionerError, match=r"vault\.shop: the object that contains it is not managed yet"
        ),
        adopting(world, "credential.depot", "cred_1"),
    ):
        pass


def test_a_skill_says_why_it_cannot_be_adopted(world: World) -> None:
    foreigners(world)
    first(world)
    (theirs,) = rows(world, "skill")
    with (
        pytest.raises(ProvisionerError, match="a part of its content"),
        adopting(world, "skill.refunds", theirs["id"]),
    ):
        pass


def renamed(world: World) -> None:
    """The same manifests under another id of the Stack."""
    head = {**HOSTED, "metadata": {"name": "acme", "id": "another0id"}}
    world.write([head, *documents()[1:]])


def test_everything_of_another_owner_is_taken_over_or_named(world: World) -> None:
    first(world)
    world.converge()
    before = {path.partition("/")[0]: path for path in marks(world)}
    renamed(world)

    with planned_adoption_of(world.options, Owner("k3v9q0x7dp")) as found:
        assert ["skill.refunds" in d.detail for d in found.plan.diagnostics] == [True]
        assert applying.apply(found).succeeded

    report = world.apply(overwrite_drift=True, new=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    now = {
        path.partition("/")[0]: path
        for path, m in marks(world).items()
        if m.owner.stack != "k3v9q0x7dp"
    }
    assert {kind for kind in now if now[kind] != before[kind]} == {"skill"}


def test_two_stacks_and_two_environments_live_side_by_side(world: World) -> None:
    first(world)
    world.converge()
    mine = account(world)
    renamed(world)
    with pytest.raises(Refused, match="another stack holds"):
        world.apply()
    assert world.apply(new=True).succeeded
    assert changes(world.plan()) == []
    assert untouched(world, mine)
    with planned_destroy(world.options) as found:
        assert applying.apply(found).succeeded
    assert account(world) == mine


@pytest.mark.parametrize(
    ("status", "error"), [(403, Unauthorized), (404, NoSuchApi)], ids=["no scope", "no API"]
)
@pytest.mark.parametrize("part", ["vaults", "skills", "agents/automations", "agents/environments"])
def test_what_this_key_may_not_read_hurts_only_who_declares_it(
    world: World, status: int, error: type[ProvisionerError], part: str
) -> None:
    first(world)
    said = {"error": {"message": "You have insufficient permissions for this operation."}}
    closed = Fault(lambda call: call.path.startswith(f"/v1/{part}"), answer(said, status), 1000)
    world.app = Faulty(world.server, closed)

    with pytest.raises(error):
        world.plan()
    lonely = manifest("Assistant", "clerk", model="gpt-6.1-terra")
    world.write([HOSTED, lonely])
    world.converge()
    assert len(listed(world, "agents")) == 1


def test_a_vault_whose_mark_was_wiped_is_foreign_until_it_is_adopted(world: World) -> None:
    first(world)
    world.converge()
    id = id_of(world, "vault.shop")
    with world.client as client:
        client.beta.agents.vaults.update(id, metadata={"tone": "dry"})

    with pytest.raises(Refused, match=f"provisioner adopt vault.shop {id}"):
        world.apply()

    with adopting(world, "vault.shop", id) as found:
        assert applying.apply(found).succeeded
    assert world.apply(overwrite_drift=True).succeeded
    assert id_of(world, "vault.shop") == id
    assert ours(world) == PLACES


def test_a_vault_of_the_same_name_is_not_taken_for_ours(world: World) -> None:
    with world.client as client:
        theirs = client.beta.agents.vaults.create(name="shop")
    first(world)

    plan = world.plan()

    assert drifts(plan) == set()
    world.converge(new_objects=every_kind(world.options))
    assert [row["metadata"] for row in rows(world, "vault") if row["id"] == theirs.id] == [{}]


def drifts(plan: Plan) -> set[str]:
    return {str(change.address) for change in plan.changes if change.drifts}
