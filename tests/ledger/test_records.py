"""Records of a ledger come back as they were written, from both databases."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from provisioner.model.leaks import Quarantined
from provisioner.model.ledger import (
    ChangeRecord,
    Made,
    Receipt,
    ReceiptDocument,
    RunStatus,
    Tracked,
)
from tests.ledger.conftest import ANNA, BERT

if TYPE_CHECKING:
    from provisioner.ledger.opening import Ledger
    from tests.ledger.conftest import Clock

OWNER, ACCOUNT = "k3v9q0x7dp/prod", "api.example.com proj-a"
CLERK = ChangeRecord(
    "assistant.clerk", "update", "manifest", "asst_1", fields=("model", "tools[x]")
)
LIBRARY = ChangeRecord("vector_store.library", "create", "manifest")


def begun(opened: Ledger, *changes: ChangeRecord, owner: str = OWNER) -> str:
    return opened.runs.begin(
        ANNA,
        changes,
        owner=owner,
        target="live",
        account=ACCOUNT,
        digest="d1g3st",
        revision="0a1b2c3",
        version="0.1.0",
    )


def deleted(kind: str, id: str) -> Receipt:
    return Receipt("run-1", OWNER, ACCOUNT, "", kind, id, None, {})


def test_a_run_is_there_before_it_ends_and_says_then_how_it_ended(
    opened: Ledger, clock: Clock
) -> None:
    id = begun(opened, CLERK, LIBRARY)
    assert re.fullmatch(r"run-\d{8}-\d{6}-[0-9a-f]{4}", id)
    killed = opened.runs.find(id)
    assert killed
    assert (killed.status, killed.ended) == (RunStatus.STARTED, None)
    assert killed.changes == (CLERK, LIBRARY)
    clock.now += 7

    ended = [
        replace(CLERK, status="done"),
        replace(LIBRARY, status="failed", error="no room: 100 % of “quota”"),
    ]
    opened.runs.end(id, RunStatus.FAILED, ended)

    run = opened.runs.find(id)
    assert run
    assert run.changes == tuple(ended)
    assert (run.status, run.ended) == (RunStatus.FAILED, run.started + 7)
    assert (run.holder, run.target, run.account) == (ANNA, "live", ACCOUNT)
    assert (run.digest, run.revision, run.version) == ("d1g3st", "0a1b2c3", "0.1.0")
    assert opened.runs.find("run-20260101-000000-0000") is None


def test_history_is_of_an_owner_or_of_an_address_and_the_newest_is_first(
    opened: Ledger, clock: Clock
) -> None:
    first = begun(opened, CLERK)
    clock.now += 60
    second = begun(opened, CLERK, LIBRARY)
    begun(opened, CLERK, owner="another/prod")

    assert [run.id for run in opened.runs.newest(OWNER)] == [second, first]
    assert [run.id for run in opened.runs.newest(OWNER, limit=1)] == [second]
    [only] = opened.runs.newest(OWNER, addresses=["vector_store.library"])
    assert (only.id, only.changes) == (second, (LIBRARY,))
    assert opened.runs.newest(OWNER, addresses=["assistant.nobody"]) == []


def test_a_bare_name_or_an_id_means_the_addresses_that_runs_touched(opened: Ledger) -> None:
    begun(opened, CLERK, LIBRARY)
    begun(opened, replace(CLERK, address="assistant.library"))
    begun(opened, replace(CLERK, address="assistant.elsewhere"), owner="another/prod")

    assert opened.runs.addresses(OWNER, "library") == ["assistant.library", "vector_store.library"]
    assert opened.runs.addresses(OWNER, "asst_1") == ["assistant.clerk", "assistant.library"]
    assert opened.runs.addresses(OWNER, "elsewhere") == []
    assert opened.runs.addresses(OWNER, "%") == []


def test_what_stood_at_an_address_after_a_run_is_the_newest_change_that_was_done(
    opened: Ledger, clock: Clock
) -> None:
    ids = []
    for kept, status in (({"v": 1}, "done"), ({"v": 2}, "failed"), ({"v": 3}, "done")):
        clock.now += 1
        id = begun(opened, CLERK)
        opened.runs.end(id, RunStatus.SUCCEEDED, [replace(CLERK, status=status, spec=kept)])
        ids.append(id)
    clock.now += 1
    last = begun(opened, LIBRARY)
    gone = replace(CLERK, action="delete", status="done")
    clock.now += 1
    deleted = begun(opened, gone)
    opened.runs.end(deleted, RunStatus.SUCCEEDED, [gone])

    def spec(run: str) -> object:
        found = opened.runs.applied(OWNER, "live", "assistant.clerk", run)
        return found and found.spec

    assert [spec(id) for id in (*ids, last)] == [{"v": 1}, {"v": 1}, {"v": 3}, {"v": 3}]
    assert opened.runs.applied(OWNER, "elsewhere", "assistant.clerk", last) is None
    found = opened.runs.applied(OWNER, "live", "assistant.clerk", deleted)
    assert found
    assert (found.action, found.spec) == ("delete", None)


def test_an_upload_is_known_before_it_is_answered(opened: Ledger) -> None:
    what = {"owner": OWNER, "account": ACCOUNT, "run": "run-1", "sha256": "ab" * 32}
    first = opened.uploads.begin(name="a.md", path="docs/a.md", bytes=3_000_000_000, **what)
    second = opened.uploads.begin(name="b.md", path="docs/b.md", bytes=0, **what)
    third = opened.uploads.begin(name="c.md", path="docs/c.md", bytes=1, **what)
    assert [one.name for one in opened.uploads.unanswered(ACCOUNT)] == ["a.md", "b.md", "c.md"]

    opened.uploads.complete(first, "file-1")
    opened.uploads.drop(third)

    assert [one.number for one in opened.uploads.unanswered(ACCOUNT)] == [second]
    assert opened.uploads.unanswered("elsewhere") == []
    known = opened.uploads.of_file(ACCOUNT, "file-1")
    assert known
    assert (known.path, known.sha256, known.bytes) == ("docs/a.md", "ab" * 32, 3_000_000_000)
    assert opened.uploads.of_file(ACCOUNT, "file-2") is None
    assert opened.uploads.of_file(ACCOUNT, "") is None


def test_an_object_is_ours_from_when_it_was_made_until_it_was_deleted(
    opened: Ledger, clock: Clock
) -> None:
    made = Made(ACCOUNT, "assistant", "asst_1", OWNER, "assistant.clerk", "run-1", 0)
    opened.objects.add([made])
    opened.objects.add([replace(made, run="run-2")])

    [known] = opened.objects.of_owner(OWNER)
    assert known == replace(made, made=clock.now)
    assert opened.objects.find("elsewhere", "assistant", "asst_1") is None
    clock.now += 5
    opened.receipts.confirm([deleted("assistant", "asst_1")])
    assert opened.objects.of_owner(OWNER) == []
    gone = opened.objects.find(ACCOUNT, "assistant", "asst_1")
    assert gone
    assert gone.deleted == clock.now


def test_a_receipt_is_there_before_the_delete_and_confirmed_after_it(
    opened: Ledger, clock: Clock
) -> None:
    configuration = {
        "instructions": "Be brief.\n\0 ü \U0001f600",
        "tools": [{"type": "x"}],
        "n": 0.2,
    }
    receipt = Receipt(
        "run-1", OWNER, ACCOUNT, "assistant.a", "assistant", "asst_1", None, configuration
    )
    opened.objects.add([Made(ACCOUNT, "assistant", "asst_1", OWNER, "assistant.a", "run-0", 0)])

    opened.receipts.note(receipt)
    assert opened.receipts.of_run("run-1") == [replace(receipt, noted=clock.now)]
    clock.now += 3
    opened.receipts.confirm([receipt])

    [confirmed] = opened.receipts.of_run("run-1")
    assert (confirmed.noted, confirmed.deleted) == (clock.now - 3, clock.now)
    assert not opened.objects.of_account(ACCOUNT)
    assert opened.receipts.of_run("run-2") == []


def test_the_receipt_of_a_store_holds_its_documents_and_goes_with_them(opened: Ledger) -> None:
    store = Receipt("run-1", OWNER, ACCOUNT, "", "vector_store", "vs_1", None, {"object": {}})
    read = ReceiptDocument("run-1", "vs_1", "file-1", "a.md", "a.md", "ab", 3, {"k": 1}, "x\0y")
    unread = replace(read, file_id="file-2", path="b.md", text=None, missing="too large")

    opened.receipts.note(store, [unread, read])
    opened.receipts.note(store, [unread, read])

    assert opened.receipts.documents("run-1") == [read, unread]
    assert [one.text for one in opened.receipts.documents("run-1", with_text=False)] == ["", None]
    assert opened.receipts.text("run-1", "vs_1", "file-1") == "x\0y"
    assert opened.receipts.text("run-1", "vs_1", "file-9") is None
    opened.receipts.drop(store)
    assert opened.receipts.documents("run-1") == []
    assert opened.receipts.of_run("run-1") == []


def test_a_quarantined_object_keeps_its_time_while_it_stays_as_it_was(
    opened: Ledger, clock: Clock
) -> None:
    week = 7 * 86400.0
    note = Quarantined(
        ACCOUNT, "file", "file-1", "dangling", proof="no store \0", fingerprint="f1", owner=OWNER
    )
    start = clock.now
    other = replace(note, id="file-2")
    opened.quarantine.note([note, other], week)
    clock.now += 86400

    again = opened.quarantine.note([note, replace(other, fingerprint="f2")], week)

    assert [one.until - start for one in again] == [week, week + 86400]
    assert [one.id for one in opened.quarantine.of_account(ACCOUNT)] == ["file-1", "file-2"]
    opened.quarantine.lift([note])
    opened.quarantine.lift([])
    assert [one.id for one in opened.quarantine.of_account(ACCOUNT)] == ["file-2"]
    assert opened.quarantine.of_account("elsewhere") == []


def test_what_is_remembered_of_an_account_is_what_was_made_and_not_deleted(
    opened: Ledger, clock: Clock
) -> None:
    made = Made(ACCOUNT, "assistant", "asst_1", OWNER, "assistant.clerk", "run-1", 0)
    elsewhere = replace(made, account="elsewhere", id="asst_3")
    opened.objects.add([made, replace(made, id="asst_2"), elsewhere])
    opened.receipts.confirm([deleted("assistant", "asst_2")])
    what = {"owner": OWNER, "account": ACCOUNT, "run": "run-1", "sha256": "ab" * 32}
    for name in ("a.md", "b.md"):
        number = opened.uploads.begin(name=name, path=name, bytes=3, **what)
        opened.uploads.complete(number, f"file-{name}")
    opened.uploads.begin(name="c.md", path="c.md", bytes=3, **what)
    opened.receipts.confirm([deleted("file", "file-b.md")])
    opened.quarantine.note([Quarantined(ACCOUNT, "file", "file-9", "dangling")], 60.0)
    opened.tracked.register(
        [Tracked(ACCOUNT, "thread", "t1"), Tracked("elsewhere", "thread", "t2")]
    )

    known = opened.remembered(ACCOUNT)

    assert (known.is_known, known.read_at) == (True, clock.now)
    assert [*known.made] == ["asst_1"]
    assert [*known.uploaded] == ["file-a.md"]
    assert [one.name for one in known.unanswered] == ["c.md"]
    assert known.quarantined["file-9"].until == clock.now + 60
    assert [one.id for one in known.tracked] == ["t1"]
    assert not opened.remembered("nowhere").made


def test_tracked_objects_end_when_their_time_is_over(opened: Ledger, clock: Clock) -> None:
    def thread(id: str, days: float | None, subject: str = "user:42") -> Tracked:
        return Tracked(ACCOUNT, "thread", id, subject, expires=days and clock.now + days * 86400)

    opened.tracked.register([thread("t1", 1), thread("t2", 2, "user:7"), thread("t3", None)])
    opened.tracked.register([])
    assert opened.tracked.expired(ACCOUNT) == []
    # The same thread again: whoever wants to keep it longer decides.
    opened.tracked.register([thread("t2", 5, "user:7"), thread("t1", 0.5)])
    clock.now += 3 * 86400

    assert [one.id for one in opened.tracked.expired(ACCOUNT)] == ["t1"]
    clock.now += 3 * 86400
    assert [one.id for one in opened.tracked.expired(ACCOUNT)] == ["t1", "t2"]
    assert [one.id for one in opened.tracked.expired(ACCOUNT, limit=1)] == ["t1"]
    assert {one.id for one in opened.tracked.of_subject("user:42")} == {"t1", "t3"}


def test_whoever_holds_a_run_is_told_with_its_pipeline() -> None:
    assert str(BERT) == "destroy by bert@runner-7, process 12 (https://ci.example.com/jobs/9)"
    assert str(ANNA) == "apply by anna@laptop, process 4711"
