"""Moving: made and verified over there first, retired here last, and nothing lost on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from provisioner.model.address import Address
from provisioner.model.errors import PlanRefused, ProvisionerError
from provisioner.providers.releases import open_registry
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.migrate.run import migrate
from tests.stories.moves import OWNED, PLACES, places, told
from tests.stories.stacks import documents
from tests.support.faults import Fault, Faulty, always, answer, creating, drop
from tests.support.habits import reply
from tests.support.servers import Without, Wrapper
from tests.support.stories import Refused, changes, watched, writes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

    from werkzeug.wrappers import Request, Response

    from tests.stories.moves import Places
    from tests.support.stories import World

KNOWLEDGE = ["a.md", "b.md", "rates.csv", "vector_store.library"]


@pytest.fixture
def there(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    made = places(world, monkeypatch)
    yield made
    made.other.server.close()


def foreign(places: Places) -> set[str]:
    """Objects of somebody else, on both accounts: they use nothing of ours."""
    made = set()
    for account in (places.world, places.other):
        with account.client as client, pytest.deprecated_call():
            made.add(client.beta.assistants.create(model="m", name="Clerk").id)
            made.add(client.vector_stores.create(name="library").id)
            made.add(client.beta.agents.create(model="gpt-6.1-terra", name="clerk").id)
    return made


TAG = re.compile(r"\.[\w-]{6}-[\w-]{6}-[0-9a-f]{12}(?=\.)")
"""The tag that `file_names: marked` puts into a name."""


def knowledge(account: World) -> list[str]:
    """Stores of ours, and files by the name that they have on disk: one entry each."""
    stores = [address for address in account.addresses() if address.startswith("vector_store.")]
    names = [TAG.sub("", row["filename"]) for row in account.rows("files")]
    return sorted([*stores, *names])


def everything(places: Places) -> str:
    texts = []
    for account in (places.world, places.other):
        with account.client as client:
            agents = [agent.model_dump() for agent in client.beta.agents.list()]
        texts += [str(account.account()), str(agents)]
    return "\n".join(texts)


@pytest.mark.parametrize(("source", "target"), [*permutations(PLACES, 2)])
def test_from_every_place_to_every_other(there: Places, source: str, target: str) -> None:
    there.world.loads = {}
    there.write()
    strangers = foreign(there)
    there.apply(source)

    with there.watching(source, target) as missed:
        done = there.move(source, target)

    assert done.succeeded, told(done)
    assert missed == []
    assert sorted(there.assistants(target).elements()) == OWNED
    assert not there.assistants(source)
    assert changes(there.world.plan(replace(there.world.options, target=target))) == []
    assert all(id in everything(there) for id in strangers)
    has_stores = PLACES[target]["runtime"] != "agents"
    for account in (there.world, there.other):
        here = has_stores and account is there.account(target)
        assert knowledge(account) == (KNOWLEDGE if here else [])
    faulty = watched(there.world), watched(there.other)
    with there.moving(source, target) as again:
        assert again.is_done
        assert again.refusals == ()
    assert [write for one in faulty for write in writes(one)] == []


@pytest.mark.parametrize("target", ["responses", "assistants-other", "agents"])
def test_what_is_kept_lives_on_both_sides(there: Places, target: str) -> None:
    there.write()
    there.apply("assistants")
    before = there.world.rows("assistants")

    done = there.move("assistants", target, keep_source=True)

    assert done.succeeded, told(done)
    assert done.retired is None
    assert there.world.rows("assistants") == before
    assert sorted(there.assistants(target).elements()) == OWNED
    with there.moving("assistants", target, keep_source=True) as again:
        assert again.is_done
    later = there.move("assistants", target)
    assert later.succeeded, told(later)
    assert there.world.rows("assistants") == []


def test_nothing_is_retired_unless_everything_was_made(there: Places) -> None:
    there.write()
    there.apply("assistants")
    before = there.world.account()
    refusal = answer({"error": {"message": "No."}}, 400)
    there.other.app = Faulty(there.other.server, Fault(creating("assistants"), refusal, times=2))

    done = there.move("assistants", "assistants-other")

    assert not done.succeeded
    assert done.retired is None
    failed = {str(o.address): o.error for o in done.applied.outcomes if o.error}
    assert failed.keys() == {*OWNED, "file.rates"}
    assert (
        failed["file.rates"]
        == "uploaded, and deleted again, because the object that would refer to it failed"
    )
    assert "assistants: nothing was retired on the source" in told(done)
    assert there.world.account() == before
    there.other.app = there.other.server
    again = there.move("assistants", "assistants-other")
    assert again.succeeded, told(again)
    assert sorted(there.assistants("assistants-other").elements()) == OWNED
    assert there.world.account() == {}


class Forgetful(Wrapper):
    """A server that lists no assistant once `after` of them were made."""

    def __init__(self, app: WSGIApplication, after: int) -> None:
        super().__init__(app)
        self.left = after

    def answer(self, request: Request) -> Response:
        if request.path.endswith("/assistants"):
            if request.method == "GET" and self.left <= 0:
                return reply({"object": "list", "data": [], "has_more": False})
            self.left -= request.method == "POST"
        return self.forward(request)


def test_what_cannot_be_found_again_over_there_is_not_retired_here(there: Places) -> None:
    there.write()
    there.apply("assistants")
    before = there.world.account()
    there.other.app = Forgetful(there.other.server, after=2)

    done = there.move("assistants", "assistants-other")

    assert done.applied.succeeded
    assert not done.verified
    assert done.retired is None
    assert "these were missing: assistant.analyst, assistant.clerk" in told(done)
    assert there.world.account() == before


def edit(account: World, name: str = "clerk") -> None:
    with account.client as client:
        (id,) = (row["id"] for row in account.rows("assistants") if row["name"] == name)
        with pytest.deprecated_call():
            client.beta.assistants.update(id, instructions="In verse.")


def test_what_people_changed_there_is_not_left_behind_unseen(there: Places) -> None:
    there.write()
    there.apply("assistants")
    edit(there.world)
    before = there.world.account()

    with there.moving("assistants", "responses") as found:
        assert changes(found.drift) == ["update assistant.clerk instructions"]
    with pytest.raises(Refused, match=r"assistant.clerk: changed on the live side"):
        there.move("assistants", "responses")

    assert there.world.account() == before
    assert not there.assistants("responses")
    done = there.move("assistants", "responses", overwrite_drift=True)
    assert done.succeeded, told(done)
    assert not there.assistants("assistants")


def test_what_somebody_changes_during_the_move_stays(there: Places) -> None:
    there.write()
    there.apply("assistants")

    with there.moving("assistants", "responses") as found:
        assert found.refusals == ()
        edit(there.world)
        done = migrate(found)

    assert not done.succeeded
    assert done.verified
    assert "somebody changed what was being moved" in told(done)
    assert sorted(there.assistants("assistants").elements()) == OWNED
    with pytest.raises(Refused, match="changed on the live side"):
        there.move("assistants", "responses")


def test_what_is_protected_stays_until_it_is_unprotected(there: Places) -> None:
    made_of = documents()[1:]
    for one in made_of:
        if one["metadata"]["name"] == "clerk":
            one["spec"]["lifecycle"] = {"prevent_destroy": True}
    there.write(made_of)
    there.apply("assistants")
    before = there.world.account()

    with pytest.raises(Refused, match=r"protected(.|\n)*--keep-source"):
        there.move("assistants", "responses")
    assert there.world.account() == before
    assert not there.assistants("responses")

    kept = there.move("assistants", "responses", keep_source=True)
    assert kept.succeeded, told(kept)
    done = there.move("assistants", "responses", unprotect={Address("assistant", "clerk")})
    assert done.succeeded, told(done)
    assert not there.assistants("assistants")


def test_what_cannot_live_there_stops_the_move_before_anything_is_sent(there: Places) -> None:
    there.targets["agents"] = {"runtime": "agents"}
    there.write()
    there.apply("assistants")
    faulty = watched(there.world)

    with pytest.raises(PlanRefused, match='"file", "vector_store", "max_completion_tokens"'):
        there.move("assistants", "agents")

    assert faulty.calls == []


def test_what_another_stack_holds_there_is_refused_up_front(there: Places) -> None:
    there.write()
    there.apply("assistants-other")
    there.world.put("all.yaml", text(there).replace("k3v9q0x7dp", "elsewhere"))
    there.apply("assistants")
    before = there.world.account()

    with pytest.raises(Refused, match="another stack holds our addresses"):
        there.move("assistants", "assistants-other")

    assert there.world.account() == before
    done = there.move("assistants", "assistants-other", new=True)
    assert done.succeeded, told(done)
    assert there.assistants("assistants-other") == dict.fromkeys(OWNED, 2)


def text(places: Places) -> str:
    return (places.world.manifests / "all.yaml").read_text("utf-8")


def test_where_the_api_is_gone_there_is_nothing_left_to_retire(there: Places) -> None:
    there.write()
    there.apply("assistants")
    there.world.app = Without(there.world.server, "assistants")

    with there.moving("assistants", "responses") as found:
        assert found.before is None
        assert [note.told for note in found.notes] == [
            "assistants: nothing is left to retire on the source"
        ]
    done = there.move("assistants", "responses")

    assert done.succeeded, told(done)
    assert done.retired is None
    assert sorted(there.assistants("responses").elements()) == OWNED
    assert len(there.world.rows("vector_stores")) == 1
    with there.moving("assistants", "responses") as again:
        assert again.is_done


def test_a_server_that_does_not_answer_is_not_taken_for_gone(there: Places) -> None:
    there.write()
    there.apply("assistants")
    there.world.app = Faulty(there.world.server, Fault(always, drop(), times=10_000))

    with pytest.raises(ProvisionerError, match="does not prove that it is gone"):
        there.move("assistants", "assistants-other")

    assert there.other.account() == {}


def test_a_part_of_an_api_that_is_missing_is_not_taken_for_the_whole(there: Places) -> None:
    there.write()
    there.apply("assistants")
    there.world.app = Without(there.world.server, "vector_stores")

    with pytest.raises(ProvisionerError, match="no such API"):
        there.move("assistants", "assistants-other")

    assert there.other.account() == {}


def test_only_what_is_selected_moves_and_what_others_need_stays(there: Places) -> None:
    made_of = documents()[1:]
    clerk = next(one for one in made_of if one["metadata"]["name"] == "clerk")
    twin = {**clerk, "metadata": {"name": "twin"}}
    there.write([*made_of, twin])
    there.apply("assistants")

    done = there.move("assistants", "assistants-other", "assistant.clerk")

    assert done.succeeded, told(done)
    assert there.assistants("assistants-other") == {"assistant.clerk": 1}
    assert sorted(there.assistants("assistants")) == ["assistant.analyst", "assistant.twin"]
    assert knowledge(there.other) == ["a.md", "b.md", "vector_store.library"]
    assert knowledge(there.world) == KNOWLEDGE
    assert [(str(one.address), one.why) for one in done.stays] == [
        ("vector_store.library", "assistant.twin stays and refers to it")
    ]
    rest = there.move("assistants", "assistants-other")
    assert rest.succeeded, told(rest)
    assert there.world.account() == {}
    assert knowledge(there.other) == KNOWLEDGE


def test_what_only_a_foreign_assistant_still_uses_stays(there: Places) -> None:
    there.write()
    there.apply("assistants")
    (store,) = (row["id"] for row in there.world.rows("vector_stores"))
    with there.world.client as client, pytest.deprecated_call():
        stranger = client.beta.assistants.create(
            model="m",
            tools=[{"type": "file_search"}],
            tool_resources={"file_search": {"vector_store_ids": [store]}},
        )

    done = there.move("assistants", "assistants-other")

    assert done.succeeded, told(done)
    assert [row["id"] for row in there.world.rows("assistants")] == [stranger.id]
    assert knowledge(there.world) == ["a.md", "b.md", "vector_store.library"]
    assert [one.why for one in done.stays] == [f"{stranger.id} refers to it"]


def test_an_environment_moves_and_its_neighbour_does_not(there: Places) -> None:
    there.write(dev={}, prod={})
    options_of = {
        name: replace(there.world.options, environment=name, target="assistants")
        for name in ("dev", "prod")
    }
    for options in options_of.values():
        assert there.world.apply(options, new=True).succeeded

    done = there.move("assistants", "responses", options=options_of["prod"])

    assert done.succeeded, told(done)
    assert set(done.ids.values()) == {
        (was, f"k3v9q0x7dp/prod/{name}")
        for (was, _), name in zip(done.ids.values(), ("analyst", "clerk"), strict=True)
    }
    owners = {row["metadata"]["provisioner.owner"] for row in there.world.rows("assistants")}
    assert owners == {"k3v9q0x7dp/dev;v=2"}
    assert changes(there.world.plan(options_of["dev"])) == []


def test_an_apply_to_one_target_never_touches_another(there: Places) -> None:
    there.write()
    for target in PLACES:
        there.apply(target)
    edited = documents(instructions="Be kind.\n")[1:]
    for target in PLACES:
        others = [other for other in PLACES if other != target]
        before = {other: state(there, other) for other in others}
        there.write(edited)
        there.apply(target)
        with planned_destroy(
            replace(there.world.options, target=target), select=["assistant.*"]
        ) as end:
            assert applying.apply(end).succeeded
        assert {other: state(there, other) for other in others} == before


def state(places: Places, target: str) -> str:
    """Everything that the assistants of a target are."""
    settings, account = places.targets[target], places.account(target)
    if settings["runtime"] == "responses":
        return str(open_registry(str(account.manifests / settings["releases"])).current())
    if settings["runtime"] == "agents":
        with account.client as client:
            return str([agent.model_dump() for agent in client.beta.agents.list()])
    return str(account.rows("assistants"))


def test_a_store_that_a_kept_release_names_stays_retired(there: Places) -> None:
    there.targets["responses"] = {**PLACES["responses"], "retire_after": "24h"}
    there.write()
    there.apply("responses")

    done = there.move("responses", "assistants-other")

    assert done.succeeded, told(done)
    assert not there.assistants("responses")
    assert knowledge(there.world) == KNOWLEDGE
    assert {str(one.address): one.later for one in done.stays} == {
        "file.rates": True,
        "vector_store.library": True,
    }
    there.targets["responses"] = PLACES["responses"]  # as if a day had passed
    there.write()
    later = there.move("responses", "assistants-other")
    assert later.succeeded, told(later)
    assert there.world.account() == {}


def test_knowledge_that_the_source_uses_stays_beside_its_successor(there: Places) -> None:
    there.write()
    there.apply("responses")
    (before,) = (row["id"] for row in there.world.rows("vector_stores"))
    there.write(documents(overlap=100)[1:])

    done = there.move("responses", "assistants")

    assert done.succeeded, told(done)
    assert before in {row["id"] for row in there.world.rows("vector_stores")}
    there.apply("assistants")
    (after,) = (row["id"] for row in there.world.rows("vector_stores"))
    assert after != before
    assert knowledge(there.world) == KNOWLEDGE


def test_documents_of_somebody_else_are_named_before_they_are_left_behind(there: Places) -> None:
    there.write()
    there.apply("assistants")
    (store,) = (row["id"] for row in there.world.rows("vector_stores"))
    with there.world.client as client:
        file = client.files.create(file=("theirs.md", b"Theirs.\n"), purpose="assistants")
        client.vector_stores.files.create(store, file_id=file.id)

    with there.moving("assistants", "assistants-other") as found:
        assert [note.told for note in found.notes] == [
            "vector_store.library: holds documents of others"
        ]
        assert migrate(found).succeeded

    assert [row["filename"] for row in there.world.rows("files")] == ["theirs.md"]


def test_manifests_that_moved_on_are_named(there: Places) -> None:
    there.write()
    there.apply("assistants")
    there.write(documents(instructions="Be kind.\n")[1:])

    with there.moving("assistants", "responses") as found:
        told_of = [note.told for note in found.notes]
        assert told_of == [
            "assistant.analyst: not what its manifest says on the source",
            "assistant.clerk: not what its manifest says on the source",
        ]
        assert found.refusals == ()


@pytest.mark.parametrize("when", ["while it is made", "before it is retired"])
def test_an_interrupted_move_retires_nothing_and_goes_on_later(there: Places, when: str) -> None:
    there.write()
    there.apply("assistants")
    before = there.world.account()
    seen: list[str] = []

    with there.moving("assistants", "assistants-other") as found:
        if when == "while it is made":
            done = migrate(
                found, watch=lambda event: seen.append(str(event)), stop=lambda: bool(seen)
            )
        else:
            done = migrate(found, tell=seen.append, stop=lambda: bool(seen))

    assert done.interrupted
    assert not done.succeeded
    assert done.retired is None
    assert there.world.account() == before
    again = there.move("assistants", "assistants-other")
    assert again.succeeded, told(again)
    assert there.world.account() == {}
