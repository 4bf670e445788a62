"""Exactly one of each, whatever happens to requests and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.apply import Limits
from provisioner.model.errors import ProvisionerError
from provisioner.model.outcome import Status
from tests.apply.account import SEARCH, Account, Killed, again, assistant, code, file, store
from tests.support.faults import (
    Fault,
    Faulty,
    ask_to_wait,
    creating,
    cut_body,
    drop,
    fail,
    garble,
    hang,
    method,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

    from provisioner.model.resource import Resource
    from tests.support.faults import Effect

LOST = {
    "500 after it was performed": fail(500),
    "500 before": fail(500, performed=False),
    "dropped after": drop(),
    "dropped before": drop(performed=False),
    "timeout after": hang(),
    "timeout before": hang(performed=False),
    "no JSON": garble(),
    "half an answer": cut_body(),
    "asked to wait": ask_to_wait(),
}
PERFORMED = [
    LOST[name]
    for name in ("500 after it was performed", "dropped after", "timeout after", "no JSON")
] + [LOST["half an answer"]]
COLLECTIONS = ["assistants", "vector_stores", "files", "file_batches"]
STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50}}


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("effect", LOST.values(), ids=LOST)
def test_a_lost_answer_makes_no_second_object(
    account: Account, collection: str, effect: Effect
) -> None:
    table = account.document("t.csv", "a,b")
    shelf = store(account.document("a.md"), account.document("b.md"))
    wanted = (assistant(tools={**SEARCH, **code("table")}), shelf, file("table", table))
    account.app = Faulty(account.server, Fault(creating(collection), effect))

    before = len(account.rows("files"))

    applied = account.apply(*wanted)

    assert applied.succeeded, applied.errors
    assert account.addresses() == ["assistant.qa", "vector_store.library"]
    left = len(account.rows("files")) - before - 3
    assert left == (collection == "files" and effect in PERFORMED)
    assert ["files may be left" in text for text in applied.warnings] == [True] * (
        collection == "files" and effect is not LOST["asked to wait"]
    )
    account.app = account.server
    assert account.work(*wanted) == []


def test_a_foreign_namesake_is_not_taken_for_an_object_whose_create_was_lost(
    account: Account,
) -> None:
    theirs = account.make("assistants", model="gpt-4.1", name="qa")
    account.app = Faulty(account.server, Fault(creating("assistants"), drop(performed=False)))

    applied = account.apply(assistant())

    assert applied.succeeded, applied.errors
    assert account.addresses() == ["assistant.qa"]
    assert theirs in account.rows("assistants")


def test_after_a_lost_answer_only_what_has_its_address_is_swept(account: Account) -> None:
    """The twin of another address was made by another run: the next plan decides about it."""
    others = assistant("b")
    account.apply(others)
    mark = account.row("assistants", "b")["metadata"]
    account.apply()
    twins: list[str] = []

    def meanwhile() -> None:
        row = account.make("assistants", model="gpt-4.1", name="b", metadata=mark)
        twins.append(str(row["id"]))

    account.app = Faulty(account.server, Fault(creating("assistants"), drop()))
    limits = Limits(parallelism=1, settle=0.05, timeout=10)

    applied = account.apply(assistant("a"), others, limits=limits, meanwhile=meanwhile)

    assert applied.succeeded, applied.errors
    assert twins[0] in {row["id"] for row in account.rows("assistants")}
    assert account.addresses() == ["assistant.a", "assistant.b", "assistant.b"]


def test_what_a_replace_left_unfinished_is_not_taken_for_the_next_try(account: Account) -> None:
    """It has the address and the generation of the one that is made now, and is to be deleted."""
    shelf = store(account.document("a.md"), account.document("b.md"))
    account.converged(shelf)
    made_anew = again(shelf, chunking_strategy=STATIC)
    account.app = Faulty(
        account.server, Fault(creating("file_batches"), fail(503, performed=False), times=99)
    )
    assert not account.apply(made_anew).succeeded
    (_, left) = account.rows("vector_stores")
    account.app = Faulty(
        account.server, Fault(creating("vector_stores"), drop(performed=False), times=1)
    )

    applied = account.apply(made_anew)

    assert applied.succeeded, applied.errors
    (now,) = account.rows("vector_stores")
    assert now["id"] != left["id"]


@pytest.mark.parametrize("effect", LOST.values(), ids=LOST)
def test_with_marked_names_a_lost_answer_leaves_no_file(account: Account, effect: Effect) -> None:
    account.file_names = "marked"
    shelf = store(account.document("a.md"), account.document("b.md"))
    account.app = Faulty(account.server, Fault(creating("files"), effect))

    applied = account.apply(shelf)

    assert applied.succeeded, applied.errors
    assert applied.warnings == []
    assert len(account.rows("files")) == 2
    assert account.dangling() == set()


def test_a_file_that_looks_like_a_lost_upload_of_ours_is_left_alone(account: Account) -> None:
    """The same name, the same size, newer than the plan: another environment's, perhaps."""
    document = account.document("a.md")
    theirs: list[str] = []

    def meanwhile() -> None:
        with account._direct() as provider:
            row = provider.upload(account.root / "a.md", "a.md", document.sha256)
            theirs.append(str(row["id"]))

    account.app = Faulty(account.server, Fault(creating("files"), drop(performed=False)))

    applied = account.apply(store(document), meanwhile=meanwhile)

    assert applied.succeeded, applied.errors
    assert theirs[0] in {row["id"] for row in account.rows("files")}
    assert theirs[0] not in account.documents().values()


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_answers_that_are_lost_every_time_fail_once_and_leave_nothing_twice(
    account: Account, collection: str
) -> None:
    table = account.document("t.csv", "a,b")
    shelf = store(account.document("a.md"))
    wanted = (assistant(tools={**SEARCH, **code("table")}), shelf, file("table", table))
    account.app = Faulty(account.server, Fault(creating(collection), drop(performed=False), 99))

    applied = account.apply(*wanted)

    assert Status.FAILED in applied.outcomes.values()
    # A failure says what came in place of an answer.
    assert "Server disconnected" in " ".join(applied.errors.values())
    assert account.dangling() == set()
    account.app = account.server
    account.converged(*wanted)


