"""Renaming a resource: the live object keeps its id, and only its mark is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.address import Address
from provisioner.verbs.adopt.run import planned_adoption
from provisioner.verbs.apply import run as applying
from provisioner.verbs.drift import drift
from tests.stories import hosted_stacks, stacks
from tests.support.hosted import id_of, rows
from tests.support.stories import STACK, Refused, changes, manifest, watched, writes

if TYPE_CHECKING:
    from tests.support.stories import World

Json = dict[str, Any]
NAMES = {"library": "handbook", "clerk": "advisor", "rates": "prices"}
HOSTED_KINDS = ("assistant", "automation", "credential", "environment_template", "skill", "vault")
HOSTED_NAMES = {
    "clerk": "advisor",
    "shop": "store",
    "depot": "depository",
    "desk": "office",
    "refunds": "returns",
    "weekly": "every-week",
}


def renamed(documents: list[Json], names: dict[str, str], *, formerly: bool = True) -> list[Json]:
    """The manifests with other names, in references too."""

    def told(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: told(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [told(item, key) for item in value]
        refers = key in ("vector_store", "files", "vault", "vaults", "agent", "skill", "template")
        refers = refers or key == "credential"
        return names.get(value, value) if refers and isinstance(value, str) else value

    made = []
    for document in documents:
        name = document["metadata"]["name"]
        spec = document["spec"] if document["kind"] == "Stack" else told(document["spec"])
        metadata = dict(document["metadata"])
        if name in names:
            metadata["name"] = names[name]
            if formerly:
                metadata["formerly"] = [name]
        made.append({**document, "metadata": metadata, "spec": spec})
    return made


def protected(documents: list[Json]) -> list[Json]:
    kinds = ("Assistant", "VectorStore")
    return [
        {**d, "spec": {**d["spec"], "lifecycle": {"prevent_destroy": True}}}
        if d["kind"] in kinds
        else d
        for d in documents
    ]


@pytest.mark.parametrize("care", [list, protected])
def test_an_assistant_a_store_and_a_file_keep_their_ids(world: World, care: Any) -> None:
    stacks.written(world, care(stacks.documents()), stacks.TEXTS)
    world.converge()
    before = world.account()
    world.write(renamed(care(stacks.documents()), NAMES))
    plan = world.plan()
    assert plan.refusals == ()
    assert {c.reason.value for c in plan.changes} == {"renamed"}
    assert changes(plan) == [
        "update assistant.advisor metadata[provisioner.address]",
        "update assistant.advisor name",
        "update assistant.analyst metadata[provisioner.settings]",
        "update vector_store.handbook metadata[provisioner.address]",
        "update vector_store.handbook name",
    ]
    wire = watched(world)
    world.converge()
    assert [w for w in writes(wire) if "files" in w or w.startswith("DELETE")] == []
    assert world.account().keys() == before.keys()
    assert world.addresses() == ["assistant.advisor", "assistant.analyst", "vector_store.handbook"]
    assert drift(world.options).is_empty


def test_a_document_of_a_renamed_file_only_gets_other_attributes(world: World) -> None:
    world.put("rates.md", "a,b\n1,2\n")
    documents = [
        STACK,
        manifest("File", "rates", path="rates.md"),
        manifest("VectorStore", "library", files=[{"file": "rates"}]),
    ]
    world.write(documents)
    world.converge()
    before = world.account()
    names = {"rates": "prices", "library": "handbook"}
    world.write(
        json.loads(json.dumps(renamed(documents, names)).replace('"rates"}]', '"prices"}]'))
    )
    wire = watched(world)
    world.converge()
    assert not any(w == "POST /v1/files" or w.startswith("DELETE") for w in writes(wire))
    assert world.account().keys() == before.keys()


@pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
def test_what_refers_to_it_still_drifts_as_drift(world: World) -> None:
    stacks.first(world)
    world.converge()
    world.write(renamed(stacks.documents(), NAMES))
    world.converge()
    clerk, analyst = (
        next(row for row in world.rows("assistants") if row["name"] == name)
        for name in ("advisor", "analyst")
    )
    with world.client as client:
        client.beta.assistants.update(
            clerk["id"],
            tools=[{"type": "code_interpreter"}, *clerk["tools"][1:]],
            tool_resources={},
        )
        client.beta.assistants.update(analyst["id"], instructions="By hand.")
    found = drift(world.options)
    assert {str(c.address) for c in found.changes} == {"assistant.advisor", "assistant.analyst"}
    assert {cause.value for c in world.plan().changes for cause in c.causes} == {"drift"}


def test_where_both_are_live_the_plan_refuses_and_names_both(world: World) -> None:
    clerk = manifest("Assistant", "clerk", model="gpt-6.1-terra")
    advisor = manifest("Assistant", "advisor", model="gpt-6.1-terra")
    world.write([STACK, clerk, advisor])
    world.converge()
    advisor["metadata"]["formerly"] = ["clerk"]
    world.write([STACK, advisor])
    with pytest.raises(Refused) as refused:
        world.apply()
    assert all(row["id"] in str(refused.value) for row in world.rows("assistants"))


@pytest.mark.parametrize("with_formerly", [True, False])
def test_adopt_of_our_own_object_gives_it_the_new_address(
    world: World, *, with_formerly: bool
) -> None:
    world.write([STACK, manifest("Assistant", "clerk", model="gpt-6.1-terra", name="C")])
    world.converge()
    (before,) = world.rows("assistants")
    advisor = manifest("Assistant", "advisor", model="gpt-6.1-terra", name="C")
    if with_formerly:
        advisor["metadata"]["formerly"] = ["clerk"]
    world.write([STACK, advisor])
    with planned_adoption(world.options, Address("assistant", "advisor"), before["id"]) as found:
        (change,) = found.plan.changes
        assert change.reason.value == "renamed"
        assert applying.apply(found).succeeded
    assert world.addresses() == ["assistant.advisor"]
    assert changes(world.plan()) == []


def test_adopt_of_our_own_store_gives_it_the_new_address(world: World) -> None:
    world.put("kb.md", "Text.")
    store = manifest("VectorStore", "library", name="Books", files=["kb.md"])
    world.write([STACK, store])
    world.converge()
    before = world.account()
    (row,) = world.rows("vector_stores")
    world.write(renamed([STACK, store], {"library": "handbook"}, formerly=False))
    with planned_adoption(world.options, Address("vector_store", "handbook"), row["id"]) as found:
        assert [change.reason.value for change in found.plan.changes] == ["renamed"]
        assert applying.apply(found).succeeded

    assert world.addresses() == ["vector_store.handbook"]
    assert world.account().keys() == before.keys()
    assert changes(world.plan()) == []


@pytest.mark.parametrize("care", [list, protected])
def test_everything_of_agents_keeps_its_id(world: World, care: Any) -> None:
    hosted_stacks.first(world)
    world.write(care(hosted_stacks.documents()))
    world.converge()
    before = {kind: [row["id"] for row in rows(world, kind)] for kind in HOSTED_KINDS}
    world.write(renamed(care(hosted_stacks.documents()), HOSTED_NAMES))
    assert {c.action.word for c in world.plan().changes} == {"update"}
    world.converge()
    assert {kind: [row["id"] for row in rows(world, kind)] for kind in HOSTED_KINDS} == before
    assert id_of(world, "skill.returns") == before["skill"][0]
    assert drift(world.options).is_empty


def test_a_release_is_published_under_the_new_path_and_the_old_one_stays(world: World) -> None:
    target = {"runtime": "responses", "server": "embedded"}
    head = {
        **STACK,
        "spec": {"targets": {"new": target}, "guards": {"max_delete_percent": 100}},
    }
    documents = [head, *protected(stacks.documents())[1:]]
    documents = [d for d in documents if d["metadata"]["name"] != "analyst"]
    stacks.written(world, documents, stacks.TEXTS)
    world.converge()
    before = world.rows("vector_stores"), world.rows("files")
    world.write(renamed(documents, NAMES))
    assert [c.reason.value for c in world.plan().changes] == ["renamed", "renamed"]
    world.converge()
    assert [row["id"] for row in world.rows("vector_stores")] == [row["id"] for row in before[0]]
    assert [row["id"] for row in world.rows("files")] == [row["id"] for row in before[1]]
    world.write(renamed(documents, NAMES, formerly=False))
    with pytest.raises(Refused, match=r"--unprotect assistant\.clerk"):
        world.apply()
    world.converge(unprotect=[Address("assistant", "clerk")])
