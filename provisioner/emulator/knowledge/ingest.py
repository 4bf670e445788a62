"""Ingestion: it cuts the text of a file into chunks, or returns the error that prevents it.

The result is always the same for the same file. Binary formats such as PDF are not parsed: their
text is a placeholder that says so. A file that contains the line FAIL_LINE fails, like a document
that the platform cannot parse. The file is read in blocks, so that a large file needs no more
memory than a small one.
"""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provisioner.emulator.core.store import Json, Session

FAIL_LINE = "@@provisioner-emulator: fail ingestion@@"
"""A file that contains this line is not ingested, so that a test can show how an application
handles such a failure.
"""
CHARS_PER_TOKEN = 4
"""Characters that count as one token here. The platform's tokenizers differ between models."""
EMBEDDING_BYTES = 1024
"""Bytes that each chunk adds to the usage of a store for its embedding."""
AUTO = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
"""The sizes of chunks that the platform uses for `auto`."""
TEXTS = frozenset(
    [
        "c",
        "cpp",
        "cs",
        "css",
        "go",
        "html",
        "java",
        "js",
        "json",
        "md",
        "php",
        "py",
        "rb",
        "sh",
        "tex",
        "ts",
        "txt",
    ]
)
"""The extensions of text files that the platform ingests."""
BINARIES = frozenset(["doc", "docx", "pdf", "pptx"])
"""The extensions of other files that the platform ingests."""
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""The first bytes of a file in UTF-16."""


class _FailLine(Exception):
    """A file contains FAIL_LINE."""


def tokens(text: str) -> int:
    """Return the number of tokens of a text as this server counts: one for four characters, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def _suffix(filename: str) -> str:
    return PurePosixPath(filename).suffix.lower().lstrip(".")


def pieces_of(db: Session, file_id: str) -> Iterator[str]:
    """Yield the text of a file piece by piece. Raises UnicodeDecodeError if it is not text."""
    file = db.find("file", file_id)
    name = "" if file is None else str(file.body["filename"])
    if _suffix(name) in BINARIES:
        size = db.content_size(file_id)
        yield f"[stand-in: {name} has {size} bytes; its format is not parsed here]"
        return
    decoder = None
    for block in db.blocks(file_id):
        if decoder is None:
            encoding = "utf-16" if block.startswith(BYTE_ORDER_MARKS) else "utf-8-sig"
            decoder = codecs.getincrementaldecoder(encoding)()
        yield decoder.decode(block)
    if decoder is not None:
        yield decoder.decode(b"", final=True)


def ingested(db: Session, file_id: str, name: str, static: Json) -> tuple[int, Json | None]:
    """Return (bytes that a document uses, None), or (0, the `last_error` that prevents its ingestion).

    `name` is the file's name, and `static` contains the sizes of its chunks.
    """
    if _suffix(name) not in TEXTS | BINARIES:
        return 0, {
            "code": "unsupported_file",
            "message": f"Files with extensions [.{_suffix(name)}] are not supported for retrieval.",
        }
    if not db.content_size(file_id):
        return 0, {"code": "invalid_file", "message": "The file is empty."}
    try:
        parts = chunks(_watched(pieces_of(db, file_id)), static)
        return sum(len(part.encode()) + EMBEDDING_BYTES for _, part in parts), None
    except UnicodeDecodeError:
        return 0, {
            "code": "invalid_file",
            "message": "The file could not be decoded: expected utf-8, utf-16 or ascii.",
        }
    except _FailLine:
        return 0, {"code": "server_error", "message": "An internal error occurred."}


def _watched(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the pieces of a text.

    Raises _FailLine after the piece in which the line FAIL_LINE ends.
    """
    line = ""
    for piece in pieces:
        # With `|` at the end, the last item is always the unfinished line, even if that is empty.
        *whole, line = f"{line}{piece}|".splitlines()
        # A line that is longer than FAIL_LINE cannot become equal to it, so its rest is dropped.
        line = line[:-1][: len(FAIL_LINE) + 1]
        if FAIL_LINE in whole:
            raise _FailLine
        yield piece
    if line == FAIL_LINE:
        raise _FailLine


def chunks(pieces: Iterable[str], static: Json) -> Iterator[tuple[int, str]]:
    """Yield (position, text) for each chunk of a text. Chunks overlap, and end at a space if possible.

    `static` contains the size of a chunk and of the overlap, in tokens.
    """
    size = static["max_chunk_size_tokens"] * CHARS_PER_TOKEN
    overlap = static["chunk_overlap_tokens"] * CHARS_PER_TOKEN
    source = iter(pieces)
    # `text` is the part of the whole text that begins at position `base`. `start` and `end` are also
    # positions in the whole text. `is_whole` is true when the last piece has been read.
    text, base, start, is_whole = "", 0, 0, False
    while True:
        end = start + size
        while not is_whole and base + len(text) <= end:
            piece = next(source, None)
            is_whole = piece is None
            text, base = text[start - base :] + (piece or ""), start
        if start >= base + len(text):
            return
        if end < base + len(text):
            # A space in the first half is not used: the chunk would be too short.
            space = text.rfind(" ", start - base + size // 2, end - base)
            end = base + space + 1 if space > 0 else end
        yield start, text[start - base : end - base]
        if end >= base + len(text):
            return
        # At least one character further, so that a large overlap cannot keep the loop at one place.
        start = max(end - overlap, start + 1)


def strategy(given: Json | None) -> Json:
    """Return a chunking strategy as a client reads it: `auto` is read back as `static` with sizes."""
    static = given["static"] if given and given["type"] == "static" else AUTO
    return {"type": "static", "static": dict(static)}
