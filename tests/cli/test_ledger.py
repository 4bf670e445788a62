"""The ledger at the command line: who holds the lock, who applied what, and what happens without it."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click.testing import CliRunner

from provisioner.cli._shared import perform
from provisioner.cli.root import provisioner
from provisioner.ledger import lock as locks
from provisioner.ledger.leases import Acquired
from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger
from provisioner.model.errors import PlanRefused
from provisioner.model.ledger import Holder
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.apply.run import apply
from provisioner.verbs.plan import planned
from provisioner.verbs.schema import schemas
from tests.stories.stacks import first
from tests.support.faults import Fault, Faulty, creating, drop
from tests.support.faults import run as running
from tests.support.stories import failures, new_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.ledger.opening import Ledger
    from tests.cli.conftest import Project
    from tests.support.stories import World

OWNER = "k3v9q0x7dp/default"
BERT = Holder("bert", "runner-7", 12, "destroy", "https://ci.example.com/jobs/9")
FILE = Path("manifests", ".provisioner", "ledger.db")


@pytest.fixture
def ledgered(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the default ledger, which other tests go without."""
    monkeypatch.delenv("PROVISIONER_LEDGER")
    return project


@pytest.fixture
def opened(ledgered: Project) -> Iterator[Ledger]:
    with ledger(Location(ledgered.folder / FILE)) as found:
        yield found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The small stack, one request at a time, with the default ledger."""
    world = new_world(tmp_path, monkeypatch)
    world.options = replace(world.options, parallelism=1, ledger=None)
    first(world)
    yield world
    world.server.close()


def locked(opened: Ledger) -> Acquired:
    found = opened.leases.acquire(OWNER, BERT, 60)
    assert isinstance(found, Acquired)
    return found


def test_who_applied_what_and_when_is_told(ledgered: Project) -> None:
    ledgered.run("apply", "--yes")
    ledgered.edit("helper.yaml", "Be brief.", "Be very brief.")
    ledgered.run("apply", "--yes")

    lines = ledgered.run("history").stdout.splitlines()
    assert len(lines) == 3
    by = re.escape(socket.gethostname())
    pattern = rf"run-\d+-\d+-[0-9a-f]{{4}}  \S+ \S+ UTC  \S+@{by}  apply    local   succeeded: 1 updated  -"
    assert re.fullmatch(pattern, lines[1]), lines[1]
    assert "succeeded: 2 created" in lines[2]

    run = lines[1].split()[0]
    shown = ledgered.run("history", run).stdout
    assert f"apply on local (embedded)\nof        {OWNER}\n" in shown
    assert re.search(r"assistant\.helper  update  manifest  done     asst_\w+", shown)
    whole = json.loads(ledgered.run("history", run, "--format", "json").stdout)
    jsonschema.validate(whole, json.loads(schemas()["history"]))
    [document] = whole["runs"]
    [change] = document["changes"]
    assert (change["fields"], change["status"]) == (["instructions"], "done")
    assert (document["process"], document["status"]) == (os.getpid(), "succeeded")
    found = json.loads(ledgered.run("history", "vector_store.handbook", "--format", "json").stdout)
    assert [len(one["changes"]) for one in found["runs"]] == [1]
    assert len(ledgered.run("history", "--limit", "1").stdout.splitlines()) == 2


def test_history_of_a_name_follows_it_through_a_renaming(ledgered: Project) -> None:
    """A bare name, an id and a former name mean the address; the counts are of that address alone."""
    ledgered.run("apply", "--yes")
    id = json.loads(ledgered.run("show", "helper", "--format", "json").stdout)["id"]
    ledgered.edit("helper.yaml", "name: helper, ", "name: guide, formerly: [helper], ")
    ledgered.edit("helper.yaml", "Be brief.", "Be very brief.")
    ledgered.run("apply", "--yes")

    for term in ("guide", "assistant.guide"):
        lines = ledgered.run("history", term).stdout.splitlines()[1:]
        assert ["1 updated" in line or "1 created" in line for line in lines] == [True, True]
    assert len(ledgered.run("history", "helper").stdout.splitlines()) == 2
    ambiguous = ledgered.run("history", id, code=2).stderr
    assert "may be assistant.guide or assistant.helper" in ambiguous


def test_a_run_says_what_it_deleted_and_a_rollback_makes_it_again(ledgered: Project) -> None:
    ledgered.run("apply", "--yes")
    whole = (ledgered.folder / "manifests" / "helper.yaml").read_text("utf-8")
    ledgered.write("helper.yaml", whole.split("---")[1])
    ledgered.run("apply", "--yes", "--max-delete-percent", "100")
    run = ledgered.run("history").stdout.splitlines()[1].split()[0]

    assert f"1 receipt of deleted objects: `provisioner rollback {run}`" in (
        ledgered.run("history", run).stdout
    )
    document = json.loads(ledgered.run("history", run, "--format", "json").stdout)
    jsonschema.validate(document, json.loads(schemas()["history"]))
    [receipt] = document["runs"][0]["receipts"]
    assert (receipt["address"], receipt["name"]) == ("assistant.helper", "Helper")

    ledgered.run("rollback", run, "--out", "again.json")
    assert "1 to create" in ledgered.run("show", "again.json").stdout
    assert (
        "The next apply deletes this again: assistant.helper."
        in ledgered.run("apply", "again.json", "--yes").stdout
    )
    ledgered.write("helper.yaml", whole)
    assert "2 resources match" in ledgered.run("plan").stdout
    assert "There is nothing to roll back." in ledgered.run("rollback", run, "--yes").output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run-20200101-000000-0000", "--to", "3"], "goes with an ADDRESS"),
        (["helper", "--to", "yesterday"], "neither the number of a release nor a run"),
        (["helper", "--to", "-1"], "neither the number of a release nor a run"),
    ],
)
def test_a_rollback_that_means_nothing_is_wrong_usage(
    ledgered: Project, words: list[str], told: str
) -> None:
    assert told in ledgered.run("rollback", *words, code=2).stderr


def test_what_fails_stands_in_the_history_with_its_reason(world: World) -> None:
    world.app = Faulty(
        world.server, Fault(creating("vector_stores"), drop(performed=False), times=9)
    )
    assert not world.apply().succeeded

    with ledger(Location(world.root / FILE)) as opened:
        [run] = opened.runs.newest(OWNER)
    assert run.status == "failed"
    status = {one.address: one.status for one in run.changes}
    assert status["vector_store.library"] == "failed"
    assert status["assistant.clerk"] == "skipped"
    assert next(one for one in run.changes if one.status == "failed").error


def test_a_run_that_does_nothing_makes_no_ledger(applied: Project) -> None:
    for words in (["apply", "--yes"], ["plan"], ["drift"]):
        applied.run(*words, *(["--ledger", "team.db"] if words[0] == "apply" else []))

    assert not (applied.folder / "team.db").exists()
    assert not (applied.folder / FILE).exists()


def test_who_writes_nothing_opens_no_ledger_and_loads_no_database_library(
    applied: Project,
) -> None:
    """A process of its own: this one has loaded everything. The ledger could not even be opened."""
    applied.edit("stack.yaml", "spec:\n", "spec:\n  ledger: postgresql://nowhere.invalid/x\n")
    code = (
        "import sys\nfrom provisioner.cli.root import provisioner\n"
        "def run(*words):\n"
        "    try: provisioner(words)\n"
        "    except SystemExit as left: print('left', *words, left.code)\n"
        "for words in sys.argv[1:]: run(*words.split())\n"
        "print({'sqlalchemy', 'alembic', 'psycopg', 'provisioner.ledger.database'}"
        " & sys.modules.keys())"
    )
    commands = [
        *("validate", "plan --out saved.json", "show saved.json", "drift", "show helper"),
        *("explain assistant", "apply --yes", "apply saved.json --yes"),
    ]
    environ = {name: text for name, text in os.environ.items() if name != "PROVISIONER_LEDGER"}
    done = subprocess.run(
        [sys.executable, "-c", code, *commands],
        cwd=applied.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("left")] == [
        f"left {words} 0" for words in commands
    ]
    assert lines[-1] == "set()"


def test_somebody_else_at_work_is_named_and_nothing_is_changed(
    ledgered: Project, opened: Ledger
) -> None:
    locked(opened)

    result = ledgered.run("apply", "--yes", code=1)

    assert "error: k3v9q0x7dp/default: somebody else works on this stack" in result.stderr
    assert "destroy by bert@runner-7, process 12 (https://ci.example.com/jobs/9)" in result.stderr
    assert "2 to create" in ledgered.run("plan").stdout
    waited = ledgered.run("destroy", "--yes", "--wait", "0.01", code=1)
    assert "[lock-held]" in waited.stderr


HOLDS = """\
import sys
from pathlib import Path
from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger
from provisioner.ledger.presence import Presence
from provisioner.model.ledger import Holder
file = Path(sys.argv[1])
with ledger(Location(file)) as opened:
    presence = Presence(file, sys.argv[2])
    opened.leases.acquire(sys.argv[2], Holder("bert", "here", 1, "apply"), 60, presence.claim())
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_that_was_killed_on_this_machine_holds_nobody_up(ledgered: Project) -> None:
    """Its lease has a minute to go. The kernel says that the process is dead; a run waits for none."""
    file = ledgered.folder / FILE
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(file), OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        held = ledgered.run("apply", "--yes", code=1).stderr
        assert "Its lock is held: apply by bert" in ledgered.run("doctor").stdout
        child.kill()

    assert "Its lock is free: apply by bert@here, process 1, had it and is dead." in (
        ledgered.run("doctor").stdout
    )
    assert "that process is dead" in ledgered.run("unlock", code=1).stdout

    assert re.search(
        r"free at \d\d:\d\d:\d\d UTC, in \d+ s, or at once with `provisioner unlock", held
    )
    assert "2 created" in ledgered.run("apply", "--yes").stdout


