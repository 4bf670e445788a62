from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from openai.types import VectorStore

    from .conftest import Clock

FAIL = b"# Broken\n@@provisioner-emulator: fail ingestion@@\n"


def upload(client: openai.OpenAI, name: str = "a.md", content: bytes = b"Some text.") -> str:
    return client.files.create(file=(name, content), purpose="assistants").id


def counts(store: VectorStore) -> dict[str, int]:
    return {key: value for key, value in store.file_counts.model_dump().items() if value}


def test_a_new_store_reads_back_its_defaults(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()

    assert store.id.startswith("vs_")
    assert store.to_dict() == {
        "id": store.id,
        "object": "vector_store",
        "created_at": 1_800_000_000,
        "last_active_at": 1_800_000_000,
        "name": "",
        "description": None,
        "usage_bytes": 0,
        "file_counts": {
            "in_progress": 0,
            "completed": 0,
            "failed": 0,
            "cancelled": 0,
            "total": 0,
        },
        "status": "completed",
        "expires_after": None,
        "expires_at": None,
        "metadata": {},
    }


def test_ingestion_takes_its_time(start: Callable[..., openai.OpenAI], clock: Clock) -> None:
    client = start(ingest_seconds=10)
    store = client.vector_stores.create(file_ids=[upload(client)])
    assert (store.status, counts(store)) == ("in_progress", {"in_progress": 1, "total": 1})

    clock.forward(seconds=9)
    assert client.vector_stores.retrieve(store.id).status == "in_progress"
    clock.forward(seconds=1)
    store = client.vector_stores.retrieve(store.id)

    assert (store.status, counts(store)) == ("completed", {"completed": 1, "total": 1})
    assert store.usage_bytes > 0


def test_a_document_is_in_progress_first_even_when_ingestion_takes_no_time(
    client: openai.OpenAI,
) -> None:
    store = client.vector_stores.create()

    made = client.vector_stores.files.create(store.id, file_id=upload(client))
    read = client.vector_stores.files.retrieve(made.id, vector_store_id=store.id)

    assert (made.status, read.status) == ("in_progress", "completed")
    assert read.chunking_strategy is not None
    assert read.chunking_strategy.to_dict() == {
        "type": "static",
        "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
    }


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("data.csv", b"a,b", "unsupported_file"),
        ("no-extension", b"text", "unsupported_file"),
        ("empty.md", b"", "invalid_file"),
        ("binary.txt", b"\x80\x81\x82", "invalid_file"),
        ("broken.md", FAIL, "server_error"),
    ],
)
def test_a_document_that_cannot_be_ingested_says_why(
    client: openai.OpenAI, name: str, content: bytes, code: str
) -> None:
    store = client.vector_stores.create()

    document = client.vector_stores.files.create_and_poll(
        vector_store_id=store.id, file_id=upload(client, name, content), poll_interval_ms=1
    )

    assert document.status == "failed"
    assert document.last_error is not None
    assert document.last_error.code == code
    assert counts(client.vector_stores.retrieve(store.id)) == {"failed": 1, "total": 1}


