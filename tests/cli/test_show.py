"""show: a row each, or one in full; ids for pipelines; what refers to what."""

import json
import re

from provisioner.model.mark import tracked_key
from provisioner.model.value import digest
from tests.cli.conftest import STACK, Project


def states(project: Project) -> dict[str, str]:
    document = json.loads(project.run("show", "--format", "json").stdout)
    return {row["address"]: row["state"] for row in document["resources"]}


def test_a_row_says_where_each_address_stands(project: Project) -> None:
    assert states(project) == {
        "assistant.helper": "would be created",
        "vector_store.handbook": "would be created",
    }
    project.run("apply", "--yes")
    assert set(states(project).values()) == {"in sync"}
    project.edit("helper.yaml", "Be brief.", "Be very brief.")
    assert states(project)["assistant.helper"] == "changed"
    project.edit("helper.yaml", "Be very brief.", "Be brief.")
    with project.live() as client:
        client.beta.assistants.update(client.beta.assistants.list().data[0].id, temperature=1)
    assert states(project)["assistant.helper"] == "drifted"
    (project.folder / "manifests" / "helper.yaml").write_text("", encoding="utf-8")
    project.write(
        "other.yaml",
        "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: other}\nspec: {model: m}\n",
    )
    assert states(project) == {
        "assistant.helper": "orphan",
        "assistant.other": "would be created",
        "vector_store.handbook": "orphan",
    }


def test_the_rows_as_text_have_id_state_name_and_owner(applied: Project) -> None:
    lines = applied.run("show").stdout.splitlines()
    assert lines[0].split() == ["ADDRESS", "ID", "STATE", "NAME", "OWNER"]
    address, id, *_ = lines[1].split()
    assert (address, id[:5]) == ("assistant.helper", "asst_")
    assert lines[1].endswith("in sync  Helper    k3v9q0x7dp/default")


def test_one_address_shows_desired_live_and_last_applied(applied: Project) -> None:
    applied.edit("helper.yaml", "Be brief.", "Be very brief.")
    with applied.live() as client:
        client.beta.assistants.update(client.beta.assistants.list().data[0].id, temperature=1)
    text = applied.run("show", "assistant.helper").stdout
    rows = {line.split()[0]: line for line in text.splitlines() if line.strip()}
    assert rows["instructions"].split("  ")[-1] == "as live"
    assert rows["temperature"].split() == ["temperature", "0.2", "1.0", "as", "desired"]
    assert rows["name"].split() == ["name", '"Helper"', '"Helper"', "the", "same"]
    assert rows["Mark"].endswith("k3v9q0x7dp/default")
    assert rows["Each"].endswith("max_prompt_tokens, truncation_strategy")
    assert "vector_store.handbook  vs_" in rows["Refers"]
    assert rows["Declared"].endswith("manifests/helper.yaml:1:1")


def test_the_live_value_is_shown_always(applied: Project) -> None:
    """Of a value that the server keeps otherwise than sent too."""
    with applied.live() as client:
        helper = client.beta.assistants.list().data[0]
        applied_before = (helper.metadata or {})["provisioner.applied"]
        key, kept = tracked_key("temperature"), digest(0.7)
        moved = re.sub(rf"{key}:([^ ~]+)", rf"{key}:\1~{kept}", applied_before)
        mark = {**(helper.metadata or {}), "provisioner.applied": moved}
        client.beta.assistants.update(helper.id, temperature=0.7, metadata=mark)

    assert "No changes." in applied.run("plan").stdout
    text = applied.run("show", "assistant.helper").stdout
    assert re.search(
        r"temperature +0.2 +0.7 +desired was sent, the server kept the live value", text
    )


def test_values_that_no_manifest_sets_are_listed_and_no_address_is_in_sync(
    applied: Project,
) -> None:
    with applied.live() as client:
        client.beta.assistants.update(client.beta.assistants.list().data[0].id, top_p=0.3)

    assert states(applied)["assistant.helper"] == "undeclared values"
    text = applied.run("show", "assistant.helper").stdout
    assert re.search(r"top_p +1 → 0.3 +changed on the live side", text)
    document = json.loads(applied.run("show", "assistant.helper", "--format", "json").stdout)
    assert document["undeclared"] == [
        {
            "address": "assistant.helper",
            "path": "top_p",
            "live": 0.3,
            "baseline": 1,
            "since": "moved",
            "counts": True,
        }
    ]


