"""Turns: one answer of a session's agent, from queued to its end, in the time of the clock.

What is said is `turn_model`'s business. Lines in the input ask for trouble.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioner.emulator.agents import artifacts, automation_tool, environments
from provisioner.emulator.agents import model as turn_model
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.assistants import prompt
from provisioner.emulator.assistants.execution import QUEUE_SHARE
from provisioner.emulator.core.call import Settings, new_id
from provisioner.emulator.core.store import Row
from provisioner.emulator.knowledge.ingest import tokens

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = log.TURN
ACTIVE = ("queued", "in_progress", "waiting")
FAIL_SESSION = "@@provisioner-emulator: fail session@@"
SPEND = re.compile(r"@@provisioner-emulator: spend (\d{1,9})@@")
# The stand-in is paid, too: so that a spend limit can be reached, and the same way every time.
TOKENS_A_CENT = 1000
PIECE = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a turn: where and when."""

    db: Session
    session: Row
    turn: Row
    moment: float

    @property
    def now(self) -> int:
        return int(self.moment)

    def tell(self, name: str, **fields: object) -> None:
        log.of_turn(self.db, self.session, self.turn, name, **fields)


def active(db: Session, session_id: str) -> Row | None:
    for status in ACTIVE:
        found = db.children(KIND, session_id, status)
        if found:
            return found[0]
    return None


def start(
    db: Session, session: Row, messages: list[Json], moment: float, settings: Settings
) -> None:
    """User messages begin a turn; while one is going on, they steer it."""
    turn = active(db, session.id)
    if turn is not None:
        _take(Move(db, session, turn, moment), messages)
        db.save(turn)
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
    hidden = {"said": [], "outputs": [], "output": 0}
    turn = db.insert(Row(KIND, session.id, body["id"], body, hidden, tag="queued"))
    move = Move(db, session, turn, moment)
    _touch_environment(move)
    log.set_status(db, session, "in_progress", move.now)
    move.tell("created", turn=turn.body)
    _take(move, messages)
    turn.due = moment + settings.run_seconds * QUEUE_SHARE
    db.save(turn)


def _take(move: Move, messages: list[Json]) -> None:
    for message in messages:
        item = {
            "type": "message",
            "role": "user",
            "phase": None,
            "status": "completed",
            "content": message["content"],
        }
        log.add_item(move.db, move.session, move.turn, item, None)
        texts = [part["text"] for part in message["content"] if part["type"] == "input_text"]
        move.turn.hidden["said"].append(" ".join(texts))


def _touch_environment(move: Move) -> None:
    environment_id = move.session.body["environment"].get("id")
    if environment_id is not None:
        environment = environments.find(move.db, environment_id)
        environments.check_usable(environment)
        environments.touch(move.db, environment, move.now)


def advance(db: Session, turn: Row, settings: Settings) -> None:
    """One move of a turn, at the time of its alarm."""
    session = db.find(log.SESSION, turn.parent)
    if session is None:
        db.delete(turn)
        return
    move = Move(db, session, turn, settings.clock() if turn.due is None else turn.due)
    if turn.tag == "queued":
        turn.body["started_at"] = move.now
        set_status(move, "in_progress")
        turn.due = move.moment + settings.run_seconds * (1 - QUEUE_SHARE)
        db.save(turn)
        move.tell("in_progress", turn=turn.body)
    else:
        _work(move)


def set_status(move: Move, status: str) -> None:
    move.turn.body["status"] = move.turn.tag = status


def _work(move: Move) -> None:
    question = " ".join(move.turn.hidden["said"])
    if FAIL_SESSION in question:
        _fail_session(move)
        return
    failure = next((error for line, error in prompt.FAILURES.items() if line in question), None)
    if failure is not None:
        move.turn.body["error"] = dict(failure)
        log.tell_error(move.db, move.session, failure["code"], failure["message"])
        end(move, "failed")
        return
    # One function a turn: what it gave is answered with.
    agent, outputs = move.session.body["agent"], move.turn.hidden["outputs"]
    function = None if outputs else turn_model.function_call(agent, question)
    if function is None:
        _answer(move, question)
    else:
        _ask_for(move, function)


def _ask_for(move: Move, function: Json) -> None:
    """The turn waits until the application has called a function for it."""
    called = {
        "type": "function_call",
        "call_id": new_id("call_"),
        "name": function["name"],
        "arguments": function["arguments"],
        "status": "in_progress",
    }
    set_status(move, "waiting")
    move.turn.due = None
    item = log.add_item(move.db, move.session, move.turn, called, _next_output(move))
    move.db.save(move.turn)
    action = {key: item.body[key] for key in ("type", "turn_id", "call_id", "name", "arguments")}
    move.session.body["required_actions"] = [action]
    log.set_status(move.db, move.session, "requires_action", move.now)


