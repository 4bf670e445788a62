"""The API of vector stores, and of searches in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.call import Answer, Call, Resource
from provisioner.emulator.core.errors import ApiError, invalid_value
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import knowledge, search
from provisioner.emulator.knowledge.knowledge import STORE, STORES
from provisioner.emulator.knowledge.limits import LIMITS, filters

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row

CREATE = Body("VectorStoreCreateParams", LIMITS)
UPDATE = Body("VectorStoreUpdateParams", LIMITS)
SEARCH = Body("VectorStoreSearchParams", LIMITS, Filters=filters)


def create(call: Call) -> Answer:
    given = call.body(CREATE)
    if "chunking_strategy" in given and not given.get("file_ids"):
        raise invalid_value(
            "'chunking_strategy' can only be given together with 'file_ids'.", "chunking_strategy"
        )
    return knowledge.create_store(call, given).body


def update(call: Call, store: Row) -> Answer:
    given = call.body(UPDATE)
    if store.body["status"] == "expired" and "expires_after" in given:
        raise ApiError(f"Vector store {store.id} has expired.", param="expires_after")
    store.body |= given
    store.body["metadata"] = store.body["metadata"] or {}
    store.body["name"] = store.body["name"] or ""
    if "expires_after" in given:
        knowledge.set_expiry(store)
    return call.db.save(store).body


def find_in(call: Call, store: Row) -> Answer:
    """Search in one store, which counts as a use of the store and postpones its expiry."""
    given = call.body(SEARCH)
    if store.body["status"] == "expired":
        raise ApiError(f"Vector store {store.id} has expired.", param="vector_store_id")
    knowledge.touch(store, call.now)
    call.db.save(store)
    query = given["query"]
    queries: list[str] = [query] if isinstance(query, str) else query
    hits = search.search(
        call.db,
        [store.id],
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
    routes=STORES.routes(
        "list get delete", create=create, update=update, each={"POST search": find_in}
    ),
    alarms={STORE: knowledge.expire},
)