def test_an_object_that_shows_late_is_swept(account: Account) -> None:
    """The list does not show it in time, so it is made again: the first one goes."""
    faulty = Faulty(account.server, Fault(creating("assistants"), drop()))
    account.app = Blind(faulty)
    plan, live = account.both(assistant())
    assert plan.counts["create"] == 1
    assert not live.objects

    applied = account.apply(assistant())

    assert applied.succeeded
    assert len(account.rows("assistants")) == 1
    assert [
        "assistant.qa: a second object of the same address is deleted" in text
        for text in applied.warnings
    ] == [True]


class Blind(Killed):
    """Shows no assistants until two were made."""

    def __init__(self, app: Faulty) -> None:
        super().__init__(app, 1 << 30)
        self.faulty = app

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        made = [
            c for c in self.faulty.calls if c.method == "POST" and c.path.endswith("assistants")
        ]
        if request.method == "GET" and len(made) < 2:
            answer.set_data(b'{"object": "list", "data": [], "has_more": false}')
        return answer


@pytest.mark.parametrize("seconds", [-10, 10])
def test_of_two_objects_the_older_one_stays(account: Account, seconds: float) -> None:
    account.apply(assistant())
    first = account.row("assistants")
    account.now += seconds
    second = account.make("assistants", model="gpt-4.1", name="qa", metadata=first["metadata"])

    assert account.work(assistant()) == ["delete assistant.qa"]
    account.converged(assistant())

    older = first if seconds > 0 else second
    assert [row["id"] for row in account.rows("assistants")] == [older["id"]]


def test_update_and_delete_are_sent_again(account: Account) -> None:
    account.apply(assistant(), assistant("gone"))
    account.app = Faulty(
        account.server,
        Fault(method("POST"), fail(500)),
        Fault(method("DELETE"), drop()),
    )

    applied = account.apply(assistant(temperature=0.5))

    assert applied.outcomes == {
        "update assistant.qa": Status.DONE,
        "delete assistant.gone": Status.DONE,
    }
    assert account.row("assistants")["temperature"] == 0.5


KILL_AT = range(28)
"""The whole takes 22 requests."""


@pytest.mark.parametrize("requests", KILL_AT)
def test_killed_at_any_request_a_replace_converges(account: Account, requests: int) -> None:
    old = store(account.document("a.md"), account.document("b.md"))
    table = file("table", account.document("t.csv", "old"))
    user = assistant(tools={**SEARCH, **code("table")})
    account.apply(user, old, table)
    new = again(
        store(account.document("a.md", "new"), account.document("b.md"), account.document("c.md")),
        chunking_strategy=STATIC,
    )
    wanted = (user, new, file("table", account.document("t.csv", "new")), assistant("second"))
    account.app = Killed(account.server, requests)

    died = not tried(account, *wanted)
    served_by = account.row("assistants", "qa")["tool_resources"]["file_search"]["vector_store_ids"]
    stored = {row["id"] for row in account.rows("vector_stores")}
    account.app = account.server

    assert set(served_by) <= stored, "an assistant never points to a store that is gone"
    assert not died or requests < KILL_AT.stop - 1
    account.converged(*wanted)
    assert len(account.documents()) == 3
    assert len(account.rows("vector_stores")) == 1


def tried(account: Account, *wanted: Resource) -> bool:
    try:
        return account.apply(*wanted, limits=Limits(parallelism=1, settle=0, timeout=1)).succeeded
    except ProvisionerError:
        return False
