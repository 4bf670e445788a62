"""Vector stores, and search in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Resource, Route
from provisioner.emulator.core.errors import ApiError, invalid_value
from provisioner.emulator.core.fields import CHUNKING
from provisioner.emulator.core.shapes import (
    METADATA,
    Schema,
    closed,
    integer,
    items,
    null,
    number,
    one_of,
    text,
)
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import knowledge, search
from provisioner.emulator.knowledge.knowledge import DOCUMENT, STORE, find_store

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

EXPIRES_AFTER = closed(
    {"anchor": one_of("last_active_at"), "days": integer(1, 365)}, "anchor", "days"
)
COMPARISON = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
FILTER: Schema = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": one_of(*COMPARISON, "and", "or")},
    "if": {"properties": {"type": {"enum": COMPARISON}}},
    "then": closed({"type": {}, "key": text(), "value": {}}, "key", "value"),
    "else": closed({"type": {}, "filters": items({"$ref": "#/$defs/filter"}, least=1)}, "filters"),
}
CREATE = Body(
    closed(
        {
            "name": null(text()),
            "description": null(text()),
            "file_ids": items(text(), 500),
            "chunking_strategy": CHUNKING,
            "expires_after": null(EXPIRES_AFTER),
            "metadata": METADATA,
        }
    )
)
UPDATE = Body(
    closed({"name": null(text()), "expires_after": null(EXPIRES_AFTER), "metadata": METADATA})
)
SEARCH = Body(
    closed(
        {
            "query": {"type": ["string", "array"], "items": text()},
            "filters": {"$ref": "#/$defs/filter"},
            "max_num_results": integer(1, 50),
            "ranking_options": closed(
                {
                    "ranker": one_of("none", "auto", "default-2024-11-15"),
                    "score_threshold": number(0, 1),
                }
            ),
            "rewrite_query": {"type": "boolean"},
        },
        "query",
    )
    | {"$defs": {"filter": FILTER}}
)


def create(call: Call) -> Answer:
    given = call.body(CREATE)
    if "chunking_strategy" in given and not given.get("file_ids"):
        raise invalid_value(
            "'chunking_strategy' can only be given together with 'file_ids'.", "chunking_strategy"
        )
    return knowledge.create_store(call, given).body


def listing(call: Call) -> Answer:
    return lists.page(call.db, call.query, STORE)


def retrieve(call: Call, store_id: str) -> Answer:
    return find_store(call.db, store_id).body


def update(call: Call, store_id: str) -> Answer:
    store = find_store(call.db, store_id)
    given = call.body(UPDATE)
    if store.body["status"] == "expired" and "expires_after" in given:
        raise ApiError(f"Vector store {store_id} has expired.", param="expires_after")
    store.body |= given
    store.body["metadata"] = store.body["metadata"] or {}
    if "expires_after" in given:
        knowledge.set_expiry(store)
    return call.db.save(store).body


def delete(call: Call, store_id: str) -> Answer:
    call.db.delete(find_store(call.db, store_id))
    call.db.delete_children(DOCUMENT, store_id)
    call.db.delete_children("vector_store.files_batch", store_id)
    return {"id": store_id, "object": "vector_store.deleted", "deleted": True}


def find_in(call: Call, store_id: str) -> Answer:
    store = find_store(call.db, store_id)
    given = call.body(SEARCH)
    if store.body["status"] == "expired":
        raise ApiError(f"Vector store {store_id} has expired.", param="vector_store_id")
    knowledge.touch(store, call.now)
    call.db.save(store)
    query = given["query"]
    queries: list[str] = [query] if isinstance(query, str) else query
    hits = search.search(
        call.db,
        [store_id],
        " ".join(queries),
        most=given.get("max_num_results", 10),
        threshold=given.get("ranking_options", {}).get("score_threshold", 0.0),
        filters=given.get("filters"),
    )
    data: list[Json] = [
        {
            "file_id": hit.file_id,
            "filename": hit.filename,
            "score": hit.score,
            "attributes": hit.attributes,
            "content": [{"type": "text", "text": hit.text}],
        }
        for hit in hits
    ]
    return {
        "object": "vector_store.search_results.page",
        "search_query": queries,
        "data": data,
        "has_more": False,
        "next_page": None,
    }


RESOURCE = Resource(
    routes=(
        Route("POST", "/vector_stores", create),
        Route("GET", "/vector_stores", listing),
        Route("GET", "/vector_stores/<store_id>", retrieve),
        Route("POST", "/vector_stores/<store_id>", update),
        Route("DELETE", "/vector_stores/<store_id>", delete),
        Route("POST", "/vector_stores/<store_id>/search", find_in),
    ),
    alarms={STORE: knowledge.expire},
)
