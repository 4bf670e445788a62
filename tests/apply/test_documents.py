"""Knowledge never goes dark: completed before attached for good, detached only then, never loose."""

import json
from dataclasses import replace
from typing import Any

import pytest

from provisioner.apply import Limits
from provisioner.emulator import create_app
from provisioner.model.outcome import Status
from tests.apply.account import FAIL, SEARCH, Account, again, assistant, code, file, store
from tests.support.faults import Call, Fault, Faulty, answer, creating, fail
from tests.support.servers import Without

STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50}}


def test_a_changed_document_is_completed_before_its_predecessor_goes(account: Account) -> None:
    account.apply(store(account.document("a.md", "old"), account.document("b.md")))
    before = account.documents()

    applied = account.apply(store(account.document("a.md", "new"), account.document("b.md")))

    after = account.documents()
    assert applied.succeeded
    assert before["b.md"] == after["b.md"]
    assert before["a.md"] != after["a.md"]
    assert account.dangling() == set()
    attached = account.seen.calls.index(next(c for c in account.seen.calls if "batches" in c.path))
    detached = [n for n, c in enumerate(account.seen.calls) if c.method == "DELETE"]
    listed = [
        n for n, c in enumerate(account.seen.calls) if c.method == "GET" and "/files" in c.path
    ]
    assert any(attached < n < detached[0] for n in listed)


class TestADocumentThatCannotBeIngested:
    def test_leaves_its_predecessor_attached(self, account: Account) -> None:
        account.apply(store(account.document("a.md", "old"), account.document("b.md")))
        before = account.documents()
        broken = store(account.document("a.md", f"new\n{FAIL}"), account.document("c.md"))

        applied = account.apply(broken)

        assert applied.outcomes == {"update vector_store.library": Status.FAILED}
        error = applied.errors["vector_store.library"]
        assert "a.md was not ingested (failed: An internal error occurred.)" in error
        after = account.documents()
        assert (after["a.md"], after["b.md"]) == (before["a.md"], before["b.md"])
        assert account.dangling() == set()

        account.converged(store(account.document("a.md", "mended"), account.document("c.md")))
        assert set(account.documents()) == {"a.md", "c.md"}
        assert account.dangling() == set()

    def test_keeps_an_assistant_on_the_store_that_it_has(self, account: Account) -> None:
        user, sibling = assistant(tools=SEARCH), assistant("sibling")
        account.apply(user, store(account.document("a.md", "old")))
        before = account.row("assistants", "qa")["tool_resources"]
        broken = store(account.document("a.md", f"new\n{FAIL}"), chunking_strategy=STATIC)

        applied = account.apply(user, broken, sibling)

        assert applied.outcomes == {
            "replace vector_store.library": Status.FAILED,
            "update assistant.qa": Status.SKIPPED,
            "create assistant.sibling": Status.DONE,
        }
        assert "vector_store.library" in applied.errors["assistant.qa"]
        assert account.row("assistants", "qa")["tool_resources"] == before
        assert account.dangling() == set()

        mended = store(account.document("a.md", "new"), chunking_strategy=STATIC)
        account.converged(user, mended, sibling)
        assert account.row("assistants", "qa")["tool_resources"] != before
        assert len(account.rows("vector_stores")) == 1
        assert account.dangling() == set()

    def test_does_not_keep_a_new_store_from_being_finished_later(self, account: Account) -> None:
        good = account.document("a.md")

        applied = account.apply(
            store(good, account.document("b.md", FAIL)), assistant(tools=SEARCH)
        )

        assert applied.outcomes == {
            "create vector_store.library": Status.FAILED,
            "create assistant.qa": Status.SKIPPED,
        }
        assert set(account.documents()) == {"a.md"}
        assert account.dangling() == set()
        account.converged(store(good, account.document("b.md")), assistant(tools=SEARCH))

    def test_that_a_file_declares_takes_the_file_along(self, account: Account) -> None:
        broken = account.document("h.md", FAIL)
        entry = account.document("h.md", FAIL, source="handbook")

        applied = account.apply(store(entry), file("handbook", broken))

        assert Status.FAILED in applied.outcomes.values()
        assert account.rows("files") == []
        mended = account.document("h.md", "fine")
        account.converged(
            store(account.document("h.md", "fine", source="handbook")), file("handbook", mended)
        )

    def test_and_stays_attached_on_the_live_side_is_tried_again(self, account: Account) -> None:
        """As after a kill before what failed was detached."""
        plain, source = account.document("h.md"), account.document("h.md", source="handbook")
        for document, files in ((plain, []), (source, [file("handbook", plain)])):
            account.apply(store(document), *files)
            account.app = Shown(account.server, "failed")
            applied = account.apply(store(document), *files)
            account.app = account.server
            assert applied.plan.changes[0].documents[0].note == "ingestion failed"
            account.converged(store(document), *files)
            assert set(account.documents()) == {"h.md"}
            assert account.dangling() == set()


