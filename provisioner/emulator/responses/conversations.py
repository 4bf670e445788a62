"""The API of conversations: lists of items, to which each response in the conversation adds its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Resource, new_id
from provisioner.emulator.core.collections import Collection, forward
from provisioner.emulator.core.errors import ApiError, not_found_by_id
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.responses import items
from provisioner.emulator.responses.context import (
    CONVERSATION,
    CONVERSATION_ITEM,
    CONVERSATIONS,
)
from provisioner.emulator.responses.item_shapes import item
from provisioner.emulator.responses.limits import LIMITS
from provisioner.emulator.responses.responses import include_of

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

CREATE = Body("ConversationCreateParams", LIMITS, Item=item)
UPDATE = Body("ConversationUpdateParams", LIMITS)
ADD = Body("ItemCreateParams", LIMITS, Item=item)


def create(call: Call) -> Answer:
    given = call.body(CREATE)
    body: Json = {
        "id": new_id("conv_"),
        "object": CONVERSATION,
        "created_at": call.now,
        "metadata": given.get("metadata") or {},
    }
    # `at_work` is the id of the response that has locked the conversation.
    row = call.db.insert(Row(CONVERSATION, "", body["id"], body, {"at_work": None}))
    _add(call, row, given.get("items") or [])
    return body


def _add(call: Call, conversation: Row, given: list[Json]) -> list[Json]:
    """Add items to a conversation, and return them. Raises ApiError for a wrong or duplicate item."""
    if any(items.kind_of(one) == "item_reference" for one in given):
        raise ApiError("An item reference cannot be kept in a conversation.", param="items")
    known = [row.body for row in call.db.children(CONVERSATION_ITEM, conversation.id)]
    made = [items.filled(call.db, one, f"items[{at}]") for at, one in enumerate(given)]
    items.check_unique([*known, *made])
    for one in made:
        call.db.insert(Row(CONVERSATION_ITEM, conversation.id, one["id"], one))
    return made


def add_items(call: Call, conversation: Row) -> Answer:
    given = call.body(ADD)
    made = _add(call, conversation, given["items"])
    shown = [items.shown(one, given.get("include") or []) for one in made]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": False,
    }


def _page(call: Call, kind: str, parent: str) -> Answer:
    include = include_of(call)
    page = json.loads(lists.page(call.db, forward(call), kind, parent))
    return {**page, "data": [items.shown(one, include) for one in page["data"]]}


def retrieve_item(call: Call, row: Row) -> Answer:
    return items.shown(row.body, include_of(call))


def delete_item(call: Call, row: Row) -> Answer:
    call.db.delete(row)
    return CONVERSATIONS.find(call.db, row.parent).body


def update(call: Call, row: Row) -> Answer:
    row.body["metadata"] = call.body(UPDATE)["metadata"] or {}
    return call.db.save(row).body


# Items outlive a deleted conversation, because responses that were part of it still refer to them.
ITEMS = Collection(
    kind=CONVERSATION_ITEM,
    path="/conversations/<id>/items",
    noun="Item",
    above=CONVERSATIONS,
    gone=not_found_by_id,
    page=_page,
)
RESOURCE = Resource(
    routes=(
        *CONVERSATIONS.routes("get delete", create=create, update=update),
        *ITEMS.routes("list", create=add_items, each={"GET": retrieve_item, "DELETE": delete_item}),
    ),
)
