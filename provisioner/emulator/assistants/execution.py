"""The work of a run: the stand-in model answers, or asks the application to call a function.

The rules here are those of the run itself. `core/engine.py` decides when a run moves on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.assistants import messages, model, prompt
from provisioner.emulator.assistants.messages import RUN, STEP
from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.engine import Engine, Failed, Move, check_question, set_status
from provisioner.emulator.core.store import Row
from provisioner.emulator.knowledge import files, knowledge
from provisioner.emulator.knowledge.ingest import CHARS_PER_TOKEN, tokens

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

ENDS = {"completed": "completed_at", "failed": "failed_at", "cancelled": "cancelled_at"}
"""The field of a run that shows when it ended in each status. An expired or incomplete run has
none.
"""


def _interrupt(move: Move) -> bool:
    """End a run that was cancelled or has expired. Returns true if it did so."""
    if move.row.tag == "cancelling":
        _end(move, "cancelled")
        return True
    if move.moment >= move.row.body["expires_at"]:
        _end(move, "expired")
        return True
    return False


def _started(move: Move) -> None:
    """Record the time at which a run first left the queue."""
    run = move.row
    # A run that has got tool outputs was in the queue a second time.
    run.body["started_at"] = run.body["started_at"] or move.now
    move.db.save(run)
    move.tell("thread.run.in_progress", run.body)


def _fail(move: Move, error: Json) -> None:
    move.row.body["last_error"] = error
    _end(move, "failed")


def _work(move: Move) -> None:
    """Let the stand-in model answer, or ask the application for the output of a function."""
    run = move.row
    task = prompt.task_of(move.db, run)
    if task is None:
        run.body["incomplete_details"] = {"reason": "max_prompt_tokens"}
        _end(move, "incomplete")
        return
    check_question(task.question)
    _check_stores(move.db, task.store_ids)
    # A run calls functions at most once. When their outputs have arrived, the model answers.
    function = None if "outputs" in run.hidden else model.function_call(task)
    if function is not None:
        _ask_for(move, function, task)
    else:
        _answer(move, task)


def _check_stores(db: Session, store_ids: list[str]) -> None:
    """Raise Failed, which fails the run, if a store of the run is deleted or has expired."""
    for store_id in store_ids:
        store = db.find(knowledge.STORE, store_id)
        if store is None or store.body["status"] == "expired":
            reason = "does not exist" if store is None else "has expired"
            message = f"Vector store {store_id} {reason}."
            raise Failed({"code": "server_error", "message": message})


def _ask_for(move: Move, function: Json, task: prompt.Task) -> None:
    """Set the run to `requires_action`, with the function that the application has to call."""
    run = move.row
    asked: Json = {"id": new_id("call_"), "type": "function", "function": function}
    shown = asked | {"function": function | {"output": None}}
    step = _step(move, "tool_calls", {"tool_calls": [shown]})
    _open(move, step, usage(task.tokens, tokens(function["arguments"])))
    run.body["required_action"] = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": [asked]},
    }
    set_status(run, "requires_action")
    # Only the outputs move this run on now. Without them its alarm lets it expire.
    run.due = run.body["expires_at"]
    move.db.save(run)
    move.tell("thread.run.requires_action", run.body)


def take_outputs(move: Move, outputs: dict[str, str]) -> None:
    """Complete the step that waits for tool outputs, and queue the run again.

    `outputs` maps the id of each tool call to its output.
    """
    run = move.row
    for step in move.db.children(STEP, run.id, "in_progress"):
        for tool_call in step.body["step_details"]["tool_calls"]:
            tool_call["function"]["output"] = outputs[tool_call["id"]]
        _close(move, step)
    run.hidden["outputs"] = list(outputs.values())
    run.body["required_action"] = None
    set_status(run, "queued")


def _answer(move: Move, task: prompt.Task) -> None:
    """Carry out the tool calls of an answer, add the assistant's message, and end the run."""

    def save(name: str, content: bytes) -> str:
        return files.save(move.db, move.now, files.Upload(name, content, "assistants_output")).id

    answer = model.answer(move.db, task, save)
    for tool_call in answer.tool_calls:
        called = {"id": new_id("call_"), **tool_call}
        step = _step(move, "tool_calls", {"tool_calls": [called]})
        _open(move, step, usage(task.tokens, 0))
        _close(move, step)
    # A run is a use of its stores, also if the answer cites nothing. That postpones their expiry.
    for store_id in task.store_ids:
        store = knowledge.find_store(move.db, store_id)
        knowledge.touch(store, move.now)
        move.db.save(store)
    if _speak(move, task, answer):
        _end(move, "completed")
    else:
        move.row.body["incomplete_details"] = {"reason": "max_completion_tokens"}
        _end(move, "incomplete")


