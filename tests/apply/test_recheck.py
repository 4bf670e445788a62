"""Who refers to it is asked again before the first delete: time has passed since the plan."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.model.outcome import Status
from tests.apply.account import SEARCH, Account, assistant, open_account, store


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with open_account(tmp_path) as opened:
        yield opened


def theirs(account: Account) -> None:
    """Somebody's assistant that searches our store."""
    id = account.row("vector_stores")["id"]
    resources = {"file_search": {"vector_store_ids": [id]}}
    tools = [{"type": "file_search"}]
    account.make("assistants", model="gpt-4.1", tools=tools, tool_resources=resources)


def test_what_somebody_began_to_use_after_the_plan_is_kept(account: Account) -> None:
    account.apply(assistant(tools=SEARCH), store(account.document("a.md")))

    applied = account.apply(meanwhile=lambda: theirs(account))

    assert applied.outcomes["delete assistant.qa"] is Status.DONE
    assert applied.outcomes["delete vector_store.library"] is Status.FAILED
    assert "refers to it by now" in applied.errors["vector_store.library"]
    assert len(account.documents()) == 1
    assert len(account.rows("files")) == 1
    assert account.work() == ["forget vector_store.library"]


def test_the_look_is_taken_once_and_only_of_kinds_that_can_refer(account: Account) -> None:
    stores = [store(account.document(f"{n}.md"), name=f"s{n}") for n in range(3)]
    account.apply(*stores)

    applied = account.apply()

    assert applied.succeeded
    first = next(n for n, call in enumerate(account.seen.calls) if call.method == "DELETE")
    asked = [call.path for call in account.seen.calls[:first]]
    assert asked == ["/v1/assistants"]


def test_where_nothing_can_refer_nothing_is_asked(account: Account) -> None:
    account.apply(assistant(), assistant("other"))

    account.apply()

    assert account.seen.calls[0].method == "DELETE"


def test_what_this_run_points_elsewhere_does_not_hold_the_old_one(account: Account) -> None:
    document = account.document("a.md")
    account.apply(assistant(tools=SEARCH), store(document))

    account.converged(assistant(tools=SEARCH), store(document, description="made anew"))

    assert len(account.rows("vector_stores")) == 1
