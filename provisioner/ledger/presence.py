"""The kernel's word on whether a process of this machine that holds a lock is alive.

A lease says when a lock is free at the latest. A process that was killed cannot give it back, and the
next one would wait for a minute. Beside a ledger that is a file, the holder of a lock also locks a
small file of its own, which the kernel unlocks when the process ends, in whatever way. Whoever can
lock that file knows that the holder is dead. A process id would not do: it is used again.

Only a process under the same kernel, with the same file, draws that conclusion: `machine` names both.
Wherever any of this does not work, the lease alone counts.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
"""Holds a text that no other start of any machine has."""


@dataclass(slots=True)
class Presence:
    """The presence of this process as the holder of one owner's lock. `file` is the ledger's."""

    file: Path | None
    owner: str
    _descriptor: int = -1

    def claim(self) -> str:
        """Lock the file if no other process has locked it. Returns the machine, empty where it did not.

        It may be called again until it returns a text.
        """
        if self.file is None or self._descriptor >= 0:
            return self._machine()
        try:
            path = _path(self.file, self.owner)
            self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            # The kernel releases this lock when the process dies, however it dies. So another
            # process on this machine can tell a dead holder from a slow one.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
        return self._machine()

    def release(self) -> None:
        """Close the file, which unlocks it. It stays, because others would not see the lock of a new file."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def _machine(self) -> str:
        if self._descriptor < 0:
            return ""
        try:
            there = os.fstat(self._descriptor)
            return f"{BOOT.read_text('ascii').strip()} {there.st_dev} {there.st_ino}"
        except (OSError, ValueError):
            return ""


def is_nobody_there(file: Path | None, owner: str) -> bool:
    """Return true if no process of this machine holds the lock of an owner at this moment.

    Reads the small file alone, and makes nothing.
    """
    if file is None:
        return False
    try:
        descriptor = os.open(_path(file, owner), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _path(file: Path, owner: str) -> Path:
    digest = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return file.with_name(f"{file.name}-held-{digest}")
