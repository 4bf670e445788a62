"""init: a folder that applies as it is, and nothing overwritten."""

import json
import re
from errno import ENOSPC
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from provisioner.cli.root import provisioner
from provisioner.verbs._shared.installed import on_host
from tests.support.github import git


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


@pytest.mark.parametrize("last", ["knowledge/handbook.md", ".schemas/manifest.schema.json"])
def test_a_disk_that_becomes_full_leaves_no_part_behind(
    folder: Path, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part would be taken for manifests, and the next `init` would refuse to write beside it."""
    made = Path.mkdir

    def full(path: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if path == (Path("manifests") / last).parent:
            raise OSError(ENOSPC, "No space left on device", str(path))
        made(path, mode, parents, exist_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", full)
        refused = run("init")
    assert refused.exit_code == 1
    assert "No space left on device." in refused.stderr
    assert not [path for path in folder.rglob("*") if path.is_file()]

    assert run("init").exit_code == 0


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


WORKFLOW = Path(".github/workflows/provisioner.yml")
PROGRAM = ("--program", "acme/provisioner@v1")


def test_a_pipeline_is_the_one_that_the_docs_show(folder: Path) -> None:
    result = run("init", "--ci", "github", *PROGRAM)
    assert result.exit_code == 0
    assert "  .github/workflows/provisioner.yml\n" in result.stdout
    page = (Path(__file__).parents[2] / "docs/pipelines.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- written by: init --ci github -->\n```yaml\n")[2].partition("```")[
        0
    ]
    text = WORKFLOW.read_text(encoding="utf-8")
    assert re.sub(r'cron: "\d+ ', 'cron: "17 ', text) == shown
    assert run("validate").exit_code == 0
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ((), ("environment: provisioner\n", 'with: {key: "${{ secrets.PROVISIONER_KEY }}"}')),
        (("--env", "dev"), ("environment: dev\n", "with: {env: dev, key:")),
        (
            ("--env", "dev", "--env", "prod"),
            ("matrix: {env: [dev, prod]}", 'env: "${{ matrix.env }}"'),
        ),
    ],
)
def test_a_workflow_is_short_and_of_githubs_schema(
    folder: Path, words: tuple[str, ...], inside: tuple[str, ...]
) -> None:
    run("init")
    stack = folder / "manifests/stack.yaml"
    text = stack.read_text(encoding="utf-8")
    stack.write_text(f"{text}\n  environments: {{dev: {{}}, prod: {{}}}}\n", encoding="utf-8")
    result = run("init", "--ci", "github", *PROGRAM, *words)
    assert result.exit_code == 0, result.output
    workflow = WORKFLOW.read_text(encoding="utf-8")
    assert all(part in workflow for part in inside)
    assert len(workflow.splitlines()) <= 12
    assert schema_errors("github-workflows", workflow) == []


def test_a_pipeline_is_of_the_default_branch_whichever_is_checked_out(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "feature")
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk/one")
    assert run("init", "--ci", "github", *PROGRAM).exit_code == 0
    on = WORKFLOW.read_text(encoding="utf-8").splitlines()[1]
    assert on.count('branches: ["trunk/one"]') == 2


@pytest.mark.parametrize("source", ["acme/p@v1\n  evil: x", "a/b@${{ secrets.X }}", "a/b@v1 #"])
def test_a_source_that_is_more_than_a_name_is_refused(folder: Path, source: str) -> None:
    result = run("init", "--ci", "github", "--program", source)
    assert result.exit_code == 2
    assert "Write OWNER/REPOSITORY@COMMIT" in result.output
    assert not (folder / WORKFLOW).exists()


def test_the_action_is_of_githubs_schema() -> None:
    text = (Path(__file__).parents[2] / "action.yml").read_text(encoding="utf-8")
    assert schema_errors("github-actions", text) == []
    used = re.findall(r"uses: (\S+)", text)
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one) for one in used)


def schema_errors(name: str, text: str) -> list[str]:
    """Return what GitHub's schema says against a YAML file. check-jsonschema brings the schema."""
    schemas = files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    # YAML 1.1 reads the key `on` as true.
    value = {"on" if key is True else key: item for key, item in yaml.safe_load(text).items()}
    validator = Draft7Validator(json.loads(schemas.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(value)]


def test_a_target_without_a_key_gets_a_workflow_without_a_secret(folder: Path) -> None:
    run("init")
    stack = folder / "manifests/stack.yaml"
    identity = (
        "{runtime: responses, workload_identity: {provider: github, identity_provider_id: idp_1,"
        " service_account_id: sa_1}}"
    )
    text = stack.read_text(encoding="utf-8")
    stack.write_text(text.replace("{runtime: assistants, server: embedded}", identity), "utf-8")
    assert run("init", "--ci", "github", *PROGRAM).exit_code == 0
    workflow = WORKFLOW.read_text(encoding="utf-8")
    assert "id-token: write" in workflow
    assert "secrets." not in workflow
    assert schema_errors("github-workflows", workflow) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--ci", "github"), 1, "source-unknown"),
        (("--ci", "jenkins"), 2, "none of github"),
        (("--env", "prod"), 2, "need --ci"),
        (("--ci", "github", *PROGRAM, "--env", "other"), 1, "has no environment `other`"),
        (("--ci", "github", *PROGRAM), 1, "pipeline-exists"),
    ],
)
def test_a_pipeline_that_cannot_be_written_changes_nothing(
    folder: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    run("init")
    WORKFLOW.parent.mkdir(parents=True)
    WORKFLOW.write_text("mine", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    result = run("init", *words)
    assert result.exit_code == code
    assert said in result.stderr
    assert sorted(folder.rglob("*")) == before
    assert WORKFLOW.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/provisioner.git", "acme/provisioner"),
        ("https://github.com/acme/provisioner", "acme/provisioner"),
        ("git@github.com:acme/provisioner.git", "acme/provisioner"),
        ("ssh://git@github.com/acme/provisioner.git", "acme/provisioner"),
        ("https://github.com.thief.example/acme/provisioner", ""),
        ("https://thief.example/github.com/acme/provisioner", ""),
        ("https://gitlab.com/acme/provisioner.git", ""),
    ],
)
def test_the_repository_of_a_url_is_found_in_every_spelling(url: str, expected: str) -> None:
    assert on_host(url, "github.com") == expected
