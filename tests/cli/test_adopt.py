"""adopt: what exists becomes ours by its mark alone; what is somebody's stays theirs."""

import json

import pytest
from openai.types.beta import Assistant

from tests.cli.conftest import Project


def foreign(project: Project, **fields: object) -> Assistant:
    with project.live() as client:
        body = {"model": "gpt-6.1-terra", "name": "Helper", "instructions": "Be brief."}
        made: Assistant = client.beta.assistants.create(**{**body, **fields})  # type: ignore[arg-type]  # a body
        return made


def retrieved(project: Project, id: str) -> Assistant:
    with project.live() as client:
        return client.beta.assistants.retrieve(id)


def fields(project: Project) -> list[str]:
    document = json.loads(project.run("plan", "--format", "json").stdout)
    return [f["path"] for c in document["changes"] if c["action"] == "update" for f in c["fields"]]


def test_only_the_mark_is_written_and_the_next_plan_shows_what_differs(project: Project) -> None:
    before = foreign(project, temperature=0.9, metadata={"team": "people"})
    result = project.run("adopt", "assistant.helper", before.id, "--yes")
    assert f"~ assistant.helper  update  ({before.id})" in result.stdout
    assert "it is not what the manifest says [differs]" in result.stdout
    assert "temperature" in result.stdout
    after = retrieved(project, before.id)
    assert after.model_dump(exclude={"metadata"}) == before.model_dump(exclude={"metadata"})
    assert after.metadata is not None
    assert after.metadata["team"] == "people"
    assert after.metadata["provisioner.address"] == "assistant.helper"
    planned = fields(project)
    assert "temperature" in planned
    assert not {"name", "model", "instructions"} & set(planned)
    project.run("apply", "--yes")
    assert "No changes." in project.run("plan").stdout
    assert retrieved(project, before.id).temperature == 0.2


def test_a_vector_store_is_adopted_with_what_is_in_it(project: Project) -> None:
    with project.live() as client:
        file = client.files.create(file=("old.md", b"# Old"), purpose="assistants")
        store = client.vector_stores.create(name="Handbook", file_ids=[file.id])
    result = project.run("adopt", "vector_store.handbook", store.id, "--yes")
    assert "Files that stay in the vector store: 1." in result.stdout
    project.run("apply", "--yes")
    with project.live() as client:
        assert len(client.vector_stores.list().data) == 1
        assert len(client.vector_stores.files.list(store.id).data) == 2


def test_nothing_is_adopted_without_approval(project: Project) -> None:
    made = foreign(project)
    result = project.run("adopt", "assistant.helper", made.id, code=1)
    assert "nobody is there to approve this" in result.stderr
    assert retrieved(project, made.id).metadata == {}


def test_an_address_has_one_object(applied: Project) -> None:
    made = foreign(applied)
    result = applied.run("adopt", "assistant.helper", made.id, "--yes", code=1)
    assert "already has a live object" in result.stderr


def test_what_is_ours_already_is_not_adopted_again(applied: Project) -> None:
    with applied.live() as client:
        id = client.beta.assistants.list().data[0].id
    result = applied.run("adopt", "assistant.helper", id, "--yes", code=1)
    assert f"{id}: it is this resource already" in result.stderr


def test_what_another_owner_has_is_refused_and_the_owner_named(applied: Project) -> None:
    with applied.live() as client:
        id = client.beta.assistants.list().data[0].id
    applied.edit("stack.yaml", "k3v9q0x7dp", "another000")
    result = applied.run("adopt", "assistant.helper", id, "--yes", code=1)
    assert "of k3v9q0x7dp/default" in result.stderr
    assert "provisioner adopt --owner k3v9q0x7dp/default" in result.stderr


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("file.rates", "a file cannot be adopted"),
        ("function.lookup", "function.lookup: it cannot be adopted"),
        ("assistant.helpr", "Did you mean `assistant.helper`?"),
    ],
)
def test_what_cannot_be_adopted_is_refused(project: Project, address: str, says: str) -> None:
    made = foreign(project)
    assert says in project.run("adopt", address, made.id, "--yes", code=1).stderr


def test_an_object_that_does_not_exist_is_refused(project: Project) -> None:
    assert "asst_nope" in project.run("adopt", "assistant.helper", "asst_nope", code=1).stderr


def test_an_object_without_room_for_the_mark_is_refused(project: Project) -> None:
    made = foreign(project, metadata={f"key{index}": "x" for index in range(14)})
    result = project.run("adopt", "assistant.helper", made.id, "--yes", code=1)
    assert "no room for the mark" in result.stderr
    assert len(retrieved(project, made.id).metadata or {}) == 14


def test_a_renamed_stack_takes_over_what_it_was(applied: Project) -> None:
    applied.edit("stack.yaml", "k3v9q0x7dp", "another000")
    applied.run("plan", code=1)
    result = applied.run("adopt", "--owner", "k3v9q0x7dp/default", "--yes")
    owner = '~ owner  "k3v9q0x7dp/default" → "another000/default"'
    assert result.stdout.count(owner) == 2
    assert "No changes." in applied.run("plan").stdout
    nothing = applied.run("adopt", "--owner", "k3v9q0x7dp/default", "--yes")
    assert "There is nothing to adopt." in nothing.stdout


def test_what_is_not_declared_stays_with_its_owner(applied: Project) -> None:
    applied.edit("stack.yaml", "k3v9q0x7dp", "another000")
    applied.edit("helper.yaml", "name: helper,", "name: renamed,")
    result = applied.run("adopt", "--owner", "k3v9q0x7dp/default", "--yes")
    assert "No manifest declares assistant.helper" in result.stdout
    assert "~ assistant.helper" not in result.stdout


def test_our_own_owner_has_nothing_to_give(applied: Project) -> None:
    result = applied.run("adopt", "--owner", "k3v9q0x7dp/default", code=1)
    assert "the owner is this stack itself" in result.stderr
