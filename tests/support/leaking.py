"""An account with leaks of every condition, written directly into the embedded server's store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.store import Row
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.resource import Document
from provisioner.runtimes import RUNTIMES

if TYPE_CHECKING:
    from provisioner.emulator.app import App

OURS, THEIRS = Owner("k3v9q0x7dp"), Owner("else", "prod")
LONG_AGO = 1_700_000_000
"""The creation time of most objects here."""
AHEAD = 2_000_000_000
"""A time later than the creation of every object that a test creates by requests."""
GIB = 1 << 30
CHUNKING = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}
Json = dict[str, Any]


@dataclass
class Leaking:
    """Collects objects to write.

    `expected` maps the id of each leak to (condition, owner). `needed` are the ids of everything
    that must stay. `bytes` maps each store to its bytes. `count` is the number of ids given so far.
    """

    rows: list[Row] = field(default_factory=list)
    expected: dict[str, tuple[str, str]] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    bytes: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def id(self, prefix: str) -> str:
        """Return a new id."""
        self.count += 1
        return f"{prefix}{self.count:024x}"

    def put(self, kind: str, id: str, body: Json, *, parent: str = "", tag: str = "") -> str:
        """Add an object, and return its id."""
        whole = {"id": id, "created_at": LONG_AGO + self.count, **body}
        self.rows.append(Row(kind, parent, id, whole, tag=tag))
        return id

    def write(self, server: App) -> None:
        """Write the objects into the store of a server, in one transaction."""
        # No request can create an object that has expired, or that takes gigabytes.
        with server._store.transaction(write=True) as db:
            for row in self.rows:
                db.insert(row)

    def leak(self, id: str, condition: str, whose: str = "nobody") -> None:
        """Expect that an object is found as a leak of this condition, owned by `whose`."""
        self.expected[id] = (condition, whose)

    def file(self, purpose: str = "assistants", **fields: Any) -> str:
        """Add an upload, and return its id."""
        id = self.id("file-")
        body = {"object": "file", "bytes": 7, "filename": f"{id}.txt", "purpose": purpose}
        self.put(
            "file", id, {**body, "status": "processed", "expires_at": None, **fields}, tag=purpose
        )
        return id

    def store(self, *files: str, usage: int = 1024, marked: str = "", **fields: Any) -> str:
        """Add a vector store with these files as its documents, and return its id."""
        id = self.id("vs_")
        counts = dict.fromkeys(("in_progress", "failed", "cancelled"), 0)
        counts |= {"completed": len(files), "total": len(files)}
        body = {
            "object": "vector_store", "name": id, "status": "completed", "usage_bytes": usage,
            "file_counts": counts, "expires_after": None, "expires_at": None,
            "last_active_at": LONG_AGO, "metadata": mark_of(marked), **fields,
        }  # fmt: skip
        self.bytes[id] = usage
        self.put("vector_store", id, body)
        for file in files:
            attributes = attributes_of(f"docs/{file}.txt") if marked else {}
            self.put(
                "vector_store.file",
                file,
                {"object": "vector_store.file", "status": "completed", "usage_bytes": 1,
                 "vector_store_id": id, "last_error": None, "attributes": attributes,
                 "chunking_strategy": CHUNKING},
                parent=id,
                tag="completed",
            )  # fmt: skip
        return id

    def assistant(
        self, store: str = "", *files: str, metadata: Json | None = None, created_at: int = LONG_AGO
    ) -> str:
        """Add an assistant, and return its id. The files are those of its code interpreter."""
        id = self.id("asst_")
        body: Json = {
            "object": "assistant", "created_at": created_at, "name": id, "model": "gpt-6.1-terra", "instructions": "Be brief.",
            "description": None, "tools": [], "metadata": metadata or {}, "temperature": 1.0,
            "top_p": 1.0, "response_format": "auto",
            "tool_resources": {
                "file_search": {"vector_store_ids": [store] if store else []},
                "code_interpreter": {"file_ids": list(files)},
            },
        }  # fmt: skip
        self.put("assistant", id, body)
        return id


def mark_of(address: str, owner: Owner = OURS) -> Json:
    """Return the metadata of a mark, or {} without an address."""
    return dict(Mark(owner, Address.parse(address)).to_metadata()) if address else {}


def attributes_of(path: str) -> Json:
    """Return the attributes by which we mark a document."""
    documents = RUNTIMES["assistants"].bindings["vector_store"].documents
    assert documents
    return documents.attributes(Document(path, "ab" * 32, 7), None)


def _needed(made: Leaking) -> None:
    """Add twelve objects that are in use. Half of them have the mark of another owner."""
    for owner in ({}, mark_of("assistant.theirs", THEIRS)):
        files = [made.file(), made.file()]
        store, own = made.store(*files, usage=GIB), made.file()
        made.needed |= {made.assistant(store, own, metadata=owner), store, own, *files}
    batch = made.file("batch")
    body = {
        "object": "batch",
        "status": "in_progress",
        "input_file_id": batch,
        "endpoint": "/v1/responses",
    }
    made.needed |= {made.put("batch", made.id("batch_"), body), batch}


def _leaks(made: Leaking, sent: tuple[str, int]) -> None:
    """Add thirty-eight objects that are leaks of every condition, or whose use is unknowable."""
    files = [made.file() for _ in range(8)]
    for id in (made.store(*files, usage=2 * GIB), *files):
        made.leak(id, "dangling")
    for _ in range(3):
        made.leak(made.store(status="expired", usage=0), "expired")
        made.leak(made.store(usage=0), "empty")
    documents = [made.file() for _ in range(6)]
    for id in (made.store(*documents, marked=f"vector_store.old-{made.count}"), *documents):
        made.leak(id, "orphan", "this stack")
    orphan = made.assistant(metadata=mark_of(f"assistant.old-{made.count}"))
    made.leak(orphan, "orphan", "this stack")
    made.leak(
        made.assistant(metadata=mark_of("assistant.clerk"), created_at=AHEAD),
        "superseded",
        "this stack",
    )
    made.leak(made.file(status="error"), "failed")
    made.leak(made.file(filename=sent[0], bytes=sent[1]), "possible unanswered upload")
    made.leak(made.file("assistants_output"), "run output")
    spent, output = made.file("batch"), made.file("batch_output")
    made.leak(spent, "dangling")
    made.leak(output, "run output")
    ended = {
        "object": "batch",
        "status": "completed",
        "input_file_id": spent,
        "output_file_id": output,
    }
    made.leak(made.put("batch", made.id("batch_"), ended), "run output")
    for purpose in ("user_data", "vision", "fine-tune", "evals", "batch", "assistants"):
        made.leak(made.file(purpose), "unknowable")
    container = {"object": "container", "name": "c", "status": "expired", "memory_limit": "1g"}
    made.leak(made.put("container", made.id("cntr_"), container), "expired")


def seeded(server: App, units: int, sent: tuple[str, int]) -> Leaking:
    """Write fifty objects for each unit, and return them.

    `sent` are the name and the bytes of a document in the manifests.
    """
    made = Leaking()
    for _ in range(units):
        _needed(made)
        _leaks(made, sent)
    made.write(server)
    return made


def kept(server: App, ids: set[str]) -> list[tuple[Any, ...]]:
    """Return the rows of these objects in the server's store, and of objects inside of them."""
    rows = server._store._connection.execute(
        "SELECT kind, parent, id, created_at, tag, size, due, body, hidden FROM objects ORDER BY seq"
    )
    return [row for row in rows.fetchall() if row[2] in ids or row[1] in ids]
