"""load, from a registry: an application of ten lines, and a release that comes while it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import provisioner
from provisioner import ProvisionerError
from provisioner.model.address import Address
from provisioner.render.code import python_code
from provisioner.verbs.show.ready_code import recipe
from tests.stories.test_runtimes import on
from tests.support.stories import STACK, changes, manifest

if TYPE_CHECKING:
    from tests.support.stories import World


@pytest.fixture
def published(world: World) -> World:
    assert world.apply(on(world, "responses")).succeeded
    return world


def test_an_application_answers_with_what_is_published(published: World) -> None:
    policy_qa = provisioner.load("policy-qa", target="new")
    with published.client as client:
        response = client.responses.create(
            **policy_qa.params(), input="How many days of leave carry over?"
        )

    assert (policy_qa.name, policy_qa.model) == ("Policy Q&A", "gpt-6.1-terra")
    assert "leave" in response.output_text.lower()
    assert response.max_output_tokens == 1200


def test_a_new_release_arrives_without_a_restart(published: World) -> None:
    policy_qa = provisioner.load("policy-qa", target="new", look_every=0)
    prompt = published.manifests / "prompts" / "policy-qa.md"
    prompt.write_text("Answer in one word.\n", encoding="utf-8")
    assert policy_qa.params()["instructions"] != "Answer in one word.\n"

    assert published.apply(replace(published.options, target="new")).succeeded

    assert policy_qa.params()["instructions"] == "Answer in one word.\n"


def test_a_registry_elsewhere_is_relative_to_the_stack(world: World) -> None:
    options = on(world, "responses", ", releases: ../published")
    assert world.apply(options).succeeded

    assert (world.root / "published" / "k3v9q0x7dp" / "default" / "policy-qa").is_dir()
    assert provisioner.load("policy-qa", target="new").params()["model"] == "gpt-6.1-terra"


def test_what_was_never_published_is_named(world: World) -> None:
    options = on(world, "responses")

    with pytest.raises(ProvisionerError, match="the release registry does not exist"):
        provisioner.load("policy-qa", target="new")
    assert world.apply(options).succeeded
    with pytest.raises(ProvisionerError, match="no such release"):
        provisioner.load("policy-q", target="new")


def test_each_runtime_has_its_own_call(published: World) -> None:
    with pytest.raises(ProvisionerError, match="runs: this assistant has none of these parameters"):
        provisioner.load("policy-qa", target="new").run_params()
    assert published.apply().succeeded
    with pytest.raises(
        ProvisionerError, match="releases: this assistant has none of these parameters"
    ):
        provisioner.load("policy-qa").params()


ORDERED = {
    "type": "object",
    "properties": {"zz_reasoning": {"type": "string"}, "answer": {"type": "string"}},
    "required": ["zz_reasoning", "answer"],
    "additionalProperties": False,
}


def test_properties_reach_the_application_in_the_order_of_the_manifest(world: World) -> None:
    """A model writes in that order: it has to reason before it answers."""
    targets = {"new": {"runtime": "responses", "server": "embedded"}}
    inner = {"name": "answer", "strict": True, "schema": ORDERED}
    format = {"type": "json_schema", "json_schema": inner}
    function = manifest("Function", "look", description="Look.", parameters=ORDERED, strict=True)
    tools = [{"type": "function", "ref": "look"}]
    clerk = manifest(
        "Assistant", "clerk", model="gpt-6.1-terra", response_format=format, tools=tools
    )
    world.write([{**STACK, "spec": {"targets": targets}}, function, clerk])

    assert world.apply().succeeded

    params = provisioner.load("clerk").params()
    schema, (tool,) = params["text"]["format"]["schema"], params["tools"]
    assert list(schema["properties"]) == ["zz_reasoning", "answer"]
    assert list(tool["parameters"]["properties"]) == ["zz_reasoning", "answer"]
    assert changes(world.plan()) == []
    code = python_code(recipe(world.options, Address("assistant", "clerk")))
    assert 0 < code.index('"zz_reasoning": {') < code.index('"answer": {')
