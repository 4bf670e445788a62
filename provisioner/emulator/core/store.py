"""The store of the embedded server: a SQLite file with a table of objects and a table of contents.

An object is stored as the JSON text that a client reads, so a page of a list is joined from these
texts without parsing them. The column `hidden` contains data that no answer shows. `due` is the
time of the object's alarm, which changes the object without a request: a document is ingested, a
run moves on, or a store expires.

Every request is one transaction. SQLite's write-ahead log (WAL) keeps the file whole even if the
process is killed, and lets several processes share it.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import threading
import time
import weakref
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

LOCK_SECONDS = 30.0
"""Seconds that a transaction waits for another process that writes."""
BLOCK = 256 * 1024
"""Bytes of a file's content that are read or written at once."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    parent TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    tag TEXT NOT NULL,
    size INTEGER NOT NULL,
    due REAL,
    body TEXT NOT NULL,
    hidden TEXT NOT NULL,
    UNIQUE (kind, parent, id)
);
CREATE INDEX IF NOT EXISTS objects_in_order ON objects (kind, parent, created_at, seq);
CREATE INDEX IF NOT EXISTS objects_by_id ON objects (id, kind);
CREATE INDEX IF NOT EXISTS objects_by_tag ON objects (kind, parent, tag, size);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due, seq) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS contents (file_id TEXT PRIMARY KEY, content BLOB NOT NULL);
"""

ROWS = "SELECT kind, parent, id, body, hidden, tag, size, due, seq FROM objects"
"""The beginning of every query whose result `_row` turns into a Row."""


def dump(value: Any) -> str:
    """Return a value as compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class Row:
    """One object of the store.

    `parent` is the id of the object above, or "". `body` is the JSON that a client reads and
    `hidden` is never shown. Lists can be filtered by `tag`. `size` is the number of bytes that are
    billed. `due` is the alarm in unix seconds, or None. `seq` counts insertions.
    """

    kind: str
    parent: str
    id: str
    body: Json
    hidden: Json = field(default_factory=dict)
    tag: str = ""
    size: int = 0
    due: float | None = None
    seq: int = 0


def _row(values: tuple[Any, ...]) -> Row:
    kind, parent, name, body, hidden, tag, size, due, seq = values
    return Row(kind, parent, name, json.loads(body), json.loads(hidden), tag, size, due, seq)


class Session:
    """The store as one request sees it, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.run = connection.execute
        self._open = connection.blobopen

    def insert(self, row: Row) -> Row:
        cursor = self.run(
            "INSERT INTO objects (kind, parent, id, created_at, tag, size, due, body, hidden)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.kind,
                row.parent,
                row.id,
                # Objects without a creation time are listed in the order of their insertion.
                row.body.get("created_at", 0),
                row.tag,
                row.size,
                row.due,
                dump(row.body),
                dump(row.hidden),
            ),
        )
        row.seq = cursor.lastrowid or 0
        return row

    def save(self, row: Row) -> Row:
        self.run(
            "UPDATE objects SET body = ?, hidden = ?, tag = ?, size = ?, due = ? WHERE seq = ?",
            (dump(row.body), dump(row.hidden), row.tag, row.size, row.due, row.seq),
        )
        return row

    def find(self, kind: str, name: str, parent: str = "") -> Row | None:
        """Return the object of this kind, id and parent, or None."""
        found = self.run(
            ROWS + " WHERE kind = ? AND parent = ? AND id = ?",
            (kind, parent, name),
        ).fetchone()
        return None if found is None else _row(found)

    def everywhere(self, kind: str, name: str) -> list[Row]:
        """Return the objects with this id below all parents, such as a file in each of its stores."""
        found = self.run(ROWS + " WHERE id = ? AND kind = ?", (name, kind))
        return [_row(values) for values in found.fetchall()]

    def children(self, kind: str, parent: str, tag: str | None = None) -> list[Row]:
        """Return all objects of a kind below a parent, oldest first.

        `tag` keeps those with that tag.
        """
        found = self.run(
            ROWS
            + " WHERE kind = ? AND parent = ? AND (? IS NULL OR tag = ?) ORDER BY created_at, seq",
            (kind, parent, tag, tag),
        )
        return [_row(values) for values in found.fetchall()]

    def tally(self, kind: str, parent: str) -> dict[str, tuple[int, int]]:
        """Return for each tag (number, total size) of the objects below a parent."""
        found = self.run(
            "SELECT tag, count(*), total(size) FROM objects WHERE kind = ? AND parent = ?"
            " GROUP BY tag",
            (kind, parent),
        )
        return {tag: (count, int(size)) for tag, count, size in found.fetchall()}

    def delete(self, row: Row) -> None:
        self.run("DELETE FROM objects WHERE seq = ?", (row.seq,))

    def delete_children(self, kind: str, parent: str) -> None:
        self.run("DELETE FROM objects WHERE kind = ? AND parent = ?", (kind, parent))

    def next_due(self, now: float) -> Row | None:
        """Return the object whose alarm is due first, or None if no alarm is due at `now`."""
        found = self.run(ROWS + " WHERE due <= ? ORDER BY due, seq LIMIT 1", (now,)).fetchone()
        return None if found is None else _row(found)

    def anything_due(self, now: float) -> bool:
        return (
            self.run("SELECT 1 FROM objects WHERE due <= ? LIMIT 1", (now,)).fetchone() is not None
        )

    def put_content(self, file_id: str, content: bytes | IO[bytes]) -> int:
        """Store a file's content, and return its number of bytes.

        A stream is read from its present position to its end.
        """
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        start = stream.tell()
        size = stream.seek(0, io.SEEK_END) - start
        stream.seek(start)
        made = self.run(
            "INSERT INTO contents (file_id, content) VALUES (?, zeroblob(?))", (file_id, size)
        )
        with self._open("contents", "content", made.lastrowid or 0) as blob:
            while block := stream.read(BLOCK):
                blob.write(block)
        return size

    def content(self, file_id: str) -> bytes:
        return b"".join(self.blocks(file_id))

    def blocks(self, file_id: str) -> Iterator[bytes]:
        """Yield the content of a file in blocks, so that only one block is in memory at a time."""
        found = self.run("SELECT rowid FROM contents WHERE file_id = ?", (file_id,)).fetchone()
        if found is not None:
            with self._open("contents", "content", found[0], readonly=True) as blob:
                while block := blob.read(BLOCK):
                    yield block

    def content_size(self, file_id: str) -> int:
        """Return the bytes of a file's content, or 0 for an unknown file."""
        found = self.run(
            "SELECT length(content) FROM contents WHERE file_id = ?", (file_id,)
        ).fetchone()
        return 0 if found is None else int(found[0])

    def delete_content(self, file_id: str) -> None:
        self.run("DELETE FROM contents WHERE file_id = ?", (file_id,))


