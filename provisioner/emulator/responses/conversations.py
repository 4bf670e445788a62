"""Conversations: items that stay together, and that each response in them adds to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Resource, Route, new_id
from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.shapes import METADATA, closed, null
from provisioner.emulator.core.shapes import items as list_of
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.responses import items
from provisioner.emulator.responses.context import (
    CONVERSATION,
    CONVERSATION_ITEM,
    find_conversation,
)
from provisioner.emulator.responses.item_shapes import INCLUDE, ITEM
from provisioner.emulator.responses.responses import include_of

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

MOST_AT_ONCE = 20

CREATE = Body(closed({"items": null(list_of(ITEM, MOST_AT_ONCE)), "metadata": METADATA}))
UPDATE = Body(closed({"metadata": METADATA}, "metadata"))
ADD = Body(closed({"items": list_of(ITEM, MOST_AT_ONCE), "include": INCLUDE}, "items"))


def create(call: Call) -> Answer:
    given = call.body(CREATE)
    body: Json = {
        "id": new_id("conv_"),
        "object": CONVERSATION,
        "created_at": call.now,
        "metadata": given.get("metadata") or {},
    }
    row = call.db.insert(Row(CONVERSATION, "", body["id"], body, {"at_work": None}))
    _add(call, row, given.get("items") or [])
    return body


def _add(call: Call, conversation: Row, given: list[Json]) -> list[Json]:
    if any(items.kind_of(item) == "item_reference" for item in given):
        raise ApiError("An item reference cannot be kept in a conversation.", param="items")
    known = [row.body for row in call.db.children(CONVERSATION_ITEM, conversation.id)]
    made = [items.filled(call.db, item, f"items[{at}]") for at, item in enumerate(given)]
    items.check_unique([*known, *made])
    for item in made:
        call.db.insert(Row(CONVERSATION_ITEM, conversation.id, item["id"], item))
    return made


def retrieve(call: Call, conversation_id: str) -> Answer:
    return find_conversation(call.db, conversation_id).body


def update(call: Call, conversation_id: str) -> Answer:
    row = find_conversation(call.db, conversation_id)
    row.body["metadata"] = call.body(UPDATE)["metadata"] or {}
    return call.db.save(row).body


def delete(call: Call, conversation_id: str) -> Answer:
    # The items stay: responses that were part of it still refer to them.
    call.db.delete(find_conversation(call.db, conversation_id))
    return {"id": conversation_id, "object": "conversation.deleted", "deleted": True}


def add_items(call: Call, conversation_id: str) -> Answer:
    conversation = find_conversation(call.db, conversation_id)
    given = call.body(ADD)
    made = _add(call, conversation, given["items"])
    shown = [items.shown(item, given.get("include") or []) for item in made]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": False,
    }


def list_items(call: Call, conversation_id: str) -> Answer:
    find_conversation(call.db, conversation_id)
    include = include_of(call)
    query = {key: value for key, value in call.query.items() if key != "before"}
    page = json.loads(lists.page(call.db, query, CONVERSATION_ITEM, conversation_id))
    return {**page, "data": [items.shown(item, include) for item in page["data"]]}


def retrieve_item(call: Call, conversation_id: str, item_id: str) -> Answer:
    return items.shown(_find_item(call, conversation_id, item_id).body, include_of(call))


def delete_item(call: Call, conversation_id: str, item_id: str) -> Answer:
    call.db.delete(_find_item(call, conversation_id, item_id))
    return find_conversation(call.db, conversation_id).body


def _find_item(call: Call, conversation_id: str, item_id: str) -> Row:
    find_conversation(call.db, conversation_id)
    row = call.db.find(CONVERSATION_ITEM, item_id, conversation_id)
    if row is None:
        raise ApiError(f"Item with id '{item_id}' not found.", status=404)
    return row


RESOURCE = Resource(
    routes=(
        Route("POST", "/conversations", create),
        Route("GET", "/conversations/<conversation_id>", retrieve),
        Route("POST", "/conversations/<conversation_id>", update),
        Route("DELETE", "/conversations/<conversation_id>", delete),
        Route("POST", "/conversations/<conversation_id>/items", add_items),
        Route("GET", "/conversations/<conversation_id>/items", list_items),
        Route("GET", "/conversations/<conversation_id>/items/<item_id>", retrieve_item),
        Route("DELETE", "/conversations/<conversation_id>/items/<item_id>", delete_item),
    ),
)
