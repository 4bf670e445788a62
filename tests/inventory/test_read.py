"""The live side as it is read: what is ours, what is not, and how few requests that takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.errors import NoSuchApi
from provisioner.model.mark import ADDRESS, OWNER, Mark, Owner
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId
from provisioner.runtimes._shared.knowledge import attributes_to_wire
from tests.apply.account import (
    BINDINGS,
    SEARCH,
    Account,
    assistant,
    code,
    file,
    open_account,
    store,
)
from tests.support.servers import Without

QA, LIBRARY = Address("assistant", "qa"), Address("vector_store", "library")
TABLE = Address("file", "table")
OURS = Owner("k3v9", "default")


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with open_account(tmp_path) as opened:
        yield opened


def reads(account: Account, *wanted: Resource) -> list[str]:
    account.both(*wanted)
    return sorted(call.path.removeprefix("/v1/") for call in account.seen.calls)


def test_one_list_a_kind_and_one_a_store_is_all_that_is_asked(account: Account) -> None:
    wanted = (
        *(assistant(f"a{n}") for n in range(5)),
        *(store(account.document(f"{n}.md"), name=f"s{n}") for n in range(2)),
    )
    account.apply(*wanted)

    ids = [f"vector_stores/{row['id']}/files" for row in account.rows("vector_stores")]
    assert reads(account, *wanted) == sorted(["assistants", "vector_stores", *ids])
    assert account.writes() == []


def test_files_are_listed_only_where_there_is_one(account: Account) -> None:
    table = file("table", account.document("t.csv", "a,b"))
    account.apply(assistant(tools=code("table")), table)

    assert reads(account, assistant(tools=code("table")), table).count("files") == 1
    assert reads(account).count("files") == 1
    account.converged()
    assert reads(account).count("files") == 0


def test_objects_without_our_mark_are_foreign_or_others(account: Account) -> None:
    account.apply(assistant())
    account.make("assistants", model="gpt-4.1", name="theirs", metadata={"team": "x"})
    held = Mark(Owner("other"), QA).to_metadata()
    account.make("assistants", model="gpt-4.1", metadata=held)
    copied = Mark(OURS, LIBRARY).to_metadata()
    account.make("assistants", model="gpt-4.1", name="odd", metadata=copied)

    _, live = account.both(assistant())

    assert set(live.objects) == {QA}
    assert sorted(found.name for found in live.foreign) == ["odd", "theirs"]
    assert live.others == {Owner("other"): {QA}}


@pytest.mark.parametrize(
    "metadata",
    [
        {OWNER: "k3v9"},
        {OWNER: "k3v9/default", ADDRESS: "nonsense"},
        {ADDRESS: "assistant.qa"},
    ],
)
def test_a_broken_mark_is_not_ours(account: Account, metadata: dict[str, str]) -> None:
    account.make("assistants", model="gpt-4.1", metadata=metadata)

    _, live = account.both()

    assert (live.objects, len(live.foreign)) == ({}, 1)


def test_ids_of_ours_are_read_as_references(account: Account) -> None:
    table = file("table", account.document("t.csv", "a,b"))
    user = assistant(tools={**SEARCH, **code("table")})
    account.apply(user, store(), table)

    _, live = account.both(user, store(), table)

    tools = live.objects[QA].spec["tools"]
    assert tools["file_search"]["vector_store"] == Reference(LIBRARY)
    assert tools["code_interpreter"]["files"] == {"table": Reference(TABLE)}
    assert live.file_names[live.objects[TABLE].id] == "t.csv"


def test_ids_of_others_and_of_the_vanished_stay_ids(account: Account) -> None:
    user = assistant(tools=SEARCH)
    account.apply(user, store())
    theirs = account.make("vector_stores", name="theirs")
    resources = {"file_search": {"vector_store_ids": [theirs["id"]]}}
    account.edit("assistants", "qa", tool_resources=resources)

    def pointed_to() -> Any:
        _, live = account.both(user, store())
        return live.objects[QA].spec["tools"]["file_search"]["vector_store"]

    assert pointed_to() == RemoteId("vector_store", theirs["id"])
    account.remove("vector_stores", str(theirs["id"]))
    assert pointed_to() == RemoteId("vector_store", theirs["id"], gone=True)


class TestSeveralObjectsOfOneAddress:
    def marked(self, account: Account, generation: int, *, filled: bool, later: float = 0) -> str:
        account.now += later
        resource = store(account.document("a.md"))
        mark = make_mark(
            resource, KINDS["vector_store"], BINDINGS["vector_store"], OURS,
            generation=generation, filled=filled,
        )  # fmt: skip
        made = account.make("vector_stores", name="library", metadata=mark.to_metadata())
        return str(made["id"])

    @pytest.mark.parametrize(
        ("first", "second", "wins"),
        [
            ((1, True, 0), (2, True, 5), 1),
            ((2, True, 0), (1, True, 5), 0),
            ((1, True, 0), (2, False, 5), 0),
            ((1, False, 0), (2, False, 5), 1),
            ((1, True, 0), (1, True, 5), 0),
            ((1, True, 0), (1, True, -5), 1),
            ((1, False, 0), (1, True, 5), 1),
        ],
    )
    def test_the_newest_complete_generation_wins_then_the_older_object(
        self,
        account: Account,
        first: tuple[int, bool, float],
        second: tuple[int, bool, float],
        wins: int,
    ) -> None:
        ids = [
            self.marked(account, generation, filled=filled, later=later)
            for generation, filled, later in (first, second)
        ]

        _, live = account.both()

        assert live.objects[LIBRARY].id == ids[wins]
        assert [found.id for found in live.surplus] == [ids[1 - wins]]

    def test_an_older_one_that_is_pointed_to_stands_for_its_address(self, account: Account) -> None:
        user = assistant(tools=SEARCH)
        account.apply(user, store())
        old = account.row("vector_stores")["id"]
        new = self.marked(account, 2, filled=True)

        _, live = account.both(user, store())

        assert live.objects[LIBRARY].id == new
        pointed_to = live.objects[QA].spec["tools"]["file_search"]["vector_store"]
        assert pointed_to == RemoteId("vector_store", old, LIBRARY)


def test_an_object_whose_mark_was_wiped_is_foreign_however_alike_it_is(account: Account) -> None:
    wanted = (assistant(tools=SEARCH, description="d"), store(account.document("a.md")))
    account.apply(*wanted)
    account.edit("assistants", "qa", metadata={})
    account.edit("vector_stores", "library", metadata={})

    _, live = account.both(*wanted)

    assert live.objects == {}
    assert [found.name for found in live.foreign] == ["qa", "library"]


def test_a_file_whose_claim_was_wiped_is_nobodys_though_it_is_named_and_sized_the_same(
    account: Account,
) -> None:
    table = file("table", account.document("t.csv", "a,b"))
    wanted = (assistant(tools=code("table")), table)
    account.apply(*wanted)
    kept = {OWNER, ADDRESS}
    mark = {k: v for k, v in account.row("assistants")["metadata"].items() if k in kept}
    account.edit("assistants", "qa", metadata=mark)

    _, live = account.both(*wanted)

    assert set(live.objects) == {QA}


def test_many_files_are_known_by_short_names(account: Account) -> None:
    names = [f"{n:02}-{'long' * 14}" for n in range(12)]
    files = [file(name, account.document(f"{name}.csv", name)) for name in names]
    user = assistant(tools=code(*names))

    account.converged(user, *files)
    changed = file(names[3], account.document(f"{names[3]}.csv", "other"))
    account.converged(user, *files[:3], changed, *files[4:])
    account.converged(assistant(tools=code(*names[:6])), *files[:3], changed, *files[4:6])

    assert len(account.rows("files")) == 6


def test_what_a_file_held_is_known_through_a_store_and_an_assistant(account: Account) -> None:
    plain = account.document("h.md", "text")
    entry = account.document("h.md", "text", source="table")
    wanted = (assistant(tools=code("table")), store(entry), file("table", plain))
    account.apply(*wanted)

    _, live = account.both(*wanted)

    (known,) = live.objects[TABLE].documents.values()
    assert known.sha256 == plain.sha256


def test_of_two_files_the_one_with_the_desired_content_is_ours(account: Account) -> None:
    """As after a kill between the first and the second store of a changed File."""
    old = account.document("h.md", "old", source="table")
    plain_old = account.document("h.md", "old")
    account.apply(store(old), store(old, name="second"), file("table", plain_old))
    new, plain = (account.document("h.md", "new", source=s) for s in ("table", ""))
    with account.provider() as provider:
        uploaded = provider.upload(account.root / "h.md", "h.md", new.sha256)
    parent = str(account.row("vector_stores", "library")["id"])
    attributes = attributes_to_wire(new)
    account.make("vector_stores/files", parent, file_id=uploaded["id"], attributes=attributes)
    account.remove("vector_stores/files", account.documents("second")["h.md"], parent)
    wanted = (store(new), store(new, name="second"), file("table", plain))

    _, live = account.both(*wanted)

    assert live.objects[TABLE].id == uploaded["id"]
    account.converged(*wanted)
    assert [row["id"] for row in account.rows("files")] == [uploaded["id"]]


class TestAServerWithoutVectorStores:
    def test_is_fine_while_none_is_declared(self, account: Account) -> None:
        account.app = Without(account.server, "vector_stores")

        account.converged(assistant())

    def test_is_named_when_one_is(self, account: Account) -> None:
        account.app = Without(account.server, "vector_stores")

        with pytest.raises(NoSuchApi):
            account.both(store())


def test_an_expired_store_has_no_documents_and_is_not_asked(account: Account) -> None:
    week = {"anchor": "last_active_at", "days": 7}
    account.apply(store(account.document("a.md"), expires_after=week))
    account.now += 8 * 86_400

    assert reads(account) == ["assistants", "vector_stores"]
    _, live = account.both()
    assert live.objects[LIBRARY].expired
    assert live.objects[LIBRARY].documents == {}


def test_a_document_attached_twice_counts_once(account: Account) -> None:
    wanted = store(account.document("a.md"))
    account.apply(wanted)
    (row,) = account.rows("vector_stores/files", str(account.row("vector_stores")["id"]))
    with account.provider() as provider:
        sha256 = wanted.documents["a.md"].sha256
        second = provider.upload(account.root / "a.md", "a.md", sha256)
    account.now += 5
    parent, attributes = str(row["vector_store_id"]), row["attributes"]
    account.make("vector_stores/files", parent, file_id=second["id"], attributes=attributes)

    plan, live = account.both(wanted)

    assert live.objects[LIBRARY].documents["a.md"].file_id == second["id"]
    assert [(d.note, d.file_id) for d in plan.changes[0].documents] == [("left over", row["id"])]
    account.converged(wanted)
    assert len(account.rows("files")) == 1


@pytest.mark.parametrize("owner", ["k3v9/staging", "other/default"])
def test_objects_of_another_environment_or_stack_are_elsewhere(
    account: Account, owner: str
) -> None:
    account.apply(assistant())
    row = account.row("assistants")
    account.edit("assistants", "qa", metadata={**row["metadata"], OWNER: owner})

    _, live = account.both(assistant())

    assert live.objects == {}
    assert [found.id for found in live.elsewhere] == [row["id"]]
