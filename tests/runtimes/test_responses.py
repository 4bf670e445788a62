"""The responses runtime: a release is what `client.responses.create` takes, and holds no secret."""

from typing import Any

import pytest

from provisioner.engine.diff import diff
from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.binding import Ids
from provisioner.model.mark import Owner
from provisioner.model.plan import Action, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes.responses import complete, from_wire, to_wire
from tests.runtimes.supported import A, complaints, id_of

OWNER = Owner("acme")
STORES = [Reference(Address("vector_store", name)) for name in ("a", "b")]
CRM = {"type": "mcp", "server_url": "https://mcp.example.com", "authorization_env": "CRM_TOKEN"}


def params(spec: dict[str, Any], ids: Ids = id_of) -> dict[str, Any]:
    return dict(to_wire(spec, ids)["params"])


def test_a_search_goes_through_several_stores_in_the_order_of_the_manifest() -> None:
    tools = {"file_search": {"type": "file_search", "vector_stores": STORES}}
    (tool,) = params({"tools": tools})["tools"]

    assert tool == {"type": "file_search", "vector_store_ids": ["vector_store-a", "vector_store-b"]}
    spec = from_wire({"params": {"tools": [tool]}}).spec
    assert spec["tools"]["file_search"]["vector_stores"] == [
        RemoteId("vector_store", "vector_store-a"),
        RemoteId("vector_store", "vector_store-b"),
    ]


def test_a_release_names_the_variable_and_never_holds_the_token() -> None:
    released = params({"model": "m", "tools": {"crm": CRM}})

    assert released["tools"][0]["authorization"] == "${env:CRM_TOKEN}"


def test_the_ranker_of_the_assistants_wire_is_the_one_that_there_is() -> None:
    ranking = {"score_threshold": 0.3, "ranker": "default_2024_08_21"}
    spec = {"tools": {"file_search": {"type": "file_search", "ranking_options": ranking}}}
    (tool,) = params(spec)["tools"]

    assert tool["ranking_options"] == {"score_threshold": 0.3, "ranker": "default-2024-11-15"}
    assert complete(spec) == complete(dict(from_wire({"params": {"tools": [tool]}}).spec))


def test_files_are_mounted_into_a_container() -> None:
    rates = Reference(Address("file", "rates"))
    tool = {"type": "code_interpreter", "files": {"rates": rates}, "memory_limit": "4g"}

    assert params({"tools": {"code_interpreter": tool}})["tools"] == [
        {
            "type": "code_interpreter",
            "container": {"type": "auto", "file_ids": ["file-rates"], "memory_limit": "4g"},
        }
    ]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"truncation_strategy": {"type": "last_messages", "last_messages": 3}}, "truncation_strategy"),
        ({"truncation_strategy": {"type": "auto"}}, ""),
        ({"max_prompt_tokens": 300}, "max_prompt_tokens"),
        ({"tools": {"web_search": {"type": "web_search", "mode": "disabled"}}}, "tools[web_search].mode"),
        ({"tools": {"web_search": {"type": "web_search", "mode": "cached"}}}, ""),
        ({"tools": {"crm": {"type": "mcp", "command": "x", "cwd": "/"}}}, "tools[crm].command"),
    ],
)  # fmt: skip
def test_what_has_no_word_there_is_named(spec: dict[str, Any], path: str) -> None:
    found = complaints({"name": "a", "model": "m", **spec}, RUNTIMES["responses"])

    assert (path in found) if path else (found == [])


@pytest.mark.parametrize("gone", [True, False])
def test_one_of_several_stores_made_anew_is_pointed_to(gone: bool) -> None:
    """The store `b` is replaced; `a` is not touched, and nothing counts as somebody's change."""
    stores = [Address("vector_store", name) for name in ("a", "b")]
    search = {"type": "file_search", "vector_stores": STORES}
    assistant = Resource(A, {"model": "m", "tools": {"file_search": search}})
    desired = {A: assistant} | {each: Resource(each, {"name": each.name}) for each in stores}
    bindings = RUNTIMES["responses"].bindings
    mark = make_mark(assistant, KINDS["assistant"], bindings["assistant"], OWNER)
    there = [STORES[0], RemoteId("vector_store", "vs_b", gone=True) if gone else STORES[1]]
    live = {
        A: RemoteObject(
            "assistant",
            "rel_1",
            "",
            {"model": "m", "tools": {"file_search": {**search, "vector_stores": there}}},
            mark,
            mark.to_metadata(),
        )
    }
    for address in stores if not gone else stores[:1]:
        found = make_mark(desired[address], KINDS["vector_store"], bindings["vector_store"], OWNER)
        live[address] = RemoteObject(
            *("vector_store", f"vs_{address.name}", "", {"name": address.name}),
            *(found, found.to_metadata()),
            expired=address.name == "b",
        )

    changes = diff(desired, Live(live), KINDS, bindings, OWNER)

    assert [(str(c.address), c.action) for c in changes if c.action is not Action.NO_OP] == [
        ("assistant.a", Action.UPDATE),
        ("vector_store.b", Action.CREATE if gone else Action.REPLACE),
    ]
    assert changes[0].causes == {Reason.REFERENCE}
    assert [f.path for f in changes[0].fields] == ["tools[file_search].vector_stores[1]"]
