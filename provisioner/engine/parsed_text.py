"""The text of a document, put together of the chunks that a store gives back of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from provisioner.model.provider import Row

CHARACTERS: Final = 4
"""The usual number of characters of one token."""
MOST: Final = 16
"""The most characters of one token that are looked through for the overlap of two chunks."""
PROBE: Final = 8
"""The characters with which an overlap begins at least, unless the whole overlap is shorter."""
MOST_OVERLAP: Final = 400
"""The tokens that two chunks of a document share where its row does not say how many."""


def overlap_of(row: Row) -> int:
    """Return the number of tokens that two chunks of a document share, as its row says."""
    strategy = row.get("chunking_strategy")
    static = strategy.get("static") if isinstance(strategy, Mapping) else None
    tokens = static.get("chunk_overlap_tokens") if isinstance(static, Mapping) else None
    return tokens if isinstance(tokens, int) else MOST_OVERLAP


def parsed_text(page: bytes, overlap_tokens: int) -> str:
    """Return the text in an answer to `GET /vector_stores/V/files/F/content`.

    Two chunks that follow each other share up to `overlap_tokens` tokens, which stand once in the
    text. Raises ValueError, KeyError or TypeError for an answer of another shape.
    """
    data = json.loads(page)["data"]
    return joined((str(part["text"]) for part in data), overlap_tokens)


def joined(chunks: Iterable[str], overlap_tokens: int) -> str:
    """Return chunks as one text, without what a chunk repeats of the one before it.

    `overlap_tokens` is how much that usually is; 0 where chunks do not overlap.
    """
    parts: list[str] = []
    before = ""
    for chunk in chunks:
        parts.append(chunk[_overlap(before, chunk, overlap_tokens) :])
        before = chunk
    return "".join(parts)


def _overlap(before: str, chunk: str, tokens: int) -> int:
    """Return the length of a beginning of `chunk` that is an end of `before`.

    A text that repeats itself has several. The one whose length is the most usual one counts.
    """
    found = [*_overlaps(before[-tokens * MOST :], chunk)] if tokens else []
    return min(found, key=lambda length: abs(length - tokens * CHARACTERS), default=0)


def _overlaps(tail: str, chunk: str) -> Iterator[int]:
    """Yield the length of each beginning of `chunk` that is an end of `tail`."""
    probe = chunk[:PROBE]
    at = tail.find(probe) if probe else -1
    while at >= 0:
        if chunk.startswith(tail[at:]):
            yield len(tail) - at
        at = tail.find(probe, at + 1)
    # Overlaps that are shorter than the probe.
    for length in range(min(PROBE - 1, len(tail), len(chunk)), 0, -1):
        if tail.endswith(chunk[:length]):
            yield length
