"""validate, plan and drift: what they say, on which stream, and with which exit code."""

import json
import stat

import jsonschema
import pytest

from provisioner.verbs.schema import schemas
from tests.cli.conftest import Project


def test_validate_counts_what_is_declared(project: Project) -> None:
    result = project.run("validate")
    assert result.stdout == "Valid: 1 assistant, 1 vector store, 1 document.\n"
    assert result.stderr == ""


def test_validate_names_every_mistake_at_its_place(project: Project) -> None:
    project.edit("helper.yaml", "temperature: 0.2", "temprature: 0.2")
    project.edit("helper.yaml", "vector_store: handbook", "vector_store: handbok")
    output = project.run("validate", code=1).stdout
    assert "manifests/helper.yaml:8:3: error:" in output
    assert "manifests/helper.yaml:10:" in output
    assert "Valid" not in output


def test_validate_as_json_says_the_same(project: Project) -> None:
    good = json.loads(project.run("validate", "--format", "json").stdout)
    assert good["valid"] is True
    assert good["resources"] == {"assistant": 1, "vector_store": 1}
    assert good["documents"] == 1
    project.edit("helper.yaml", "temperature: 0.2", "temperature: hot")
    bad = json.loads(project.run("validate", "--format", "json", code=1).stdout)
    assert bad["valid"] is False
    assert bad["diagnostics"][0]["position"]["file"] == "manifests/helper.yaml"
    assert bad["diagnostics"][0]["position"]["line"] == 8


def test_validate_shows_warnings_beside_the_success(project: Project) -> None:
    project.edit("stack.yaml", ", id: k3v9q0x7dp", "")
    output = project.run("validate").stdout
    assert "warning: the Stack has no id" in output
    assert output.splitlines()[-1].startswith("Valid: ")


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "destroy", "drift"])
def test_a_missing_folder_is_refused(project: Project, command: str) -> None:
    result = project.run(command, "nowhere", code=1)
    assert "nowhere" in result.output


def test_the_path_is_the_folder(project: Project) -> None:
    (project.folder / "manifests").rename(project.folder / "other")
    project.run("validate", "other")
    assert "2 to create" in project.run("plan", "other").stdout
    project.run("apply", "other", "--yes")
    assert "in sync" in project.run("show", "--manifests", "other").stdout


def test_plan_exits_0_with_and_without_changes_and_3_where_asked(project: Project) -> None:
    assert "Plan: 2 to create" in project.run("plan").stdout
    project.run("plan", "--exit-code", code=3)
    project.run("apply", "--yes")
    assert "No changes." in project.run("plan", "--exit-code").stdout


def test_plan_as_json_holds_to_its_schema(project: Project) -> None:
    document = json.loads(project.run("plan", "--format", "json").stdout)
    jsonschema.validate(document, json.loads(schemas()["plan"]))
    assert document["summary"]["create"] == 2
    assert [change["address"] for change in document["changes"]] == [
        "assistant.helper",
        "vector_store.handbook",
    ]


def test_select_takes_an_address_a_kind_and_a_label(project: Project) -> None:
    def planned(*terms: str) -> list[str]:
        select = [word for term in terms for word in ("--select", term)]
        document = json.loads(project.run("plan", "--format", "json", *select, code=None).stdout)
        return [change["address"] for change in document["changes"]]

    assert planned("vector_store.handbook") == ["vector_store.handbook"]
    assert planned("vector_store.*") == ["vector_store.handbook"]
    assert planned("team=people", "vector_store.*") == ["assistant.helper", "vector_store.handbook"]


def test_a_selector_that_says_nothing_is_wrong_usage(project: Project) -> None:
    assert "is not an address" in project.run("plan", "--select", "a b", code=2).stderr
    missed = project.run("destroy", "--select", "team=nobody", "--yes", code=2)
    assert "--select team=nobody matches nothing" in missed.stderr


def test_a_refused_plan_is_shown_with_its_refusals_and_not_saved(project: Project) -> None:
    result = project.run("plan", "--select", "assistant.helper", "--out", "p.json", code=1)
    assert "assistant.helper  create" in result.stdout
    assert "It needs vector_store.handbook." in result.output
    assert "p.json was not written" in result.stderr
    assert not (project.folder / "p.json").exists()


def test_a_refused_plan_as_json_has_the_refusal_among_its_diagnostics(applied: Project) -> None:
    applied.edit("stack.yaml", "k3v9q0x7dp", "somebodyel")
    result = applied.run("plan", "--format", "json", code=1)
    assert [d["summary"] for d in json.loads(result.stdout)["refusals"]] == [
        "another stack holds our addresses here"
    ]
    assert applied.run("plan", "--new").exit_code == 0