def test_files_of_others_in_a_store_are_listed(applied: Project) -> None:
    with applied.live() as client:
        store = client.vector_stores.list().data[0].id
        file = client.files.create(file=("theirs.md", b"# Theirs"), purpose="assistants")
        client.vector_stores.files.create_and_poll(file_id=file.id, vector_store_id=store)

    text = applied.run("show", "vector_store.handbook").stdout
    assert re.search(rf"NOT OURS +NAME\n{file.id}", text)
    assert "vector_store.handbook holds 1 document of others" in applied.run("drift").stdout


def test_one_address_as_json(applied: Project) -> None:
    document = json.loads(applied.run("show", "assistant.helper", "--format", "json").stdout)
    assert document["run_settings"] == {
        "max_prompt_tokens": 20000,
        "truncation_strategy": {"type": "last_messages", "last_messages": 7},
    }
    assert document["mark"]["address"] == "assistant.helper"
    fields = {field["path"]: field for field in document["fields"]}
    assert fields["temperature"] == {
        "path": "temperature",
        "desired": 0.2,
        "live": 0.2,
        "last_applied": "the same",
    }
    store = json.loads(applied.run("show", "vector_store.handbook", "--format", "json").stdout)
    assert store["referrers"] == ["assistant.helper"]
    assert [(d["path"], d["status"]) for d in store["documents"]] == [("handbook.md", "completed")]


def test_a_secret_is_shown_in_no_format(project: Project) -> None:
    secret = "swordfish"  # noqa: S105 - the very thing that must not show
    variables = f"  variables:\n    password: {{sensitive: true, default: {secret}}}\n"
    project.write("stack.yaml", STACK.replace("  variables:\n", variables))
    project.edit("helper.yaml", "Be brief.", "The word is ${var:password}.")
    project.run("apply", "--yes")
    shown: tuple[tuple[str, ...], ...] = (
        ("show", "assistant.helper"),
        ("show", "assistant.helper", "--format", "json"),
        ("plan",),
        ("plan", "--format", "json"),
    )
    assert all(secret not in project.run(*arguments).output for arguments in shown)
    project.write("stack.yaml", STACK)
    project.edit("helper.yaml", "The word is ${var:password}.", "Be brief.")
    assert all(secret not in project.run(*arguments).output for arguments in shown)


def test_env_lines_name_the_live_ids(applied: Project) -> None:
    lines = applied.run("show", "--format", "env").stdout.splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        "ASSISTANT_HELPER",
        "VECTOR_STORE_HANDBOOK",
    ]
    one = applied.run("show", "assistant.helper", "--format", "env").stdout
    assert one == f"{lines[0]}\n"


def test_an_address_without_a_live_object_has_no_env_line(project: Project) -> None:
    result = project.run("show", "assistant.helper", "--format", "env", code=1)
    assert "has not been applied yet" in result.stderr
    assert project.run("show", "--format", "env").stdout == ""


def test_an_address_that_nobody_declares_is_refused_with_a_suggestion(project: Project) -> None:
    result = project.run("show", "assistant.helpr", code=1)
    assert "Did you mean `assistant.helper`?" in result.stderr


def test_the_graph_is_drawn_whole_or_around_one_address(applied: Project) -> None:
    whole = applied.run("show", "--format", "dot").stdout
    assert '"assistant.helper" -> "vector_store.handbook";' in whole
    store = applied.run("show", "vector_store.handbook", "--format", "mermaid").stdout
    assert store.startswith("flowchart LR\n")
    assert "n0 --> n1" in store
    refused = applied.run("show", "vector_store.handbok", "--format", "dot", code=1)
    assert "Did you mean `vector_store.handbook`?" in refused.stderr


def test_a_plan_file_that_is_not_there_is_no_undeclared_address(project: Project) -> None:
    assert "There is no such file." in project.run("show", "plan.json", code=1).stderr
    assert "[not-declared]" in project.run("show", "assistant.json", code=1).stderr
