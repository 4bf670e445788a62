"""Runs: an assistant at work on a thread. The requests are here; what a run does is `execution`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.emulator.assistants import execution, messages, threads
from provisioner.emulator.assistants.assistants import find as find_assistant
from provisioner.emulator.assistants.messages import ACTIVE, active_run, find_thread
from provisioner.emulator.assistants.streaming import stream
from provisioner.emulator.core import lists, tools
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, Route, new_id
from provisioner.emulator.core.errors import ApiError, invalid_value, not_found
from provisioner.emulator.core.fields import INSTRUCTIONS, SAMPLING, TOOL, TOOL_RESOURCES_UPDATE
from provisioner.emulator.core.shapes import (
    METADATA,
    METADATA_ONLY,
    TYPE_ONLY,
    Schema,
    closed,
    integer,
    items,
    null,
    one_of,
    tagged,
    text,
    word_or,
)
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

KIND = messages.RUN
LIFETIME = 600

TOOL_CHOICE = null(
    word_or(
        ["none", "auto", "required"],
        tagged(
            {
                "function": closed(
                    {"type": {}, "function": closed({"name": text()}, "name")}, "function"
                ),
                "code_interpreter": TYPE_ONLY,
                "file_search": TYPE_ONLY,
            }
        ),
    )
)
FIELDS: Schema = {
    "assistant_id": text(shortest=1),
    "model": null(text(shortest=1)),
    "instructions": INSTRUCTIONS,
    "tools": null(items(TOOL, 20)),
    "metadata": METADATA,
    "max_prompt_tokens": null(integer(256)),
    "max_completion_tokens": null(integer(256)),
    "truncation_strategy": null(
        closed(
            {
                "type": one_of("auto", "last_messages"),
                "last_messages": null(integer(1)),
            },
            "type",
        )
    ),
    "tool_choice": TOOL_CHOICE,
    "parallel_tool_calls": {"type": "boolean"},
    "stream": null({"type": "boolean"}),
    **SAMPLING,
}
CREATE = Body(
    closed(
        FIELDS
        | {
            "additional_instructions": null(text()),
            "additional_messages": null(items(messages.MESSAGE)),
        },
        "assistant_id",
    )
)
CREATE_WITH_THREAD = Body(
    closed(
        FIELDS | {"thread": threads.THREAD, "tool_resources": TOOL_RESOURCES_UPDATE},
        "assistant_id",
    )
)
UPDATE = Body(METADATA_ONLY)
OUTPUTS = Body(
    closed(
        {
            "tool_outputs": items(closed({"tool_call_id": text(), "output": text(512 * 1024)})),
            "stream": null({"type": "boolean"}),
        },
        "tool_outputs",
    )
)


def create(call: Call, thread_id: str) -> Answer:
    thread = find_thread(call.db, thread_id)
    given = call.body(CREATE)
    assistant = find_assistant(call.db, given["assistant_id"])
    running = active_run(call.db, thread_id)
    if running is not None:
        raise ApiError(f"Thread {thread_id} already has an active run {running.id}.")
    for message in given.get("additional_messages") or []:
        messages.add(call, thread, message)
    run = _start(call, thread, assistant.body, given)
    return stream(call, run) if given.get("stream") else run.body


def create_with_thread(call: Call) -> Answer:
    given = call.body(CREATE_WITH_THREAD)
    assistant = find_assistant(call.db, given["assistant_id"])
    tools.check_resources(call.db, given.get("tool_resources"))
    thread = threads.make(call, given.get("thread", {}))
    run = _start(call, thread, assistant.body, given)
    return stream(call, run, thread) if given.get("stream") else run.body


def _start(call: Call, thread: Row, assistant: Json, given: Json) -> Row:
    """A queued run. What the assistant says now is what the run does, whatever happens to it."""

    def dial(name: str) -> Any:
        value = given.get(name)
        return assistant[name] if value is None else value

    model = dial("model")
    run_tools = tools.read_back(dial("tools"), model)
    instructions = dial("instructions") or ""
    if given.get("additional_instructions"):
        instructions = f"{instructions} {given['additional_instructions']}".strip()
    choice = given.get("tool_choice") or "auto"
    _check_choice(choice, run_tools)
    body = _blank(call.now) | {
        "assistant_id": assistant["id"],
        "thread_id": thread.id,
        "model": model,
        "instructions": instructions,
        "tools": run_tools,
        "tool_resources": given.get("tool_resources") or {},
        "metadata": given.get("metadata") or {},
        "temperature": tools.sampling(dial("temperature")),
        "top_p": tools.sampling(dial("top_p")),
        "reasoning_effort": dial("reasoning_effort"),
        "max_prompt_tokens": given.get("max_prompt_tokens"),
        "max_completion_tokens": given.get("max_completion_tokens"),
        "truncation_strategy": _truncation(given.get("truncation_strategy")),
        "response_format": tools.response_format(dial("response_format")),
        "tool_choice": choice,
        "parallel_tool_calls": given.get("parallel_tool_calls", True),
    }
    hidden = {
        "assistant_name": assistant["name"],
        "resources": [
            given.get("tool_resources") or assistant["tool_resources"],
            thread.body["tool_resources"],
        ],
    }
    run = Row(KIND, thread.id, body["id"], body, hidden, tag="queued")
    execution.set_alarm(run, call.moment, call.settings)
    return call.db.insert(run)


def _blank(now: int) -> Json:
    """What every run is at first."""
    return {
        "id": new_id("run_"),
        "object": KIND,
        "created_at": now,
        "status": "queued",
        "started_at": None,
        "expires_at": now + LIFETIME,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "required_action": None,
        "last_error": None,
        "incomplete_details": None,
        "usage": None,
    }


def _truncation(given: Json | None) -> Json:
    if given is None:
        return {"type": "auto", "last_messages": None}
    last = given.get("last_messages")
    if given["type"] == "auto" and last is not None:
        raise invalid_value(
            "Invalid 'truncation_strategy.last_messages': "
            "it can only be given with type 'last_messages'.",
            "truncation_strategy.last_messages",
        )
    if given["type"] == "last_messages" and last is None:
        raise ApiError(
            "Missing required parameter: 'truncation_strategy.last_messages'.",
            param="truncation_strategy.last_messages",
            code="missing_required_parameter",
        )
    return {"type": given["type"], "last_messages": last}


def _check_choice(choice: Any, run_tools: list[Json]) -> None:
    if not isinstance(choice, dict):
        if choice == "required" and not run_tools:
            raise invalid_value(
                "'tool_choice' is 'required', but there are no tools.", "tool_choice"
            )
        return
    kind = choice["type"]
    if kind == "function":
        name = choice["function"]["name"]
        known = any(tool["type"] == kind and tool["function"]["name"] == name for tool in run_tools)
    else:
        name, known = kind, any(tool["type"] == kind for tool in run_tools)
    if not known:
        raise invalid_value(f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice")


def listing(call: Call, thread_id: str) -> Answer:
    find_thread(call.db, thread_id)
    return lists.page(call.db, call.query, KIND, thread_id)


def retrieve(call: Call, thread_id: str, run_id: str) -> Answer:
    return find(call, thread_id, run_id).body


def update(call: Call, thread_id: str, run_id: str) -> Answer:
    run = find(call, thread_id, run_id)
    given = call.body(UPDATE)
    if "metadata" in given:
        run.body["metadata"] = given["metadata"] or {}
    return call.db.save(run).body


def cancel(call: Call, thread_id: str, run_id: str) -> Answer:
    run = find(call, thread_id, run_id)
    if run.tag not in ACTIVE:
        raise ApiError(f"Cannot cancel run with status '{run.tag}'.")
    execution.set_status(run, "cancelling")
    run.due = call.moment
    return call.db.save(run).body


def submit_tool_outputs(call: Call, thread_id: str, run_id: str) -> Answer:
    run = find(call, thread_id, run_id)
    given = call.body(OUTPUTS)
    if run.tag != "requires_action":
        raise ApiError(f'Runs in status "{run.tag}" do not accept tool outputs.')
    outputs = {
        output["tool_call_id"]: output.get("output", "")
        for output in given["tool_outputs"]
        if "tool_call_id" in output
    }
    asked = run.body["required_action"]["submit_tool_outputs"]["tool_calls"]
    expected = [tool_call["id"] for tool_call in asked]
    if sorted(outputs) != sorted(expected):
        raise ApiError(
            f"Expected tool outputs for call_ids {expected}, got {list(outputs)}",
            param="tool_outputs",
        )
    execution.take_outputs(call.db, run, outputs, call.moment)
    execution.set_alarm(run, call.moment, call.settings)
    call.db.save(run)
    return stream(call, run) if given.get("stream") else run.body


def find(call: Call, thread_id: str, run_id: str) -> Row:
    find_thread(call.db, thread_id)
    run = call.db.find(KIND, run_id, thread_id)
    if run is None:
        raise not_found("run", run_id)
    return run


RESOURCE = Resource(
    routes=(
        Route("POST", "/threads/runs", create_with_thread),
        Route("POST", "/threads/<thread_id>/runs", create),
        Route("GET", "/threads/<thread_id>/runs", listing),
        Route("GET", "/threads/<thread_id>/runs/<run_id>", retrieve),
        Route("POST", "/threads/<thread_id>/runs/<run_id>", update),
        Route("POST", "/threads/<thread_id>/runs/<run_id>/cancel", cancel),
        Route(
            "POST", "/threads/<thread_id>/runs/<run_id>/submit_tool_outputs", submit_tool_outputs
        ),
    ),
    alarms={KIND: execution.advance},
    beta=ASSISTANTS,
)
