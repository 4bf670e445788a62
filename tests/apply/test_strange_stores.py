"""Servers that keep less of a store's documents than the platform does: right, or said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.apply import Limits
from provisioner.model.outcome import Status
from tests.apply.account import LIMITS, SEARCH, Account, assistant, file, store
from tests.support.faults import Faulty
from tests.support.habits import reply
from tests.support.servers import Forgetful, IgnoredBatch, Wrapper

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response


class TestAServerThatKeepsNoAttributes:
    def test_is_said_before_anything_is_doubled(self, account: Account) -> None:
        account.app = Forgetful(account.server)
        wanted = store(*(account.document(f"{n}.md") for n in range(5)))

        applied = account.apply(wanted)

        assert applied.outcomes == {"create vector_store.library": Status.FAILED}
        assert "created, but " in applied.errors["vector_store.library"]
        assert "file_names: marked" in applied.errors["vector_store.library"]
        assert account.documents() == {}
        assert account.rows("files") == []

    def test_stops_every_store(self, account: Account) -> None:
        account.app = seen = Faulty(Forgetful(account.server))
        shelves = [store(account.document(f"{n}.md"), name=f"s{n}") for n in range(3)]

        applied = account.apply(*shelves)

        assert list(applied.outcomes.values()) == [Status.FAILED] * 3
        assert sum(c.method == "POST" and c.path.endswith("/files") for c in seen.calls) <= 2
        assert account.rows("files") == []

    def test_again_and_again_leaves_nothing(self, account: Account) -> None:
        account.app = Forgetful(account.server)
        wanted = store(account.document("a.md"), account.document("b.md"))
        for _ in range(3):
            account.apply(wanted)
        assert account.rows("files") == []

        account.converged()

        assert account.rows("vector_stores") == []

    def test_holds_documents_by_their_names(self, account: Account) -> None:
        account.file_names = "marked"
        account.app = Forgetful(account.server)
        wanted = [
            store(account.document("x/a.md", "same"), account.document("y/a.md", "same"),
                  account.document("c.md")),
            assistant(tools=SEARCH),
        ]  # fmt: skip

        first = account.apply(*wanted)

        assert first.succeeded, first.errors
        assert ["keeps no attributes" in text for text in first.warnings] == [True]
        assert account.work(*wanted) == []
        held = account.rows("vector_stores/files", str(account.row("vector_stores")["id"]))
        assert len(held) == 3

        changed = store(account.document("x/a.md", "other"), account.document("c.md"))
        plan = account.plan(changed, wanted[1])
        (change,) = plan.changes
        assert sorted(d.action.value for d in change.documents) == ["change", "remove"]
        account.converged(changed, wanted[1])
        held = account.rows("vector_stores/files", str(account.row("vector_stores")["id"]))
        assert len(held) == len(account.rows("files")) == 2

        account.converged()

        assert account.rows("vector_stores") == []
        assert account.rows("files") == []

    def test_leaves_documents_of_others_alone(self, account: Account) -> None:
        account.file_names = "marked"
        account.app = Forgetful(account.server)
        account.apply(store(account.document("a.md")))
        with account._direct() as provider:
            sha256 = account.document("theirs.md").sha256
            theirs = provider.upload(account.root / "theirs.md", "theirs.md", sha256)
        parent = str(account.row("vector_stores")["id"])
        account.make("vector_stores/files", parent, file_id=theirs["id"])

        account.converged(store(account.document("a.md", "new")))
        account.converged()

        assert [row["id"] for row in account.rows("files")] == [theirs["id"]]


@pytest.mark.parametrize("performed", [0, 1])
def test_an_ignored_batch_is_attached_one_by_one_at_once(account: Account, performed: int) -> None:
    account.app = IgnoredBatch(account.server, performed)
    wanted = store(*(account.document(f"{n}.md") for n in range(4)))
    naps: list[float] = []

    applied = account.apply(wanted, limits=Limits(settle=0.05, timeout=60, sleep=naps.append))

    assert applied.succeeded, applied.errors
    assert sum(naps) < 1
    assert account.work(wanted) == []
    assert len(account.documents()) == 4


class SilentBatch(IgnoredBatch):
    """The same, and the answer does not count."""

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        if request.path.endswith("/file_batches") and request.method == "POST":
            body = answer.get_json()
            return reply({k: v for k, v in body.items() if k != "file_counts"})
        return answer


def test_a_batch_that_says_nothing_and_does_nothing_is_attached_too(account: Account) -> None:
    account.app = SilentBatch(account.server)
    wanted = store(account.document("a.md"), account.document("b.md"), account.document("c.md"))

    applied = account.apply(wanted, limits=Limits(settle=0.05, timeout=3))

    assert applied.succeeded, applied.errors
    assert len(account.documents()) == 3


class LosesUpdates(Wrapper):
    """Attributes that are set by an update are lost; those of an attachment are kept."""

    def answer(self, request: Request) -> Response:
        of_one = "/files/" in request.path and "/vector_stores/" in request.path
        if request.method == "POST" and of_one:
            method = request.environ["REQUEST_METHOD"]
            request.environ["REQUEST_METHOD"] = "GET"
            answer = self.forward(request, data=b"")
            request.environ["REQUEST_METHOD"] = method
            return answer
        return self.forward(request)


def test_attributes_that_an_update_loses_fail_the_store(account: Account) -> None:
    account.apply(store(account.document("a.md", audience="staff")))
    account.app = LosesUpdates(account.server)
    wanted = store(account.document("a.md", audience="all"))

    applied = account.apply(wanted)

    assert applied.outcomes == {"update vector_store.library": Status.FAILED}
    assert "attributes of a.md" in applied.errors["vector_store.library"]
    account.app = account.server
    account.converged(wanted)


def test_an_interruption_stops_the_uploads_of_a_store(account: Account) -> None:
    uploads = 0

    class Counting(Wrapper):
        def answer(self, request: Request) -> Response:
            nonlocal uploads
            uploads += request.method == "POST" and request.path.endswith("/v1/files")
            return self.forward(request)

    account.app = Counting(account.server)
    wanted = store(*(account.document(f"{n}.md") for n in range(20)))

    applied = account.apply(wanted, stop=lambda: uploads >= 3)

    assert applied.outcomes == {"create vector_store.library": Status.FAILED}
    assert "of 19 documents were uploaded" in applied.errors["vector_store.library"]
    assert uploads < 3 + LIMITS.parallelism  # those that ran already were seen through
    account.converged(wanted)
    assert len(account.rows("files")) == 20


def test_an_interruption_does_not_wait_for_what_is_being_ingested(account: Account) -> None:
    stopped = False

    class Slow(Wrapper):
        """Nothing is ever completed; the batch is where somebody presses Ctrl-C."""

        def answer(self, request: Request) -> Response:
            nonlocal stopped
            stopped = stopped or request.path.endswith("file_batches")
            answer = self.forward(request)
            answer.set_data(answer.get_data().replace(b'"completed"', b'"in_progress"'))
            return answer

    account.app = Slow(account.server)
    wanted = store(account.document("a.md"), file("h", account.document("h.md")).documents["h.md"])

    applied = account.apply(wanted, limits=Limits(settle=0, timeout=600), stop=lambda: stopped)

    assert "interrupted" in applied.errors["vector_store.library"]
    account.app = account.server
    account.converged(wanted)


class Lowering(Wrapper):
    """Attributes that are texts are kept in small letters."""

    def answer(self, request: Request) -> Response:
        data = request.get_data()
        if request.method == "POST" and b'"audience"' in data:
            data = data.replace(b'"Staff"', b'"staff"').replace(b'"ALL"', b'"all"')
        return self.forward(request, data=data)


def test_attributes_that_a_server_keeps_otherwise_are_no_drift(account: Account) -> None:
    account.app = Lowering(account.server)
    wanted = store(account.document("a.md", audience="Staff"), account.document("b.md"))

    first = account.apply(wanted)

    assert first.succeeded, first.errors
    assert ["kept-otherwise" in text and "a.md" in text for text in first.warnings] == [True]
    assert account.work(wanted) == []
    changed = store(account.document("a.md", audience="ALL"), account.document("b.md"))
    plan = account.plan(changed)
    assert [c.reason.value for c in plan.changes] == ["manifest"]
    account.converged(changed)
    (row,) = [
        row
        for row in account.rows("vector_stores/files", str(account.row("vector_stores")["id"]))
        if row["attributes"]["provisioner.path"] == "a.md"
    ]
    account.app = account.server
    with account.provider() as provider:
        attributes = {**row["attributes"], "audience": "theirs"}
        provider.update(
            "vector_stores/files", row["id"], {"attributes": attributes}, row["vector_store_id"]
        )
    assert [c.reason.value for c in account.plan(changed).changes] == ["drift"]
