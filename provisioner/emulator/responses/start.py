"""The start of a response by a request or a batch: it is checked, and stored with its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.engine import set_status
from provisioner.emulator.core.errors import ApiError, missing
from provisioner.emulator.core.store import Row
from provisioner.emulator.responses import context, fields, items
from provisioner.emulator.responses.context import (
    CONVERSATION_ITEM,
    ITEM,
    KIND,
    find,
    find_conversation,
)
from provisioner.emulator.responses.execution import WORKING

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session


def begin(db: Session, now: int, given: Json) -> Row:
    """Insert and return a response with its own input. Raises ApiError for a wrong request."""
    body = blank(now) | fields.settings(db, given)
    # `until` is the `seq` of the last item that the conversation has now; see `context.before`.
    row = Row(KIND, "", body["id"], body, {"deleted": False, "until": 0})
    row.hidden["streamed"] = bool(given.get("stream"))
    set_status(row, "queued" if body["background"] else "in_progress")
    _join(db, row, given)
    check_previous(db, given)
    own = context.given_items(db, given.get("input"))
    everything = [*context.input_of(db, row), *own]
    if not everything:
        raise missing("input")
    context.check(everything)
    # This refuses an input that is too long, before anything is stored. Its result is not used.
    context.context_of(everything, body)
    _check_json_is_named(body, everything)
    db.insert(row)
    for item in own:
        db.insert(Row(ITEM, row.id, item["id"], item, tag="input"))
    return row


def blank(now: int) -> Json:
    """Return the fields of a new response that do not depend on the request."""
    return {
        "id": new_id("resp_"),
        "object": KIND,
        "created_at": now,
        "status": "in_progress",
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "output": [],
        "usage": None,
        "conversation": None,
    }


def _join(db: Session, row: Row, given: Json) -> None:
    """Lock the conversation that a request names while its response is worked on.

    Raises ApiError while the conversation works on another response.
    """
    conversation = enter(db, row, given)
    if conversation is None:
        return
    at_work = conversation.hidden["at_work"]
    # The id in `at_work` locks nothing once its response has ended or is no longer stored.
    busy = db.find(KIND, at_work) if at_work else None
    if busy is not None and busy.tag in WORKING:
        raise ApiError(
            "Another process is currently operating on this conversation. "
            "Please retry in a few seconds.",
            param="conversation",
            code="conversation_locked",
        )
    conversation.hidden["at_work"] = row.id
    db.save(conversation)


def enter(db: Session, row: Row, given: Json) -> Row | None:
    """Put a response into the conversation that its request names, and return the conversation.

    Of the conversation, the response `row` then reads the items that it has now, and no later ones.
    Returns None if the request names no conversation. Raises ApiError for an unknown one.
    """
    named = given.get("conversation")
    if not named:
        return None
    name = named if isinstance(named, str) else named["id"]
    conversation = find_conversation(db, name, "conversation")
    kept = db.children(CONVERSATION_ITEM, name)
    row.body["conversation"] = {"id": name}
    row.hidden["until"] = kept[-1].seq if kept else 0
    return conversation


def check_previous(db: Session, given: Json) -> None:
    """Raise ApiError if the previous response does not exist or has not ended."""
    if given.get("previous_response_id") is None:
        return
    previous = find(db, given["previous_response_id"], "previous_response_id")
    if previous.tag in WORKING:
        raise ApiError(
            f"Previous response with id '{previous.id}' is still {previous.tag}.",
            param="previous_response_id",
        )


def _check_json_is_named(body: Json, everything: list[Json]) -> None:
    """Raise ApiError if the format is `json_object` and no message contains the word "json"."""
    if body["text"]["format"]["type"] != "json_object":
        return
    said = (items.text_of(item) for item in everything if item["type"] == "message")
    if not any("json" in text.lower() for text in said):
        raise ApiError(
            "Response input messages must contain the word 'json' in some form to use "
            "'text.format' of type 'json_object'.",
            param="input",
        )
