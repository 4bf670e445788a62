"""The closing look: what another run undid or doubled is said by both, and taken away by neither."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.mark import Mark
from provisioner.model.outcome import Report, Status
from tests.apply.account import SEARCH, Account, Applied, assistant, file, store
from tests.support.faults import Fault, Faulty, creating, method, run
from tests.support.servers import Wrapper

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response


def said(applied: Applied) -> list[str]:
    """Return the errors of an apply beside its outcomes."""
    found = [event for event in applied.events if isinstance(event, Diagnostic)]
    return [f"{e.subject} {e.code.name}" for e in found if e.severity is Severity.ERROR]


def succeeded(applied: Applied) -> bool:
    """Return true if the command would exit with 0."""
    diagnostics = tuple(e for e in applied.events if isinstance(e, Diagnostic))
    return applied.succeeded and Report((), diagnostics).succeeded


def twin(account: Account, name: str = "qa") -> None:
    """Another run makes the same assistant, at this very moment."""
    row = account.row("assistants", name)
    account.make("assistants", model="gpt-4.1", name=name, metadata=row["metadata"])


class TestTwoAppliesAtOnce:
    def test_say_both_that_there_are_twins_and_the_next_plan_decides(
        self, account: Account
    ) -> None:
        faulty = Faulty(account.server, Fault(creating("assistants"), run(lambda: twin(account))))
        account.app = faulty

        applied = account.apply(assistant())

        assert applied.outcomes == {"create assistant.qa": Status.DONE}
        assert said(applied) == ["assistant.qa made-twice"]
        assert not succeeded(applied)
        (detail,) = (event.detail for event in applied.events if isinstance(event, Diagnostic))
        ids = [row["id"] for row in account.rows("assistants")]
        assert len(ids) == 2
        assert detail.partition(" was created by another run")[0] in ids
        account.app = account.server
        assert account.work(assistant()) == ["delete assistant.qa"]
        account.converged(assistant())

    def test_are_told_by_each_of_two_real_runs(self, account: Account) -> None:
        both = threading.Barrier(2, timeout=20)

        class Together(Wrapper):
            """No create is performed before both runs sent theirs, nor answered before both are."""

            def answer(self, request: Request) -> Response:
                is_create = request.method == "POST" and request.path.endswith("/assistants")
                if is_create:
                    both.wait()  # else the other run might plan when this one has created
                answer = self.forward(request)
                if is_create:
                    both.wait()
                return answer

        account.app = Together(account.server)
        other = Account(account.root, account.server, account.app, account.clock)
        wanted = assistant()
        with ThreadPoolExecutor(2) as pool:
            # Both have planned before either creates.
            runs = [pool.submit(one.apply, wanted, meanwhile=both.wait) for one in (account, other)]
            applied = [run.result() for run in runs]

        assert [said(one) for one in applied] == [["assistant.qa made-twice"]] * 2
        assert not any(succeeded(one) for one in applied)
        account.app = account.server
        account.converged(wanted)
        assert len(account.rows("assistants")) == 1

    def test_are_heard_where_one_only_updates(self, account: Account) -> None:
        account.apply(assistant())
        account.app = Faulty(account.server, Fault(method("POST"), run(lambda: twin(account))))

        applied = account.apply(assistant(temperature=0.3))

        assert said(applied) == ["assistant.qa made-twice"]

    def test_of_two_owners_do_not_concern_each_other(self, account: Account) -> None:
        def stranger() -> None:
            mark = Mark.from_metadata(account.row("assistants")["metadata"])
            assert mark
            theirs = {**mark.to_metadata(), "provisioner.owner": "somebody/else;v=2"}
            account.make("assistants", model="gpt-4.1", name="qa", metadata=theirs)

        account.app = Faulty(account.server, Fault(creating("assistants"), run(stranger)))

        assert succeeded(account.apply(assistant()))

    def test_that_overwrite_each_other_say_so(self, account: Account) -> None:
        account.apply(assistant("a", instructions="1"), assistant("b"))

        def other() -> None:
            theirs = assistant("a", instructions="3"), assistant("b", temperature=0.1)
            beside = Account(account.root, account.server, account.server, account.clock)
            beside.apply(*theirs)

        account.app = Once(account.server, other)

        applied = account.apply(assistant("a", instructions="2"), assistant("b", temperature=0.1))

        assert applied.outcomes["update assistant.a"] is Status.FAILED
        assert "no longer has the values that were sent" in applied.errors["assistant.a"]


class Once(Wrapper):
    """Something happens right before the first list of assistants that follows an update."""

    def __init__(self, app: Any, then: Any) -> None:
        super().__init__(app)
        self.then, self.written = then, False

    def answer(self, request: Request) -> Response:
        if request.method == "GET" and request.path.endswith("/assistants") and self.written:
            self.written = False
            self.then()
        answer = self.forward(request)
        self.written = self.written or request.method == "POST"
        return answer


class TestAnApplyAndADestroyAtOnce:
    def test_the_apply_says_that_nothing_is_left(self, account: Account) -> None:
        wanted = (assistant(tools=SEARCH), store(account.document("a.md")), assistant("b"))
        account.apply(assistant("b"))

        def destroy() -> None:
            Account(account.root, account.server, account.server, account.clock).apply()

        account.app = Once(account.server, destroy)

        applied = account.apply(*wanted)

        assert account.rows("assistants") == []
        assert applied.outcomes["create assistant.qa"] is Status.FAILED
        assert "is gone again" in applied.errors["assistant.qa"]
        assert "assistant.b gone-meanwhile" in said(applied)
        assert not succeeded(applied)

    def test_the_destroy_says_what_was_made_meanwhile(self, account: Account) -> None:
        account.apply(assistant())
        kept = account.row("assistants")["metadata"]

        def made() -> None:
            account.make("assistants", model="gpt-4.1", name="qa", metadata=kept)

        account.app = Faulty(account.server, Fault(method("DELETE"), run(made)))

        applied = account.apply()

        assert applied.outcomes == {"delete assistant.qa": Status.DONE}
        assert said(applied) == ["assistant.qa made-again"]
        (detail,) = (event.detail for event in applied.events if isinstance(event, Diagnostic))
        assert detail.startswith(f"{account.row('assistants')['id']} has our mark")
        assert not succeeded(applied)


def test_a_delete_that_is_answered_and_not_performed_has_failed(account: Account) -> None:
    account.apply(assistant(), store())
    account.app = Undying(account.server)

    applied = account.apply(store())

    assert applied.outcomes == {"delete assistant.qa": Status.FAILED}
    assert "still returns it" in applied.errors["assistant.qa"]


def test_a_replaced_object_that_does_not_go_has_failed(account: Account) -> None:
    account.apply(store())
    account.app = Undying(account.server)

    applied = account.apply(store(description="new"))

    assert applied.outcomes == {"replace vector_store.library": Status.FAILED}
    assert "still returns it" in applied.errors["vector_store.library"]
    account.app = account.server
    account.converged(store(description="new"))


class Undying(Wrapper):
    def answer(self, request: Request) -> Response:
        if request.method == "DELETE":
            request.environ["REQUEST_METHOD"] = "GET"
        return self.forward(request)


def test_a_list_that_lags_is_asked_for_single_objects(account: Account) -> None:
    class Lagging(Wrapper):
        def answer(self, request: Request) -> Response:
            answer = self.forward(request)
            if request.method == "GET" and request.path.endswith("/assistants"):
                answer.set_data(b'{"object": "list", "data": [], "has_more": false}')
            return answer

    account.app = Lagging(account.server)

    assert succeeded(account.apply(assistant()))


def test_one_list_a_kind_that_was_written_to_is_all_it_costs(account: Account) -> None:
    wanted = [assistant(f"a{n}") for n in range(5)]
    account.apply(*wanted, store(account.document("a.md")))

    account.apply(*[assistant(f"a{n}", temperature=0.1) for n in range(5)],
                  store(account.document("a.md")))  # fmt: skip

    gets = [call.path for call in account.seen.calls if call.method == "GET"]
    assert gets == ["/v1/assistants"]


def test_files_that_were_made_are_not_called_assistants(account: Account) -> None:
    account.converged(
        store(account.document("h.md", source="h")), file("h", account.document("h.md"))
    )
