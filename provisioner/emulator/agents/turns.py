"""Turns: the answers of a session's agent, one at a time.

`core/engine.py` decides when a turn moves on, and `agents/model.py` writes the answers. Certain
lines of the input make a turn fail, so that an application can test that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioner.emulator.agents import artifacts, automation_tool, environments, spending
from provisioner.emulator.agents import model as turn_model
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.engine import (
    PIECE,
    SERVER_ERROR,
    Engine,
    Move,
    begin_work,
    check_question,
    enqueue,
    set_status,
)
from provisioner.emulator.core.store import Row

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Settings
    from provisioner.emulator.core.store import Json, Session

KIND = log.TURN
ACTIVE = ("queued", "in_progress", "waiting")
"""The tags of a turn that has not ended. A turn that waits for the application has the tag
`waiting`.
"""
FAIL_SESSION = "@@provisioner-emulator: fail session@@"
"""An input that contains this line makes its session fail."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn and its session in the transaction `db`, at `moment` in unix seconds."""

    db: Session
    session: Row
    row: Row
    moment: float

    @property
    def now(self) -> int:
        return int(self.moment)

    def tell(self, name: str, **fields: object) -> None:
        """Store an event about the turn for the streams of its session."""
        log.of_turn(self.db, self.session, self.row, name, **fields)


def active(db: Session, session_id: str) -> Row | None:
    """Return the turn of a session that has not ended, or None. A session has at most one such turn."""
    for status in ACTIVE:
        found = db.children(KIND, session_id, status)
        if found:
            return found[0]
    return None


def start(
    db: Session, session: Row, messages: list[Json], moment: float, settings: Settings
) -> None:
    """Begin a turn with messages of a user, or add the messages to the turn that is running."""
    row = active(db, session.id)
    # As on the platform, a message that arrives during a turn steers this turn and starts no other.
    if row is not None:
        _take(Turn(db, session, row, moment), messages)
        db.save(row)
        return
    body: Json = {
        "id": new_id("turn_"),
        "object": KIND,
        "session_id": session.id,
        "agent_id": session.body["agent"]["id"],
        "subagent_id": None,
        "status": "queued",
        "created_at": int(moment),
        "started_at": None,
        "completed_at": None,
        "error": None,
        "usage": None,
        "prompt_cache_options": session.body["prompt_cache_options"],
    }
    # `said` are the texts of the user, `outputs` those of functions, and `output` counts the items of
    # the turn's output.
    hidden = {"said": [], "outputs": [], "output": 0}
    turn = Turn(db, session, Row(KIND, session.id, body["id"], body, hidden, tag="queued"), moment)
    # Before the turn is stored: the delivery of an invocation catches the error of an expired
    # environment, and its transaction is committed.
    _touch_environment(turn)
    row = db.insert(turn.row)
    log.set_status(db, session, "in_progress", turn.now)
    turn.tell("created", turn=row.body)
    _take(turn, messages)
    enqueue(row, moment, settings)
    db.save(row)


def _take(turn: Turn, messages: list[Json]) -> None:
    """Add messages of a user to a turn."""
    for message in messages:
        item = {
            "type": "message",
            "role": "user",
            "phase": None,
            "status": "completed",
            "content": message["content"],
        }
        log.add_item(turn.db, turn.session, turn.row, item, None)
        texts = [part["text"] for part in message["content"] if part["type"] == "input_text"]
        turn.row.hidden["said"].append(" ".join(texts))


def _touch_environment(turn: Turn) -> None:
    """Postpone the expiry of the session's environment. Raises ApiError if it has expired already."""
    environment_id = turn.session.body["environment"].get("id")
    if environment_id is not None:
        environment = environments.find(turn.db, environment_id)
        environments.check_usable(environment)
        environments.touch(turn.db, environment, turn.now)


def _of(move: Move) -> Turn:
    """Return the turn that a move is about. Raises LookupError if its session was deleted."""
    session = move.db.find(log.SESSION, move.row.parent)
    if session is None:
        raise LookupError(move.row.parent)
    return Turn(move.db, session, move.row, move.moment)


def _interrupt(move: Move) -> bool:
    if move.db.find(log.SESSION, move.row.parent) is not None:
        return False
    # The session was deleted between two moves, so nobody can read this turn any more.
    move.db.delete(move.row)
    return True


def _started(move: Move) -> None:
    turn = _of(move)
    turn.row.body["started_at"] = turn.now
    turn.db.save(turn.row)
    turn.tell("in_progress", turn=turn.row.body)


def _fail(move: Move, error: Json) -> None:
    turn = _of(move)
    turn.row.body["error"] = error
    log.tell_error(turn.db, turn.session, error["code"], error["message"])
    end(turn, "failed")


def _work(move: Move) -> None:
    turn = _of(move)
    question = " ".join(turn.row.hidden["said"])
    if FAIL_SESSION in question:
        _fail_session(turn)
        return
    check_question(question)
    # A turn calls at most one function. When its output has arrived, the agent answers.
    agent, outputs = turn.session.body["agent"], turn.row.hidden["outputs"]
    function = None if outputs else turn_model.function_call(agent, question)
    if function is None:
        _answer(turn, question)
    else:
        _ask_for(turn, function)