class Shown(Faulty):
    """Shows every document with that status until something is attached."""

    def __init__(self, app: Any, status: str) -> None:
        super().__init__(app)
        self.status = status

    def answer(self, request: Any) -> Any:
        answer = super().answer(request)
        attached = any("file_batches" in call.path for call in self.calls)
        if not attached and request.method == "GET" and "/vector_stores/" in request.path:
            text = answer.get_data(as_text=True)
            answer.set_data(text.replace('"status":"completed"', f'"status":"{self.status}"').replace('"status": "completed"', f'"status": "{self.status}"'))  # fmt: skip
        return answer


def test_a_document_that_takes_too_long_is_told_and_finished_later(account: Account) -> None:
    account.server.close()
    slow = create_app(account.root / "slow.sqlite", clock=lambda: account.now, ingest_seconds=60)
    account.server = account.app = slow
    wanted = store(account.document("a.md"))

    late = account.apply(wanted, limits=Limits(timeout=0, settle=0))

    assert "not every document was ingested" in late.errors["vector_store.library"]
    changes = account.plan(wanted).changes[0].documents
    assert [change.note for change in changes] == ["still being ingested"]
    account.now += 61
    account.converged(wanted)
    assert len(account.rows("files")) == 1
    slow.close()


class TestAttributes:
    def test_are_changed_without_a_new_upload(self, account: Account) -> None:
        account.apply(store(account.document("a.md", audience="staff")))
        before = account.documents()

        account.converged(store(account.document("a.md", audience="all", pages=3)))

        assert account.documents() == before

    def test_that_somebody_changed_are_put_back(self, account: Account) -> None:
        wanted = store(account.document("a.md", audience="staff"))
        account.apply(wanted)
        (row,) = account.rows("vector_stores/files", str(account.row("vector_stores")["id"]))
        with account.provider() as provider:
            attributes = {**row["attributes"], "audience": "all"}
            body = {"attributes": attributes}
            provider.update("vector_stores/files", row["id"], body, row["vector_store_id"])

        plan = account.plan(wanted)

        assert [change.reason.value for change in plan.changes] == ["drift"]
        account.converged(wanted)


def test_a_detached_document_is_drift_and_comes_back(account: Account) -> None:
    wanted = store(account.document("a.md"), account.document("b.md"))
    account.apply(wanted)
    store_id = str(account.row("vector_stores")["id"])
    account.remove("vector_stores/files", account.documents()["a.md"], store_id)

    assert [change.reason.value for change in account.plan(wanted).changes] == ["drift"]
    account.converged(wanted)

    assert set(account.documents()) == {"a.md", "b.md"}


def test_a_document_that_somebody_else_attached_stays(account: Account) -> None:
    wanted = store(account.document("a.md"))
    account.apply(wanted)
    with account.provider() as provider:
        sha256 = account.document("theirs.md").sha256
        theirs = provider.upload(account.root / "theirs.md", "theirs.md", sha256)
    parent = str(account.row("vector_stores")["id"])
    account.make("vector_stores/files", parent, file_id=theirs["id"])

    assert account.work(wanted) == []
    account.converged(store(account.document("a.md", "new")))

    assert theirs["id"] in account.documents().values()


class TestAServerWithoutBatches:
    def test_takes_documents_one_by_one(self, account: Account) -> None:
        account.app = Without(account.server, "file_batches")

        account.converged(store(account.document("a.md"), account.document("b.md")))

        assert set(account.documents()) == {"a.md", "b.md"}

    def test_whose_answers_are_lost_too(self, account: Account) -> None:
        def attaching(call: Call) -> bool:
            return call.method == "POST" and call.path.endswith("/files") and "stores" in call.path

        account.app = Faulty(Without(account.server, "file_batches"), Fault(attaching, fail(500)))

        account.converged(store(account.document("a.md"), account.document("b.md")))

        assert set(account.documents()) == {"a.md", "b.md"}


