"""The answer to a write is a claim: what the server made of it is read, and what was not is said."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.apply import Limits
from provisioner.model.mark import Mark
from provisioner.model.outcome import Status
from provisioner.model.value import Sensitive
from tests.apply.account import SEARCH, Account, assistant, code, file, store
from tests.support.habits import reply
from tests.support.servers import Rows, WholeBodies, Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from werkzeug.wrappers import Request, Response

STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50}}
UPDATE = re.compile(r"/(assistants|vector_stores)/[^/]+$")


class Updates(Wrapper):
    """A change of the body of an update: `keep` returns the part of it that is performed.

    The first `times` updates are changed. The answer is the object as it is, or, with `echo`, as
    the request would have it.
    """

    def __init__(
        self,
        app: WSGIApplication,
        keep: Callable[[dict[str, Any]], dict[str, Any]],
        times: int = 1 << 30,
        *,
        echo: bool = False,
    ) -> None:
        super().__init__(app)
        self.keep, self.times, self.echo = keep, times, echo
        self.bodies: list[dict[str, Any]] = []

    def answer(self, request: Request) -> Response:
        if request.method != "POST" or not UPDATE.search(request.path):
            return self.forward(request)
        body = request.get_json()
        self.bodies.append(body)
        self.times -= 1
        if self.times < 0:
            return self.forward(request)
        answer = self.forward(request, data=json.dumps(self.keep(body)).encode())
        return reply({**answer.get_json(), **body}) if self.echo else answer


def nothing(_body: dict[str, Any]) -> dict[str, Any]:
    return {}


def metadata_alone(body: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": body["metadata"]}


def without(*fields: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {name: value for name, value in body.items() if name not in fields}


def causes(account: Account, *resources: Any) -> dict[str, str]:
    return {f.path: f.cause.value for c in account.plan(*resources).changes for f in c.fields}


class TestAnUpdateThatIsAnsweredAndNotPerformed:
    @pytest.mark.parametrize("keep", [nothing, metadata_alone])
    def test_once_is_sent_once_more_with_the_whole_body(
        self, account: Account, keep: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        account.apply(assistant(instructions="1", temperature=0.2))
        account.app = hook = Updates(account.server, keep, times=1)

        account.converged(assistant(instructions="2", temperature=0.2))

        assert len(hook.bodies) == 2
        assert hook.bodies[0].keys() == {"instructions", "metadata"}
        assert hook.bodies[1].keys() >= {"name", "model", "instructions", "temperature"}
        assert account.row("assistants")["instructions"] == "2"

    @pytest.mark.parametrize("keep", [nothing, metadata_alone])
    def test_every_time_has_failed_and_is_the_manifests_change(
        self, account: Account, keep: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        account.apply(assistant(instructions="1"))
        account.app = Updates(account.server, keep)

        applied = account.apply(assistant(instructions="2"))

        assert applied.outcomes == {"update assistant.qa": Status.FAILED}
        assert "instructions" in applied.errors["assistant.qa"]
        assert causes(account, assistant(instructions="2")) == {"instructions": "manifest"}
        assert causes(account, assistant(instructions="3")) == {"instructions": "manifest"}
        assert causes(account, assistant(instructions="1")) == {}
        account.app = account.server
        account.converged(assistant(instructions="2"))

    def test_in_one_field_leaves_the_others_as_they_were_sent(self, account: Account) -> None:
        account.apply(assistant(instructions="1", description="1", temperature=0.1))
        account.app = Updates(account.server, without("description"))

        applied = account.apply(assistant(instructions="2", description="2", temperature=0.2))

        assert "description is unchanged" in applied.errors["assistant.qa"]
        wanted = assistant(instructions="2", description="2", temperature=0.2)
        assert causes(account, wanted) == {"description": "manifest"}

    def test_and_then_changed_by_somebody_is_both(self, account: Account) -> None:
        account.apply(assistant(instructions="1"))
        account.app = Updates(account.server, metadata_alone)
        account.apply(assistant(instructions="2"))
        account.app = account.server
        account.edit("assistants", "qa", instructions="theirs")

        assert causes(account, assistant(instructions="2")) == {"instructions": "both"}

    def test_twice_for_one_value_is_this_servers_form_of_it(self, account: Account) -> None:
        account.apply(assistant(instructions="1"))
        account.app = Updates(account.server, metadata_alone)
        account.apply(assistant(instructions="2"))
        other = account.apply(assistant(instructions="3"))
        assert other.outcomes == {"update assistant.qa": Status.FAILED}

        again = account.apply(assistant(instructions="3"))

        assert again.succeeded, again.errors
        assert ["instructions" in text for text in again.warnings] == [True]
        assert account.work(assistant(instructions="3")) == []
        assert causes(account, assistant(instructions="4")) == {"instructions": "manifest"}
        account.edit("assistants", "qa", instructions="theirs")
        assert causes(account, assistant(instructions="3")) == {"instructions": "drift"}

    def test_that_clears_a_field_has_failed(self, account: Account) -> None:
        account.apply(assistant(description="1", metadata={"k": "v"}))
        account.app = Updates(account.server, without("description"))

        applied = account.apply(assistant(metadata={"k": "v"}))

        assert "description is unchanged" in applied.errors["assistant.qa"]
        assert causes(account, assistant(metadata={"k": "v"})) == {"description": "manifest"}
        account.app = account.server
        account.converged(assistant(metadata={"k": "v"}))
        assert account.row("assistants")["description"] is None

    def test_that_takes_a_tool_away_has_failed(self, account: Account) -> None:
        tool = {"type": "function", "description": "d", "parameters": {}}
        account.apply(assistant(tools={"f": tool, "g": tool}))
        account.app = Updates(account.server, without("tools"))

        applied = account.apply(assistant(tools={"f": tool}))

        assert "tools[g]" in applied.errors["assistant.qa"]
        account.app = account.server
        account.converged(assistant(tools={"f": tool}))

    def test_says_no_secret(self, account: Account) -> None:
        account.apply(assistant(instructions=Sensitive("hush")))
        account.app = Updates(account.server, metadata_alone)

        applied = account.apply(assistant(instructions=Sensitive("hush, now")))

        assert applied.outcomes == {"update assistant.qa": Status.FAILED}
        assert "hush" not in str(applied.events)

    def test_keeps_the_store_that_an_assistant_goes_on_searching(self, account: Account) -> None:
        user, documents = assistant(tools=SEARCH), [account.document("a.md")]
        account.apply(user, store(*documents))
        account.app = Updates(account.server, without("tools", "tool_resources"))

        applied = account.apply(user, store(*documents, chunking_strategy=STATIC))

        assert applied.outcomes["update assistant.qa"] is Status.FAILED
        assert applied.outcomes["replace vector_store.library"] is Status.SKIPPED
        resources = account.row("assistants")["tool_resources"]["file_search"]
        there = {row["id"] for row in account.rows("vector_stores")}
        assert set(resources["vector_store_ids"]) <= there
        account.app = account.server
        account.converged(user, store(*documents, chunking_strategy=STATIC))

    def test_and_is_echoed_as_sent_is_found_at_the_end(self, account: Account) -> None:
        account.apply(assistant(instructions="1"))
        account.app = Updates(account.server, metadata_alone, echo=True)

        applied = account.apply(assistant(instructions="2"))

        assert applied.outcomes == {"update assistant.qa": Status.FAILED}
        assert causes(account, assistant(instructions="2")) == {"instructions": "manifest"}

    def test_and_is_echoed_mark_and_all_is_said_and_nothing_more(self, account: Account) -> None:
        account.apply(assistant(instructions="1"))
        account.app = Updates(account.server, nothing, echo=True)

        applied = account.apply(assistant(instructions="2"))

        assert applied.outcomes == {"update assistant.qa": Status.FAILED}
        assert "no longer has the values that were sent" in applied.errors["assistant.qa"]
        assert causes(account, assistant(instructions="2")) == {"instructions": "manifest"}

    def test_of_the_mark_alone_has_failed(self, account: Account) -> None:
        """A store is complete once its mark says so."""
        account.apply(store())
        account.app = Updates(account.server, nothing)

        applied = account.apply(store(account.document("a.md")))

        assert "the mark of" in applied.errors["vector_store.library"]
        account.app = account.server
        account.converged(store(account.document("a.md")))


def test_a_server_that_is_late_is_waited_for(account: Account) -> None:
    account.apply(assistant(instructions="1"))
    account.app = late = Late(account.server)

    applied = account.apply(
        assistant(instructions="2"), limits=Limits(parallelism=1, settle=5, timeout=5)
    )

    assert applied.succeeded, applied.errors
    assert applied.warnings == []
    assert late.updates == 1


class Late(Wrapper):
    """The answer to the update, and the next read, still show the object from before."""

    def __init__(self, app: WSGIApplication) -> None:
        super().__init__(app)
        self.updates, self.stale, self.old = 0, 0, b""

    def answer(self, request: Request) -> Response:
        of_one = UPDATE.search(request.path)
        if of_one and request.method == "POST":
            environ_get = self.forward_get(request)
            self.old = environ_get.get_data()
            self.forward(request)
            self.updates, self.stale = self.updates + 1, 2
        if of_one and self.stale:
            self.stale -= 1
            return reply(json.loads(self.old))
        return self.forward(request)

    def forward_get(self, request: Request) -> Response:
        request.environ["REQUEST_METHOD"], method = "GET", request.environ["REQUEST_METHOD"]
        try:
            return self.forward(request, data=b"")
        finally:
            request.environ["REQUEST_METHOD"] = method


def test_patience_is_used_up_by_three_objects(account: Account) -> None:
    """Then one read each is enough: a server with habits of its own does not take for ever."""
    waits: list[float] = []
    account.app = Shouting(account.server)
    limits = Limits(
        parallelism=1, settle=0.3, timeout=5, sleep=waits.append, clock=lambda: sum(waits)
    )

    applied = account.apply(
        *[assistant(f"a{n}", instructions="x") for n in range(8)], limits=limits
    )

    assert applied.succeeded, applied.errors
    assert len(applied.warnings) == 8
    assert sum(waits) < 1.5
    assert account.work(*[assistant(f"a{n}", instructions="x") for n in range(8)]) == []


class Shouting(Wrapper):
    """Instructions are kept in capitals."""

    def answer(self, request: Request) -> Response:
        data = request.get_data()
        if request.method == "POST" and b'"instructions"' in data:
            body = request.get_json()
            body["instructions"] = (body["instructions"] or "").upper() or None
            data = json.dumps(body).encode()
        return self.forward(request, data=data)


class Dropping(WholeBodies):
    """Drops a field of every create, and wants `model` in every update."""

    def answer(self, request: Request) -> Response:
        if request.method == "POST" and request.path.endswith("/assistants"):
            body = without("description")(request.get_json())
            return self.forward(request, data=json.dumps(body).encode())
        return super().answer(request)


def test_a_server_that_drops_a_field_and_wants_whole_bodies_converges(account: Account) -> None:
    account.app = Dropping(account.server)
    wanted = assistant(description="d", instructions="i")

    applied = account.apply(wanted)

    assert applied.succeeded, applied.errors
    assert account.work(wanted) == []


def test_what_follows_a_create_and_fails_says_that_it_was_created(account: Account) -> None:
    account.app = NoUpdates(Shouting(account.server))
    wanted = assistant(instructions="x")

    applied = account.apply(wanted)

    assert applied.outcomes == {"create assistant.qa": Status.FAILED}
    assert applied.errors["assistant.qa"].startswith("created, but ")
    account.app = account.server
    account.converged(wanted)
    assert len(account.rows("assistants")) == 1


class NoUpdates(Wrapper):
    def answer(self, request: Request) -> Response:
        if request.method == "POST" and UPDATE.search(request.path):
            return reply({"error": {"message": "Not now."}}, 403)
        return self.forward(request)


def test_a_file_whose_assistant_failed_is_taken_back_and_that_is_told(account: Account) -> None:
    account.app = NoAssistants(account.server)
    table = file("table", account.document("t.csv", "a,b"))

    applied = account.apply(assistant(tools=code("table")), table)

    assert applied.outcomes["create file.table"] is Status.FAILED
    assert "deleted again" in applied.errors["file.table"]
    assert account.rows("files") == []


def test_of_two_files_only_that_of_the_failed_assistant_is_taken_back(account: Account) -> None:
    account.app = NoAssistants(account.server, named="bad")
    kept = file("kept", account.document("k.csv", "a,b"))
    lost = file("lost", account.document("l.csv", "c,d"))
    users = assistant("good", tools=code("kept")), assistant("bad", tools=code("lost"))

    applied = account.apply(*users, kept, lost)

    assert applied.outcomes == {
        "create assistant.good": Status.DONE,
        "create assistant.bad": Status.FAILED,
        "create file.kept": Status.DONE,
        "create file.lost": Status.FAILED,
    }
    assert [row["filename"] for row in account.rows("files")] == ["k.csv"]


def test_a_file_that_one_assistant_came_to_use_stays_though_another_failed(
    account: Account,
) -> None:
    account.app = NoAssistants(account.server, named="bad")
    table = file("table", account.document("t.csv", "a,b"))
    users = assistant("good", tools=code("table")), assistant("bad", tools=code("table"))

    applied = account.apply(*users, table)

    assert applied.outcomes["create file.table"] is Status.DONE
    assert applied.outcomes["create assistant.bad"] is Status.FAILED
    assert len(account.rows("files")) == 1


class NoAssistants(Wrapper):
    """Refuses to create assistants: every one, or that of one name."""

    def __init__(self, app: WSGIApplication, named: str = "") -> None:
        super().__init__(app)
        self.named = named

    def answer(self, request: Request) -> Response:
        is_create = request.method == "POST" and request.path.endswith("/assistants")
        if is_create and self.named in request.get_json()["name"]:
            return reply({"error": {"message": "No."}}, 400)
        return self.forward(request)


def test_a_mark_says_what_was_not_taken(account: Account) -> None:
    account.apply(assistant(instructions="1"))
    account.app = Updates(account.server, metadata_alone)
    account.apply(assistant(instructions="2"))

    mark = Mark.from_metadata(account.row("assistants")["metadata"])

    assert mark
    applied = mark.of("instructions")
    assert applied
    assert applied.refused
    assert str(applied).endswith("^")


def test_a_model_that_is_resolved_and_resolved_anew_blocks_nothing(account: Account) -> None:
    """An alias reads back as a snapshot, and later as another one."""
    version = "2026-08-07"

    def resolved(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "model": f"{row['model']}-{version}"} if "model" in row else row

    account.app = Rows(account.server, resolved)
    wanted = [assistant("a", model="gpt-x"), assistant("b", model="gpt-x")]
    first = account.apply(*wanted)
    assert first.succeeded, first.errors
    assert first.warnings == []
    assert account.work(*wanted) == []

    version = "2026-11-01"

    assert account.work(*wanted) == []
    assert [d.code.name for d in account.plan(*wanted).diagnostics] == ["server-resolved"] * 2
    changed = [assistant("a", model="gpt-x", temperature=0.2), wanted[1]]
    plan = account.plan(*changed)
    assert plan.refusals == ()
    account.converged(*changed)
    moved = [assistant("a", model="gpt-y", temperature=0.2), wanted[1]]
    assert account.plan(*moved).refusals == ()
    account.converged(*moved)
