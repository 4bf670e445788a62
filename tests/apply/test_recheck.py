"""The users of an object are read again before the first delete, because time has passed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.apply.recheck import Recheck
from provisioner.apply.run import Run
from provisioner.engine.plan import PlanContext, make_plan
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.codes.servers import NO_SUCH_OBJECT
from provisioner.model.errors import NotFound
from provisioner.model.outcome import Status
from provisioner.model.plan import Action, Change
from provisioner.model.provider import Row
from provisioner.model.remote import Live, RemoteObject
from provisioner.runtimes import RUNTIMES
from tests.apply.account import SEARCH, Account, assistant, open_account, store
from tests.engine.build import STACK

CONTEXT_OF_ASSISTANTS = PlanContext(STACK, KINDS, RUNTIMES["assistants"].bindings)


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
    assert "refers to it now" in applied.errors["vector_store.library"]
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


class Vaults:
    """A server with one vault. `inside` are the ids of its credentials, None once it is gone."""

    def __init__(self, inside: Sequence[str] | None) -> None:
        self.inside = inside

    def list(self, collection: str, parent: str = "") -> Sequence[Row]:
        if collection != "vaults/credentials":
            return []
        if self.inside is None:
            raise NotFound(NO_SUCH_OBJECT, "It is gone.")
        assert parent == "vault_1"
        return [{"id": id, "name": id} for id in self.inside]


@pytest.mark.parametrize(
    ("inside", "going", "said"),
    [
        (["cred_theirs"], [], "credential cred_theirs"),
        (["cred_ours"], ["cred_ours"], ""),
        (["cred_ours", "cred_theirs"], ["cred_ours"], "credential cred_theirs"),
        ([], [], ""),
        (None, [], ""),
    ],
    ids=["somebody's", "ours", "both", "nothing", "gone"],
)
def test_what_was_put_inside_of_it_after_the_plan_keeps_it(
    inside: Sequence[str] | None, going: list[str], said: str
) -> None:
    """A server deletes what lies inside together with the object: a vault with its credentials."""
    context = PlanContext(STACK, KINDS, RUNTIMES["agents"].bindings)
    found = [("vault", "vault_1"), *(("credential", id) for id in going)]
    changes = tuple(
        Change(Address(kind, id), Action.DELETE, live=RemoteObject(kind, id, id, {}))
        for kind, id in found
    )
    plan = replace(make_plan(context, {}, Live()), changes=changes)
    server: Any = Vaults(inside)

    assert Recheck(Run(context, plan, Live(), server, Path())).referrer("vault_1") == said


def a_run(look: Any) -> Run:
    provider: Any = None
    plan = make_plan(CONTEXT_OF_ASSISTANTS, {}, Live())
    return Run(CONTEXT_OF_ASSISTANTS, plan, Live(), provider, Path(), look=look)


def test_leaks_are_judged_by_a_look_at_the_whole_account_that_is_taken_once() -> None:
    looks = []

    def look() -> dict[str, str]:
        looks.append(1)
        return {"vs_1": "assistant asst_1 names it."}

    recheck = Recheck(a_run(look))

    assert recheck.need("vs_1") == "assistant asst_1 names it."
    assert recheck.need("vs_2") == ""
    assert len(looks) == 1


def test_a_look_that_fails_is_not_taken_again_for_every_leak() -> None:
    looks = []

    def look() -> dict[str, str]:
        looks.append(1)
        raise NotFound(NO_SUCH_OBJECT)

    recheck = Recheck(a_run(look))

    for _ in range(3):
        with pytest.raises(NotFound):
            recheck.need("vs_1")
    assert len(looks) == 1