def _speak(move: Move, task: prompt.Task, answer: model.Answer) -> bool:
    """Add the assistant's message and its step.

    Returns false if `max_completion_tokens` has cut the message short.
    """
    run, tell = move.row, move.tell
    most = run.body["max_completion_tokens"]
    whole = most is None or tokens(answer.text) <= most
    text = answer.text if whole else answer.text[: most * CHARS_PER_TOKEN]
    body = messages.wire(move.now, run.parent, "assistant", [])
    body |= {"assistant_id": run.body["assistant_id"], "run_id": run.id}
    body |= {"status": "in_progress", "completed_at": None}
    step = _step(move, "message_creation", {"message_creation": {"message_id": body["id"]}})
    _open(move, step, usage(task.tokens, tokens(text)))
    tell("thread.message.created", body)
    tell("thread.message.in_progress", body)
    # An annotation of a passage that was cut off would point behind the end of the text.
    kept = [note for note in answer.annotations if note["end_index"] <= len(text)]
    body["content"] = [*answer.images, messages.text_part(text, kept)]
    # No event of the API: `streaming` turns it into deltas of the text.
    tell("content", body)
    body["status"] = "completed" if whole else "incomplete"
    body["completed_at" if whole else "incomplete_at"] = move.now
    if not whole:
        body["incomplete_details"] = {"reason": "max_tokens"}
    move.db.insert(Row(messages.KIND, run.parent, body["id"], body, tag=run.id))
    tell(f"thread.message.{body['status']}", body)
    _close(move, step)
    return whole


def usage(asked: int, answered: int) -> Json:
    """Return the `usage` of a run or step, given the tokens of the prompt and of the answer."""
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }


def _step(move: Move, kind: str, details: Json) -> Row:
    """Return a new step of the run, which is not stored yet."""
    body = {
        "id": new_id("step_"),
        "object": STEP,
        "created_at": move.now,
        "run_id": move.row.id,
        "assistant_id": move.row.body["assistant_id"],
        "thread_id": move.row.parent,
        "type": kind,
        "status": "in_progress",
        "cancelled_at": None,
        "completed_at": None,
        "expired_at": None,
        "failed_at": None,
        "last_error": None,
        "metadata": {},
        "step_details": {"type": kind, **details},
        "usage": None,
    }
    return Row(STEP, move.row.id, body["id"], body, tag="in_progress")


def _open(move: Move, step: Row, spent: Json) -> None:
    """Store a new step and send its events.

    `spent` is the usage of the step, which clients see only when the step has ended.
    """
    step.hidden["usage"] = spent
    move.db.insert(step)
    move.tell("thread.run.step.created", step.body)
    move.tell("thread.run.step.in_progress", step.body)
    # No event of the API: `streaming` turns it into a delta of the step.
    move.tell("tool_calls", step.body)


def _close(move: Move, step: Row, status: str = "completed") -> None:
    """End a step with a status, and send the event."""
    step.body["status"] = step.tag = status
    step.body[f"{status}_at"] = move.now
    step.body["usage"] = step.hidden["usage"]
    move.db.save(step)
    move.tell(f"thread.run.step.{status}", step.body)


def _end(move: Move, status: str) -> None:
    """End a run with a status. Its open steps end too, and its usage is summed up from all steps."""
    run = move.row
    steps = move.db.children(STEP, run.id)
    for step in steps:
        if step.tag == "in_progress":
            _close(move, step, status if status in {"cancelled", "expired"} else "failed")
    run.body["usage"] = usage(
        sum(step.hidden["usage"]["prompt_tokens"] for step in steps),
        sum(step.hidden["usage"]["completion_tokens"] for step in steps),
    )
    run.body["required_action"] = None
    if status in ENDS:
        run.body[ENDS[status]] = move.now
    # The platform sets `expires_at` of an ended run to null.
    run.body["expires_at"] = None
    set_status(run, status)
    run.due = None
    move.db.save(run)
    move.tell(f"thread.run.{status}", run.body)


ENGINE = Engine(
    kind=RUN,
    started=_started,
    work=_work,
    fail=_fail,
    interrupt=_interrupt,
    moving=("queued", "in_progress", "cancelling"),
)
