"""rollback RUN makes again what a run deleted; rollback ADDRESS --to RUN goes back on any runtime."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger_to_read
from provisioner.model.address import Address
from provisioner.model.errors import ProvisionerError
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.rollback.applied import planned_return
from provisioner.verbs.rollback.deleted import planned_restoration
from tests.stories.stacks import TEXTS, documents, first, written
from tests.support.stories import STACK, causes, changes, failures, manifest, new_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provisioner.model.plan import Plan
    from tests.support.stories import World

OWNER = "k3v9q0x7dp/default"
SECRET = {"default": "${env:TOKEN}", "sensitive": True}
LAST = manifest("Assistant", "last", model="gpt-6.1-terra")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = new_world(tmp_path, monkeypatch)
    world.options = replace(world.options, ledger=str(tmp_path / "ledger.db"))
    yield world
    world.server.close()


def newest(world: World) -> str:
    with ledger_to_read(Location(world.root / "ledger.db")) as opened:
        return opened.runs.newest(OWNER)[0].id


def again(world: World, run: str) -> Plan:
    """Roll a run back, as `rollback RUN --yes` does. Returns the plan."""
    with planned_restoration(world.options, run) as found:
        assert not found.plan.standing, found.plan.standing
        if not found.plan.is_empty:
            report = applying.apply(found)
            assert report.succeeded, failures(report)
        return found.plan


def told(plan: Plan) -> dict[str, list[str]]:
    """The diagnostics of a plan: by code, what they are about."""
    found: dict[str, list[str]] = {}
    for one in plan.diagnostics:
        found.setdefault(one.code.name, []).append(one.subject)
    return found


def without_ids(world: World) -> list[object]:
    """Every assistant and store as it reads, without ids and times, in the order of names."""
    dropped = {"id", "created_at", "last_active_at", "tool_resources", "expires_at"}
    rows = [*world.rows("assistants"), *world.rows("vector_stores")]
    plain = [{k: v for k, v in row.items() if k not in dropped} for row in rows]
    return sorted(plain, key=str)


def test_a_hundred_deleted_assistants_come_back_with_their_stores(world: World) -> None:
    desks = {f"a{number:03}": f"s{number % 20:02}" for number in range(100)}
    texts = {f"docs/{store}.md": f"All about {store}.\n" for store in desks.values()}
    fleet = [
        manifest("VectorStore", store, files=[f"docs/{store}.md"])
        for store in sorted(set(desks.values()))
    ]
    fleet += [
        manifest(
            "Assistant",
            name,
            model="gpt-6.1-terra",
            instructions=f"You are {name}.",
            tools=[{"type": "file_search", "vector_store": store}],
        )
        for name, store in desks.items()
    ]
    written(world, [STACK, LAST, *fleet], texts)
    assert world.apply().succeeded
    before = without_ids(world)
    world.write([STACK, LAST])
    shutil.rmtree(world.manifests / "docs")
    assert world.apply(max_delete_percent=100).succeeded
    assert len(world.rows("assistants")) == 1

    plan = again(world, newest(world))

    assert without_ids(world) == before
    stores = {row["name"]: row["id"] for row in world.rows("vector_stores")}
    assert {
        row["name"]: row["tool_resources"]["file_search"]["vector_store_ids"]
        for row in world.rows("assistants")
        if row["name"] != "last"
    } == {name: [stores[store]] for name, store in desks.items()}
    # The files themselves are gone. Their parsed texts are what was in them, to the byte.
    assert told(plan).keys() == {"restored-undeclared"}
    assert not (world.manifests / ".provisioner").exists()
    written(world, [STACK, LAST, *fleet], texts)
    assert changes(world.plan()) == []


def test_what_cannot_be_made_again_is_said_and_the_rest_is_made(world: World) -> None:
    first(world)
    world.converge()
    world.write([STACK, LAST])
    world.put("docs/rates.csv", "other\n")
    world.converge(max_delete_percent=100)

    plan = again(world, newest(world))

    assert [str(one.address) for one in plan.changes] == [
        *("assistant.analyst", "assistant.clerk", "vector_store.library")
    ]
    assert told(plan) == {
        "not-restored": ["file.rates"],
        "restored-in-part": ["assistant.analyst"],
        "restored-undeclared": [""],
    }
    analyst = next(row for row in world.rows("assistants") if row["name"] == "analyst")
    assert analyst["tools"] == [{"type": "code_interpreter"}]
    assert not analyst["tool_resources"]["code_interpreter"]["file_ids"]
    assert again(world, plan_run(plan)).is_empty


def plan_run(plan: Plan) -> str:
    return str(plan.arguments["run"])


def test_a_text_that_is_not_the_file_is_said_to_be_none(world: World) -> None:
    """A document that its server parsed comes back as the text that was parsed out of it."""
    first(world)
    world.put("docs/a.md", b"\xff\xfe" + "All about Ä.\n".encode("utf-16-le"))
    world.converge()
    world.write([STACK, LAST])
    (world.manifests / "docs/a.md").unlink()
    world.converge(max_delete_percent=100)

    plan = again(world, newest(world))

    assert told(plan)["restored-from-text"] == ["docs/a.md"]


def test_a_run_that_deleted_nothing_or_worked_elsewhere_is_refused(world: World) -> None:
    first(world)
    world.converge()
    run = newest(world)
    for wanted, code in ((run, "nothing-deleted"), ("run-20260101-000000-0000", "no-such-run")):
        with (
            pytest.raises(ProvisionerError, match=code),
            planned_restoration(world.options, wanted),
        ):
            pass
    stack = {**STACK, "metadata": {"name": "acme", "id": "anotherone"}}
    world.write([stack, *documents()[1:]])
    with pytest.raises(ProvisionerError, match="run-elsewhere"):
        again(world, run)


def test_an_assistant_becomes_what_it_was_after_a_run_and_is_drift_then(world: World) -> None:
    runs = []
    for text in ("Be brief.\n", "Be kind.\n"):
        first(world)
        world.write(documents(instructions=text))
        world.converge()
        runs.append(newest(world))
    clerk = Address("assistant", "clerk")

    with planned_return(world.options, clerk, runs[0]) as found:
        assert changes(found.plan) == ["update assistant.clerk instructions"]
        assert applying.apply(found).succeeded

    texts = {row["name"]: row["instructions"] for row in world.rows("assistants")}
    assert texts == {"clerk": "Be brief.\n", "analyst": "Be kind.\n"}
    assert (changes(world.plan()), causes(world.plan())) == (
        ["update assistant.clerk instructions"],
        {"drift"},
    )
    with planned_return(world.options, clerk, runs[0]) as found:
        assert found.plan.is_empty
    with planned_return(world.options, clerk, runs[1]) as found:
        assert applying.apply(found).succeeded
    assert changes(world.plan()) == []


def test_a_store_goes_back_as_far_as_its_documents_are_at_hand(world: World) -> None:
    first(world)
    world.converge()
    before = newest(world)
    world.put("docs/b.md", "All about B, told anew.\n")
    world.write(documents(files=("b", "c")))
    world.converge()

    library = Address("vector_store", "library")
    with planned_return(world.options, library, before) as found:
        assert applying.apply(found).succeeded
        notes = told(found.plan)

    [store] = world.rows("vector_stores")
    names = {row["id"]: row["filename"] for row in world.rows("files")}
    held = sorted(names[row["id"]] for row in world.rows("vector_stores", store["id"]))
    assert held == ["a.md", "b.md"]
    assert notes["restored-in-part"] == ["vector_store.library"]
    assert TEXTS["docs/a.md"]


def test_a_rollback_takes_secrets_of_today_and_words_of_then(world: World) -> None:
    stack = {**STACK, "spec": {**STACK["spec"], "variables": {"token": SECRET}}}

    def told(text: str, token: str) -> None:
        world.options = replace(world.options, environ={"TOKEN": token})
        world.write([stack, manifest("Assistant", "x", model="gpt-6.1-terra", instructions=text)])
        world.converge()

    told("Say ${var:token}, please.", "the-first-token")
    run = newest(world)
    told("Shout ${var:token}!", "the-second-token")

    with planned_return(world.options, Address("assistant", "x"), run) as found:
        assert applying.apply(found).succeeded

    assert [row["instructions"] for row in world.rows("assistants")] == [
        "Say the-second-token, please."
    ]
    kept = b"".join(path.read_bytes() for path in world.root.glob("ledger.db*"))
    assert b"-token" not in kept
    world.write([stack, manifest("Assistant", "x", model="gpt-6.1-terra", instructions="Go.")])
    with (
        pytest.raises(ProvisionerError, match="needs-secret"),
        planned_return(world.options, Address("assistant", "x"), run),
    ):
        pass


def test_on_responses_a_run_means_the_release_that_it_published(world: World) -> None:
    stack = {**STACK, "spec": {"targets": {"new": {"runtime": "responses", "server": "embedded"}}}}
    runs = []
    for text in ("Be brief.\n", "Be kind.\n"):
        world.write(
            [stack, manifest("Assistant", "clerk", model="gpt-6.1-terra", instructions=text)]
        )
        world.converge()
        runs.append(newest(world))
    clerk = Address("assistant", "clerk")

    with planned_return(world.options, clerk, runs[0]) as found:
        save(found, world.root / "back.json")
    report = world.apply_file(world.root / "back.json")

    assert [outcome.release for outcome in report.outcomes] == [3]
    assert (changes(world.plan()), causes(world.plan())) == (
        ["update assistant.clerk instructions"],
        {"drift"},
    )
    world.write([stack, LAST])
    world.converge(max_delete_percent=100, overwrite_drift=True)
    with (
        pytest.raises(ProvisionerError, match="nothing-applied"),
        planned_return(world.options, clerk, newest(world)),
    ):
        pass
    assert [str(change.address) for change in again(world, newest(world)).changes] == [str(clerk)]


RATES = manifest("File", "rates", path="docs/rates.csv")


def clerk(name: str) -> dict[str, object]:
    tools = [{"type": "code_interpreter", "files": ["rates"]}]
    return manifest("Assistant", name, model="gpt-6.1-terra", tools=tools)


def destroyed(world: World, *addresses: str) -> str:
    """Destroy what has these addresses, and return the run."""
    with planned_destroy(world.options, select=addresses) as found:
        assert applying.apply(found).succeeded
    return newest(world)


@pytest.mark.parametrize("file_names", ["plain", "marked"])
@pytest.mark.parametrize("beside", [(), (clerk("other"),)], ids=["alone", "shared"])
def test_a_file_that_only_the_deleted_mark_named_is_attached_again_and_not_sent_again(
    world: World, beside: tuple[dict[str, object], ...], file_names: str
) -> None:
    stack = {**STACK, "spec": {**STACK["spec"], "file_names": file_names}}
    written(world, [stack, RATES, clerk("qa"), *beside], {"docs/rates.csv": "a,1\n"})
    world.converge()
    (sent,) = (row["id"] for row in world.rows("files"))
    run = destroyed(world, "assistant.qa")

    plan = again(world, run)

    assert [str(one.address) for one in plan.changes] == ["assistant.qa"]
    assert told(plan) == {}
    assert [row["id"] for row in world.rows("files")] == [sent]
    assert changes(world.plan()) == []


def test_a_file_whose_content_moved_on_is_attached_as_it_was(world: World) -> None:
    written(world, [STACK, RATES, clerk("qa")], {"docs/rates.csv": "a,1\n"})
    world.converge()
    (sent,) = (row["id"] for row in world.rows("files"))
    run = destroyed(world, "assistant.qa")
    world.put("docs/rates.csv", "a,2\n")

    again(world, run)

    (qa,) = world.rows("assistants")
    assert qa["tool_resources"]["code_interpreter"]["file_ids"] == [sent]
    world.converge()
    assert [row["id"] for row in world.rows("files")] != [sent]
    assert len(world.rows("files")) == 1


def test_a_file_that_was_deleted_with_its_assistant_is_sent_again(world: World) -> None:
    written(world, [STACK, RATES, clerk("qa")], {"docs/rates.csv": "a,1\n"})
    world.converge()
    run = destroyed(world)
    assert world.rows("files") == []

    plan = again(world, run)

    assert [str(one.address) for one in plan.changes] == ["assistant.qa", "file.rates"]
    assert changes(world.plan()) == []
