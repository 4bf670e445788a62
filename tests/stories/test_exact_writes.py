"""adopt, forget and rollback are performed like every write: an answer is a claim, and read again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.address import Address
from provisioner.model.errors import PlanRefused, ProvisionerError
from provisioner.model.outcome import Status
from provisioner.model.overrides import Overrides
from provisioner.verbs.adopt.run import planned_adoption
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.forget import planned_forget
from provisioner.verbs.migrate.run import migrate
from tests.stories.hosted_stacks import HOSTED
from tests.stories.hosted_stacks import documents as hosted_documents
from tests.stories.hosted_stacks import first as first_hosted
from tests.stories.moves import places
from tests.stories.stacks import documents
from tests.support.hosted import marks as hosted_marks
from tests.support.servers import Wrapper
from tests.support.stories import STACK, changes, failures, manifest, writes
from tests.support.stories import watched as watching

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

    from provisioner.model.outcome import Report
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
CLERK, LIBRARY = Address("assistant", "clerk"), Address("vector_store", "library")
STORE = manifest("VectorStore", "library", name="library")


class Pretends(Wrapper):
    """A server that answers updates of assistants with success and performs none of them."""

    def answer(self, request: Request) -> Response:
        is_update = request.method == "POST" and "/assistants/" in request.path
        return self.forward(request, data=b"{}") if is_update else self.forward(request)


class Late(Wrapper):
    """A server whose answers to updates show the object as it was; a read shows the new one."""

    def answer(self, request: Request) -> Response:
        if request.method != "POST" or "/assistants/" not in request.path:
            return self.forward(request)
        environ = {**request.environ, "REQUEST_METHOD": "GET", "CONTENT_LENGTH": "0"}
        before = self.forward(type(request)(environ), data=b"")
        self.forward(request)
        return before


def clerk(**spec: Any) -> dict[str, Any]:
    return manifest("Assistant", "clerk", model="gpt-6.1-terra", name="clerk", **spec)


def living(world: World, *more: dict[str, Any]) -> dict[str, Any]:
    """One assistant of ours, which no manifest declares any more."""
    world.write([STACK, clerk(metadata={"team": "people"}, **(more[0] if more else {})), STORE])
    assert world.apply().succeeded
    world.write([STACK, STORE])
    (row,) = world.rows("assistants")
    return row


def stranger(world: World) -> dict[str, Any]:
    """One foreign assistant that is to become ours."""
    world.write([STACK, clerk(temperature=0.2), STORE])
    with world.client as client:
        client.beta.assistants.create(
            model="gpt-6.1-terra", name="clerk", instructions="Theirs.", metadata={"team": "theirs"}
        )
    (row,) = world.rows("assistants")
    return row


def adopted(world: World, id: str) -> Report:
    with planned_adoption(world.options, CLERK, id) as found:
        return applying.apply(found)


def forgotten(world: World, address: Address = CLERK, **allowed: Any) -> Report:
    with planned_forget(world.options, address, Overrides(**allowed)) as found:
        return applying.apply(found)


def test_forgotten_it_stays_as_it_is_without_our_mark(world: World) -> None:
    before = living(world)

    report = forgotten(world)

    assert report.succeeded, failures(report)
    (after,) = world.rows("assistants")
    assert after == {**before, "metadata": {"team": "people"}}
    assert changes(world.plan()) == []
    assert world.plan().foreign == {"assistant": 1}
    world.write([STACK, clerk(), STORE])
    assert adopted(world, after["id"]).succeeded
    assert world.plan().foreign == {}


def test_what_is_declared_still_is_not_forgotten(world: World) -> None:
    living(world)
    world.write([STACK, clerk(), STORE])
    faulty = watching(world)

    with pytest.raises(ProvisionerError, match=r"assistant\.clerk: a manifest declares it still"):
        forgotten(world)

    assert faulty.calls == []


def test_what_a_manifest_has_renamed_is_not_forgotten(world: World) -> None:
    living(world)
    renamed = manifest("Assistant", "advisor", model="gpt-6.1-terra", name="clerk")
    renamed["metadata"]["formerly"] = ["clerk"]
    world.write([STACK, renamed, STORE])

    with pytest.raises(ProvisionerError, match=r"assistant\.advisor: a manifest declares it still"):
        forgotten(world)


def test_what_is_not_ours_is_not_forgotten(world: World) -> None:
    stranger(world)
    world.write([STACK, STORE])

    with pytest.raises(ProvisionerError, match="nothing on this target carries its mark"):
        forgotten(world)


@pytest.mark.parametrize(
    ("address", "says"),
    [("file.rates", "A file carries no mark"), ("function.lookup", "no live object")],
)
def test_what_carries_no_mark_is_not_forgotten(world: World, address: str, says: str) -> None:
    living(world)

    with pytest.raises(ProvisionerError, match=says):
        forgotten(world, Address.parse(address))


def test_a_store_keeps_its_documents_and_says_so(world: World) -> None:
    world.write(documents())
    for path, text in (("a.md", "A"), ("b.md", "B")):
        world.put(f"docs/{path}", text)
    world.write([STACK, manifest("VectorStore", "library", files=["docs/a.md", "docs/b.md"])])
    assert world.apply().succeeded
    world.write([STACK, clerk()])
    (store,) = world.rows("vector_stores")
    before = world.rows("vector_stores", store["id"])

    with planned_forget(world.options, LIBRARY) as found:
        assert [d.code.name for d in found.plan.diagnostics] == ["keeps-attributes"]
        assert applying.apply(found).succeeded

    assert world.rows("vector_stores", store["id"]) == before
    assert changes(world.plan()) == ["create assistant.clerk"]


def test_what_lies_inside_is_let_go_with_it(world: World) -> None:
    first_hosted(world)
    kinds = ("Stack", "Vault", "Credential")
    world.write([one for one in hosted_documents() if one["kind"] in kinds])
    assert world.apply().succeeded
    world.write([HOSTED, manifest("Vault", "other")])

    with planned_forget(world.options, Address("vault", "shop")) as found:
        assert sorted(str(c.address) for c in found.plan.changes) == [
            "credential.depot",
            "vault.shop",
        ]
        assert applying.apply(found).succeeded

    assert not [path for path in hosted_marks(world) if path.startswith(("vault/", "credential/"))]


def test_a_mark_that_the_server_keeps_is_no_success(world: World) -> None:
    living(world)
    world.app = Pretends(world.server)

    report = forgotten(world)

    (outcome,) = report.outcomes
    assert outcome.status is Status.FAILED
    assert "the server did not remove our mark" in outcome.error


def test_a_mark_that_the_server_did_not_take_is_no_success(world: World) -> None:
    row = stranger(world)
    world.app = Pretends(world.server)

    report = adopted(world, row["id"])

    (outcome,) = report.outcomes
    assert outcome.status is Status.FAILED
    assert "the write was not performed" in outcome.error
    assert world.rows("assistants") == [row]


@pytest.mark.parametrize("verb", ["adopt", "forget"])
def test_an_answer_from_before_is_read_again(world: World, verb: str) -> None:
    row = stranger(world) if verb == "adopt" else living(world)
    world.app = Late(world.server)

    report = adopted(world, row["id"]) if verb == "adopt" else forgotten(world)

    assert report.succeeded, failures(report)
    (after,) = world.rows("assistants")
    assert ("provisioner.owner" in after["metadata"]) is (verb == "adopt")
    assert after["instructions"] == row["instructions"]


def test_only_the_mark_is_sent(world: World) -> None:
    row = stranger(world)
    sent: list[Any] = []

    class Listens(Wrapper):
        def answer(self, request: Request) -> Response:
            if request.method == "POST":
                sent.append(json.loads(request.get_data()))
            return self.forward(request)

    world.app = Listens(world.server)
    assert adopted(world, row["id"]).succeeded

    (body,) = sent
    assert body.keys() == {"metadata"}
    assert body["metadata"]["team"] == "theirs"


def test_no_verb_of_python_goes_around_a_guard(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    living(world, {"lifecycle": {"prevent_destroy": True}})
    faulty = watching(world)

    with pytest.raises(PlanRefused, match="protected"):
        forgotten(world)
    with (
        pytest.raises(PlanRefused, match="protected"),
        planned_destroy(world.options) as found,
    ):
        applying.apply(found)
    assert writes(faulty) == []
    assert forgotten(world, unprotect={CLERK}).succeeded

    there = places(world, monkeypatch)
    made_of = documents()[1:]
    for one in made_of:
        if one["metadata"]["name"] == "clerk":
            one["spec"]["lifecycle"] = {"prevent_destroy": True}
    there.write(made_of)
    there.apply("assistants")
    with there.moving("assistants", "responses") as planned:
        assert [one.code.name for one in planned.retired.refusals] == ["protected"]
        with pytest.raises(PlanRefused, match="protected"):
            migrate(planned)
    assert not there.assistants("responses")
    there.other.server.close()
