"""Ingestion: from a file's bytes to chunks of text, or to the reason why there are none.

Deterministic, and without a parser for binary formats: their text is a placeholder that says so.
A file whose text has the line FAIL_LINE fails, as a document does that the platform cannot parse.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def tokens(text: str) -> int:
    """The rule by which everything here counts tokens: four characters each, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def text_of(filename: str, content: bytes) -> str:
    if PurePosixPath(filename).suffix.lower().lstrip(".") in BINARIES:
        return f"[stand-in: {filename} has {len(content)} bytes; its format is not parsed here]"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def failure(filename: str, content: bytes) -> Json | None:
    """The `last_error` of a document that cannot be ingested."""
    suffix = PurePosixPath(filename).suffix.lower().lstrip(".")
    if suffix not in TEXTS | BINARIES:
        return {
            "code": "unsupported_file",
            "message": f"Files with extensions [.{suffix}] are not supported for retrieval.",
        }
    if not content:
        return {"code": "invalid_file", "message": "The file is empty."}
    try:
        text = text_of(filename, content)
    except UnicodeDecodeError:
        return {
            "code": "invalid_file",
            "message": "The file could not be decoded: expected utf-8, utf-16 or ascii.",
        }
    if FAIL_LINE in text.splitlines():
        return {"code": "server_error", "message": "An internal error occurred."}
    return None


def chunks(text: str, chunking: Json) -> list[str]:
    """Overlapping windows over the text; a chunk ends at a space where there is one."""
    size = chunking["max_chunk_size_tokens"] * CHARS_PER_TOKEN
    overlap = chunking["chunk_overlap_tokens"] * CHARS_PER_TOKEN
    found: list[str] = []
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            space = text.rfind(" ", start + size // 2, end)
            end = space + 1 if space > 0 else end
        found.append(text[start:end])
        if end >= len(text):
            break
        start = max(end - overlap, start + 1)
    return found


def usage_bytes(parts: list[str]) -> int:
    return sum(len(part.encode()) + EMBEDDING_BYTES for part in parts)


def strategy(given: Json | None) -> Json:
    """A chunking strategy as read back: `auto` is the static one that it stands for."""
    static = given["static"] if given and given["type"] == "static" else AUTO
    return {"type": "static", "static": dict(static)}


def chunks_of(db: Session, file_id: str, filename: str, static: Json) -> list[str]:
    return chunks(text_of(filename, db.content(file_id)), static)
