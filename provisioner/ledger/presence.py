"""Finds out if a process of this machine that has a lock is still alive.

A lease says when a lock is free at the latest. A process that was killed cannot give the lock back,
so the next one would wait for a minute. If the ledger is a file, the process that has the lock also
locks a small file of its own, which the kernel unlocks when the process ends in any way. A process
that can lock that file knows that the former one is dead. A process id would not prove that,
because ids are used again.

Only a process under the same kernel, with the same file, may conclude this: `machine` identifies
both, in one text. If anything of this does not work, only the lease counts.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioner.model.ledger import LockState

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
"""The file whose text is new whenever a machine starts, and different on every machine."""


@dataclass(slots=True)
class Presence:
    """The proof that this process, which has the lock of an owner, is alive.

    `file` is the file of the ledger, None for PostgreSQL.
    """

    file: Path | None
    owner: str
    _descriptor: int = -1

    def claim(self) -> str:
        """Lock the file of this owner, and return the text `machine` that the module describes.

        Returns '' if another process has locked the file, or if files cannot be locked here. It may
        be called again until it returns a text.
        """
        if self.file is None or self._descriptor >= 0:
            return self._machine()
        try:
            path = _path(self.file, self.owner)
            # A program that this process starts must not inherit the lock, hence O_CLOEXEC.
            self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            # The kernel releases this lock when the process dies in any way. So another process on
            # this machine can distinguish a dead process from a slow one.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
        return self._machine()

    def release(self) -> None:
        """Close the file, which unlocks it.

        It is not deleted, because others may be waiting to lock it.
        """
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def _machine(self) -> str:
        return "" if self._descriptor < 0 else _machine(self._descriptor)


def is_nobody_there(file: Path | None, owner: str, machine: str = "") -> bool:
    """Return true if no process of this machine has the lock of an owner at this moment.

    `machine` is the text that the last holder stored: with it, return true only if that process ran
    under this kernel with this file, and so is dead. The small file is only read, and nothing is
    created.
    """
    if file is None:
        return False
    try:
        descriptor = os.open(_path(file, owner), os.O_RDONLY | os.O_CLOEXEC)
    # No process of this machine has ever had this lock.
    except FileNotFoundError:
        return not machine
    except OSError:
        return False
    try:
        # Two readers with a shared lock do not take each other for the process with the lock.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return not machine or machine == _machine(descriptor)
    finally:
        os.close(descriptor)


def is_left(file: Path | None, state: LockState) -> bool:
    """Return true if the process that holds a lock is proven dead, so that the lock is free here."""
    return bool(state.machine) and is_nobody_there(file, state.owner, state.machine)


def _machine(descriptor: int) -> str:
    """Return the text `machine` of an open file, or '' if it cannot be found out."""
    try:
        there = os.fstat(descriptor)
        return f"{BOOT.read_text('ascii').strip()} {there.st_dev} {there.st_ino}"
    except (OSError, ValueError):
        return ""


def _path(file: Path, owner: str) -> Path:
    # An owner contains a `/`, which a file name cannot have.
    digest = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return file.with_name(f"{file.name}-held-{digest}")
