"""Connects to the database of a ledger, and turns its errors into LedgerErrors.

Every LedgerError has a code that says what to do. Only this package uses SQLAlchemy.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from provisioner.ledger.failures import ledger_error
from provisioner.ledger.location import Location
from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError

# SQLAlchemy logs a traceback if a connection is given back while the process is interrupted. Without
# a handler, Python would print it on the terminal of a user who pressed Ctrl-C twice.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())

Clock = Callable[[Connection], float]
"""A function that returns the time of the connected database, in unix seconds."""
BUSY_SECONDS: Final = 30.0
"""The seconds that a process waits for the transaction of another one on a SQLite file."""
CONNECT_SECONDS: Final = 10
"""The seconds that a connection to PostgreSQL may take."""
WRITES: Final = "writes"
"""The name of the option by which `_begin` knows a transaction that writes."""


class Database:
    """The database of an open ledger. Several threads may use it at the same time."""

    def __init__(self, location: Location, *, writable: bool, clock: Clock | None = None) -> None:
        self.location = location
        self.engine = _engine(location, writable=writable)
        self.clock: Clock = clock or now
        self._file = _identity(location.file)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, as a whole or not at all. Raises LedgerError."""
        self._check_file()
        with (
            self._failures_told(),
            self.engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads. Raises LedgerError."""
        self._check_file()
        with self._failures_told(), self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every connection to the database."""
        self.engine.dispose()

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise ledger_error(error, self.location) from error

    def _check_file(self) -> None:
        """Raise LedgerError if the SQLite file was deleted or replaced after it was opened.

        SQLite would continue to write to the file that has no name any more, and all of that would
        be lost.
        """
        if self._file is not None and _identity(self.location.file) != self._file:
            detail = (
                f"{self.location} was deleted or replaced while it was in use. Everything written "
                "since then is lost. Run the command again: it creates a new ledger."
            )
            raise LedgerError(Diagnostic(codes.LEDGER_REPLACED, detail))


def now(connection: Connection) -> float:
    """Return the time of the database in unix seconds, so that all machines use one clock."""
    if connection.dialect.name == "sqlite":
        return time.time()
    moment = connection.execute(sa.select(sa.extract("epoch", sa.func.clock_timestamp())))
    return float(moment.scalar_one())


def _engine(location: Location, *, writable: bool) -> Engine:
    if location.file is None:
        return _postgres(location)
    if writable:
        _make(location.file, location)
    elif not location.file.exists():
        raise LedgerError(Diagnostic(codes.NO_LEDGER_YET, f"There is no file {location}."))
    return _sqlite(location.file, writable=writable)


def _make(file: Path, location: Location) -> None:
    """Create the file and its folder if they do not exist. Only this user can read them."""
    try:
        if not file.parent.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The folder is among the manifests, but its files should not be committed.
            (file.parent / ".gitignore").write_text("*\n", encoding="ascii")
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600))
    except OSError as error:
        raise ledger_error(error, location) from error


def _sqlite(file: Path, *, writable: bool) -> Engine:
    # SQLite needs to write a journal beside the file. On a disk that cannot be written, it can only
    # read the file if the file is declared immutable.
    mode = "rw" if writable else "ro"
    effective = os.access in os.supports_effective_ids
    may_write = os.access(file.parent, os.W_OK, effective_ids=effective)
    frozen = "" if writable or may_write else "&immutable=1"
    uri = f"{file.absolute().as_uri()}?mode={mode}{frozen}"

    def connect() -> sqlite3.Connection:
        # The module must not begin transactions by itself: `_begin` decides how they begin.
        return sqlite3.connect(
            uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )

    engine = sa.create_engine("sqlite+pysqlite://", creator=connect, poolclass=sa.QueuePool)
    sa.event.listen(engine, "connect", _prepare if writable else _prepare_to_read)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    _switch_to_wal(connection)
    # In this mode a killed process loses nothing. Only a power failure may lose the last writes.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare_to_read(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only = ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # For this statement SQLite does not wait for its lock. If two processes open a new file at the
    # same time, one of them must try again.
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    # SQLite could refuse the write of a transaction that has begun with a read, so the lock is
    # taken at once.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(location: Location) -> Engine:
    url = sa.make_url(location.url).set(drivername="postgresql+psycopg")
    try:
        return sa.create_engine(
            url,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                # A connection pool in transaction mode may use another server process for each
                # transaction. That process does not have the statements that were prepared before.
                "prepare_threshold": None,
                "application_name": "provisioner",
            },
            # While requests are sent, the database or a proxy may have closed an idle connection.
            pool_pre_ping=True,
        )
    except ImportError as error:
        raise ledger_error(error, location) from error


def _identity(file: Path | None) -> tuple[int, int] | None:
    """Return numbers that differ between two files with the same path, None if there is no file."""
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None
