"""What a response does: from its beginning to its end, move by move, in the time of the clock.

A response in the background moves when the clock does, as a run. One that is waited for, or
streamed, is moved by its own request; the clock takes over if that request dies.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from provisioner.emulator.assistants.prompt import FAILURES, SERVER_ERROR
from provisioner.emulator.core.store import Row
from provisioner.emulator.knowledge.ingest import tokens
from provisioner.emulator.responses import items
from provisioner.emulator.responses import model as responses_model
from provisioner.emulator.responses.context import (
    CONVERSATION,
    CONVERSATION_ITEM,
    ITEM,
    Context,
    context_of,
    conversation_of,
    input_of,
)

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Settings
    from provisioner.emulator.core.store import Json, Session

log = logging.getLogger(__name__)

WORKING = ("queued", "in_progress")
QUEUE_SHARE = 0.2


def set_status(row: Row, status: str) -> None:
    row.body["status"] = row.tag = status


def advance(db: Session, row: Row, settings: Settings) -> None:
    """One move of a response, at the time of its alarm. The alarm of its kind."""
    moment = settings.clock() if row.due is None else row.due
    if row.tag == "queued":
        set_status(row, "in_progress")
        row.due = moment + settings.run_seconds * (1 - QUEUE_SHARE)
        db.save(row)
        return
    context = context_of(input_of(db, row), row.body)
    failure = next((error for line, error in FAILURES.items() if line in context.question), None)
    if failure is not None:
        _fail(row, failure)
    else:
        _work(db, row, context, int(moment))
    _end(db, row, int(moment))


def _work(db: Session, row: Row, context: Context, now: int) -> None:
    try:
        output, whole = responses_model.work(db, now, row.body, context)
    except Exception:
        log.exception("the stand-in model failed in %s", row.id)
        _fail(row, SERVER_ERROR)
        return
    row.body["output"] = output
    row.body["usage"] = usage(context.tokens, sum(map(_size, output)))
    if not whole:
        row.body["incomplete_details"] = {"reason": "max_output_tokens"}
    set_status(row, "completed" if whole else "incomplete")


def _fail(row: Row, error: Json) -> None:
    row.body["error"] = dict(error)
    set_status(row, "failed")


def _size(item: Json) -> int:
    """The tokens of what the model itself has written."""
    if item["type"] == "message":
        return tokens(items.text_of(item))
    return tokens(item.get("arguments") or item.get("input") or item.get("code") or "")


def usage(read: int, written: int) -> Json:
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def cancel(db: Session, row: Row, now: int) -> None:
    set_status(row, "cancelled")
    _end(db, row, now)


def _end(db: Session, row: Row, now: int) -> None:
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
    if not row.body["store"]:
        db.delete_children(ITEM, row.id)
        db.delete(row)


def _remember(db: Session, conversation: Row, row: Row) -> None:
    """A conversation gains what its response read and said."""
    for item in db.children(ITEM, row.id):
        if db.find(CONVERSATION_ITEM, item.id, conversation.id) is None:
            db.insert(Row(CONVERSATION_ITEM, conversation.id, item.id, item.body))
