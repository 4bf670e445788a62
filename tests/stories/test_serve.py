"""The embedded server on a port: the unmodified SDK works there, and a target plans the same."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openai
import pytest

from provisioner.emulator import create_app
from provisioner.model.codes.plans import POSSIBLY_LEFT
from provisioner.verbs.serve import serving as served
from tests.stories.stacks import PLACES, TEXTS, documents, first, replaced, updated, written
from tests.support.faults import Fault, Faulty, creating, cut_body, drop, hang
from tests.support.servers import serving
from tests.support.stories import STACK, changes, failures
from tests.support.views import plan_document

if TYPE_CHECKING:
    from pathlib import Path

    from provisioner.model.plan import Plan
    from tests.support.faults import Effect
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
KEY = "STORY_KEY"


@pytest.fixture
def keyed(world: World) -> World:
    """A world in whose environment there is a key for a host."""
    world.options = replace(world.options, environ={KEY: "sk-any"})
    return world


def on(base_url: str, made_of: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The small stack, on a host of that address."""
    stack = deepcopy(STACK)
    stack["spec"]["targets"]["local"] = {
        "runtime": "assistants",
        "base_url": base_url,
        "api_key_env": KEY,
    }
    return [stack, *(made_of or documents())[1:]]


def described(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON, without its target, and without ids and lines of the manifests."""
    document = plan_document(plan)
    for change in document["changes"]:
        del change["id"], change["position"]
    for risk in document["risks"]:
        del risk["position"]
    return {key: value for key, value in document.items() if key != "host"}


def test_the_tutorial_works_on_a_port(tmp_path: Path) -> None:
    with served("127.0.0.1", 0, str(tmp_path / "data.sqlite")) as base_url:
        client = openai.OpenAI(base_url=base_url, api_key="any")
        beta = client.beta
        tutor = beta.assistants.create(
            model="gpt-4o",
            name="Math Tutor",
            instructions="You are a personal math tutor.",
            tools=[{"type": "code_interpreter"}],
        )
        thread = beta.threads.create()
        beta.threads.messages.create(thread.id, role="user", content="Solve 3x + 11 = 14.")
        run = beta.threads.runs.create_and_poll(
            thread_id=thread.id, assistant_id=tutor.id, poll_interval_ms=10
        )
        assert run.status == "completed"
        assert [m.role for m in beta.threads.messages.list(thread.id)] == ["assistant", "user"]
        assert beta.threads.delete(thread.id).deleted
        assert beta.assistants.delete(tutor.id).deleted
        assert list(beta.assistants.list()) == []
        client.close()


def test_a_target_with_a_base_url_plans_the_same_as_the_embedded_one(keyed: World) -> None:
    world = keyed
    with serving(create_app()) as base_url:
        for change in (first, updated, replaced):
            change(world)
            embedded = described(world.plan())
            world.converge()
            socket = change_of_host(world, base_url)
            assert described(world.plan()) == embedded
            assert world.apply().succeeded
            assert changes(world.plan()) == []
            (world.manifests / "all.yaml").write_text(socket)


def change_of_host(world: World, base_url: str) -> str:
    """Point the manifests that are there to a host; returns what they were."""
    file = world.manifests / "all.yaml"
    text = file.read_text()
    there = f"base_url: {base_url}\n      api_key_env: {KEY}"
    file.write_text(text.replace("server: embedded", there))
    return text


EFFECTS: dict[str, Effect] = {
    "dropped": drop(),
    "dropped before": drop(performed=False),
    "silent": hang(0.05),
    "cut short": cut_body(),
}


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=list(EFFECTS))
@pytest.mark.parametrize("collection", ["assistants", "vector_stores", "files", "file_batches"])
def test_a_connection_that_breaks_while_something_is_made_makes_no_second(
    keyed: World, collection: str, effect: Effect
) -> None:
    """Over a real socket. A file carries no mark: it is sent again, and the run says what may stay."""
    world = keyed
    with serving(Faulty(world.server, Fault(creating(collection), effect))) as base_url:
        written(world, on(base_url), TEXTS)
        report = world.apply()
        assert report.succeeded, failures(report)
        world.converge()
        assert world.addresses() == PLACES
        told = [one for one in report.diagnostics if one.code is POSSIBLY_LEFT]
        assert len(world.dangling()) <= len(told)
        assert not told or collection == "files"
