"""init: a folder that applies as it is, and nothing overwritten."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provisioner.cli.root import provisioner


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "My helpdesk!"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*args: str) -> Result:
    return CliRunner().invoke(provisioner, args)


def test_what_it_writes_validates_applies_and_answers(folder: Path) -> None:
    result = run("init")
    assert result.exit_code == 0
    assert result.stdout.endswith(
        "Now:\n  provisioner validate\n  provisioner plan\n  provisioner apply\n"
    )
    valid = run("validate")
    assert valid.stdout == "Valid: 1 assistant, 1 vector store, 1 document.\n"
    assert run("apply", "--yes").exit_code == 0
    assert run("plan", "--exit-code").exit_code == 0
    assert "28 days" in run("ask", "assistant.helper", "How many days off are there?").stdout
    assert "name: My-helpdesk\n" in (folder / "manifests/stack.yaml").read_text(encoding="utf-8")


def test_every_stack_has_an_id_of_its_own(folder: Path) -> None:
    run("init", "one")
    run("init", "two")
    texts = [(folder / name / "stack.yaml").read_text(encoding="utf-8") for name in ("one", "two")]
    assert texts[0] != texts[1]


def test_another_folder_is_named_in_the_next_commands(folder: Path) -> None:
    assert "provisioner plan assistants\n" in run("init", "assistants").stdout
    assert run("validate", "assistants").exit_code == 0
    assert (folder / "assistants" / "stack.yaml").is_file()


@pytest.mark.parametrize("there", ["stack.yaml", "prompts/helper.md", "mine/deep/other.yml"])
def test_nothing_is_overwritten_and_nothing_written_beside_it(folder: Path, there: str) -> None:
    file = folder / "manifests" / there
    file.parent.mkdir(parents=True)
    file.write_text("mine", encoding="utf-8")
    result = run("init")
    assert result.exit_code == 1
    assert there in result.stderr
    assert [path for path in (folder / "manifests").rglob("*") if path.is_file()] == [file]
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "manifests").write_text("a file", encoding="utf-8")
    result = run("init")
    assert result.exit_code == 1
    assert "manifests" in result.stderr


@pytest.mark.parametrize(
    ("text", "is_told"), [("{}\n", True), (None, False), ("as it is", False)], ids=str
)
def test_a_schema_of_another_version_is_told_with_the_command_that_renews_it(
    folder: Path, text: str | None, is_told: bool
) -> None:
    run("init", "app")
    schema = folder / "app/.schemas/manifest.schema.json"
    if text is None:
        schema.unlink()
    elif text != "as it is":
        schema.write_text(text, encoding="utf-8")

    valid = run("validate", "app")
    assert valid.exit_code == 0
    assert (
        "the schema for editors is of another version" in valid.stdout + valid.stderr
    ) is is_told
    if is_told:
        assert "provisioner schema --out app/.schemas" in " ".join(valid.stdout.split())
        run("schema", "--out", "app/.schemas")
        assert "another version" not in run("validate", "app").stdout