def test_a_saved_plan_is_the_public_document_and_what_apply_reads(project: Project) -> None:
    result = project.run("plan", "--out", "p.json")
    assert "provisioner apply p.json" in result.stderr
    file = project.folder / "p.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads(schemas()["plan"]))
    assert document["apply"]["digest"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in project.folder.iterdir() if "p.json" in path.name] == ["p.json"]


def test_a_plan_that_cannot_be_saved_says_so(project: Project) -> None:
    result = project.run("plan", "--out", "no/such/folder/p.json", code=1)
    assert "the plan could not be saved" in result.stderr


def test_variables_and_environments_reach_the_manifests(project: Project) -> None:
    (project.folder / "vars.yaml").write_text("model: from-file\n", encoding="utf-8")

    def model(*args: str) -> str:
        text = project.run("plan", "--format", "json", *args).stdout
        fields = json.loads(text)["changes"][0]["fields"]
        return str(next(field["desired"] for field in fields if field["path"] == "model"))

    assert model() == "gpt-6.1-terra"
    assert model("--env", "dev") == "gpt-6.1-luna"
    assert model("--var", "model=one=two") == "one=two"
    assert model("--var-file", "vars.yaml") == "from-file"
    assert model("--var-file", "vars.yaml", "--var", "model=mine") == "mine"


def test_drift_exits_3_and_shows_only_what_moved_live(applied: Project) -> None:
    assert "No drift." in applied.run("drift").stdout
    applied.edit("helper.yaml", "Be brief.", "Be very brief.")
    assert "No drift." in applied.run("drift").stdout
    with applied.live() as client:
        helper = client.beta.assistants.list().data[0]
        client.beta.assistants.update(helper.id, temperature=1.5)
    document = json.loads(applied.run("drift", "--format", "json", code=3).stdout)
    (field,) = document["changes"][0]["fields"]
    assert (field["path"], field["was"], field["live"]) == ("temperature", 0.2, 1.5)
    text = applied.run("drift", code=3).stdout
    assert "0.2 → 1.5" in text
    assert "instructions" not in text


def test_verbose_writes_one_redacted_line_a_request_to_stderr(applied: Project) -> None:
    result = applied.run("plan", "-v")
    lines = [line for line in result.stderr.splitlines() if line.startswith("GET /v1/")]
    assert len(lines) == 3
    assert all("req_" in line for line in lines)
    assert "GET /v1" not in result.stdout


def test_what_is_destroyed_can_be_named_by_its_label(applied: Project) -> None:
    applied.run("destroy", "--select", "team=people", "--yes")

    with applied.live() as client:
        assert client.beta.assistants.list().data == []
        assert len(client.vector_stores.list().data) == 1


def test_a_wiped_mark_is_refused_until_somebody_says_whose_the_object_is(applied: Project) -> None:
    with applied.live() as client:
        helper = client.beta.assistants.list().data[0]
        client.beta.assistants.update(helper.id, metadata={"a": "b"}, temperature=1.5)

    refused = applied.run("apply", "--yes", "--overwrite-drift", code=1).stderr
    assert f"provisioner adopt assistant.helper {helper.id}" in refused
    assert "--new-object assistant.helper" in refused
    applied.run("apply", "--yes", "--new-object", "assistant.*")

    with applied.live() as client:
        found = client.beta.assistants.list().data
        assert [a.metadata for a in found if a.id == helper.id] == [{"a": "b"}]
        assert len(found) == 2


def test_a_mangled_mark_is_drift(applied: Project) -> None:
    with applied.live() as client:
        helper = client.beta.assistants.list().data[0]
        mangled = {**(helper.metadata or {}), "provisioner.applied": "%%%garbage"}
        client.beta.assistants.update(helper.id, metadata=mangled)

    assert "metadata[provisioner.applied]" in applied.run("drift", code=3).stdout
    applied.run("apply", "--yes", code=1)
    applied.run("apply", "--yes", "--overwrite-drift")
    assert "No drift." in applied.run("drift").stdout


def test_drift_says_what_is_not_there(applied: Project) -> None:
    with applied.live() as client:
        client.vector_stores.delete(client.vector_stores.list().data[0].id)

    result = applied.run("drift", code=3)

    assert "tools[file_search].vector_store" in result.stdout
    deleted = "vector_store.handbook  deleted on the live side: assistant.helper still names its id"
    assert deleted in result.stdout