def test_a_batch_that_arrived_in_part_is_completed(account: Account) -> None:
    wanted = store(*(account.document(f"{n}.md") for n in range(4)))
    account.app = Halving(account.server)

    account.converged(wanted)

    assert len(account.documents()) == 4


class Halving(Faulty):
    """The first batch is performed for half of its files, and its answer is lost."""

    def answer(self, request: Any) -> Any:
        batch = request.path.endswith("file_batches") and request.method == "POST"
        if batch and not any("file_batches" in call.path for call in self.calls):
            body = json.loads(request.get_data())
            body["files"] = body["files"][:2]
            self.forward(request, data=json.dumps(body).encode())
            self._due(request)
            return fail(500, performed=False)(request, lambda: self.forward(request))
        return super().answer(request)


class TestAReplace:
    def test_moves_everything_over_and_then_removes_the_old(self, account: Account) -> None:
        user = assistant(tools=SEARCH)
        documents = [account.document("a.md"), account.document("b.md")]
        account.apply(user, store(*documents))
        old, files = account.row("vector_stores"), account.documents()

        account.converged(user, store(*documents, chunking_strategy=STATIC))

        new = account.row("vector_stores")
        assert new["id"] != old["id"]
        assert account.documents() == files, "no document is uploaded twice"
        resources = account.row("assistants")["tool_resources"]["file_search"]
        assert resources["vector_store_ids"] == [new["id"]]
        assert account.dangling() == set()

    def test_of_an_expired_store_fills_a_new_one(self, account: Account) -> None:
        week = {"anchor": "last_active_at", "days": 7}
        user = assistant(tools=SEARCH)
        shelf = store(account.document("a.md"), expires_after=week)
        account.apply(user, shelf)
        account.now += 8 * 86_400

        plan = account.plan(user, shelf)
        assert [(c.action.word, c.reason.value) for c in plan.changes] == [
            ("update", "reference"),
            ("replace", "expired"),
        ]
        account.converged(user, shelf)

        assert account.row("vector_stores")["status"] == "completed"
        assert set(account.documents()) == {"a.md"}

    def test_that_stopped_before_the_old_was_removed_is_finished(self, account: Account) -> None:
        user = assistant(tools=SEARCH)
        shelf = store(account.document("a.md"), chunking_strategy=STATIC)
        account.apply(user, store(account.document("a.md")))
        account.app = Faulty(
            account.server,
            Fault(
                lambda c: c.method == "DELETE" and "vector_stores" in c.path, answer({}, 403), 99
            ),
        )
        stopped = account.apply(user, shelf)
        account.app = account.server

        assert stopped.outcomes["replace vector_store.library"] is Status.FAILED
        assert stopped.outcomes["update assistant.qa"] is Status.DONE
        plan = account.plan(user, shelf)
        assert [(c.action.word, c.reason.value) for c in plan.changes] == [("delete", "duplicate")]
        account.converged(user, shelf)
        assert len(account.rows("vector_stores")) == 1
        assert account.dangling() == set()