def test_waiting_takes_the_lock_before_reading(
    ledgered: Project, opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = locked(opened)
    monkeypatch.setattr(locks, "PAUSE", 0.01)
    pauses = 0

    def acquire(*args: Any) -> object:
        nonlocal pauses
        pauses += 1
        if pauses == 3:
            opened.leases.release(OWNER, found.token)
        return real(*args)

    real = type(opened.leases).acquire
    monkeypatch.setattr(type(opened.leases), "acquire", acquire)

    assert "2 created" in ledgered.run("apply", "--yes", "--wait", "60").stdout
    assert pauses == 3
    assert opened.leases.state(OWNER).holder is None


def test_a_lock_is_taken_away_by_hand(
    ledgered: Project, opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "[not-locked]" in ledgered.run("unlock", code=1).stderr
    locked(opened)
    assert "[nobody-to-ask]" in ledgered.run("unlock", code=1).stderr
    monkeypatch.setattr(perform, "interactive", lambda: True)
    asked = CliRunner().invoke(provisioner, ["unlock"], input="n\n")
    assert asked.exit_code == 1
    assert f"{OWNER} is locked: destroy by bert@runner-7" in asked.stdout
    assert opened.leases.state(OWNER).is_held

    assert ledgered.run("unlock", "--yes").stdout.endswith(f"{OWNER} is unlocked.\n")

    ledgered.run("apply", "--yes")


def test_a_plan_made_before_somebody_elses_run_is_refused(
    ledgered: Project, opened: Ledger
) -> None:
    with planned(RunOptions()) as found:
        opened.leases.release(OWNER, locked(opened).token)
        with pytest.raises(PlanRefused, match="plan-outdated"):
            apply(found)
    with planned(RunOptions(wait=0.0)) as found:
        assert apply(found).succeeded
    assert ledgered.run("history").stdout.count("succeeded") == 1


def test_a_run_whose_lock_is_taken_away_stops_before_its_next_write(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "CONFIRMED_FOR", 0.0)

    def unlock() -> None:
        with ledger(Location(world.root / FILE)) as opened:
            assert opened.leases.unlock(OWNER, 1)

    world.app = faulty = Faulty(
        world.server, Fault(creating("vector_stores"), running(unlock, performed=True))
    )
    report = world.apply()

    assert not report.succeeded
    assert "lock-lost" in {one.code.name for one in report.diagnostics}
    sent = [call.path for call in faulty.calls if call.method != "GET"]
    assert sent[-1] == "/v1/vector_stores"
    assert {o.status.value for o in report.outcomes} <= {"done", "failed", "skipped"}
    world.app = world.server
    world.converge()


def test_an_upload_is_written_down_before_its_answer_comes(world: World) -> None:
    world.app = Faulty(world.server, Fault(creating("files"), drop()))
    report = world.apply()
    assert report.succeeded, failures(report)

    with ledger(Location(world.root / FILE)) as opened:
        [lost] = opened.uploads.unanswered("embedded")
        files = {row["id"]: row["filename"] for row in world.rows("files")}
        known = {id: opened.uploads.of_file("embedded", id) for id in files}
        made = {one.address for one in opened.objects.of_owner(OWNER)}
    assert {id for id, upload in known.items() if upload is None} == {
        id for id, name in files.items() if name == lost.name and known[id] is None
    }
    assert sum(upload is None for upload in known.values()) == 1
    assert {"assistant.clerk", "vector_store.library", "file.rates"} <= made


@pytest.mark.parametrize("chosen", [False, True])
def test_the_default_ledger_may_fail_and_a_named_one_may_not(
    ledgered: Project, chosen: bool
) -> None:
    file = ledgered.folder / ("team.db" if chosen else FILE)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"no database " * 500)
    words = ["--ledger", "team.db"] if chosen else []

    result = ledgered.run("apply", "--yes", *words, code=1 if chosen else 0)

    assert "[ledger-damaged]" in result.stderr if chosen else "2 created" in result.stdout
    if not chosen:
        assert "the run goes on without a ledger [without-ledger]" in result.output
    left = "2 to create" if chosen else "2 resources match"
    assert left in ledgered.run("plan").stdout


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE provisioner_ledger_version SET version_num = '0999'")


STATES = {
    "no-ledger-yet": lambda file: [one.unlink() for one in file.parent.glob("ledger.db*")],
    "ledger-damaged": lambda file: file.write_bytes(b"no database " * 500),
    "ledger-newer": newer,
}


@pytest.mark.parametrize("code", STATES)
def test_each_verb_of_the_ledger_says_in_one_sentence_what_is_wrong_with_it(
    ledgered: Project, code: str
) -> None:
    ledgered.run("apply", "--yes")
    run = ledgered.run("history").stdout.splitlines()[1].split()[0]
    file = ledgered.folder / FILE
    STATES[code](file)
    was = file.read_bytes() if file.exists() else None

    for words in (
        ["history"],
        ["history", run],
        ["history", "helper"],
        ["rollback", run, "--yes"],
        ["rollback", "helper", "--to", run, "--yes"],
        ["unlock", "--yes"],
    ):
        told = ledgered.run(*words, code=1).stderr
        assert told.count("error: ") == 1, told
        assert f"[{code}]" in told
    assert (file.read_bytes() if file.exists() else None) == was
    assert "2 resources match" in ledgered.run("plan").stdout


def test_a_stack_says_where_its_ledger_is(
    ledgered: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledgered.edit("stack.yaml", "spec:\n", "spec:\n  ledger: ${env:TEAM_LEDGER}\n")
    monkeypatch.setenv("TEAM_LEDGER", "../team.db")

    ledgered.run("apply", "--yes")

    assert (ledgered.folder / "team.db").exists()
    assert not (ledgered.folder / FILE).exists()
    assert "2 created" in ledgered.run("history").stdout
    monkeypatch.setenv("TEAM_LEDGER", "mysql://db.example.com/x")
    assert "[no-such-ledger]" in ledgered.run("history", code=1).stderr


def test_history_without_a_ledger_says_so(ledgered: Project) -> None:
    assert "[no-ledger-yet]" in ledgered.run("history", code=1).stderr
    assert "[no-ledger-yet]" in ledgered.run("history", "--ledger", "none", code=1).stderr
    assert "[no-ledger-yet]" in ledgered.run("unlock", code=1).stderr
    assert not (ledgered.folder / FILE).exists()
    ledgered.run("apply", "--yes")
    assert "[no-such-run]" in ledgered.run("history", "run-20200101-000000-0000", code=1).stderr
    assert "no run is recorded that touched it" in ledgered.run("history", "nobody", code=2).stderr
    assert "No run is recorded." in ledgered.run("history", "assistant.other").stdout


def test_a_run_that_was_killed_is_shown_as_not_ended(ledgered: Project, opened: Ledger) -> None:
    opened.runs.begin(
        BERT, [], owner=OWNER, target="local", account="a", digest="d", revision="", version="1"
    )

    assert "not ended" in ledgered.run("history").stdout
    run = ledgered.run("history").stdout.splitlines()[1].split()[0]
    assert "it was killed, or it is still running" in ledgered.run("history", run).stdout
    assert "https://ci.example.com/jobs/9" in ledgered.run("history", run).stdout
