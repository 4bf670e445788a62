"""Test the requests of an apply, their order, its outcomes, and the changes that one failure stops."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from provisioner.apply import Limits
from provisioner.model.mark import APPLIED, OWNER, Mark
from provisioner.model.outcome import Outcome, Status
from provisioner.model.resource import Lifecycle
from provisioner.model.value import Sensitive
from tests.apply.account import SEARCH, Account, assistant, code, file, store
from tests.support.faults import Fault, Faulty, answer, creating, drop, run
from tests.support.habits import adds_metadata, forgets_metadata, null_for_empty
from tests.support.servers import Rows, WholeBodies

FUNCTION = {"type": "function", "description": "d", "parameters": {}}
REFUSED = answer({"error": {"message": "No."}}, 400)
EVERYTHING: dict[str, Any] = {
    "description": "d",
    "instructions": "Be kind.",
    "temperature": 0.2,
    "tools": {"f": FUNCTION},
    "tool_choice": "required",
    "truncation_strategy": {"type": "last_messages", "last_messages": 5},
    "max_prompt_tokens": 500,
    "max_completion_tokens": 600,
    "parallel_tool_calls": False,
    "response_format": {"type": "json_object"},
    "metadata": {"team": "ops"},
}


def test_an_apply_leaves_nothing_to_do_and_the_next_sends_no_write(account: Account) -> None:
    wanted = (assistant(**EVERYTHING), store(account.document("a.md")))

    account.converged(*wanted)
    again = account.apply(*wanted)

    assert again.plan.is_empty
    assert account.writes() == []


@pytest.mark.parametrize("field", EVERYTHING)
def test_one_field_is_one_write_that_names_it_alone(account: Account, field: str) -> None:
    other: dict[str, Any] = {
        "description": "e", "instructions": "Be brief.", "temperature": 0.3, "tools": {},
        "tool_choice": "none", "truncation_strategy": {"type": "auto"}, "max_prompt_tokens": 501,
        "max_completion_tokens": 601, "parallel_tool_calls": True, "response_format": "auto",
        "metadata": {"team": "hr"},
    }  # fmt: skip
    account.apply(assistant(**EVERYTHING))
    bodies: list[dict[str, Any]] = []
    account.app = Recording(account.server, bodies)

    account.converged(assistant(**{**EVERYTHING, field: other[field]}))

    assert len(bodies) == 1
    stored = {field} - {"tool_choice", "truncation_strategy", "parallel_tool_calls"}
    stored -= {"max_prompt_tokens", "max_completion_tokens"}
    assert set(bodies[0]) == stored | {"metadata"}


class Recording(Faulty):
    """Keeps the bodies of updates."""

    def __init__(self, app: Any, bodies: list[dict[str, Any]]) -> None:
        super().__init__(app)
        self.bodies = bodies

    def answer(self, request: Any) -> Any:
        if request.method == "POST" and request.is_json:
            self.bodies.append(request.get_json())
        return super().answer(request)


@pytest.mark.parametrize("field", [f for f in EVERYTHING if f != "metadata"])
def test_a_field_that_is_set_no_more_is_reset_and_forgotten(account: Account, field: str) -> None:
    account.apply(assistant(**EVERYTHING))
    rest = {name: value for name, value in EVERYTHING.items() if name != field}

    assert [len(change.fields) for change in account.plan(assistant(**rest)).changes] == [1]
    account.converged(assistant(**rest))

    mark = Mark.from_metadata(account.row("assistants")["metadata"])
    assert mark
    assert mark.of(field) is None


def test_a_tool_that_goes_takes_its_resources_along(account: Account) -> None:
    shelf, table = store(), file("table", account.document("t.csv", "a,b"))
    account.apply(assistant(tools={**SEARCH, **code("table")}), shelf, table)

    account.converged(assistant(tools={}), shelf)

    row = account.row("assistants")
    assert row["tools"] == []
    assert not any(inner for tool in row["tool_resources"].values() for inner in tool.values())


def test_keys_of_others_are_carried_along_and_never_shown(account: Account) -> None:
    account.apply(assistant(metadata={"a": "1", "b": "2"}))
    metadata = account.row("assistants")["metadata"]
    account.edit("assistants", "qa", metadata={**metadata, "theirs": "x"})
    assert account.work(assistant(metadata={"a": "1", "b": "2"})) == []

    account.converged(assistant(metadata={"a": "3"}))

    metadata = account.row("assistants")["metadata"]
    assert {k: v for k, v in metadata.items() if "provisioner" not in k} == {
        "a": "3",
        "theirs": "x",
    }


def test_oddly_named_metadata_can_be_removed(account: Account) -> None:
    odd = {"a[": "1", 'b"': "2", "c.d": "3", "]": "4"}
    account.apply(assistant(metadata={**odd, "kept": "5"}))

    account.converged(assistant(metadata={"kept": "5"}))

    assert not set(odd) & set(account.row("assistants")["metadata"])


def test_a_secret_is_sent_and_nowhere_said(account: Account) -> None:
    secret = assistant(instructions=Sensitive("hush"), metadata={"k": Sensitive("hush")})

    applied = account.apply(secret)
    changed = account.apply(assistant(instructions=Sensitive("hush, now")))

    assert account.row("assistants")["instructions"] == "hush, now"
    assert "hush" not in f"{applied.events}{changed.events}"


class TestAMarkThatWasTakenAway:
    def test_in_part_is_drift(self, account: Account) -> None:
        account.apply(assistant(temperature=0.2))
        metadata = dict(account.row("assistants")["metadata"])
        del metadata[APPLIED]
        account.edit("assistants", "qa", metadata=metadata)

        plan = account.plan(assistant(temperature=0.2))

        assert [f.path for c in plan.changes for f in c.fields] == [f"metadata[{APPLIED}]"]
        account.converged(assistant(temperature=0.2))

    @pytest.mark.parametrize("edit", [{"instructions": "other"}, {"name": "other"}])
    def test_from_an_object_that_is_not_quite_ours_makes_it_foreign(
        self, account: Account, edit: dict[str, str]
    ) -> None:
        account.apply(assistant(instructions="i"))
        account.edit("assistants", "qa", metadata={}, **edit)

        assert account.work(assistant(instructions="i")) == ["create assistant.qa"]


class TestForeignObjects:
    def test_of_the_same_names_are_never_touched(self, account: Account) -> None:
        body = {"model": "gpt-4.1", "name": "qa", "instructions": "theirs"}
        theirs = account.make("assistants", **body)
        shelf = account.make("vector_stores", name="library")
        wanted = (assistant(instructions="ours"), store(account.document("a.md")))

        account.converged(*wanted)
        account.converged(assistant(instructions="new"), store())
        account.converged()

        assert account.rows("assistants") == [theirs]
        assert [row["id"] for row in account.rows("vector_stores")] == [shelf["id"]]

    def test_of_another_stack_are_never_touched(self, account: Account) -> None:
        account.apply(assistant())
        mark = Mark.from_metadata(account.row("assistants")["metadata"])
        assert mark
        other = {**mark.to_metadata(), OWNER: "somebody/else"}
        account.edit("assistants", "qa", metadata=other)
        theirs = account.row("assistants")

        account.converged(assistant())
        account.converged()

        assert account.rows("assistants") == [theirs]


class TestAServerThat:
    def test_forgets_metadata_cannot_be_owned(self, account: Account) -> None:
        account.app = Rows(account.server, forgets_metadata)
        wanted = [assistant(name) for name in "abc"]

        applied = account.apply(*wanted, limits=Limits(parallelism=1, settle=0))

        assert list(applied.outcomes.values()).count(Status.FAILED) == 1
        assert list(applied.outcomes.values()).count(Status.SKIPPED) == 2
        assert "does not store metadata" in applied.errors["assistant.a"]
        assert account.rows("assistants") == []

    def test_adds_metadata_is_no_problem(self, account: Account) -> None:
        account.app = Rows(account.server, adds_metadata)

        account.converged(assistant(metadata={"a": "1"}), store(account.document("a.md")))

    def test_says_null_for_nothing_is_no_problem(self, account: Account) -> None:
        account.app = Rows(account.server, null_for_empty)
        bare: dict[str, Any] = {"tools": {}, "metadata": {}}

        account.converged(assistant(**bare), store(account.document("a.md")))
        assert account.writes() == []

    @pytest.mark.parametrize(
        ("field", "sent", "kept"),
        [
            ("instructions", "Be kind. ", "Be kind."),
            ("description", "d", None),
            ("temperature", 0.25, 0.2),
        ],
    )
    def test_changes_what_it_is_sent_is_told_once_and_remembered(
        self, account: Account, field: str, sent: Any, kept: Any
    ) -> None:
        account.app = Rows(
            account.server, lambda row: {**row, field: kept} if field in row else row
        )
        wanted = assistant(**{"top_p": 0.5, field: sent})

        first = account.apply(wanted)
        writes = len(account.writes())
        quiet = account.apply(wanted)
        changed = account.apply(assistant(**{"top_p": 0.6, field: sent}))

        assert ["kept-otherwise" in w and field in w for w in first.warnings] == [True]
        assert writes == 2
        assert quiet.plan.is_empty
        assert changed.warnings == []
        assert len(account.writes()) == 1
        assert account.work(assistant(**{"top_p": 0.6, field: sent})) == []

    def test_changes_what_a_store_is_sent_is_remembered_through_its_filling(
        self, account: Account
    ) -> None:
        account.app = Rows(
            account.server,
            lambda row: {**row, "name": "LIBRARY"} if row.get("name") == "library" else row,
        )
        shelf = store(account.document("a.md"))

        applied = account.apply(shelf)

        assert len(applied.warnings) == 1
        assert account.work(shelf) == []
        account.converged(store(account.document("a.md"), account.document("b.md")))

    def test_wants_the_whole_body_gets_it(self, account: Account) -> None:
        account.app = WholeBodies(account.server)
        account.apply(assistant(**EVERYTHING))
        changed = {**EVERYTHING, "temperature": 0.9}
        del changed["description"]

        account.converged(assistant(**changed))

        assert account.row("assistants")["description"] is None


def test_an_edit_between_plan_and_apply_is_not_taken_for_the_servers_habit(
    account: Account,
) -> None:
    account.apply(assistant(instructions="ours", temperature=0.2))

    applied = account.apply(
        assistant(instructions="ours", temperature=0.3),
        meanwhile=lambda: account.edit("assistants", "qa", instructions="theirs"),
    )

    assert applied.warnings == []
    plan = account.plan(assistant(instructions="ours", temperature=0.3))
    assert [(f.path, f.cause.value) for c in plan.changes for f in c.fields] == [
        ("instructions", "drift")
    ]


class TestAnObjectThatIsGone:
    @pytest.fixture(autouse=True)
    def _made(self, account: Account) -> None:
        account.apply(assistant(temperature=0.2))

    def remove(self, account: Account) -> None:
        account.remove("assistants", str(account.row("assistants")["id"]))

    def test_cannot_be_updated(self, account: Account) -> None:
        applied = account.apply(assistant(temperature=0.3), meanwhile=lambda: self.remove(account))

        assert applied.outcomes == {"update assistant.qa": Status.FAILED}
        assert "was deleted after the plan was made" in applied.errors["assistant.qa"]
        account.converged(assistant(temperature=0.3))

    def test_is_deleted_as_wanted(self, account: Account) -> None:
        applied = account.apply(meanwhile=lambda: self.remove(account))

        assert applied.outcomes == {"delete assistant.qa": Status.DONE}


class TestAFailure:
    def test_holds_up_what_depends_on_it_and_nothing_else(self, account: Account) -> None:
        account.app = Faulty(account.server, Fault(creating("vector_stores"), REFUSED))

        applied = account.apply(assistant(tools=SEARCH), store(), assistant("sibling"))

        assert applied.outcomes == {
            "create vector_store.library": Status.FAILED,
            "create assistant.qa": Status.SKIPPED,
            "create assistant.sibling": Status.DONE,
        }
        assert "No." in applied.errors["vector_store.library"]
        assert "needs vector_store.library, which failed" in applied.errors["assistant.qa"]

    def test_keeps_what_is_still_pointed_to(self, account: Account) -> None:
        account.apply(assistant(tools=SEARCH), store())
        account.app = Faulty(account.server, Fault(lambda c: "/assistants/" in c.path, REFUSED, 99))

        applied = account.apply(assistant())

        assert applied.outcomes == {
            "update assistant.qa": Status.FAILED,
            "delete vector_store.library": Status.SKIPPED,
        }
        assert len(account.rows("vector_stores")) == 1

    def test_says_which_object_it_was(self, account: Account) -> None:
        account.apply(assistant("a"), assistant("b"))
        account.app = Faulty(account.server, Fault(lambda c: c.method == "DELETE", REFUSED, 99))

        applied = account.apply()

        failed = [e for e in applied.events if isinstance(e, Outcome) and e.error]
        assert {e.id for e in failed} == {row["id"] for row in account.rows("assistants")}

    def test_of_ours_does_not_lose_the_others_outcomes(self, account: Account) -> None:
        broken = assistant("broken", tools={"f": {"description": "no type"}})

        applied = account.apply(broken, assistant())

        assert applied.outcomes == {
            "create assistant.broken": Status.FAILED,
            "create assistant.qa": Status.DONE,
        }
        assert "unexpected KeyError" in applied.errors["assistant.broken"]

    def test_of_the_last_look_is_told(self, account: Account) -> None:
        def listing_after_two_creates(call: Any) -> bool:
            created = [c for c in account.seen.calls if c.method == "POST"]
            return call.method == "GET" and len(created) > 1

        account.app = Faulty(
            account.server,
            Fault(creating("assistants"), drop(performed=False)),
            Fault(listing_after_two_creates, REFUSED, 99),
        )

        applied = account.apply(assistant())

        assert applied.outcomes == {"create assistant.qa": Status.DONE}
        assert ["could not look once more" in text for text in applied.warnings] == [True]


class TestAnInterruption:
    def test_lets_nothing_new_start_and_finishes_what_runs(self, account: Account) -> None:
        stopped = threading.Event()
        account.app = Faulty(account.server, Fault(creating("assistants"), run(stopped.set)))
        wanted = [assistant(f"a{n}") for n in range(6)]

        applied = account.apply(
            *wanted, store(account.document("a.md")), assistant("user", tools=SEARCH),
            limits=Limits(parallelism=1, settle=0), stop=stopped.is_set,
        )  # fmt: skip

        created = [name for name, status in applied.outcomes.items() if status is Status.DONE]
        assert {f"create {address}" for address in account.addresses()} == set(created)
        assert applied.outcomes["create assistant.user"] is Status.SKIPPED
        assert "interrupted" in applied.errors["assistant.user"]
        assert len(applied.outcomes) == 8
        account.converged(*wanted, store(account.document("a.md")), assistant("user", tools=SEARCH))

    def test_before_anything_began_does_nothing(self, account: Account) -> None:
        applied = account.apply(assistant(), store(), stop=lambda: True)

        assert set(applied.outcomes.values()) == {Status.SKIPPED}
        assert account.addresses() == []

    def test_waits_for_what_runs_only_so_long(self, account: Account) -> None:
        release, clock = threading.Event(), [0.0]

        def now() -> float:
            clock[0] += 20
            return clock[0]

        stopped = threading.Event()

        def stuck() -> None:
            stopped.set()
            release.wait(5)

        limits = Limits(parallelism=1, settle=0, clock=now)

        account.apply(store())
        account.app = Faulty(
            account.server, Fault(creating("assistants"), run(stuck, performed=False))
        )

        applied = account.apply(
            assistant("a"), assistant("b"), store(description="new"),
            limits=limits, stop=stopped.is_set,
        )  # fmt: skip

        release.set()
        assert applied.outcomes == {
            "create assistant.a": Status.FAILED,
            "create assistant.b": Status.SKIPPED,
            "replace vector_store.library": Status.SKIPPED,
        }
        assert "still running" in applied.errors["assistant.a"]


def test_protection_is_written_and_lifted(account: Account) -> None:
    guarded = assistant(lifecycle=Lifecycle(prevent_destroy=True))
    account.converged(guarded)
    mark = Mark.from_metadata(account.row("assistants")["metadata"])
    assert mark
    assert mark.protected

    account.converged(assistant())

    mark = Mark.from_metadata(account.row("assistants")["metadata"])
    assert mark
    assert not mark.protected


def test_a_file_that_moves_is_pointed_to_anew(account: Account) -> None:
    user, table = assistant(tools=code("table")), account.document("t.csv", "old")
    account.apply(user, file("table", table))

    account.converged(user, file("table", account.document("t.csv", "new")))

    (row,) = account.rows("files")
    assert row["bytes"] == 3
    assert row["id"] in str(account.row("assistants")["tool_resources"])


def test_many_assistants_are_made_at_once(account: Account) -> None:
    wanted = [assistant(f"a{n}", tools=SEARCH) for n in range(25)]

    account.converged(*wanted, store())
    account.converged(*[replace(one, spec={**one.spec, "top_p": 0.5}) for one in wanted], store())

    assert len(account.rows("assistants")) == 25


def test_a_routine_apply_does_not_accept_what_somebody_set_beside_the_manifest(
    account: Account,
) -> None:
    account.converged(assistant(instructions="one"))
    account.edit("assistants", "qa", top_p=0.3, tools=[{"type": "code_interpreter"}])
    before = [(u.path, u.since) for u in account.plan(assistant(instructions="one")).undeclared]

    assert account.apply(assistant(instructions="two")).succeeded

    after = account.plan(assistant(instructions="two"))
    assert [(u.path, u.since) for u in after.undeclared] == before
    assert {path for path, _ in before} == {"top_p", "tools[code_interpreter]"}
    assert all(value.counts for value in after.undeclared)
