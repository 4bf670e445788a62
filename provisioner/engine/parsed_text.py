"""The text of a document, put together of the chunks that a store gives back of it."""

import json
from collections.abc import Iterable
from typing import Final

CHARACTERS: Final = 16
"""The most characters of one token that are looked through for the overlap of two chunks."""
PROBE: Final = 8
"""The characters with which an overlap begins at least, unless the whole overlap is shorter."""


def parsed_text(page: bytes, overlap_tokens: int) -> str:
    """Return the text in an answer to `GET /vector_stores/V/files/F/content`.

    Two chunks that follow each other share up to `overlap_tokens` tokens, which stand once in the
    text. Raises ValueError, KeyError or TypeError for an answer of another shape.
    """
    data = json.loads(page)["data"]
    return joined((str(part["text"]) for part in data), overlap_tokens * CHARACTERS)


def joined(chunks: Iterable[str], most: int) -> str:
    """Return chunks as one text, without what a chunk repeats of the one before it.

    `most` is the number of characters that it repeats at most; 0 where chunks do not overlap.
    """
    parts: list[str] = []
    before = ""
    for chunk in chunks:
        parts.append(chunk[_overlap(before, chunk, most) :])
        before = chunk
    return "".join(parts)


def _overlap(before: str, chunk: str, most: int) -> int:
    """Return the length of the longest beginning of `chunk` that is an end of `before`."""
    tail = before[-most:] if most else ""
    probe = chunk[:PROBE]
    at = tail.find(probe) if probe else -1
    while at >= 0:
        if chunk.startswith(tail[at:]):
            return len(tail) - at
        at = tail.find(probe, at + 1)
    # An overlap that is shorter than the probe.
    ends = range(min(PROBE - 1, len(tail), len(chunk)), 0, -1)
    return next((length for length in ends if tail.endswith(chunk[:length])), 0)