class TestFiles:
    def test_with_one_content_are_uploaded_once_for_all_stores(self, account: Account) -> None:
        document = account.document("a.md")

        account.converged(store(document), store(document, name="second"))

        assert len(account.rows("files")) == 1
        assert account.documents() == account.documents("second")

    @pytest.mark.parametrize("names", ["plain", "marked"])
    def test_at_two_paths_of_one_store_are_two(self, account: Account, names: str) -> None:
        account.file_names = names
        twins = store(account.document("x/a.md", "same"), account.document("y/a.md", "same"))

        account.converged(twins)

        assert len(account.rows("files")) == 2
        assert len(set(account.documents().values())) == 2

    def test_with_marked_names_are_found_again_without_a_claim(self, account: Account) -> None:
        account.file_names = "marked"
        twins = store(account.document("x/a.md", "same"), account.document("y/a.md", "same"))
        account.app = Faulty(account.server, Fault(creating("file_batches"), answer({}, 403), 99), Fault(lambda c: c.method == "DELETE", answer({}, 403), 99))  # fmt: skip
        account.apply(twins)
        account.app = account.server
        (left,) = account.rows("files")

        account.converged(twins)

        assert left["id"] in account.documents().values()
        assert len(set(account.documents().values())) == 2

    def test_stay_while_another_store_holds_them(self, account: Account) -> None:
        document = account.document("a.md")
        account.apply(store(document), store(document, name="second"))

        account.converged(store(), store(document, name="second"))

        assert len(account.rows("files")) == 1
        account.converged(store(), store(name="second"))
        assert account.rows("files") == []

    def test_that_a_foreign_store_names_are_kept_and_told(self, account: Account) -> None:
        account.apply(store(account.document("a.md")))
        id = account.documents()["a.md"]
        theirs = account.make("vector_stores", name="theirs")
        account.make("vector_stores/files", str(theirs["id"]), file_id=id)

        applied = account.apply(store())

        assert applied.succeeded
        assert ["files are kept" in text and id in text for text in applied.warnings] == [True]
        assert [row["id"] for row in account.rows("files")] == [id]
        assert account.work(store()) == []

    def test_that_a_foreign_assistant_names_are_kept(self, account: Account) -> None:
        table = file("table", account.document("t.csv", "a,b"))
        account.apply(assistant(tools=code("table")), table)
        (row,) = account.rows("files")
        resources = {"code_interpreter": {"file_ids": [row["id"]]}}
        account.make(
            "assistants",
            model="gpt-4.1",
            tools=[{"type": "code_interpreter"}],
            tool_resources=resources,
        )

        account.apply(assistant())

        assert [kept["id"] for kept in account.rows("files")] == [row["id"]]

    def test_of_an_assistant_and_a_store_are_one(self, account: Account) -> None:
        plain = account.document("h.md", "old")
        user = assistant(tools=code("handbook"))
        entry = account.document("h.md", "old", source="handbook")
        account.converged(user, store(entry), file("handbook", plain))
        assert len(account.rows("files")) == 1

        plain = account.document("h.md", "new")
        entry = account.document("h.md", "new", source="handbook")
        account.converged(user, store(entry), file("handbook", plain))

        (row,) = account.rows("files")
        assert account.documents() == {"h.md": row["id"]}
        assert row["id"] in str(account.row("assistants"))

    def test_that_a_file_declares_from_now_on_change_hands(self, account: Account) -> None:
        plain = account.document("h.md")
        declared = replace(plain, source=file("handbook", plain).address)
        account.apply(store(plain))

        account.converged(store(declared), file("handbook", plain))
        assert len(account.rows("files")) == 1
        account.converged(store(plain))
        assert len(account.rows("files")) == 1

    def test_that_vanished_are_made_again(self, account: Account) -> None:
        table = file("table", account.document("t.csv", "a,b"))
        user = assistant(tools=code("table"))
        account.apply(user, table)
        (row,) = account.rows("files")
        account.remove("files", str(row["id"]))

        account.converged(user, table)

        assert account.rows("files")[0]["id"] in str(account.row("assistants"))

    def test_that_nothing_refers_to_any_more_go(self, account: Account) -> None:
        table = file("table", account.document("t.csv", "a,b"))
        account.apply(assistant(tools=code("table")), table)

        account.converged(assistant(), table)

        assert account.rows("files") == []

    def test_are_named_in_progress(self, account: Account) -> None:
        applied = account.apply(store(account.document("a.md"), account.document("b.md")))

        assert ("uploading", 0, 2) in [(p.note, p.done, p.total) for p in applied.progress]
        assert ("ingesting", 2, 2) in [(p.note, p.done, p.total) for p in applied.progress]

    def test_that_changed_since_the_plan_are_not_uploaded(self, account: Account) -> None:
        wanted = store(account.document("a.md"))

        applied = account.apply(wanted, meanwhile=lambda: account.document("a.md", "other"))

        assert applied.outcomes == {"create vector_store.library": Status.FAILED}
        assert account.rows("files") == []


def test_a_store_is_complete_only_once_it_was_filled(account: Account) -> None:
    """An update that adds documents remembers them once they are there, not before."""
    account.apply(store(account.document("a.md")))
    wanted = again(
        store(account.document("a.md"), account.document("b.md", FAIL)), metadata={"k": "v"}
    )
    account.apply(wanted)

    change = account.plan(wanted).changes[0]

    assert [(d.path, d.cause.value) for d in change.documents] == [("b.md", "manifest")]
    assert change.fields == ()


def test_a_new_store_remembers_no_document_that_was_never_there(account: Account) -> None:
    """Documents that failed while a store was made are still the manifest's to add, and no drift."""
    wanted = store(account.document("a.md"), account.document("b.md", FAIL))
    account.apply(wanted)

    [change] = account.plan(wanted).changes

    assert [(d.path, d.cause.value) for d in change.documents] == [("b.md", "manifest")]
