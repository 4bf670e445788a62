"""gc on the command line: with nothing but a key, the table in one command and the clean-up in two."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from provisioner.cli._shared import perform
from provisioner.cli.root import provisioner
from provisioner.emulator import create_app
from tests.support.faults import Fault, Faulty, answer
from tests.support.leaking import Leaking
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.emulator.app import App

KEY = "GC_KEY"


class Account:
    """An account behind a URL, and the command run in an empty folder beside it."""

    def __init__(self, server: App, faulty: Faulty, url: str) -> None:
        self.server, self.faulty = server, faulty
        self.where = ("--base-url", url, "--api-key-env", KEY)
        self.bare = ("--runtime", "responses", *self.where)

    def run(self, *words: str, code: int = 0, answer: str | None = None) -> Result:
        result = CliRunner().invoke(provisioner, words, input=answer, env={KEY: "sk-very-secret"})
        assert result.exit_code == code, result.output
        assert "sk-very-secret" not in result.output
        return result


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.chdir(tmp_path)
    server = create_app()
    faulty = Faulty(server)
    with serving(faulty) as url:
        yield Account(server, faulty, url)
    server.close()


def seeded(account: Account) -> Leaking:
    """A dangling store with a file, an expired store, an unknowable file, and a store that is young."""
    made = Leaking()
    made.leak(made.store(made.file(), usage=3 << 30), "dangling")
    made.leak(made.store(status="expired", usage=0), "expired")
    made.leak(made.file("user_data", filename="=evil()"), "unknowable")
    made.write(account.server)
    return made


def test_with_nothing_but_a_key_the_table_is_one_command_and_the_clean_up_two(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded(account)

    table = account.run("gc", *account.bare, "--exit-code", code=3).stdout
    assert "dangling  2 objects, $0.20 a day" in table
    assert (
        "Only vector_store vs_000000000000000000000002 refers to it, and that vector_store is dangling itself."
        in table
    )
    assert "3 leaks: 2 vector stores, 1 file." in table

    asked = ("--class", "dangling,expired", "--older-than", "30d")
    saved = account.run("gc", *account.bare, *asked, "--out", "clean.json")
    assert f"provisioner apply clean.json {' '.join(account.where)}" in saved.stderr
    assert account.run("show", "clean.json").stdout == saved.stdout
    monkeypatch.setattr(perform, "interactive", lambda: True)
    declined = account.run("apply", "clean.json", *account.where, code=1, answer="yes\n")
    assert "3 of these objects belong to nobody" in declined.stderr
    count = f"3 {account.where[1].split('/')[2]}"
    done = account.run("apply", "clean.json", *account.where, answer=f"{count}\n")

    assert "3 deleted" in done.stdout
    assert "No leaks among 1 object." in account.run("gc", *account.bare, "--exit-code").stdout


def test_a_saved_plan_of_a_key_leads_nowhere_else(account: Account) -> None:
    seeded(account)
    account.run("gc", *account.bare, "--class", "expired", "--out", "clean.json")
    other = create_app()
    with serving(other) as url:
        refused = account.run(
            "apply", "clean.json", "--base-url", url, "--api-key-env", KEY, "--yes", code=1
        )
    other.close()

    assert "[other-settings]" in refused.stderr
    head = json.loads(Path("clean.json").read_text("utf-8"))["apply"]
    assert account.where[1] not in json.dumps(head)
    assert head["arguments"]["runtime"] == "responses"


def test_each_format_shows_the_same_objects(account: Account) -> None:
    made = seeded(account)

    document = json.loads(account.run("gc", *account.bare, "--format", "json").stdout)
    rows = list(
        csv.DictReader(account.run("gc", *account.bare, "--format", "csv").stdout.splitlines())
    )
    markdown = account.run("gc", *account.bare, "--format", "markdown").stdout

    assert {one["id"] for one in document["objects"]} == {row["id"] for row in rows}
    assert made.expected.keys() <= {row["id"] for row in rows}
    assert document["summary"]["conditions"]["dangling"] == 2
    assert document["summary"]["price_per_day"] == pytest.approx(0.2)
    assert next(row["name"] for row in rows if row["condition"] == "unknowable") == "'=evil()"
    assert all(f"`{id}`" in markdown for id in made.expected)


def test_the_table_is_narrowed_by_condition_and_age(account: Account) -> None:
    seeded(account)

    narrow = account.run("gc", *account.bare, "--class", "expired", "--older-than", "7d").stdout
    young = account.run("gc", *account.bare, "--older-than", "20000w", "--exit-code").stdout

    assert "expired  1 object" in narrow
    assert "dangling" not in narrow
    assert "No object with these conditions and this age was found." in young


def test_unknowable_objects_go_by_their_ids_alone(account: Account) -> None:
    made = seeded(account)
    unknowable = next(id for id, (word, _) in made.expected.items() if word == "unknowable")

    refused = account.run("gc", *account.bare, "--class", "unknowable", "--apply", code=2)
    assert "--id ID" in refused.stderr
    account.run("gc", *account.bare, "--id", unknowable, "--out", "one.json")
    account.run("apply", "one.json", *account.where, "--yes")

    assert unknowable not in account.run("gc", *account.bare, "--all").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--apply",), "--class"),
        (("--class", "danglng"), "is not one of orphan"),
        (("--older-than", "7 days"), "is not an age"),
        (("--id", "file-1"), "need --apply or --out"),
        (("--quarantine", "14d"), "need --apply or --out"),
        (("--class", "empty", "--apply", "--format", "csv"), "--format takes one of: text"),
        (("--id", "file-1", "--out", "x.json"), "No list of this account contains this id"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_before_anything_is_changed(
    account: Account, words: tuple[str, ...], told: str
) -> None:
    assert told in account.run("gc", *account.bare, *words, code=2).stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--runtime", "respnses"), "There is no runtime"),
        (("--runtime", "responses", "--base-url", "http://127.0.0.1:1/v1"), "--api-key-env NAME"),
        (("--base-url", "http://127.0.0.1:1/v1"), "need --runtime"),
        (
            ("--runtime", "responses", "--base-url", "http://a:b@x/", "--api-key-env", KEY),
            "a user or a password",
        ),
    ],
)
def test_a_target_without_a_stack_is_checked(
    account: Account, words: tuple[str, ...], told: str
) -> None:
    assert told in account.run("gc", *words, code=2).stderr


def test_without_a_ledger_there_is_no_quarantine(account: Account) -> None:
    seeded(account)
    words = ("--class", "expired", "--quarantine", "14d", "--apply", "--ledger", "none")

    assert "[quarantine-needs-ledger]" in account.run("gc", *account.bare, *words, code=1).stderr


def test_a_list_that_is_refused_is_left_out_where_somebody_says_that_nothing_is_there(
    account: Account,
) -> None:
    seeded(account)
    refused = Fault(lambda call: call.path == "/v1/evals", answer({"error": {}}, 403), times=100)
    account.faulty.faults.append(refused)

    table = account.run("gc", *account.bare, code=1)
    assert "--without eval" in table.stdout
    words = ("gc", *account.bare, "--class", "dangling", "--without", "eval", "--out", "clean.json")
    account.run(*words)
    done = account.run("apply", "clean.json", *account.where, "--yes")

    assert "2 deleted" in done.stdout
    wrong = account.run("gc", *account.bare, "--without", "evals", code=2)
    assert "There is no kind 'evals'" in wrong.stderr
