"""Search by kept counts of words, and documents that come in blocks."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator.core import store as stores
from provisioner.emulator.core.store import Row, Store
from provisioner.emulator.knowledge import ingest, search, word_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    import openai

    from provisioner.emulator.core.store import Session

STATIC = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50}
WORDS = [
    "policy",
    "leave",
    "Ünïcode",
    "snake_case",
    "a",
    "the",
    "漢字",
    "x1",
    "Days",
    "straße",
    "STRASSE",
    "İstanbul",
    "_",
    "__x",
    "²",
]


@pytest.fixture
def db() -> Iterator[Session]:
    store = Store(":memory:")
    with store.transaction(write=True) as session:
        yield session
    store.close()


def keep(db: Session, name: str, content: bytes, store: str = "vs_1") -> str:
    body = {"id": f"file-{name}", "object": "file", "filename": name}
    if db.find("file", body["id"]) is None:
        db.insert(Row("file", "", body["id"], body))
        db.put_content(body["id"], content)
    chunking = {"type": "static", "static": STATIC}
    document = {"id": body["id"], "attributes": {}, "chunking_strategy": chunking}
    db.insert(Row("vector_store.file", store, body["id"], document, tag="completed"))
    return body["id"]


def plainly(texts: dict[str, str], query: str) -> list[tuple[str, str, float]]:
    """The rule of scores, followed word by word over everything."""

    def counted(text: str) -> Counter[str]:
        found = Counter(word.lower() for word in re.findall(r"\w+", text))
        kept = Counter({w: n for w, n in found.items() if w not in word_index.STOP_WORDS})
        return kept or found

    hits = []
    wanted = counted(query)
    for name, text in texts.items():
        for _, chunk in ingest.chunks([text], STATIC):
            have = counted(chunk)
            share = sum(word in have for word in wanted) / max(1, len(wanted))
            often = sum(have[word] for word in wanted) / max(1, have.total())
            hits.append((name, chunk, round(share * 0.9 + min(1.0, often) * 0.1, 6)))
    return sorted((hit for hit in hits if hit[2] > 0), key=lambda hit: -hit[2])


def test_kept_counts_rank_as_the_rule_says(db: Session) -> None:
    chance = random.Random(3)  # noqa: S311 - the same texts every time
    texts = {}
    for number in range(20):
        text = " ".join(chance.choices(WORDS, k=chance.choice([1, 60, 300])))
        texts[keep(db, f"{number}.md", text.encode())] = text
    for query in ("policy", "The policy, a leave!", "a the", "straße", "x1 İstanbul __x", "none"):
        for _ in range(2):
            found = search.search(db, ["vs_1"], query, most=50)
            assert [(h.file_id, h.text, h.score) for h in found] == plainly(texts, query)[:50]


def test_two_stores_share_the_counts_of_a_file_and_both_find_it(db: Session) -> None:
    keep(db, "a.md", b"One policy.")
    keep(db, "a.md", b"", store="vs_2")
    assert len(search.search(db, ["vs_1", "vs_2"], "policy", most=5)) == 2
    assert db.run("SELECT count(*) FROM chunks").fetchone() == (1,)


def test_a_deleted_file_leaves_no_counts(client: openai.OpenAI) -> None:
    first, second = (
        client.files.create(file=(f"{name}.md", name.encode()), purpose="assistants").id
        for name in ("alpha policy", "beta policy")
    )
    store = client.vector_stores.create(file_ids=[first, second])

    def found() -> list[str]:
        page = client.vector_stores.search(store.id, query="policy")
        return [hit.file_id for hit in page]

    assert found() == [first, second]
    client.files.delete(first)
    assert found() == [second]
    client.files.delete(second)
    assert found() == []


@pytest.mark.parametrize("block", [2, 7, 1000])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Füße und 漢字 ".encode() * 30, None),
        ("Füße und 漢字 ".encode("utf-16"), None),
        (b"\xef\xbb\xbfWith a mark.", None),
        (f"One.\r\n{ingest.FAIL_LINE}\r\nTwo.".encode(), "server_error"),
        (ingest.FAIL_LINE.encode(), "server_error"),
        (f"x{ingest.FAIL_LINE}\n{ingest.FAIL_LINE}y".encode(), None),
        (b"x" * 90 + f"{ingest.FAIL_LINE}\n".encode(), None),
        (b"Cut off in a character: \xc3", "invalid_file"),
        (b"\xff\xfea", "invalid_file"),
        (b"", "invalid_file"),
    ],
)
def test_a_document_reads_the_same_in_blocks_of_any_size(
    db: Session, monkeypatch: pytest.MonkeyPatch, block: int, content: bytes, code: str | None
) -> None:
    monkeypatch.setattr(stores, "BLOCK", block)
    file_id = keep(db, "a.md", content)

    size, error = ingest.ingested(db, file_id, "a.md", STATIC)

    assert (error["code"] if error else None) == code
    if error is None:
        encoding = "utf-16" if content.startswith(b"\xff\xfe") else "utf-8-sig"
        parts = [part for _, part in ingest.chunks([content.decode(encoding)], STATIC)]
        assert size == sum(len(part.encode()) + 1024 for part in parts)


def test_chunks_are_the_same_however_the_text_is_cut() -> None:
    chance = random.Random(4)  # noqa: S311 - the same texts every time
    for length in (0, 1, 399, 400, 401, 5000):
        text = "".join(chance.choices("ab é\n漢", k=length))
        whole = list(ingest.chunks([text], STATIC))
        assert list(ingest.chunks(iter(text), STATIC)) == whole
        assert all(text[start:].startswith(part) for start, part in whole)


def test_no_more_of_a_text_is_read_than_the_next_chunk_needs() -> None:
    read = 0

    def pieces() -> Iterator[str]:
        nonlocal read
        for _ in range(1000):
            read += 1000
            yield "word " * 200

    for start, part in ingest.chunks(pieces(), STATIC):
        assert read <= start + len(part) + 2000


def test_a_content_goes_in_and_out_in_blocks(db: Session) -> None:
    size = 5 * stores.BLOCK + 7
    content: Any = Line(size)

    assert db.put_content("file-a", content) == db.content_size("file-a") == size
    assert content.most == stores.BLOCK
    assert max(map(len, db.blocks("file-a"))) == stores.BLOCK
    assert db.content("file-a")[:12] == b"Some words.\n"


class Line:
    """A file of so many bytes that holds none of them. `most` is how much was read at once."""

    def __init__(self, size: int) -> None:
        self._size, self._at, self.most = size, 0, 0

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = self._size + offset if whence else offset
        return self._at

    def read(self, most: int) -> bytes:
        self.most = max(most, self.most)
        most = min(most, self._size - self._at)
        self._at += most
        return (b"Some words.\n" * (most // 12 + 1))[:most]
