"""Ingestion turns the bytes of a file into chunks of text, or returns the error that prevents it.

The result is always the same for the same file. Binary formats are not parsed: their text is a
placeholder that says so. A file whose text has the line FAIL_LINE fails, like a document that the
platform cannot parse. Bytes are read in blocks and text in pieces, so that the memory used does not
grow with the file.
"""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provisioner.emulator.core.store import Json, Session

FAIL_LINE = "@@provisioner-emulator: fail ingestion@@"
CHARS_PER_TOKEN = 4
EMBEDDING_BYTES = 1024
AUTO = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
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
BINARIES = frozenset(["doc", "docx", "pdf", "pptx"])
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _FailLine(Exception):
    """Raised for a document with the line that makes its ingestion fail."""


def tokens(text: str) -> int:
    """Return the number of tokens by the rule of this server: four characters each, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def _suffix(filename: str) -> str:
    return PurePosixPath(filename).suffix.lower().lstrip(".")


def pieces_of(db: Session, file_id: str) -> Iterator[str]:
    """Yield the text of a file. Raises UnicodeDecodeError."""
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
    """Return the usage in bytes of a document, and the `last_error` of one that cannot be ingested."""
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
    """Yield the pieces. Raises _FailLine at the end of one in which that line ends."""
    line = ""
    for piece in pieces:
        # The mark behind it keeps what follows the last line break, however the lines are broken.
        *whole, line = f"{line}{piece}|".splitlines()
        # The rest of a line that is already too long to be that line is not needed.
        line = line[:-1][: len(FAIL_LINE) + 1]
        if FAIL_LINE in whole:
            raise _FailLine
        yield piece
    if line == FAIL_LINE:
        raise _FailLine


def chunks(pieces: Iterable[str], static: Json) -> Iterator[tuple[int, str]]:
    """Yield overlapping parts of a text, each with its position. A part ends at a space if possible."""
    size = static["max_chunk_size_tokens"] * CHARS_PER_TOKEN
    overlap = static["chunk_overlap_tokens"] * CHARS_PER_TOKEN
    source = iter(pieces)
    # `text` is what is known of the whole from `base` on; `end` and `start` are places in the whole.
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
            space = text.rfind(" ", start - base + size // 2, end - base)
            end = base + space + 1 if space > 0 else end
        yield start, text[start - base : end - base]
        if end >= base + len(text):
            return
        start = max(end - overlap, start + 1)


def strategy(given: Json | None) -> Json:
    """Return a chunking strategy as a client reads it: `auto` is shown as static, with its sizes."""
    static = given["static"] if given and given["type"] == "static" else AUTO
    return {"type": "static", "static": dict(static)}
