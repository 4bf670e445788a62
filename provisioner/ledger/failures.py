"""Turns errors of databases and of the operating system into LedgerErrors that say what to do."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from provisioner.ledger.location import NONE, Location
from provisioner.model.code import Code
from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.distribution import install_extra
from provisioner.model.errors import LedgerError

_SQLITE: Final = {
    sqlite3.SQLITE_CORRUPT: codes.LEDGER_DAMAGED,
    sqlite3.SQLITE_NOTADB: codes.LEDGER_DAMAGED,
    sqlite3.SQLITE_READONLY: codes.LEDGER_READ_ONLY,
    sqlite3.SQLITE_PERM: codes.LEDGER_READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: codes.LEDGER_NOT_OPENED,
    sqlite3.SQLITE_FULL: codes.LEDGER_DISK_FULL,
    sqlite3.SQLITE_BUSY: codes.LEDGER_BUSY,
    sqlite3.SQLITE_LOCKED: codes.LEDGER_BUSY,
}
_SYSTEM: Final = {
    errno.EROFS: codes.LEDGER_READ_ONLY,
    errno.EACCES: codes.LEDGER_READ_ONLY,
    errno.EPERM: codes.LEDGER_READ_ONLY,
    errno.ENOSPC: codes.LEDGER_DISK_FULL,
    errno.EDQUOT: codes.LEDGER_DISK_FULL,
}
_REMEDIES: Final = {
    codes.LEDGER_DAMAGED: (
        "Nothing in the file was changed. Move the file away (the next command then creates a new "
        "ledger, which does not have earlier runs), or restore it from a backup."
    ),
    codes.LEDGER_READ_ONLY: (
        "Give this user permission to write to the file and its folder, or name another ledger."
    ),
    codes.LEDGER_DISK_FULL: "Free some space, or name another ledger.",
    codes.LEDGER_BUSY: (
        "Another process has been writing to the ledger for a long time. Run the command again "
        "when that process has ended."
    ),
    codes.LEDGER_NOT_OPENED: "The folder must exist, and this user must be able to read it.",
    codes.LEDGER_UNREACHABLE: (
        "Check that the database is running at this address, that its name exists, and that user "
        "and password are correct."
    ),
    codes.LEDGER_WITHOUT_DRIVER: (f"Install it: {install_extra('postgres', 'psycopg[binary]')}."),
}

_LEAST_ROOM: Final = 64 * 1024
"""The number of bytes that SQLite needs at least for the files beside a database.

One of them, the index of its write-ahead log, takes 32 KiB.
"""


def ledger_error(error: Exception, location: Location) -> LedgerError:
    """Return the LedgerError that says what happened to the ledger and what to do."""
    code = _code(error)
    # SQLite reports "disk I/O error" or "unable to open database file" if there is no space for the
    # files that it creates beside the database, or if it may not create them.
    # An error of the system names its own reason.
    unclear = code in (codes.LEDGER_FAILED, codes.LEDGER_NOT_OPENED)
    reason = location.without_secrets(_reason(error)).strip().rstrip(".")
    if unclear and location.file is not None and not isinstance(error, OSError):
        found, code = code, _disk_code(location.file.parent) or code
        if code is found and location.file.exists() and not location.file.is_file():
            folder = "a folder" if location.file.is_dir() else "a device"
            detail = f"{location} is {folder}, and a ledger is a file. Name a file."
            return LedgerError(Diagnostic(codes.LEDGER_NOT_OPENED, detail))
    # The default ledger is optional, so a command that cannot use it goes on by itself.
    named = f" `--ledger {NONE}` works without a ledger." if location.is_chosen else ""
    detail = f"{location}: {reason}. {_REMEDIES.get(code, '')}".strip() + named
    return LedgerError(Diagnostic(code, detail))


def _code(error: Exception) -> Code:
    if isinstance(error, ImportError):
        return codes.LEDGER_WITHOUT_DRIVER
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0, codes.LEDGER_NOT_OPENED)
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        # The low byte of an extended error code is the code without its details.
        number = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        return _SQLITE.get(number, codes.LEDGER_FAILED)
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _is_operational(error)):
        return codes.LEDGER_UNREACHABLE
    return codes.LEDGER_FAILED


def _disk_code(folder: Path) -> Code | None:
    """Return the code for a full or read-only disk, None if the disk of `folder` is neither."""
    try:
        disk = os.statvfs(folder)
    except (OSError, AttributeError):  # no such folder, or Windows
        return None
    if disk.f_flag & os.ST_RDONLY:
        return codes.LEDGER_READ_ONLY
    # A file system that stores nothing, such as /proc, has no blocks at all.
    is_full = disk.f_blocks > 0 and disk.f_bavail * disk.f_frsize < _LEAST_ROOM
    return codes.LEDGER_DISK_FULL if is_full else None


def _is_operational(error: DBAPIError) -> bool:
    return type(error).__name__ == "OperationalError"


def _reason(error: Exception) -> str:
    """Return the first line of an error. The other lines repeat the statement and its values."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return next(iter(said.strip().splitlines()), type(error).__name__)
