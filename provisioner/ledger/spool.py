"""Stores lines on the local disk of an application until they are written into the ledger.

An application appends one line for each thread that it registers, which takes microseconds and
needs no database. A later command, or a thread in the background, takes the whole file and reads
it. Nothing here uses locks: a writer finds out if its file was taken while it wrote, and then
writes the line again. So a line may be read twice, but is never lost. It imports no database
library.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from provisioner.model.frozen import frozen

DEFAULT: Final = Path(".provisioner", "spool")
"""The default folder of the spool, relative to the current folder of the application."""
VARIABLE: Final = "PROVISIONER_SPOOL"
"""The environment variable that names another folder."""
WAITING: Final = "tracked.jsonl"
"""The file to which lines are appended."""
TAKEN: Final = "taken-*.jsonl"
"""The pattern of the names of files that were taken and whose lines are being stored."""
REJECTED: Final = "rejected.jsonl"
"""The file with lines that could not be read."""
MOST_BYTES: Final = 64 * 1024 * 1024
"""The largest size of one file of the spool in bytes: about 300,000 lines."""
SETTLED: Final = 0.05
"""The seconds after which a writer that opened the file before it was taken has written its line."""
_TRIES: Final = 16
"""The largest number of times that a line is written because its file was taken meanwhile."""
# A link in place of the file could make the application write into any other file.
_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)


@frozen
class Spool:
    """The spool in one folder. No file in it grows beyond `most` bytes."""

    folder: Path
    most: int = MOST_BYTES

    def append(self, line: bytes) -> None:
        """Append one line, which must not contain a line break. Raises OSError if it cannot be written.

        Any number of threads and processes may append at the same time.
        """
        # The line break is written before the line, so that a line that was cut short does not
        # damage the next.
        self._write(self.folder / WAITING, b"\n" + line)

    def reject(self, line: bytes) -> None:
        """Store a line that cannot be read, so that a person can look at it. Raises OSError."""
        self._write(self.folder / REJECTED, b"\n" + line)

    @property
    def is_empty(self) -> bool:
        """True if no line is waiting to be taken."""
        return not (self.folder / WAITING).exists() and not any(self.folder.glob(TAKEN))

    def take(self) -> Iterator[Path]:
        """Yield the files with waiting lines, one after the other. The caller deletes each with `done`.

        A file that is not deleted is yielded again by the next call. Two callers at the same time
        may get the same file.
        """
        waiting = self.folder / WAITING
        name = TAKEN.replace("*", f"{time.time_ns()}-{os.getpid()}")
        with suppress(FileNotFoundError):
            waiting.rename(self.folder / name)
            time.sleep(SETTLED)
        # The names begin with a time, so the oldest lines come first.
        yield from sorted(self.folder.glob(TAKEN))

    @staticmethod
    def done(file: Path) -> None:
        """Delete a file whose lines are all stored elsewhere. Raises OSError."""
        file.unlink(missing_ok=True)

    def _write(self, file: Path, data: bytes) -> None:
        for _ in range(_TRIES):
            number = self._open(file)
            try:
                if os.fstat(number).st_size + len(data) > self.most:
                    raise OSError(
                        errno.EFBIG, f"the spool has reached {self.most} bytes", str(file)
                    )
                # A short write means that the disk is full.
                if os.write(number, data) != len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
                # A file that was taken may have been read before this line was in it.
                if _is_still_there(file, number):
                    return
            finally:
                os.close(number)
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(file))

    def _open(self, file: Path) -> int:
        try:
            return os.open(file, _FLAGS, mode=0o600)
        except FileNotFoundError:
            above = self.folder.parent
            if above.name == DEFAULT.parent.name and not above.exists():
                above.mkdir(mode=0o700, parents=True, exist_ok=True)
                # The folder is among the files of an application, but it should not be committed.
                (above / ".gitignore").write_text("*\n", encoding="ascii")
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(file, _FLAGS, mode=0o600)


def spool_at(said: str | None) -> Spool:
    """Return the spool in the folder that the user named, or in the default one."""
    return Spool(Path(said) if said else DEFAULT)


def _is_still_there(file: Path, number: int) -> bool:
    """Return false if the open file was renamed, because whoever took it may have read it already.

    `number` is the file descriptor. The file is still open here, so no other file can have the same
    inode.
    """
    mine = os.fstat(number)
    try:
        now = file.stat()
    except FileNotFoundError:
        return False
    return (now.st_dev, now.st_ino) == (mine.st_dev, mine.st_ino)
