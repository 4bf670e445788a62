"""Joins the chunks of a document that a store returns to the text of the document."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from provisioner.model.provider import Row

CHARACTERS: Final = 4
"""The usual number of characters of one token."""
MOST: Final = 16
"""The largest number of characters of one token, in a search for the overlap of two chunks."""
PROBE: Final = 8
"""The number of characters at the beginning of a chunk that are searched for first."""
MOST_OVERLAP: Final = 400
"""The number of tokens that two chunks share, for a document whose row does not say it."""


def overlap_of(row: Row) -> int:
    """Return the number of tokens that two chunks of a document share, as its row says."""
    strategy = row.get("chunking_strategy")
    static = strategy.get("static") if isinstance(strategy, Mapping) else None
    tokens = static.get("chunk_overlap_tokens") if isinstance(static, Mapping) else None
    return tokens if isinstance(tokens, int) else MOST_OVERLAP


def parsed_text(page: bytes, overlap_tokens: int) -> str:
    """Return the text in an answer to `GET /vector_stores/V/files/F/content`.

    Two consecutive chunks share up to `overlap_tokens` tokens, which occur once in the text. Raises
    ValueError, KeyError or TypeError for an answer of another form.
    """
    data = json.loads(page)["data"]
    return joined((str(part["text"]) for part in data), overlap_tokens)


def joined(chunks: Iterable[str], overlap_tokens: int) -> str:
    """Return the chunks as one text, without what a chunk repeats of the chunk before it.

    `overlap_tokens` is the usual number of repeated tokens; 0 if chunks do not overlap.
    """
    parts: list[str] = []
    before = ""
    for chunk in chunks:
        parts.append(chunk[_overlap(before, chunk, overlap_tokens) :])
        before = chunk
    return "".join(parts)


def _overlap(before: str, chunk: str, tokens: int) -> int:
    """Return the length of the beginning of `chunk` that is also the end of `before`.

    A text that repeats itself has several such lengths. The one nearest to the usual length is
    returned.
    """
    # A token has at most MOST characters, so no earlier part of the chunk can be repeated.
    found = [*_overlaps(before[-tokens * MOST :], chunk)] if tokens else []
    return min(found, key=lambda length: abs(length - tokens * CHARACTERS), default=0)


def _overlaps(tail: str, chunk: str) -> Iterator[int]:
    """Yield the length of each beginning of `chunk` that is also an end of `tail`."""
    # A chunk has thousands of characters, and `find` is much faster than to compare every length.
    probe = chunk[:PROBE]
    at = tail.find(probe) if probe else -1
    while at >= 0:
        if chunk.startswith(tail[at:]):
            yield len(tail) - at
        at = tail.find(probe, at + 1)
    # These overlaps are shorter than the probe, so the search above cannot find them.
    for length in range(min(PROBE - 1, len(tail), len(chunk)), 0, -1):
        if tail.endswith(chunk[:length]):
            yield length
