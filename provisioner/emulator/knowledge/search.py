"""Search in vector stores: lexical and deterministic, in place of embeddings.

A chunk's score is the share of the query's words that it contains, a little more when they are
frequent in it: between 0 and 1, and the same every time. Chunks without any of the words are no
results.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from provisioner.emulator.knowledge import ingest
from provisioner.emulator.knowledge.knowledge import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.emulator.core.store import Json, Row, Session

WORD = re.compile(r"\w+")
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "how",
        "i",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "that",
        "the",
        "this",
        "to",
        "use",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "you",
        "your",
    ]
)
FREQUENCY_SHARE = 0.1

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


@dataclass(frozen=True, slots=True)
class Hit:
    file_id: str
    filename: str
    attributes: Json
    text: str
    score: float


@lru_cache(maxsize=4096)
def words(text: str) -> Counter[str]:
    found = Counter(word.lower() for word in WORD.findall(text))
    # A query of nothing but stop words still is a query.
    return Counter({word: n for word, n in found.items() if word not in STOP_WORDS}) or found


def score(query: str, text: str) -> float:
    wanted, have = words(query), words(text)
    if not wanted:
        return 0.0
    share = sum(word in have for word in wanted) / len(wanted)
    often = sum(have[word] for word in wanted) / max(1, have.total())
    return round(share * (1 - FREQUENCY_SHARE) + min(1.0, often) * FREQUENCY_SHARE, 6)


def search(
    db: Session,
    store_ids: list[str],
    query: str,
    *,
    most: int,
    threshold: float = 0.0,
    filters: Json | None = None,
) -> list[Hit]:
    """The best chunks of the completed documents of some stores, best first."""
    hits = [
        hit
        for store_id in store_ids
        for document in db.children(DOCUMENT, store_id, "completed")
        if filters is None or matches(document.body["attributes"], filters)
        for hit in _hits(db, document, query)
        if hit.score > 0 and hit.score >= threshold
    ]
    # The sort is stable: equal scores keep the order of documents and chunks.
    return sorted(hits, key=lambda hit: -hit.score)[:most]


def _hits(db: Session, document: Row, query: str) -> list[Hit]:
    file = db.find("file", document.id)
    if file is None:
        return []
    name, static = file.body["filename"], document.body["chunking_strategy"]["static"]
    return [
        Hit(document.id, name, document.body["attributes"], text, score(query, text))
        for text in ingest.chunks_of(db, document.id, name, static)
    ]


def matches(attributes: Json, condition: Json) -> bool:
    kind = condition["type"]
    if kind in {"and", "or"}:
        verdicts = (matches(attributes, part) for part in condition["filters"])
        return all(verdicts) if kind == "and" else any(verdicts)
    if condition["key"] not in attributes:
        return kind in {"ne", "nin"}
    try:
        return COMPARE[kind](attributes[condition["key"]], condition["value"])
    except TypeError:
        # A string is neither above nor below a number.
        return False
