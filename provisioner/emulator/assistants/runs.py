"""The API of runs. The module `execution` does the work of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.emulator.assistants import execution, messages, threads
from provisioner.emulator.assistants.assistants import find as find_assistant
from provisioner.emulator.assistants.limits import LIMITS
from provisioner.emulator.assistants.messages import ACTIVE, THREADS, active_run
from provisioner.emulator.assistants.streaming import stream
from provisioner.emulator.core import tools
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, Route, new_id
from provisioner.emulator.core.collections import Collection, set_metadata
from provisioner.emulator.core.engine import Move, enqueue, set_status
from provisioner.emulator.core.errors import ApiError, invalid_value, missing
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

KIND = messages.RUN
LIFETIME = 600
"""Seconds after which a run expires."""

CREATE = Body("RunCreateParams", LIMITS)
CREATE_WITH_THREAD = Body("ThreadCreateAndRunParams", LIMITS)
UPDATE = Body("RunUpdateParams", LIMITS)
OUTPUTS = Body("RunSubmitToolOutputsParams", LIMITS)


def create(call: Call, thread: Row) -> Answer:
    given = call.body(CREATE)
    assistant = find_assistant(call.db, given["assistant_id"])
    running = active_run(call.db, thread.id)
    if running is not None:
        raise ApiError(f"Thread {thread.id} already has an active run {running.id}.")
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
    """Insert and return a queued run.

    The run contains a copy of the assistant, so that a later change of the assistant does not affect
    the run.
    """

    def dial(name: str) -> Any:
        # A field of the request overrides the assistant's, unless it is null.
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
    # Resources of the request replace the assistant's. Those of the thread are used in addition.
    hidden = {
        "assistant_name": assistant["name"],
        "resources": [
            given.get("tool_resources") or assistant["tool_resources"],
            thread.body["tool_resources"],
        ],
    }
    run = Row(KIND, thread.id, body["id"], body, hidden, tag="queued")
    enqueue(run, call.moment, call.settings)
    return call.db.insert(run)


def _blank(now: int) -> Json:
    """Return the fields of a new run that do not depend on the request."""
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
    """Return the truncation strategy as a client reads it.

    Raises ApiError if the strategy is `last_messages` without the number of messages.
    """
    if given is None:
        return {"type": "auto", "last_messages": None}
    # With the type `auto` the platform accepts `last_messages` and returns it, but does not use it.
    last = given.get("last_messages")
    if given["type"] == "last_messages" and last is None:
        raise missing("truncation_strategy.last_messages")
    return {"type": given["type"], "last_messages": last}


def _check_choice(choice: Any, run_tools: list[Json]) -> None:
    """Raise ApiError if `tool_choice` demands a tool that the run does not have."""
    if not isinstance(choice, dict):
        if choice == "required" and not run_tools:
            raise invalid_value(
                "'tool_choice' is 'required', but there are no tools.", "tool_choice"
            )
        return
    kind = choice["type"]
    if kind == "function":
        if "function" not in choice:
            raise missing("tool_choice.function")
        name = choice["function"]["name"]
        known = any(tool["type"] == kind and tool["function"]["name"] == name for tool in run_tools)
    else:
        name, known = kind, any(tool["type"] == kind for tool in run_tools)
    if not known:
        raise invalid_value(f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice")


def cancel(call: Call, run: Row) -> Answer:
    if run.tag not in ACTIVE:
        raise ApiError(f"Cannot cancel run with status '{run.tag}'.")
    # The alarm cancels the run, so that a client can see the status `cancelling` first.
    set_status(run, "cancelling")
    run.due = call.moment
    return call.db.save(run).body


def submit_tool_outputs(call: Call, run: Row) -> Answer:
    """Accept the outputs of the functions that a run waits for, and queue the run again."""
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
    # The API requires that one request contains the outputs of all calls.
    if sorted(outputs) != sorted(expected):
        raise ApiError(
            f"Expected tool outputs for call_ids {expected}, got {list(outputs)}",
            param="tool_outputs",
        )
    execution.take_outputs(Move(call.db, run, call.moment, call.settings), outputs)
    enqueue(run, call.moment, call.settings)
    call.db.save(run)
    return stream(call, run) if given.get("stream") else run.body


RUNS = Collection(kind=KIND, path="/threads/<id>/runs", noun="run", above=THREADS)
RESOURCE = Resource(
    routes=(
        Route("POST", "/threads/runs", create_with_thread),
        *RUNS.routes(
            "list get",
            create=create,
            update=set_metadata(UPDATE),
            each={"POST cancel": cancel, "POST submit_tool_outputs": submit_tool_outputs},
        ),
    ),
    alarms={KIND: execution.ENGINE.advance},
    beta=ASSISTANTS,
)
