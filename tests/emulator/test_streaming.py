from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import AssistantEventHandler
from typing_extensions import override

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")


class Listener(AssistantEventHandler):
    """Collects the events that an application gets through the SDK's own event handler."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []
        self.text = ""

    @override
    def on_tool_call_created(self, tool_call: Any) -> None:
        self.heard.append(("created", tool_call.type))

    @override
    def on_tool_call_done(self, tool_call: Any) -> None:
        self.heard.append(("done", tool_call.type))

    @override
    def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        self.text += delta.value or ""

    @override
    def on_text_done(self, text: Any) -> None:
        self.heard.append(("text", text.value))

    @override
    def on_image_file_done(self, image_file: Any) -> None:
        self.heard.append(("image", image_file.file_id))

    @override
    def on_end(self) -> None:
        self.heard.append("end")


def stream(client: openai.OpenAI, question: str, **assistant: Any) -> Listener:
    made = client.beta.assistants.create(model="gpt-4o", **assistant)
    thread = client.beta.threads.create(messages=[{"role": "user", "content": question}])
    listener = Listener()
    with client.beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=made.id, event_handler=listener
    ) as events:
        events.until_done()
    # The SDK says "done" of the last tool call twice: after its step, and at the end.
    listener.heard = list(dict.fromkeys(listener.heard))
    return listener


def test_the_handler_of_the_sdk_hears_tools_images_and_text(client: openai.OpenAI) -> None:
    heard = stream(client, "Plot it.", tools=[{"type": "code_interpreter"}])

    assert heard.heard[:2] == [("created", "code_interpreter"), ("done", "code_interpreter")]
    image = heard.heard[2]
    assert image[0] == "image"
    assert client.files.content(image[1]).read().startswith(b"\x89PNG")
    assert heard.heard[3:] == [("text", heard.text), "end"]
    assert "[stand-in model]" in heard.text


def test_the_handler_of_the_sdk_hears_a_search(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id, file=("a.md", b"Trains are late."), poll_interval_ms=1
    )

    heard = stream(
        client,
        "Are trains late?",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )

    assert heard.heard == [
        ("created", "file_search"),
        ("done", "file_search"),
        ("text", heard.text),
        "end",
    ]


def test_the_handler_of_the_sdk_hears_a_function_call(client: openai.OpenAI) -> None:
    add: Any = {"type": "function", "function": {"name": "add"}}

    heard = stream(client, "use add", tools=[add])

    assert ("created", "function") in heard.heard
    assert heard.text == ""