class Store:
    """An open SQLite file, or `:memory:`.

    It is one connection behind one lock: threads of a process take turns at that lock, and
    processes at SQLite's own lock.
    """

    def __init__(self, data: str | os.PathLike[str]) -> None:
        self._lock = threading.Lock()
        path = str(data)
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            # The file contains prompts and documents, so only its owner may read it. SQLite gives its
            # journals the same permissions.
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL, mode=0o600))
        # `isolation_level=None` keeps Python's sqlite3 from opening transactions by itself. The
        # connection is used by all threads, which `_lock` allows only one at a time.
        self._connection = sqlite3.connect(
            path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        # The database is closed even if the server object is dropped without a call of `close`.
        self._finalizer = weakref.finalize(self, self._connection.close)
        self._session = Session(self._connection)
        # Before anything is written: the file may be the database of another program.
        _check_is_ours(self._connection)
        _switch_to_wal(self._connection)
        # No wait for the disk at each commit. With WAL, a power cut may lose the last commits but does
        # not damage the file, and a killed process loses nothing.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        # One script is one transaction: a process that starts at the same moment waits for it.
        self._connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Session]:
        """Open a transaction, which is committed at the end and rolled back after an exception.

        With `write` it takes SQLite's write lock at once, so that it cannot fail later for want of
        that lock.
        """
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield self._session
                self._connection.execute("COMMIT")
            # KeyboardInterrupt too: a transaction that stayed open would make every later BEGIN fail.
            except BaseException:
                # After some errors, such as a full disk, SQLite has already rolled back. A second
                # ROLLBACK would fail, and its error would hide the first one.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def copy(self) -> Store:
        """Return a store in memory with a copy of all objects and contents."""
        made = Store(":memory:")
        with self._lock:
            self._connection.backup(made._connection)
        return made

    def close(self) -> None:
        with self._lock:
            self._finalizer()


_COLUMNS = frozenset({"kind", "parent", "id", "body", "hidden"})
"""Columns by which the table `objects` of this store is known."""


def _check_is_ours(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError if the file has tables, and none of them is this store's.

    Nothing is written: in the database of another program, such as a ledger, not even the journal
    mode is changed.
    """
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(objects)")}
    if tables and not columns >= _COLUMNS:
        raise sqlite3.DatabaseError("it is the database of another program, and was not changed")


_PRIMARY = 0xFF
"""A mask that reduces an extended error code of SQLite to its primary code."""
_TAKEN = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
"""The primary error codes of SQLite that mean that another process holds the lock."""


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Set the file to write-ahead logging. Raises sqlite3.OperationalError after LOCK_SECONDS."""
    # For this pragma SQLite does not wait for its lock. Two processes that open a new file together
    # can collide; the one that fails tries again.
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_taken = error.sqlite_errorcode & _PRIMARY in _TAKEN
            if not is_taken or time.monotonic() > give_up:
                raise
            # A short pause: the other process needs milliseconds to switch.
            time.sleep(0.02)
        else:
            return
