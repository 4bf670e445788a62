"""Codes of the ledger: where it is, what is wrong with it, and who holds its locks."""

from provisioner.model.code import error, warning

NO_SUCH_LEDGER = error(
    "no-such-ledger",
    "this is no ledger",
    "A ledger is a SQLite file, a PostgreSQL database at `postgresql://…`, or `none`. Write "
    "one of them.",
)
NO_LEDGER_YET = error(
    "no-ledger-yet",
    "there is no ledger yet",
    "The first command that writes makes it. If there was one before, it was deleted or lies at "
    "another place, and what it remembered is not known here.",
)
LEDGER_NOT_OPENED = error(
    "ledger-not-opened",
    "the ledger could not be opened",
    "The operating system did not open the file. Check the path and the rights of this user, "
    "or name another ledger with `--ledger`.",
)
LEDGER_DAMAGED = error(
    "ledger-damaged",
    "the ledger is damaged",
    "The file is no SQLite database, or a part of it was overwritten. Restore it, or move it away.",
)
LEDGER_NEWER = error(
    "ledger-newer",
    "the ledger is of a newer version",
    "A newer version of this program wrote it. It is neither read nor changed by this one. "
    "Use that version, or name another ledger with `--ledger`.",
)
LEDGER_OLDER = error(
    "ledger-older",
    "the ledger is of an older version",
    "A command that only reads does not change the ledger. The next command that writes migrates it "
    "to the version of this program.",
)
LEDGER_READ_ONLY = error(
    "ledger-read-only",
    "the ledger cannot be written",
    "The disk is read-only, or this user has no right to write the file or its folder. Give "
    "this user the right to write there, or name another ledger with `--ledger`.",
)
LEDGER_DISK_FULL = error(
    "ledger-disk-full",
    "there is no room for the ledger",
    "The disk is full. What had been written before is still there. Make room, and run the "
    "command again.",
)
LEDGER_BUSY = error(
    "ledger-busy",
    "the ledger is in use",
    "Another process was writing to the file for longer than this one waits. Run the command "
    "again once the other one has ended.",
)
LEDGER_REPLACED = error(
    "ledger-replaced",
    "the ledger was deleted or replaced while it was in use",
    "The file at this path is not the one that was opened. What was written since then is "
    "lost. Run the command again.",
)
LEDGER_UNREACHABLE = error(
    "ledger-unreachable",
    "the ledger's database does not answer",
    "The database refused the connection, or the connection broke. Check that it runs and can "
    "be reached from here, and run the command again.",
)
LEDGER_WITHOUT_DRIVER = error(
    "ledger-without-driver",
    "the client of PostgreSQL is not installed",
    "A ledger in PostgreSQL needs the extra `postgres`. Install `psycopg[binary]`.",
)
LEDGER_FAILED = error(
    "ledger-failed",
    "the ledger's database refused a statement",
    "The detail repeats what the database said. Mend what it names, or name another ledger "
    "with `--ledger`.",
)
WITHOUT_LEDGER = warning(
    "without-ledger",
    "the run goes on without a ledger",
    "The default ledger could not be used. Nothing wrong is done for that: nobody else is kept from "
    "writing at the same time, the run does not stand in the history, and an upload whose answer is "
    "lost is not remembered. A ledger that was named has to work, or nothing is changed.",
)
LOCK_HELD = error(
    "lock-held",
    "somebody else works on this stack and environment",
    "Commands that write take turns. The detail says who holds the lock and since when. Wait "
    "until it has ended, or take the lock from a run that is dead with `unlock`.",
)
LOCK_LOST = error(
    "lock-lost",
    "the lock was lost",
    "Somebody unlocked it, or it expired while the ledger could not be reached. The run "
    "stopped before its next write, because another one may have begun. Run the command "
    "again: it goes on from what was done.",
)
PLAN_OUTDATED = error(
    "plan-outdated",
    "another run wrote after this plan was made",
    "Between the reading of the live side and the lock, somebody else held the lock, so the plan may "
    "show what is not there any more. Nothing was changed. Run the command again.",
)
NOT_LOCKED = error(
    "not-locked",
    "nobody holds the lock",
    "There is nothing to unlock.",
)
NO_SUCH_RUN = error(
    "no-such-run",
    "the ledger knows no such run",
    "`history` without an argument lists the runs that it knows. Name one of them.",
)
HISTORY_NOT_WRITTEN = warning(
    "history-not-written",
    "the history of this run is not whole",
    "The ledger could not be written while the run went on. What was done is done.",
)
