"""The work of a response: the stand-in model answers.

`core/engine.py` decides when a response moves on. The alarm of a response in the background moves
it, like a run. If a request waits for a response or streams it, that request moves it, and the
alarm takes over if the request dies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.engine import Engine, Move, check_question, set_status
from provisioner.emulator.core.store import Row
from provisioner.emulator.knowledge.ingest import tokens
from provisioner.emulator.responses import items
from provisioner.emulator.responses import model as responses_model
from provisioner.emulator.responses.context import (
    CONVERSATION,
    CONVERSATION_ITEM,
    ITEM,
    KIND,
    context_of,
    conversation_of,
    input_of,
)

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

WORKING = ("queued", "in_progress")
"""The statuses of a response that has not ended."""


def _started(move: Move) -> None:
    move.db.save(move.row)


def _work(move: Move) -> None:
    """Let the stand-in model answer, and end the response."""
    row = move.row
    context = context_of(input_of(move.db, row), row.body)
    check_question(context.question)
    output, whole = responses_model.work(move.db, move.now, row.body, context)
    row.body["output"] = output
    row.body["usage"] = usage(context.tokens, sum(map(_size, output)))
    if not whole:
        row.body["incomplete_details"] = {"reason": "max_output_tokens"}
    set_status(row, "completed" if whole else "incomplete")
    _end(move.db, row, move.now)


def _fail(move: Move, error: Json) -> None:
    move.row.body["error"] = error
    set_status(move.row, "failed")
    _end(move.db, move.row, move.now)


def _size(item: Json) -> int:
    """Return how many tokens of an output item the model has written.

    They are the tokens of its text, arguments, input or code, and not those of a tool's results.
    """
    if item["type"] == "message":
        return tokens(items.text_of(item))
    return tokens(item.get("arguments") or item.get("input") or item.get("code") or "")


def usage(read: int, written: int) -> Json:
    """Return the `usage` of a response, given the tokens that were read and written."""
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def cancel(db: Session, row: Row, now: int) -> None:
    """End a response with the status `cancelled`."""
    set_status(row, "cancelled")
    _end(db, row, now)


def _end(db: Session, row: Row, now: int) -> None:
    """Store the output of a response that has ended, and unlock its conversation.

    The response and its items are deleted if it was created with `store: false`.
    """
    if row.tag == "completed":
        row.body["completed_at"] = now
    for item in row.body["output"]:
        db.insert(Row(ITEM, row.id, item["id"], item, tag="output"))
    row.due = None
    db.save(row)
    conversation_id = conversation_of(row.body)
    conversation = db.find(CONVERSATION, conversation_id) if conversation_id else None
    if conversation is not None:
        conversation.hidden["at_work"] = None
        db.save(conversation)
        if row.tag in {"completed", "incomplete"}:
            _remember(db, conversation, row)
    # Last of all: its conversation has got the items, and a request that waits has the row already.
    if not row.body["store"]:
        db.delete_children(ITEM, row.id)
        db.delete(row)


def _remember(db: Session, conversation: Row, row: Row) -> None:
    """Add the input and the output of a response to its conversation."""
    for item in db.children(ITEM, row.id):
        # An item to which the input only refers may be in the conversation already.
        if db.find(CONVERSATION_ITEM, item.id, conversation.id) is None:
            db.insert(Row(CONVERSATION_ITEM, conversation.id, item.id, item.body))


ENGINE = Engine(kind=KIND, started=_started, work=_work, fail=_fail, moving=WORKING)