def _ask_for(turn: Turn, function: Json) -> None:
    """Let a turn wait until the application has called a function for it."""
    called = {
        "type": "function_call",
        "call_id": new_id("call_"),
        "name": function["name"],
        "arguments": function["arguments"],
        "status": "in_progress",
    }
    # Unlike a run, a turn that waits does not expire, so it has no alarm.
    set_status(turn.row, "waiting")
    turn.row.due = None
    item = log.add_item(turn.db, turn.session, turn.row, called, _next_output(turn))
    turn.db.save(turn.row)
    action = {key: item.body[key] for key in ("type", "turn_id", "call_id", "name", "arguments")}
    turn.session.body["required_actions"] = [action]
    log.set_status(turn.db, turn.session, "requires_action", turn.now)


def take_output(turn: Turn, given: Json, settings: Settings) -> None:
    """Give a turn the output of the function that it waits for, and let the turn continue."""
    called = next(
        row
        for row in turn.db.children(log.ITEM, turn.session.id, turn.row.id)
        if row.body.get("call_id") == given["call_id"]
    )
    called.body["status"] = "completed" if given["success"] else "failed"
    turn.db.save(called)
    turn.tell("item.done", item=called.body, output_index=called.hidden["index"])
    result = {
        "type": "function_call_output",
        "call_id": given["call_id"],
        "status": called.body["status"],
        "output": given.get("output"),
        "error": given.get("error"),
    }
    log.add_item(turn.db, turn.session, turn.row, result, None)
    text = given.get("output") if given["success"] else given.get("error")
    turn.row.hidden["outputs"].append(text if isinstance(text, str) else json.dumps(text))
    # Unlike a run, a turn does not return to the queue when its output arrives.
    begin_work(turn.row, turn.moment, settings)
    turn.db.save(turn.row)
    turn.session.body["required_actions"] = []
    log.set_status(turn.db, turn.session, "in_progress", turn.now)


def _next_output(turn: Turn) -> int:
    """Return the index of the next item in the output of a turn."""
    index: int = turn.row.hidden["output"]
    turn.row.hidden["output"] += 1
    return index


def _answer(turn: Turn, question: str) -> None:
    note = automation_tool.used(turn.db, turn.session, question, turn.now)
    outputs = [*turn.row.hidden["outputs"]]
    turns = len(turn.db.children(KIND, turn.session.id))
    text = turn_model.answer(turn.session.body["agent"], question, outputs, turns, note)
    _speak(turn, text)
    # The costs come first, because `end` compares them with the session's limit.
    spending.count(turn.session, turn.row, question, text)
    artifacts.publish(turn.db, turn.session, turn.row.id, question, turn.now)
    end(turn, "completed")


def _speak(turn: Turn, text: str) -> None:
    """Add the agent's message, and store its events, the text word by word."""
    index = _next_output(turn)
    message = {
        "type": "message",
        "role": "assistant",
        "phase": "final_answer",
        "status": "in_progress",
        "content": [],
    }
    item = log.add_item(turn.db, turn.session, turn.row, message, index)
    place = {"item_id": item.id, "output_index": index, "content_index": 0}
    part = {"type": "output_text", "text": text}
    turn.tell("content_part.added", **place, part=part | {"text": ""})
    for piece in PIECE.findall(text):
        turn.tell("output_text.delta", **place, delta=piece)
    turn.tell("output_text.done", **place, text=text)
    turn.tell("content_part.done", **place, part=part)
    item.body |= {"status": "completed", "content": [part]}
    turn.db.save(item)
    turn.tell("item.done", item=item.body, output_index=index)


def end(turn: Turn, status: str) -> None:
    """End a turn.

    Its session becomes `idle`, or `budget_reached` if its spending limit is used up.
    """
    _close(turn, status)
    rests = "budget_reached" if spending.is_over(turn.session.body) else "idle"
    log.set_status(turn.db, turn.session, rests, turn.now)


def _close(turn: Turn, status: str) -> None:
    set_status(turn.row, status)
    turn.row.body["completed_at"] = turn.now
    turn.row.due = None
    turn.db.save(turn.row)
    turn.tell(status, turn=turn.row.body, usage=turn.row.body["usage"])


def _fail_session(turn: Turn) -> None:
    """End a turn and its session with an error."""
    error = SERVER_ERROR
    turn.row.body["error"] = dict(error)
    log.tell_error(turn.db, turn.session, error["code"], error["message"])
    _close(turn, "failed")
    turn.session.body["error"] = error["message"]
    log.set_status(turn.db, turn.session, "failed", turn.now)


ENGINE = Engine(
    kind=KIND, started=_started, work=_work, fail=_fail, interrupt=_interrupt, moving=ACTIVE[:2]
)
