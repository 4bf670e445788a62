"""Search in vector stores by words, where the platform uses embeddings.

The score of a chunk is between 0 and 1 and is the same every time. It is the share of the query's
words that the chunk contains, and a little more if they are frequent in the chunk. A chunk that
contains none of the words is not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner.emulator.knowledge import ingest, word_index
from provisioner.emulator.knowledge.knowledge import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.emulator.core.store import Json, Row, Session

FREQUENCY_SHARE = 0.1
"""The share of a score that depends on how frequent the words are in the chunk."""

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "ne": lambda value, wanted: value != wanted,
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
    "in": lambda value, wanted: value in wanted,
    "nin": lambda value, wanted: value not in wanted,
}
"""The comparison for each operator of a filter, given the attribute and the value in the filter."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search has found."""

    file_id: str
    filename: str
    attributes: Json
    text: str
    score: float


def search(
    db: Session,
    store_ids: list[str],
    query: str,
    *,
    most: int,
    threshold: float = 0.0,
    filters: Json | None = None,
) -> list[Hit]:
    """Return the best chunks of the completed documents of some stores, best first.

    There are at most `most` of them, with a score of at least `threshold`. `filters` is a filter of
    attributes, as in the API.
    """
    documents = [
        document
        for store_id in store_ids
        for document in db.children(DOCUMENT, store_id, "completed")
        if filters is None or matches(document.body["attributes"], filters)
    ]
    keys = [_key(document) for document in documents]
    file_ids = {file_id for file_id, _ in keys}
    _index(db, documents, keys, word_index.known(db, file_ids))
    wanted = set(word_index.words(query))
    places: dict[word_index.Key, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    # Equal scores keep the order of documents and chunks.
    ranked = sorted(
        (-score, place, chunk.number, chunk)
        for chunk in word_index.find(db, wanted, file_ids)
        if (score := score_of(chunk, len(wanted))) >= threshold
        for place in places.get(chunk.key, [])
    )
    return _hits(db, [(documents[place], chunk, -low) for low, place, _, chunk in ranked[:most]])


def _key(document: Row) -> word_index.Key:
    """Return the key of a document in the word index."""
    return word_index.key_of(document.id, document.body["chunking_strategy"]["static"])


def _index(
    db: Session, documents: list[Row], keys: list[word_index.Key], known: set[word_index.Key]
) -> None:
    """Add the documents to the word index that are not in it yet.

    `keys` are the keys of the documents, and `known` are those that are in the index.
    """
    for document, key in zip(documents, keys, strict=True):
        if key not in known:
            word_index.add(db, key, document.body["chunking_strategy"]["static"])


def score_of(chunk: word_index.Chunk, wanted: int) -> float:
    """Return the score of a chunk for a query of `wanted` different words."""
    # `wanted` is never 0 here: a query without words finds no chunk.
    share = chunk.hits / wanted
    often = chunk.often / max(1, chunk.words)
    return round(share * (1 - FREQUENCY_SHARE) + min(1.0, often) * FREQUENCY_SHARE, 6)


def _hits(db: Session, best: list[tuple[Row, word_index.Chunk, float]]) -> list[Hit]:
    """Return the hits for (document, chunk, score), with the text of each chunk read from its file."""
    texts = {document.id: "".join(ingest.pieces_of(db, document.id)) for document, _, _ in best}
    return [
        Hit(
            document.id,
            _name(db, document.id),
            document.body["attributes"],
            texts[document.id][chunk.start : chunk.stop],
            score,
        )
        for document, chunk, score in best
    ]


def _name(db: Session, file_id: str) -> str:
    file = db.find("file", file_id)
    return "" if file is None else str(file.body["filename"])


def matches(attributes: Json, condition: Json) -> bool:
    """Return true if attributes satisfy a filter.

    A missing attribute satisfies only `ne` and `nin`.
    """
    kind = condition["type"]
    if kind in {"and", "or"}:
        verdicts = (matches(attributes, part) for part in condition["filters"])
        return all(verdicts) if kind == "and" else any(verdicts)
    if condition["key"] not in attributes:
        return kind in {"ne", "nin"}
    try:
        return COMPARE[kind](attributes[condition["key"]], condition["value"])
    except TypeError:
        # Python cannot order a string and a number; neither of them is greater here.
        return False
