"""An index of the words of every chunk, so that a search need not read every document.

It consists of SQLite tables. A document is indexed when it is first searched. The table `chunks`
contains the position of each chunk in its document. A full-text table (SQLite's FTS5) contains the
words of each chunk, but not its text. Scores are computed from counts of words in that table. Then
only the text of the best chunks is read from the documents.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioner.emulator.knowledge import ingest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provisioner.emulator.core.store import Json, Session

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
"""Words that a search ignores unless the query consists of nothing else."""
# The function `words` has already split the text and put it into lower case, so the tokenizer must not
# split a word again. The tokenizer `ascii` treats every character above ASCII as a part of a word, and
# `tokenchars` adds `_`, so it agrees with `\w` about ASCII.
# AUTOINCREMENT: the full-text table keeps the words of deleted chunks, so no id may be used again.
TABLES = """
CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id TEXT NOT NULL,
    strategy TEXT NOT NULL,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    words INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS chunks_of_file ON chunks (file_id, strategy);
CREATE VIRTUAL TABLE IF NOT EXISTS chunk_words
    USING fts5(words, content='', tokenize="ascii tokenchars '_'");
CREATE VIRTUAL TABLE IF NOT EXISTS chunk_terms USING fts5vocab(chunk_words, 'instance');
"""
FOUND = (
    "SELECT file_id, strategy, number, start, stop, words, hits, often FROM chunks JOIN"
    " (SELECT doc, count(DISTINCT term) AS hits, count(*) AS often FROM chunk_terms"
    " WHERE term IN ({}) GROUP BY doc) ON id = doc"
    " WHERE file_id IN (SELECT value FROM json_each(?))"
)
"""The query for chunks with any of some words. `{}` is replaced by one `?` for each word."""

Key = tuple[str, str]
"""The key of a document in the index: the file's id, and the chunk sizes as `SIZE/OVERLAP`."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk that contains words of a query.

    `hits` is the number of different words of the query that the chunk contains, `often` is how
    often it contains any of them, and `words` is the number of all its words. `number` counts the
    chunks of a document. `start` and `stop` are positions in the document's text.
    """

    key: Key
    number: int
    start: int
    stop: int
    words: int
    hits: int
    often: int


def words(text: str) -> list[str]:
    """Return the words of a text in order and in lower case.

    Stop words are left out, unless the text has no other words.
    """
    found = [word.lower() for word in WORD.findall(text)]
    return [word for word in found if word not in STOP_WORDS] or found


def key_of(file_id: str, static: Json) -> Key:
    """Return the key of a file that is cut into chunks of these sizes."""
    return file_id, f"{static['max_chunk_size_tokens']}/{static['chunk_overlap_tokens']}"


def add(db: Session, key: Key, static: Json) -> None:
    """Add a document to the index, unless it is there already.

    `static` contains the sizes of its chunks.
    """
    # One by one, because Python's `executescript` would commit the transaction of the request.
    for table in TABLES.split(";"):
        db.run(table)
    if db.run("SELECT 1 FROM chunks WHERE file_id = ? AND strategy = ? LIMIT 1", key).fetchone():
        return
    for number, (start, text) in enumerate(ingest.chunks(ingest.pieces_of(db, key[0]), static)):
        counted = words(text)
        made = db.run(
            "INSERT INTO chunks (file_id, strategy, number, start, stop, words)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (*key, number, start, start + len(text), len(counted)),
        )
        db.run(
            "INSERT INTO chunk_words (rowid, words) VALUES (?, ?)",
            (made.lastrowid, " ".join(counted)),
        )


def known(db: Session, file_ids: Iterable[str]) -> set[Key]:
    """Return the keys of those files that are in the index."""
    if not _is_there(db):
        return set()
    found = db.run(
        "SELECT DISTINCT file_id, strategy FROM chunks"
        " WHERE file_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(file_ids)),),
    )
    return set(found.fetchall())


def find(db: Session, wanted: Iterable[str], file_ids: Iterable[str]) -> list[Chunk]:
    """Return the chunks of some files that contain any of the wanted words."""
    terms = list(wanted)
    if not terms or not _is_there(db):
        return []
    # Only question marks are spliced into the statement; every value is bound.
    statement = FOUND.format(",".join("?" * len(terms)))
    rows = db.run(statement, (*terms, json.dumps(list(file_ids)))).fetchall()
    return [Chunk((row[0], row[1]), *row[2:]) for row in rows]


def forget(db: Session, file_id: str) -> None:
    """Delete the chunks of a file from the index.

    The full-text table stores no text, so SQLite cannot delete single rows of it. It is emptied
    when no file has a chunk any more.
    """
    if not _is_there(db):
        return
    db.run("DELETE FROM chunks WHERE file_id = ?", (file_id,))
    if db.run("SELECT 1 FROM chunks LIMIT 1").fetchone() is None:
        db.run("INSERT INTO chunk_words (chunk_words) VALUES ('delete-all')")


def _is_there(db: Session) -> bool:
    """Return true if the tables of the index exist. The first search creates them."""
    found = db.run("SELECT 1 FROM sqlite_master WHERE name = 'chunk_terms'").fetchone()
    return found is not None