def test_attaching_again_sets_attributes_and_adds_nothing(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    file_id = upload(client)
    files = client.vector_stores.files
    files.create(store.id, file_id=file_id, attributes={"a": "1"})
    files.create(store.id, file_id=file_id, attributes={"b": 2, "c": True})

    [document] = files.list(store.id)

    assert document.attributes == {"b": 2, "c": True}
    assert document.status == "completed"


def test_attributes_are_replaced_and_null_clears_them(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    files = client.vector_stores.files
    file_id = upload(client)
    files.create(store.id, file_id=file_id, attributes={"a": "1"})

    replaced = files.update(file_id, vector_store_id=store.id, attributes={"b": 1.5})
    cleared = files.update(file_id, vector_store_id=store.id, attributes=None)

    assert (replaced.attributes, cleared.attributes) == ({"b": 1.5}, {})


def test_a_batch_counts_its_documents_and_lists_them(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    other = upload(client)
    client.vector_stores.files.create(store.id, file_id=other)
    good, bad = upload(client), upload(client, "bad.md", FAIL)

    batch = client.vector_stores.file_batches.create_and_poll(
        store.id, file_ids=[good, bad], poll_interval_ms=1
    )

    assert batch.status == "completed"
    assert (batch.file_counts.completed, batch.file_counts.failed) == (1, 1)
    files = client.vector_stores.file_batches.list_files
    listed = files(batch.id, vector_store_id=store.id)
    failed = files(batch.id, vector_store_id=store.id, filter="failed")
    assert {file.id for file in listed} == {good, bad}
    assert [file.id for file in failed] == [bad]


def test_a_batch_gives_each_file_its_own_attributes(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    first, second = upload(client), upload(client)

    client.vector_stores.file_batches.create(
        store.id,
        files=[
            {"file_id": first, "attributes": {"n": 1}},
            {"file_id": second, "attributes": {"n": 2}},
        ],
    )
    documents = client.vector_stores.files.list(store.id, order="asc")

    assert [(file.id, file.attributes) for file in documents] == [
        (first, {"n": 1}),
        (second, {"n": 2}),
    ]


def test_a_cancelled_batch_cancels_what_is_in_progress(start: Callable[..., openai.OpenAI]) -> None:
    client = start(ingest_seconds=60)
    store = client.vector_stores.create()
    batches = client.vector_stores.file_batches
    batch = batches.create(store.id, file_ids=[upload(client)])

    cancelled = batches.cancel(batch.id, vector_store_id=store.id)

    assert cancelled.status == "cancelled"
    assert cancelled.file_counts.cancelled == 1
    assert batches.retrieve(batch.id, vector_store_id=store.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="Cannot cancel"):
        batches.cancel(batch.id, vector_store_id=store.id)


def test_detaching_keeps_the_file_and_deleting_the_file_detaches(client: openai.OpenAI) -> None:
    stores = [client.vector_stores.create() for _ in range(2)]
    file_id = upload(client)
    for store in stores:
        client.vector_stores.files.create(store.id, file_id=file_id)

    gone = client.vector_stores.files.delete(file_id, vector_store_id=stores[0].id)
    assert gone.to_dict() == {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}
    assert client.files.retrieve(file_id).id == file_id

    client.files.delete(file_id)
    assert counts(client.vector_stores.retrieve(stores[1].id)) == {}
    assert not client.vector_stores.files.list(stores[1].id).data


def test_deleting_a_store_keeps_its_files(client: openai.OpenAI) -> None:
    file_id = upload(client)
    store = client.vector_stores.create(file_ids=[file_id])

    assert client.vector_stores.delete(store.id).object == "vector_store.deleted"

    assert client.files.retrieve(file_id).status == "processed"
    with pytest.raises(openai.NotFoundError, match="No vector store found with id"):
        client.vector_stores.files.list(store.id)


def test_a_store_expires_after_days_without_use(client: openai.OpenAI, clock: Clock) -> None:
    store = client.vector_stores.create(
        file_ids=[upload(client)], expires_after={"anchor": "last_active_at", "days": 2}
    )
    clock.forward(days=1.5)
    client.vector_stores.search(store.id, query="text")
    clock.forward(days=1.5)
    assert client.vector_stores.retrieve(store.id).status == "completed"

    clock.forward(days=1)
    store = client.vector_stores.retrieve(store.id)

    assert (store.status, counts(store)) == ("expired", {})
    assert not client.vector_stores.files.list(store.id).data
    with pytest.raises(openai.BadRequestError, match="has expired"):
        client.vector_stores.files.create(store.id, file_id=upload(client))


def test_an_update_changes_name_expiry_and_metadata_only(
    client: openai.OpenAI, wire: httpx2.Client
) -> None:
    store = client.vector_stores.create(
        name="a", expires_after={"anchor": "last_active_at", "days": 1}, metadata={"a": "b"}
    )

    named = client.vector_stores.update(store.id, name="b")
    cleared = client.vector_stores.update(store.id, name=None, expires_after=None, metadata=None)

    assert (named.name, named.expires_at, named.metadata) == ("b", store.expires_at, {"a": "b"})
    assert (cleared.to_dict()["name"], cleared.expires_at, cleared.metadata) == ("", None, {})
    made = wire.post("/vector_stores", json={}).json()["id"]
    refused = wire.post(f"/vector_stores/{made}", json={"description": "x"}).json()
    assert refused["error"]["code"] == "unknown_parameter"


STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 101}}


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/vector_stores", {"file_ids": ["x"] * 501}, "file_ids"),
        ("/vector_stores", {"file_ids": ["file-no"]}, "file_id"),
        ("/vector_stores", {"chunking_strategy": {"type": "auto"}}, "chunking_strategy"),
        ("/vector_stores", {"expires_after": {"anchor": "x", "days": 1}}, "expires_after.anchor"),
        (
            "/vector_stores",
            {"expires_after": {"anchor": "last_active_at", "days": 366}},
            "expires_after.days",
        ),
        ("FILES", {}, "file_id"),
        ("FILES", {"file_id": "FILE", "attributes": {"a": []}}, "attributes.a"),
        ("FILES", {"file_id": "FILE", "attributes": {"a": "x" * 513}}, "attributes.a"),
        (
            "FILES",
            {"file_id": "FILE", "attributes": {str(n): n for n in range(17)}},
            "attributes",
        ),
        (
            "FILES",
            {"file_id": "FILE", "chunking_strategy": STATIC},
            "chunking_strategy.static.chunk_overlap_tokens",
        ),
        ("BATCHES", {}, "file_ids"),
        ("BATCHES", {"file_ids": ["FILE"], "files": [{"file_id": "FILE"}]}, "file_ids"),
        ("BATCHES", {"file_ids": ["x"] * 2001}, "file_ids"),
    ],
)
def test_a_wrong_body_is_refused_by_name(
    wire: httpx2.Client, path: str, body: dict[str, Any], param: str
) -> None:
    store_id = wire.post("/vector_stores", json={}).json()["id"]
    made = wire.post("/files", files={"file": ("a.md", b"x")}, data={"purpose": "assistants"})
    path = path.replace("FILES", f"/vector_stores/{store_id}/files")
    path = path.replace("BATCHES", f"/vector_stores/{store_id}/file_batches")
    if body.get("file_id") == "FILE":
        body = {**body, "file_id": made.json()["id"]}

    answer = wire.post(path, json=body)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == param


