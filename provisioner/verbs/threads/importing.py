"""Import registrations: from a file, from standard input, or from spools."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from provisioner.ledger.spool import Spool
from provisioner.model.codes import threads as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.retirement import Imported
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.gc.bare import Bare
from provisioner.verbs.threads.collect import collect, import_lines
from provisioner.verbs.threads.lines import Defaults
from provisioner.verbs.threads.place import OnBad, opened, place

STDIN = "-"


def import_threads(
    options: RunOptions,
    file: str,
    *,
    kind: str,
    ttl: float | None,
    on_bad: OnBad,
    bare: Bare | None = None,
) -> Imported:
    """Register every line of `file` (`-`: standard input), or of a folder that is a spool.

    Without a file, the lines in the spools of applications are registered. `kind` and `ttl` (in
    seconds) are for lines that have none. `on_bad` gets each line that registers nothing. With
    `bare` no manifests are needed. Raises LedgerError, and ProvisionerError if the file cannot be
    read.
    """
    where = place(options, bare)
    with opened(where, on_bad) as (found, taken):
        if not file:
            return taken
        if file != STDIN and Path(file).is_dir():
            return taken + collect(found.tracked, Spool(Path(file)), on_bad)
        defaults = Defaults(where.account, found.tracked.now(), kind, ttl)
        with _stream(file) as stream:
            name = "stdin" if file == STDIN else file
            told = options.tell
            return taken + import_lines(
                found.tracked,
                stream,
                name,
                defaults,
                on_bad,
                told=lambda count: told(f"registered {count:,}", 0) if told else None,
            )


@contextmanager
def _stream(file: str) -> Iterator[BinaryIO]:
    """Yield a file, or standard input, to read from. Raises ProvisionerError."""
    if file == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - only the opening may fail here
    except OSError as error:
        detail = f"{file}: {error.strerror}."
        raise ProvisionerError(Diagnostic(codes.FILE_UNREADABLE, detail)) from error
    with stream:
        yield stream
