"""Defines codes of the ledger, which is the database of runs, uploads and threads, and of its locks."""

from provisioner.model.code import error, warning

NO_SUCH_LEDGER = error(
    "no-such-ledger",
    "this is no ledger",
    "A ledger is a SQLite file, a PostgreSQL database at `postgresql://…`, or `none`. Write one "
    "of these.",
)
NO_LEDGER_YET = error(
    "no-ledger-yet",
    "there is no ledger yet",
    "The ledger is created by the first command that writes. If there was a ledger before, it "
    "was deleted or is at another place, and its content is not known here.",
)
LEDGER_NOT_OPENED = error(
    "ledger-not-opened",
    "the ledger could not be opened",
    "The operating system did not open the file. Check the path and the permissions of this "
    "user, or name another ledger with `--ledger`.",
)
LEDGER_DAMAGED = error(
    "ledger-damaged",
    "the ledger is damaged",
    "The file is not a SQLite database, or a part of it was overwritten. Restore it from a "
    "backup, or move it away.",
)
LEDGER_NEWER = error(
    "ledger-newer",
    "the ledger is of a newer version",
    "The ledger was written by a newer version of provisioner. This version neither reads nor "
    "changes it. Use the newer version, or name another ledger with `--ledger`.",
)
LEDGER_OLDER = error(
    "ledger-older",
    "the ledger is of an older version",
    "A command that only reads never changes the ledger. The next command that writes updates "
    "the ledger to this version.",
)
LEDGER_READ_ONLY = error(
    "ledger-read-only",
    "the ledger cannot be written",
    "The disk is read-only, or this user has no permission to write to the file or its folder. "
    "Give this user permission, or name another ledger with `--ledger`.",
)
LEDGER_DISK_FULL = error(
    "ledger-disk-full",
    "there is no room for the ledger",
    "The disk is full. Everything that was written before is still there. Free some space, and "
    "run the command again.",
)
LEDGER_BUSY = error(
    "ledger-busy",
    "the ledger is in use",
    "Another process was writing to the file for longer than this process waits. Run the command "
    "again when the other process has ended.",
)
LEDGER_REPLACED = error(
    "ledger-replaced",
    "the ledger was deleted or replaced while it was in use",
    "The file at this path is not the file that was opened. Everything that was written since "
    "then is lost. Run the command again.",
)
LEDGER_UNREACHABLE = error(
    "ledger-unreachable",
    "the ledger's database does not answer",
    "The database refused the connection, or the connection broke. Check that it is running and "
    "can be reached from here, and run the command again.",
)
LEDGER_WITHOUT_DRIVER = error(
    "ledger-without-driver",
    "the client of PostgreSQL is not installed",
    "A ledger in PostgreSQL needs the extra `postgres`. Install `psycopg[binary]`.",
)
LEDGER_FAILED = error(
    "ledger-failed",
    "the ledger's database refused a statement",
    "The detail has the message of the database. Correct what it names, or name another ledger "
    "with `--ledger`.",
)
WITHOUT_LEDGER = warning(
    "without-ledger",
    "the run goes on without a ledger",
    "The default ledger could not be used. The run is still correct, but there is no lock "
    "against other runs, the run will not be in the history, and an upload whose answer is lost "
    "is not remembered. If you name a ledger yourself and it cannot be used, nothing is changed.",
)
LOCK_HELD = error(
    "lock-held",
    "somebody else works on this stack and environment",
    "Only one command at a time may write. The detail says who has the lock and since when. Wait "
    "until that run has ended. If it was killed, free its lock with `unlock`.",
)
LOCK_LOST = error(
    "lock-lost",
    "the lock was lost",
    "Somebody used `unlock`, or the lock expired while the ledger could not be reached. The run "
    "stopped before its next write, because another run may have begun. Run the command again: "
    "it continues after the changes that were made.",
)
PLAN_OUTDATED = error(
    "plan-outdated",
    "another run wrote after this plan was made",
    "Another run had the lock after this run had read the target, so the plan may be outdated. "
    "Nothing was changed. Run the command again.",
)
NOT_LOCKED = error(
    "not-locked",
    "nobody holds the lock",
    "No run has the lock, so there is nothing to unlock.",
)
NO_SUCH_RUN = error(
    "no-such-run",
    "the ledger knows no such run",
    "`history` without an argument lists the runs that the ledger contains. Name one of them.",
)
HISTORY_NOT_WRITTEN = warning(
    "history-not-written",
    "the history of this run is not whole",
    "The ledger could not be written during the run. The changes were made, but the history does "
    "not list all of them.",
)