def test_the_parsed_text_of_a_document_can_be_read(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    text = " ".join(f"word{n}" for n in range(500))
    file_id = upload(client, content=text.encode())
    client.vector_stores.files.create(
        store.id,
        file_id=file_id,
        chunking_strategy={
            "type": "static",
            "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0},
        },
    )

    parts = client.vector_stores.files.content(file_id, vector_store_id=store.id).data

    assert len(parts) > 5
    assert "".join(part.text or "" for part in parts) == text


@pytest.fixture
def library(client: openai.OpenAI) -> str:
    store = client.vector_stores.create()
    documents: tuple[tuple[str, bytes, dict[str, str | float | bool]], ...] = (
        ("holidays.md", b"Everybody has thirty holidays a year.", {"team": "hr", "year": 2026}),
        ("travel.md", b"Trains are booked by the travel desk.", {"team": "ops", "year": 2024}),
        ("both.md", b"The travel desk is closed on holidays.", {"team": "ops", "year": 2025}),
    )
    for name, text, attributes in documents:
        client.vector_stores.files.create(
            store.id, file_id=upload(client, name, text), attributes=attributes
        )
    return store.id


def test_search_ranks_by_the_words_of_the_query(client: openai.OpenAI, library: str) -> None:
    found = client.vector_stores.search(library, query="holidays of the travel desk").data

    assert [hit.filename for hit in found] == ["both.md", "travel.md", "holidays.md"]
    assert 1 >= found[0].score > found[1].score > found[2].score > 0
    assert found[0].content[0].text == "The travel desk is closed on holidays."
    assert found == client.vector_stores.search(library, query="holidays of the travel desk").data


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"type": "eq", "key": "team", "value": "hr"}, ["holidays.md"]),
        ({"type": "ne", "key": "team", "value": "hr"}, ["both.md", "travel.md"]),
        ({"type": "gt", "key": "year", "value": 2025}, ["holidays.md"]),
        ({"type": "gte", "key": "year", "value": 2025}, ["both.md", "holidays.md"]),
        ({"type": "lt", "key": "year", "value": 2025}, ["travel.md"]),
        ({"type": "lte", "key": "year", "value": 2024}, ["travel.md"]),
        ({"type": "gt", "key": "team", "value": 1}, []),
        ({"type": "in", "key": "year", "value": [2024, 2026]}, ["holidays.md", "travel.md"]),
        ({"type": "nin", "key": "year", "value": [2024, 2026]}, ["both.md"]),
        (
            {
                "type": "and",
                "filters": [
                    {"type": "eq", "key": "team", "value": "ops"},
                    {"type": "gt", "key": "year", "value": 2024},
                ],
            },
            ["both.md"],
        ),
        (
            {
                "type": "or",
                "filters": [
                    {"type": "eq", "key": "team", "value": "hr"},
                    {"type": "eq", "key": "year", "value": 2024},
                ],
            },
            ["holidays.md", "travel.md"],
        ),
    ],
)
def test_search_filters_by_attributes(
    client: openai.OpenAI, library: str, filters: Any, names: list[str]
) -> None:
    found = client.vector_stores.search(library, query="holidays travel", filters=filters)

    assert sorted(hit.filename for hit in found.data) == names


def test_search_is_limited_in_number_and_by_score(client: openai.OpenAI, library: str) -> None:
    search = client.vector_stores.search

    assert len(search(library, query="holidays travel", max_num_results=1).data) == 1
    strict = search(library, query="holidays travel", ranking_options={"score_threshold": 0.8})
    assert [hit.filename for hit in strict.data] == ["both.md"]