def test_an_object_that_somebody_deleted_is_drift(applied: Project) -> None:
    with applied.live() as client:
        client.beta.assistants.delete(client.beta.assistants.list().data[0].id)

    result = applied.run("drift", code=3)

    assert "assistant.helper  not live: it was deleted there or never created" in result.stdout
    assert "No drift" not in result.stdout
    document = json.loads(applied.run("drift", "--format", "json", code=3).stdout)
    assert document["absent"] == [{"address": "assistant.helper", "deleted": None, "named_by": []}]


def test_values_that_no_manifest_sets_are_shown_and_no_drift_is_not_said(applied: Project) -> None:
    with applied.live() as client:
        helper = client.beta.assistants.list().data[0]
        client.beta.assistants.update(helper.id, top_p=0.3, reasoning_effort="high")

    result = applied.run("drift", code=3)
    assert "No drift" not in result.stdout
    assert "top_p  1 → 0.3" in result.stdout
    assert 'reasoning_effort  "high"' in result.stdout
    assert "top_p  1 → 0.3" in applied.run("plan").stdout


def test_a_stack_may_ignore_undeclared_values(applied: Project) -> None:
    applied.edit("stack.yaml", "spec:", "spec:\n  guards: {undeclared: ignore}")
    with applied.live() as client:
        client.beta.assistants.update(client.beta.assistants.list().data[0].id, top_p=0.3)

    assert "top_p" not in applied.run("drift").stdout


def test_what_cannot_be_planned_is_json_too(project: Project) -> None:
    project.edit("helper.yaml", "temperature", "temprature")
    for command in ("plan", "apply", "drift", "show"):
        document = json.loads(project.run(command, "--format", "json", code=1).stdout)
        assert "temprature" in json.dumps(document["diagnostics"])


def test_validate_counts_a_file_as_what_it_is_and_a_store_s_documents(project: Project) -> None:
    project.write(
        "rates.yaml",
        "apiVersion: provisioner/v1\nkind: File\nmetadata: {name: rates}\nspec: {path: handbook.md}\n",
    )
    project.edit(
        "helper.yaml", "{type: code_interpreter}", "{type: code_interpreter, files: [rates]}"
    )
    told = project.run("validate").stdout
    assert told == "Valid: 1 assistant, 1 file, 1 vector store, 1 document.\n"
    document = json.loads(project.run("validate", "--format", "json").stdout)
    assert (document["resources"]["file"], document["documents"]) == (1, 1)


def test_a_sensitive_variable_in_a_field_of_another_type_is_one_error(project: Project) -> None:
    variables = "  variables:\n    heat: {sensitive: true, default: warm}\n"
    project.edit("stack.yaml", "  variables:\n", variables)
    project.edit("helper.yaml", "temperature: 0.2", "temperature: ${var:heat}")
    told = project.run("validate", code=1).stdout
    assert "a sensitive value cannot stand here" in told
    assert told.count("error: ") == 1
    project.edit("helper.yaml", "model: ${var:model}", "model: ${var:model}\n  top_p: ${var:heat}")
    assert project.run("validate", code=1).stdout.count("error: ") == 2


@pytest.mark.parametrize(
    "words", [("plan",), ("apply",), ("show", "p.json"), ("plan", "--format", "markdown")]
)
def test_all_shows_what_is_only_counted_without_it(
    project: Project, words: tuple[str, ...]
) -> None:
    for number in range(25):
        project.write(f"docs/{number:02}.md", f"Document {number}.\n")
    project.edit("helper.yaml", "[handbook.md]", '[{glob: "docs/*.md"}]')
    project.run("plan", "--out", "p.json")

    brief = project.run(*words, code=None).stdout
    whole = project.run(*words, "--all", code=None).stdout

    assert "(--all)" in brief
    assert "docs/24.md" not in brief
    assert "docs/24.md" in whole
    assert "(--all)" not in whole


def test_the_words_of_a_changed_document_are_in_the_plan_and_in_what_it_saves(
    applied: Project,
) -> None:
    applied.edit("handbook.md", "28 days", "30 days")

    for format in ("text", "markdown", "html"):
        told = applied.run("plan", "--out", "plan.json", "--format", format).stdout
        assert "1 word changed" in told
        assert "30" in told
        shown = applied.run("show", "plan.json", "--format", format).stdout
        assert "1 word changed" in shown
    assert "1 word changed" not in applied.run("plan", "--format", "junit").stdout
    asked = applied.run("apply", "plan.json", code=1)
    assert "1 word changed" in asked.stdout
    assert applied.run("apply", "plan.json", "--yes").stdout.count("1 word changed") == 0