def take_output(move: Move, given: Json, settings: Settings) -> None:
    """What a function gave; the turn goes on."""
    called = next(
        row
        for row in move.db.children(log.ITEM, move.session.id, move.turn.id)
        if row.body.get("call_id") == given["call_id"]
    )
    called.body["status"] = "completed" if given["success"] else "failed"
    move.db.save(called)
    move.tell("item.done", item=called.body, output_index=called.hidden["index"])
    result = {
        "type": "function_call_output",
        "call_id": given["call_id"],
        "status": called.body["status"],
        "output": given.get("output"),
        "error": given.get("error"),
    }
    log.add_item(move.db, move.session, move.turn, result, None)
    text = given.get("output") if given["success"] else given.get("error")
    move.turn.hidden["outputs"].append(text if isinstance(text, str) else json.dumps(text))
    set_status(move, "in_progress")
    move.turn.due = move.moment + settings.run_seconds * (1 - QUEUE_SHARE)
    move.db.save(move.turn)
    move.session.body["required_actions"] = []
    log.set_status(move.db, move.session, "in_progress", move.now)


def _next_output(move: Move) -> int:
    index: int = move.turn.hidden["output"]
    move.turn.hidden["output"] += 1
    return index


def _answer(move: Move, question: str) -> None:
    note = automation_tool.used(move.db, move.session, question, move.now)
    outputs = [*move.turn.hidden["outputs"]]
    turns = len(move.db.children(KIND, move.session.id))
    text = turn_model.answer(move.session.body["agent"], question, outputs, turns, note)
    _speak(move, text)
    _count(move, question, text)
    artifacts.publish(move.db, move.session, move.turn.id, question, move.now)
    end(move, "completed")


def _speak(move: Move, text: str) -> None:
    index = _next_output(move)
    message = {
        "type": "message",
        "role": "assistant",
        "phase": "final_answer",
        "status": "in_progress",
        "content": [],
    }
    item = log.add_item(move.db, move.session, move.turn, message, index)
    place = {"item_id": item.id, "output_index": index, "content_index": 0}
    part = {"type": "output_text", "text": text}
    move.tell("content_part.added", **place, part=part | {"text": ""})
    for piece in PIECE.findall(text):
        move.tell("output_text.delta", **place, delta=piece)
    move.tell("output_text.done", **place, text=text)
    move.tell("content_part.done", **place, part=part)
    item.body |= {"status": "completed", "content": [part]}
    move.db.save(item)
    move.tell("item.done", item=item.body, output_index=index)


def _count(move: Move, question: str, text: str) -> None:
    """Tokens and cents, of this turn and of the session."""
    agent = move.session.body["agent"]
    asked = tokens(agent["instructions"] or "") + tokens(question)
    asked += sum(map(tokens, move.turn.hidden["outputs"]))
    move.turn.body["usage"] = _usage(asked, tokens(text))
    before = move.session.body["usage"] or _usage(0, 0)
    move.session.body["usage"] = _usage(
        before["input_tokens"] + asked, before["output_tokens"] + tokens(text)
    )
    extra = sum(int(cents) for cents in SPEND.findall(question))
    move.session.hidden["spent"] += (asked + tokens(text)) / TOKENS_A_CENT + extra
    move.session.body["spend_control"]["consumed"] = int(move.session.hidden["spent"])


def _usage(asked: int, answered: int) -> Json:
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": answered,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": asked + answered,
    }


def end(move: Move, status: str) -> None:
    """The turn is over, and its session rests."""
    _close(move, status)
    rests = "budget_reached" if spent_out(move.session.body) else "idle"
    log.set_status(move.db, move.session, rests, move.now)


def _close(move: Move, status: str) -> None:
    set_status(move, status)
    move.turn.body["completed_at"] = move.now
    move.turn.due = None
    move.db.save(move.turn)
    move.tell(status, turn=move.turn.body, usage=move.turn.body["usage"])


def _fail_session(move: Move) -> None:
    error = prompt.SERVER_ERROR
    move.turn.body["error"] = dict(error)
    log.tell_error(move.db, move.session, error["code"], error["message"])
    _close(move, "failed")
    move.session.body["error"] = error["message"]
    log.set_status(move.db, move.session, "failed", move.now)


def spent_out(session: Json) -> bool:
    control = session["spend_control"]
    return control["limit"] is not None and control["consumed"] >= control["limit"]
