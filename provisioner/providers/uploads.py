"""A local file that is being uploaded: its progress, and the check that its content is as planned.

The digest is computed again while the bytes are sent. If the file changes during the upload, the
request is aborted before its end, so that the server never stores a complete file with other
content.
"""

from __future__ import annotations

import hashlib
import io
import os
from typing import TYPE_CHECKING

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Upload(io.FileIO):
    """A file that is open for an upload.

    `sha256` is the digest of the content that was planned. `read_to` is called with the position in
    bytes up to which the file has been read. Raises ProvisionerError if the content is another one.
    """

    def __init__(self, path: Path, sha256: str, read_to: Callable[[int], None]) -> None:
        super().__init__(path, "rb")
        self._path = path
        self._sha256 = sha256
        self._read_to = read_to
        self._size = os.fstat(self.fileno()).st_size
        # A file that has changed since the plan is refused before its first byte is sent.
        if hashlib.file_digest(self, "sha256").hexdigest() != sha256:
            self.close()
            raise changed(path)
        self.seek(0)
        self._digest = hashlib.sha256()

    def read(self, size: int | None = -1, /) -> bytes:
        """Read like any file, but not beyond the size that the file had when it was opened.

        Raises ProvisionerError at the end if the content has changed since.
        """
        position = self.tell()
        # When the HTTP client sends the request again, it reads the file from its beginning.
        if position == 0:
            self._digest = hashlib.sha256()
        # The headers of the request announced the size that the file had when it was opened.
        left = max(0, self._size - position)
        chunk = super().read(left if size is None or size < 0 else min(size, left)) or b""
        self._digest.update(chunk)
        # This check is made before the end of the body is sent, so the server never receives a
        # complete file with other content.
        if not chunk and self._digest.hexdigest() != self._sha256:
            raise changed(self._path)
        self._read_to(position + len(chunk))
        return chunk


def changed(path: Path) -> ProvisionerError:
    """Return the error for a file that is not as it was when the plan was made."""
    return ProvisionerError(
        Diagnostic(
            codes.FILE_CHANGED_MEANWHILE,
            f"The content of {path} is no longer the one that was planned. No part of it was stored "
            "on the live side. Plan again.",
        )
    )


def unreadable(path: Path, error: OSError) -> ProvisionerError:
    return ProvisionerError(
        Diagnostic(codes.UNREADABLE_FILE, f"{path}: {error.strerror or error}.")
    )


class Progress:
    """Calls `sent` with the number of bytes of an upload that are sent for the first time.

    An instance is called with the position in bytes up to which the file was read. Bytes that are
    sent again after a failure are not counted again.
    """

    def __init__(self, sent: Callable[[int], None] | None) -> None:
        self._sent = sent
        self._furthest = 0

    def __call__(self, position: int) -> None:
        if self._sent and position > self._furthest:
            self._sent(position - self._furthest)
            self._furthest = position
