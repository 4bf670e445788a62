from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    import httpx2

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")


def test_a_thread_starts_with_messages_and_resources(client: openai.OpenAI) -> None:
    file_id = client.files.create(file=("a.md", b"x"), purpose="assistants").id
    threads = client.beta.threads

    thread = threads.create(
        messages=[{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}],
        metadata={"a": "b"},
        tool_resources={"file_search": {"vector_stores": [{"file_ids": [file_id]}]}},
    )

    assert [message.role for message in threads.messages.list(thread.id)] == ["assistant", "user"]
    assert thread.metadata == {"a": "b"}
    assert thread.tool_resources is not None
    assert thread.tool_resources.file_search is not None
    [store_id] = thread.tool_resources.file_search.vector_store_ids or []
    assert client.vector_stores.retrieve(store_id).file_counts.completed == 1


def test_a_thread_can_be_changed_and_deleted_with_all_it_holds(client: openai.OpenAI) -> None:
    threads = client.beta.threads
    thread = threads.create(messages=[{"role": "user", "content": "one"}], metadata={"a": "b"})

    assert threads.update(thread.id, metadata={"c": "d"}).metadata == {"c": "d"}
    assert threads.update(thread.id, metadata=None).metadata == {}
    assert threads.delete(thread.id).object == "thread.deleted"
    with pytest.raises(openai.NotFoundError, match=f"No thread found with id '{thread.id}'"):
        threads.messages.list(thread.id)


def test_there_is_no_list_of_threads(wire: httpx2.Client) -> None:
    assert wire.get("/threads").status_code == 405


def test_a_message_keeps_its_parts_in_order(client: openai.OpenAI) -> None:
    image = client.files.create(file=("a.png", b"x"), purpose="vision").id
    thread = client.beta.threads.create()

    message = client.beta.threads.messages.create(
        thread.id,
        role="user",
        content=[
            {"type": "text", "text": "Look:"},
            {"type": "image_file", "image_file": {"file_id": image}},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        ],
    )

    assert message.to_dict()["content"] == [
        {"type": "text", "text": {"value": "Look:", "annotations": []}},
        {"type": "image_file", "image_file": {"detail": "auto", "file_id": image}},
        {
            "type": "image_url",
            "image_url": {"detail": "auto", "url": "https://example.com/a.png"},
        },
    ]


def test_a_message_changes_only_in_its_metadata(client: openai.OpenAI, wire: httpx2.Client) -> None:
    messages = client.beta.threads.messages
    thread = client.beta.threads.create()
    message = messages.create(thread.id, role="user", content="x")

    updated = messages.update(message.id, thread_id=thread.id, metadata={"a": "b"})
    assert updated == messages.retrieve(message.id, thread_id=thread.id)
    assert updated.metadata == {"a": "b"}
    assert messages.delete(message.id, thread_id=thread.id).object == "thread.message.deleted"
    with pytest.raises(openai.NotFoundError, match="No message found"):
        messages.retrieve(message.id, thread_id=thread.id)

    other = wire.post("/threads", json={"messages": [{"role": "user", "content": "x"}]}).json()
    [made] = wire.get(f"/threads/{other['id']}/messages").json()["data"]
    refused = wire.post(f"/threads/{other['id']}/messages/{made['id']}", json={"content": "y"})
    assert refused.json()["error"]["code"] == "unknown_parameter"


def test_attachments_go_to_the_resources_of_the_thread(client: openai.OpenAI) -> None:
    first, second = (
        client.files.create(file=(name, b"x"), purpose="assistants").id
        for name in ("a.md", "b.csv")
    )
    thread = client.beta.threads.create()

    message = client.beta.threads.messages.create(
        thread.id,
        role="user",
        content="Read these.",
        attachments=[
            {"file_id": first, "tools": [{"type": "file_search"}]},
            {"file_id": second, "tools": [{"type": "code_interpreter"}]},
        ],
    )

    assert len(message.attachments or []) == 2
    resources: Any = client.beta.threads.retrieve(thread.id).to_dict()["tool_resources"]
    assert resources["code_interpreter"] == {"file_ids": [second]}
    store = client.vector_stores.retrieve(resources["file_search"]["vector_store_ids"][0])
    assert store.expires_after is not None
    assert store.expires_after.days == 7
    assert [file.id for file in client.vector_stores.files.list(store.id)] == [first]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"role": "system", "content": "x"}, "role"),
        ({"role": "user"}, "content"),
        ({"role": "user", "content": ""}, "content"),
        ({"role": "user", "content": 1}, "content"),
        ({"role": "user", "content": []}, "content"),
        ({"role": "user", "content": [{"type": "sound"}]}, "content[0].type"),
        (
            {"role": "user", "content": "x", "attachments": [{"file_id": "file-no"}]},
            "attachments.file_id",
        ),
    ],
)
def test_a_wrong_message_is_refused_by_name(
    wire: httpx2.Client, body: dict[str, Any], param: str
) -> None:
    thread = wire.post("/threads").json()["id"]

    answer = wire.post(f"/threads/{thread}/messages", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
