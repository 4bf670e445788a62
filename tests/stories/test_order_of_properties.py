"""The order of a schema's properties: the same from the manifest to the wire, on every runtime."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

import provisioner
from tests.support.hosted import listed
from tests.support.stories import STACK, Refused, causes, changes, failures, manifest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from tests.support.stories import World

Json = dict[str, Any]
ORDER = ["zz_reasoning", "answer", "more"]


def schema(names: list[str]) -> Json:
    return {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": list(names),
        "additionalProperties": False,
    }


def write(world: World, runtime: str, names: list[str], description: str = "Record.") -> None:
    target: Json = {"runtime": runtime, "server": "embedded"}
    if runtime == "responses":
        target["releases"] = "../.provisioner/releases"
    if runtime == "agents":
        target["drop"] = [
            "response_format.json_schema.name",
            "response_format.json_schema.strict=true",
            "tools[function].strict=true",
        ]
    function = {"name": "record", "description": description, "strict": True}
    world.write(
        [
            {**STACK, "spec": {"default_target": "main", "targets": {"main": target}}},
            manifest(
                "Assistant",
                "clerk",
                model="gpt-6.1-terra",
                instructions="Be brief.",
                tools=[{"type": "function", "function": {**function, "parameters": schema(names)}}],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "strict": True, "schema": schema(names)},
                },
            ),
        ]
    )


def on_the_wire(world: World, runtime: str) -> list[list[str]]:
    """The names of the properties of the function and of the format, as the live side has them."""
    if runtime == "assistants":
        (row,) = world.rows("assistants")
        shapes = [
            row["tools"][0]["function"]["parameters"],
            row["response_format"]["json_schema"]["schema"],
        ]
    elif runtime == "agents":
        (row,) = listed(world, "agents")
        shapes = [row["tools"][0]["parameters"], row["text"]["format"]["schema"]]
    else:
        params = provisioner.load("clerk").params()
        shapes = [params["tools"][0]["parameters"], params["text"]["format"]["schema"]]
    return [[*shape["properties"]] for shape in shapes]


@pytest.mark.parametrize("runtime", ["assistants", "responses", "agents"])
def test_the_order_of_the_manifest_is_the_order_on_the_wire(world: World, runtime: str) -> None:
    write(world, runtime, ORDER)
    world.converge()
    assert on_the_wire(world, runtime) == [ORDER, ORDER]

    swapped = ["answer", "zz_reasoning", "more"]
    write(world, runtime, swapped)
    plan = world.plan()
    assert {line.rpartition(".")[2] for line in changes(plan)} == {"properties"}
    assert causes(plan) == {"manifest"}
    world.converge()
    assert on_the_wire(world, runtime) == [swapped, swapped]


@pytest.mark.parametrize("runtime", ["assistants", "responses", "agents"])
def test_the_order_of_what_is_required_is_no_change(world: World, runtime: str) -> None:
    write(world, runtime, ORDER)
    world.converge()
    path = world.manifests / "all.yaml"
    text = path.read_text("utf-8")
    required = "".join(f"        - {name}\n" for name in ORDER)
    assert required in text
    path.write_text(
        text.replace(required, "".join(f"        - {n}\n" for n in sorted(ORDER))), "utf-8"
    )

    assert changes(world.plan()) == []


class Sorting:
    """A server that keeps the keys of every object in alphabetical order, as some databases do."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].startswith(
            "/v1/assistants"
        ):
            size = int(environ.get("CONTENT_LENGTH") or 0)
            body = json.loads(environ["wsgi.input"].read(size) or b"{}")
            data = json.dumps(body, sort_keys=True).encode()
            environ = {**environ, "wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(len(data))}
        return self.app(environ, start_response)


def test_a_server_that_sorts_keys_is_not_asked_again_and_again(world: World) -> None:
    world.app = Sorting(world.server)
    write(world, "assistants", ORDER)
    world.converge()
    assert on_the_wire(world, "assistants") == [sorted(ORDER)] * 2

    write(world, "assistants", ORDER, description="Record it.")
    assert changes(world.plan())
    world.converge()

    # It cannot take another order. That is said once, and known from the second time on.
    write(world, "assistants", ["more", "zz_reasoning", "answer"])
    assert not world.apply().succeeded
    report = world.apply()
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []


def test_an_order_that_somebody_changed_is_drift(world: World) -> None:
    write(world, "assistants", ORDER)
    world.converge()
    (row,) = world.rows("assistants")
    shape = row["response_format"]
    shape["json_schema"]["schema"]["properties"] = {
        name: {"type": "string"} for name in sorted(ORDER)
    }
    with world.client as client:
        headers = {"OpenAI-Beta": "assistants=v2"}
        body = {"response_format": shape}
        client.post(
            f"/assistants/{row['id']}", cast_to=object, body=body, options={"headers": headers}
        )

    plan = world.plan()

    assert changes(plan) == ["update assistant.clerk response_format.json_schema.schema.properties"]
    assert causes(plan) == {"drift"}
    with pytest.raises(Refused):
        world.apply()
