"""Write registrations into the ledger: from a file that somebody imports, and from spools.

Registering a line twice changes nothing, so after an interruption everything is simply done again.
"""

import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from provisioner.ledger.spool import DEFAULT, Spool
from provisioner.model.codes import threads as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError, ProvisionerError
from provisioner.model.ledger import Tracked
from provisioner.model.retirement import Imported
from provisioner.verbs.threads.lines import BadLine, Defaults, read_lines

if TYPE_CHECKING:
    from provisioner.ledger.tracked import TrackedObjects

BATCH: Final = 1000
"""The number of lines that are written in one transaction."""

OnBad = Callable[[BadLine], None]
"""A function that gets each line that registers nothing."""


def import_lines(
    tracked: "TrackedObjects",
    stream: BinaryIO,
    name: str,
    defaults: Defaults,
    on_bad: OnBad,
    *,
    told: Callable[[int], None] = lambda _count: None,
) -> Imported:
    """Register every line of a file. `told` gets the number of lines registered so far.

    Raises LedgerError, whose detail says how many lines were registered before.
    """
    bad = 0

    def good() -> Iterable[Tracked]:
        nonlocal bad
        for one in read_lines(stream, name, defaults):
            if isinstance(one, BadLine):
                bad += 1
                on_bad(one)
            else:
                yield one

    lines, done = iter(good()), 0
    while batch := list(islice(lines, BATCH)):
        try:
            tracked.register(batch)
        except LedgerError as error:
            raise LedgerError(*(_after(one, done, name) for one in error.diagnostics)) from error
        done += len(batch)
        told(done)
    return Imported(done, bad)


def collect(tracked: "TrackedObjects", spool: Spool, on_bad: OnBad) -> Imported:
    """Register every line of a spool, and delete its files.

    Lines that cannot be read are moved aside.

    Raises LedgerError, and ProvisionerError if the spool cannot be read. No line is lost then.
    """
    sum_ = Imported()
    # Lines of a spool name their account themselves.
    defaults = Defaults("", time.time())

    def reject(line: BadLine) -> None:
        spool.reject(line.text)
        on_bad(line)

    try:
        for file in spool.take():
            try:
                stream = file.open("rb")
            except FileNotFoundError:
                continue  # another command has read it and deleted it
            with stream:
                sum_ += import_lines(tracked, stream, str(file), defaults, reject)
            spool.done(file)
    except OSError as error:
        detail = f"{error.filename or spool.folder}: {error.strerror}."
        raise ProvisionerError(Diagnostic(codes.SPOOL_STUCK, detail)) from error
    return sum_


def spools(named: str | None, root: Path) -> list[Spool]:
    """Return the spools that have lines of applications.

    These are the one that is `named`, or else those below the current folder and beside the Stack.
    """
    folders = [Path(named)] if named else [DEFAULT, root / DEFAULT]
    found = {folder.resolve(): Spool(folder) for folder in folders}
    return [spool for spool in found.values() if not spool.is_empty]


def _after(one: Diagnostic, done: int, name: str) -> Diagnostic:
    """Return an error with the number of lines that were registered before it."""
    detail = (
        f"{one.detail} Lines of {name} that were registered before: {done}. Import the file again"
        " later: registering them twice changes nothing."
    )
    return Diagnostic(one.code, detail, one.position, one.severity, one.subject)
