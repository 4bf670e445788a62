"""What a run does: from queued to its end, move by move, in the time of the clock.

`advance` makes one move. The clock calls it (as the alarm of a run), and so does a stream, which
also wants to hear what happens: that is `tell`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner.emulator.assistants import messages, prompt
from provisioner.emulator.assistants.messages import STEP
from provisioner.emulator.core import model
from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.store import Row
from provisioner.emulator.knowledge import files, knowledge
from provisioner.emulator.knowledge.ingest import CHARS_PER_TOKEN, tokens

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Settings
    from provisioner.emulator.core.store import Json, Session

log = logging.getLogger(__name__)

# Told the name of an event and the object as it then is.
Tell = Callable[[str, Any], None]

# A run waits in the queue for this share of its time.
QUEUE_SHARE = 0.2
ENDS = {"completed": "completed_at", "failed": "failed_at", "cancelled": "cancelled_at"}


def silent(_event: str, _body: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Move:
    """One move of one run: where, when, and who hears of it."""

    db: Session
    run: Row
    moment: float
    tell: Tell

    @property
    def now(self) -> int:
        return int(self.moment)


def set_alarm(run: Row, moment: float, settings: Settings) -> None:
    """When a queued run moves on by itself."""
    run.due = moment + settings.run_seconds * QUEUE_SHARE


def set_status(run: Row, status: str) -> None:
    run.body["status"] = run.tag = status


def advance(db: Session, run: Row, settings: Settings, tell: Tell = silent) -> None:
    """One move of a run, at the time of its alarm."""
    move = Move(db, run, settings.clock() if run.due is None else run.due, tell)
    if run.tag == "cancelling":
        _end(move, "cancelled")
    elif move.moment >= run.body["expires_at"]:
        _end(move, "expired")
    elif run.tag == "queued":
        set_status(run, "in_progress")
        run.body["started_at"] = run.body["started_at"] or move.now
        work = move.moment + settings.run_seconds * (1 - QUEUE_SHARE)
        run.due = min(work, run.body["expires_at"])
        db.save(run)
        tell("thread.run.in_progress", run.body)
    else:
        _work(move)


def _work(move: Move) -> None:
    run = move.run
    task = prompt.task_of(move.db, run)
    if task is None:
        run.body["incomplete_details"] = {"reason": "max_prompt_tokens"}
        _end(move, "incomplete")
        return
    run.body["last_error"] = task.failure or _lost_store(move.db, task.store_ids)
    if run.body["last_error"] is not None:
        _end(move, "failed")
        return
    try:
        _think(move, task)
    except Exception:
        log.exception("the stand-in model failed in %s", run.id)
        run.body["last_error"] = dict(prompt.SERVER_ERROR)
        _end(move, "failed")


def _think(move: Move, task: prompt.Task) -> None:
    function = None if "outputs" in move.run.hidden else model.function_call(task)
    if function is not None:
        _ask_for(move, function, task)
    else:
        _answer(move, task)


def _lost_store(db: Session, store_ids: list[str]) -> Json | None:
    for store_id in store_ids:
        store = db.find(knowledge.STORE, store_id)
        if store is None or store.body["status"] == "expired":
            reason = "does not exist" if store is None else "has expired"
            return {"code": "server_error", "message": f"Vector store {store_id} {reason}."}
    return None


def _ask_for(move: Move, function: Json, task: prompt.Task) -> None:
    """The run stops until the application has called a function for it."""
    run = move.run
    asked: Json = {"id": new_id("call_"), "type": "function", "function": function}
    shown = asked | {"function": function | {"output": None}}
    step = _step(move, "tool_calls", {"tool_calls": [shown]})
    _open(move, step, usage(task.tokens, tokens(function["arguments"])))
    run.body["required_action"] = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": [asked]},
    }
    set_status(run, "requires_action")
    run.due = run.body["expires_at"]
    move.db.save(run)
    move.tell("thread.run.requires_action", run.body)


def take_outputs(db: Session, run: Row, outputs: dict[str, str], moment: float) -> None:
    """Tool outputs arrive: their step is complete and the run is queued again."""
    move = Move(db, run, moment, silent)
    for step in db.children(STEP, run.id, "in_progress"):
        for tool_call in step.body["step_details"]["tool_calls"]:
            tool_call["function"]["output"] = outputs[tool_call["id"]]
        _close(move, step)
    run.hidden["outputs"] = list(outputs.values())
    run.body["required_action"] = None
    set_status(run, "queued")


def _answer(move: Move, task: prompt.Task) -> None:
    def save(name: str, content: bytes) -> str:
        return files.save(move.db, move.now, files.Upload(name, content, "assistants_output")).id

    answer = model.answer(move.db, task, save)
    for tool_call in answer.tool_calls:
        called = {"id": new_id("call_"), **tool_call}
        step = _step(move, "tool_calls", {"tool_calls": [called]})
        _open(move, step, usage(task.tokens, 0))
        _close(move, step)
    for store_id in task.store_ids:
        store = knowledge.find_store(move.db, store_id)
        knowledge.touch(store, move.now)
        move.db.save(store)
    if _speak(move, task, answer):
        _end(move, "completed")
    else:
        move.run.body["incomplete_details"] = {"reason": "max_completion_tokens"}
        _end(move, "incomplete")


def _speak(move: Move, task: prompt.Task, answer: model.Answer) -> bool:
    """The assistant's message and its step. False if the token limit cut it short."""
    run, tell = move.run, move.tell
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
    kept = [note for note in answer.annotations if note["end_index"] <= len(text)]
    body["content"] = [*answer.images, messages.text_part(text, kept)]
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
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }


def _step(move: Move, kind: str, details: Json) -> Row:
    body = {
        "id": new_id("step_"),
        "object": STEP,
        "created_at": move.now,
        "run_id": move.run.id,
        "assistant_id": move.run.body["assistant_id"],
        "thread_id": move.run.parent,
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
    return Row(STEP, move.run.id, body["id"], body, tag="in_progress")


def _open(move: Move, step: Row, spent: Json) -> None:
    """A step begins. What it will have spent is shown when it ends."""
    step.hidden["usage"] = spent
    move.db.insert(step)
    move.tell("thread.run.step.created", step.body)
    move.tell("thread.run.step.in_progress", step.body)
    move.tell("tool_calls", step.body)


def _close(move: Move, step: Row, status: str = "completed") -> None:
    step.body["status"] = step.tag = status
    step.body[f"{status}_at"] = move.now
    step.body["usage"] = step.hidden["usage"]
    move.db.save(step)
    move.tell(f"thread.run.step.{status}", step.body)


def _end(move: Move, status: str) -> None:
    run = move.run
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
    # An ended run has nothing left that could expire.
    run.body["expires_at"] = None
    set_status(run, status)
    run.due = None
    move.db.save(run)
    move.tell(f"thread.run.{status}", run.body)
