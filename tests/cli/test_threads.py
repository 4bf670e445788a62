"""`threads` at the command line: what it asks, prints and refuses, and its exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openai
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import provisioner
from provisioner.cli._shared import perform
from provisioner.cli.root import provisioner as cli
from provisioner.emulator import create_app
from provisioner.render.schemas import generate
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Project

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")


@pytest.fixture
def client(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[openai.OpenAI]:
    """The SDK on the embedded server of a project with the default ledger."""
    monkeypatch.delenv("PROVISIONER_LEDGER")
    monkeypatch.delenv("PROVISIONER_SPOOL", raising=False)
    with project.live() as client:
        yield client


def told(project: Project, name: str, *args: str, code: int = 0) -> dict[str, Any]:
    """Return the JSON that a command prints, which has to be as its schema says."""
    document: dict[str, Any] = json.loads(project.run(*args, "--format", "json", code=code).stdout)
    Draft202012Validator(json.loads(generate()[f"{name}.schema.json"])).validate(document)
    return document


def test_what_an_application_registered_is_listed_retired_and_erased(
    project: Project, client: openai.OpenAI
) -> None:
    old, kept = client.beta.threads.create(), client.beta.threads.create()
    provisioner.track(old, ttl=0, owner="user:42", client=client)
    provisioner.track(kept, ttl="30d", owner="user:42", client=client)

    [count] = told(project, "threads", "threads")["counts"]
    assert (count["account"], count["tracked"], count["expired"]) == ("embedded", 2, 1)
    refused = project.run("threads", "retire", code=1)
    assert "1 tracked object in embedded is past its time to live." in refused.output
    assert "Pass --yes" in refused.output
    done = told(project, "retirement", "threads", "retire", "--yes")
    assert (done["deleted"], done["gone"], done["failed"]) == (1, 0, 0)
    assert done["requests"] == {"DELETE": 1, "GET": 1}

    receipt = told(project, "erasure", "threads", "erase", "--owner", "user:42", "--yes")
    assert receipt["complete"]
    assert receipt["objects"] == [
        {"kind": "thread", "id": kept.id, "outcome": "erased", "reason": None}
    ]
    assert "threads erase" in project.run("history", receipt["run"]).stdout
    person = told(project, "threads", "threads", "--owner", "user:42")
    assert {one["id"]: one["status"] for one in person["objects"]} == {
        old.id: "retired",
        kept.id: "erased",
    }
    assert "Nothing of user:7 is tracked." in project.run("threads", "--owner", "user:7").stdout
    nothing = project.run("threads", "erase", "--owner", "user:7", "--yes").stdout
    assert nothing.startswith(
        "Erased: 0 deleted and looked for once more, 0 gone already, 0 failed."
    )


def test_an_erasure_goes_on_only_when_the_owner_is_typed(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = client.beta.threads.create()
    provisioner.track(thread, owner="User:42", client=client)
    monkeypatch.setattr(perform, "interactive", lambda: True)
    words = ("threads", "erase", "--owner", "User:42")

    def answered(text: str, code: int) -> str:
        result = CliRunner().invoke(cli, words, input=text)
        assert result.exit_code == code, result.output
        return result.output

    assert "Nothing was changed." in answered("yes\n", 1)
    assert client.beta.threads.retrieve(thread.id)
    assert "Erased: 1 deleted" in answered("User:42\n", 0)


def test_lines_are_imported_and_every_bad_one_is_told(
    project: Project, client: openai.OpenAI
) -> None:
    del client
    table = project.folder / "threads.csv"
    table.write_text("id,owner,ttl\nt1,user:1,1d\nt2,user:1,soon\nt3,user:1,\n", encoding="utf-8")

    done = project.run("threads", "import", "threads.csv", "--kind", "thread", code=1)

    assert "threads.csv:3:11: error: this line registers nothing [line-unreadable]" in done.stderr
    assert "Registered: 2. 1 line registers nothing." in done.stdout
    again = told(project, "threads-import", "threads", "import", str(table), code=1)
    assert (again["registered"], again["bad"]) == (0, 3)
    assert again["diagnostics"][0]["position"]["line"] == 2
    [count] = told(project, "threads", "threads")["counts"]
    assert (count["tracked"], count["endless"]) == (2, 1)

    line = b'{"id": "conv_1", "object": "conversation", "created_at": 5, "metadata": {}}\n'
    piped = CliRunner().invoke(cli, ["threads", "import", "-", "--ttl", "1d"], input=line)
    assert (piped.exit_code, piped.output) == (0, "Registered: 1.\n")
    assert [one["expired"] for one in told(project, "threads", "threads")["counts"]] == [1, 0]
    provisioner.track("t9", kind="thread", client=None)
    assert project.run("threads", "import").stdout == "Registered: 1.\n"
    provisioner.track("t8", kind="thread", client=None)
    assert project.run("threads", "import", ".provisioner/spool").stdout == "Registered: 1.\n"
    missing = project.run("threads", "import", "nowhere.csv", code=1)
    assert "nowhere.csv: No such file or directory." in missing.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("forget",), "'forget' is not one of 'list', 'import', 'retire', 'erase'"),
        (("retire", "x.csv"), "`threads retire` takes no FILE."),
        (("retire", "--owner", "user:42"), "`threads retire` takes no --owner."),
        (("list", "--yes"), "`threads list` takes no --yes."),
        (("import", "x", "--allow-missing"), "`threads import` takes no --allow-missing."),
        (("erase", "--ttl", "1d"), "`threads erase` takes no --ttl."),
        (("erase", "--yes"), "Say whose data is to be erased"),
        (("import", "--ttl", "30"), "'30' is not a duration."),
    ],
)
def test_words_that_do_not_go_together_are_wrong_usage(
    project: Project, words: tuple[str, ...], says: str
) -> None:
    assert says in project.run("threads", *words, code=2).output


def test_without_a_ledger_nothing_is_known_and_that_is_said(
    project: Project, client: openai.OpenAI
) -> None:
    del client
    assert "no-ledger-yet" in project.run("threads", code=1).output
    assert not Path("manifests", ".provisioner").exists()
    assert "no-ledger-yet" in project.run("threads", "--ledger", "none", code=1).output


def test_a_key_and_a_ledger_are_enough(project: Project, client: openai.OpenAI) -> None:
    del client
    shutil.rmtree(project.folder / "manifests")
    app = create_app()
    with (
        serving(app) as url,
        openai.OpenAI(base_url=url, api_key="any", max_retries=0) as remote,
    ):
        provisioner.track(remote.beta.threads.create(), ttl=0, owner="user:42", client=remote)
        target = ("--runtime", "assistants", "--base-url", url, "--api-key-env", "REMOTE_KEY")

        [count] = told(project, "threads", "threads", *target)["counts"]
        assert count["expired"] == 1
        done = told(project, "retirement", "threads", "retire", "--yes", *target)
        assert done["deleted"] == 1
        receipt = told(
            project, "erasure", "threads", "erase", "--owner", "user:42", "--yes", *target
        )
        assert (receipt["objects"], receipt["complete"]) == ([], True)
    app.close()
    assert Path(".provisioner", "ledger.db").exists()
