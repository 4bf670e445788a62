"""load, on every runtime: an application of ten lines, with manifests beside it or without any."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import provisioner
from provisioner import ProvisionerError
from provisioner.providers.releases import open_registry
from tests.stories.test_runtimes import on
from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import openai
    from openai.types.responses import Response

    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
OWNER = "k3v9q0x7dp/default"
COMMAND_LINE = ["click", "rich", "jsonschema", "deepdiff", "werkzeug", "dotenv"]
SDK = ["openai", "httpx2", "fsspec", "pydantic"]


def answer_of_assistants(client: openai.OpenAI, question: str) -> str:
    policy_qa = provisioner.load("policy-qa", target="new")
    thread = client.beta.threads.create()
    client.beta.threads.messages.create(thread.id, role="user", content=question)
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, **policy_qa.run_params())
    said = client.beta.threads.messages.list(thread.id, run_id=run.id).data[0].content[0]
    return said.text.value if said.type == "text" else ""


def answer_of_responses(client: openai.OpenAI, question: str) -> str:
    policy_qa = provisioner.load("policy-qa", target="new")
    response: Response = client.responses.create(**policy_qa.params(), input=question)
    return response.output_text


def answer_of_agents(client: openai.OpenAI, question: str) -> str:
    policy_qa = provisioner.load("policy-qa", target="new")
    sessions = client.beta.agents.sessions
    session = sessions.create(**policy_qa.session_params(), input=question)
    while session.status == "in_progress":
        session = sessions.retrieve(session.id)
    said = sessions.items.list(session.id).data[0]
    return said.output_text if said.type == "message" and said.role == "assistant" else ""


APPLICATIONS = {
    "assistants": answer_of_assistants,
    "responses": answer_of_responses,
    "agents": answer_of_agents,
}


@pytest.mark.parametrize(("runtime", "application"), APPLICATIONS.items(), ids=APPLICATIONS)
def test_an_application_answers_on_every_runtime(
    world: World, runtime: str, application: Callable[[openai.OpenAI, str], str]
) -> None:
    assert world.apply(on(world, runtime)).succeeded

    with world.client as client:
        answer = application(client, "How many days of leave carry over?")

    assert answer.startswith("[stand-in model]")
    assert "You asked: How many days of leave carry over?" in answer


@pytest.mark.parametrize(
    ("runtime", "wrong", "right"),
    [
        ("assistants", ["params", "session_params"], "run_params"),
        ("responses", ["run_params", "session_params"], "params"),
        ("agents", ["run_params", "params"], "session_params"),
    ],
)
def test_the_wrong_call_names_the_right_one(
    world: World, runtime: str, wrong: list[str], right: str
) -> None:
    assert world.apply(on(world, runtime)).succeeded
    policy_qa = provisioner.load("policy-qa", target="new")

    for method in wrong:
        with pytest.raises(
            ProvisionerError,
            match=rf"this assistant has none of these parameters(.|\n)*{right}\(\)",
        ):
            getattr(policy_qa, method)()
    assert getattr(policy_qa, right)()


@pytest.mark.parametrize(
    ("runtime", "method"), [("assistants", "run_params"), ("agents", "session_params")]
)
def test_what_was_applied_since_is_there_at_the_next_load(
    world: World, runtime: str, method: str
) -> None:
    options = on(world, runtime)
    assert world.apply(options).succeeded
    before = getattr(provisioner.load("policy-qa", target="new"), method)()
    path = world.manifests / "assistants" / "policy-qa.yaml"
    text = path.read_text("utf-8")
    setting = "  session: {spend_limit: 700}\n" if runtime == "agents" else ""
    text = text.replace("max_prompt_tokens: 20000", "max_prompt_tokens: 700")
    path.write_text(text.replace("spec:\n", f"spec:\n{setting}", 1), "utf-8")

    assert world.apply(options).succeeded

    after = getattr(provisioner.load("policy-qa", target="new"), method)()
    assert before != after
    assert "700" in str(after)
    assert "700" not in str(before)


def agent(world: World, **spec: Any) -> None:
    stack = json.loads(json.dumps(STACK))
    stack["spec"]["targets"]["local"] = {"runtime": "agents", "server": "embedded"}
    world.write([stack, manifest("Assistant", "clerk", model="gpt-6.1-terra", **spec)])
    assert world.apply().succeeded


def test_a_session_is_made_of_what_the_manifest_says(world: World) -> None:
    agent(
        world,
        session={
            "environment": {"type": "openai_hosted", "container_size": "small"},
            "spend_limit": 250,
            "review": "auto_review",
        },
        prompt_cache_options={"ttl": "12h"},
    )

    clerk = provisioner.load("clerk")

    assert clerk.session_params() == {
        "agent_id": clerk.id,
        "environment": {"type": "openai_hosted", "container_size": "small"},
        "extra_body": {"spend_control": {"limit": 250}},
        "review": "auto_review",
        "prompt_cache_options": {"ttl": "12h"},
    }
    clerk.session_params()["environment"]["type"] = "none"
    assert clerk.session_params()["environment"]["type"] == "openai_hosted"


def refer(world: World, address: str) -> None:
    """Have the mark refer to another resource, as one of a kind that sessions name would be."""
    with world.client as client:
        (row,) = client.beta.agents.list()
        settings = json.dumps({"run": {"session": {"vaults": [{"ref": address}]}}})
        metadata = {**(row.metadata or {}), "provisioner.settings": settings}
        client.beta.agents.update(row.id, metadata=metadata)


def test_what_a_session_refers_to_is_found_by_its_mark(world: World) -> None:
    agent(world)
    clerk = provisioner.load("clerk")
    refer(world, "assistant.clerk")

    assert provisioner.load("clerk").session_params()["vault_ids"] == [clerk.id]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("assistant.nobody", "assistant.nobody: it has not been applied yet"),
        ("vector_store.x", "vector_store.x: it has no live object of its own"),
    ],
)
def test_what_a_session_refers_to_and_is_not_there_is_named(
    world: World, address: str, says: str
) -> None:
    agent(world)
    refer(world, address)

    with pytest.raises(ProvisionerError, match=says):
        provisioner.load("clerk")


# From a registry, without manifests.


@pytest.fixture
def registry(world: World) -> Path:
    assert world.apply(on(world, "responses", ", releases: ../published")).succeeded
    shutil.rmtree(world.manifests)
    return world.root / "published"


@pytest.mark.parametrize("owner", [OWNER, None])
def test_a_registry_is_enough(world: World, registry: Path, owner: str | None) -> None:
    policy_qa = provisioner.load("policy-qa", releases=registry, owner=owner)

    assert (policy_qa.name, policy_qa.runtime) == ("Policy Q&A", "responses")
    with world.client as client:
        response = client.responses.create(**policy_qa.params(), input="How many days of leave?")
    assert "leave" in response.output_text
    assert provisioner.load("assistant.policy-qa", releases="./published") is not None


def test_a_newer_release_arrives_without_a_restart(registry: Path) -> None:
    policy_qa = provisioner.load("policy-qa", releases=registry, owner=OWNER, look_every=0)
    releases = open_registry(registry)
    (current,) = releases.current(f"{OWNER}/policy-qa").values()

    releases.publish(replace(current, params={**current.params, "instructions": "Be brief."}))

    assert policy_qa.params()["instructions"] == "Be brief."


def test_of_several_owners_one_has_to_be_named(registry: Path) -> None:
    releases = open_registry(registry)
    (current,) = releases.current(f"{OWNER}/policy-qa").values()
    prod = "k3v9q0x7dp/prod"
    mark = {**current.metadata, "provisioner.owner": f"{prod};v=2"}
    releases.publish(replace(current, id=f"{prod}/policy-qa", owner=prod, metadata=mark))

    with pytest.raises(ProvisionerError, match="k3v9q0x7dp/default, k3v9q0x7dp/prod"):
        provisioner.load("policy-qa", releases=registry)
    assert provisioner.load("policy-qa", releases=registry, owner="k3v9q0x7dp/prod").id
    releases.delete("k3v9q0x7dp/prod/policy-qa")
    assert provisioner.load("policy-qa", releases=registry).id == f"{OWNER}/policy-qa"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"name": "policy-q"}, "no such release(.|\n)*policy-q"),
        ({"owner": "k3v9q0x7dp/prod"}, "no such release"),
        ({"owner": "k3v9q0x7dp"}, "not an owner"),
        ({"owner": "../etc/passwd"}, "no assistant can have this name"),
        ({"environment": "prod"}, "load takes no environment here"),
        ({"target": "a", "variables": {"b": "c"}}, "load takes no target and variables here"),
        ({"releases": None, "owner": OWNER}, "load takes no owner here"),
        ({"releases": "nowhere"}, "the release registry does not exist"),
    ],
)
def test_what_cannot_be_loaded_is_said(
    registry: Path, arguments: dict[str, Any], says: str
) -> None:
    given = {"name": "policy-qa", "releases": registry, **arguments}

    with pytest.raises(ProvisionerError, match=says):
        provisioner.load(**given)


# Reading no more than is needed.


def imported(world: World, call: str) -> set[str]:
    """The modules of a fresh process that has loaded."""
    code = f"import sys, provisioner; provisioner.load({call}).params(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=world.root, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_from_a_registry_nothing_of_the_command_line_is_imported(
    world: World, registry: Path
) -> None:
    modules = imported(world, f"'policy-qa', releases='{registry.name}'")

    assert modules & {*COMMAND_LINE, *SDK, "yaml", "urllib.request"} == set()
    rooms = {m for m in modules if m.startswith("provisioner.") and m.count(".") == 1}
    assert rooms == {"provisioner.model", "provisioner.providers", "provisioner.verbs"}


def test_with_manifests_the_stack_is_read_and_nothing_but_yaml_imported(world: World) -> None:
    assert world.apply(on(world, "responses")).succeeded

    modules = imported(world, "'policy-qa', target='new'")

    assert modules & {*COMMAND_LINE, *SDK} == set()
    assert "yaml" in modules


def test_a_folder_of_broken_manifests_stops_no_application(world: World) -> None:
    assert world.apply(on(world, "responses")).succeeded
    world.put("assistants/policy-qa.yaml", "kind: [")
    world.put("a.yaml", "kind: Assistant\nspec: {model: [Stack]}\n---\n- {")
    world.put("z.yaml", "apiVersion: provisioner/v1\nkind: Stack\nmetadata: {}\nspec: {}\n")

    assert provisioner.load("policy-qa", target="new").params()["model"] == "gpt-6.1-terra"


def test_an_unknown_environment_is_named(world: World) -> None:
    assert world.apply(on(world, "responses")).succeeded

    with pytest.raises(ProvisionerError, match="unknown environment"):
        provisioner.load("policy-qa", target="new", environment="pord")


def test_a_stack_that_is_spelled_strangely_is_found_all_the_same(world: World) -> None:
    assert world.apply(on(world, "responses")).succeeded
    stack = world.manifests / "stack.yaml"
    text = stack.read_text("utf-8")
    assert text.count("kind: Stack") == 1
    head = text.replace("The Stack says", "It says").replace("Stack", '"\\x53tack"')
    stack.write_text(head, "utf-8")
    assert "Stack" not in head

    assert provisioner.load("policy-qa", target="new").name == "Policy Q&A"
