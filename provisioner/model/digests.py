"""Computes the digests of a file: of its bytes for uploads, and of its text for comparisons.

A Windows checkout may have other line endings than a Linux checkout of the same document, so the
text is digested with LF. A recorded digest is accepted as the same document if it was made from the
bytes, from the text with LF, or from the text with CRLF.
"""

import codecs
import hashlib
import unicodedata
from collections.abc import Iterable

from provisioner.model.frozen import frozen


def nfc(path: str) -> str:
    """Return a path in the Unicode form NFC, in which paths are recorded and compared."""
    return unicodedata.normalize("NFC", path)


PIECE = 256 * 1024
"""The number of bytes that are read from a file at once."""


@frozen
class Measured:
    """The SHA-256 digests of a file, in hexadecimal, and its size in bytes.

    `sha256` is the digest of the bytes as they are, `content` that of the text with LF, `windows`
    that of the text with CRLF. All three are equal if the file is not UTF-8 or contains a NUL.
    `size` is the size of the text with LF, so that it is the same on every system.
    """

    sha256: str
    content: str
    windows: str
    size: int


def measured(chunks: Iterable[bytes]) -> Measured:
    """Compute the digests and the size of a file that is given piece by piece."""
    text, size = _Text(), 0
    for chunk in chunks:
        text.add(chunk)
        size += len(chunk)
    sha256 = text.whole.hexdigest()
    if (digests := text.digests()) is None:
        return Measured(sha256, sha256, sha256, size)
    return Measured(sha256, *digests, text.size)


def with_lf(data: bytes) -> bytes:
    """Return the bytes with LF for CRLF if they are a text, else unchanged."""
    text = _Text()
    text.add(data)
    return data.replace(b"\r\n", b"\n") if text.digests() else data


class _Text:
    """Computes the digests of bytes that are added piece by piece.

    `whole` is the digest of the bytes. As long as they are a text, the digests of that text with LF
    and with CRLF are computed too.
    """

    def __init__(self) -> None:
        self._is_text = True
        # A character of several bytes may continue in the next piece, so the decoder keeps its state.
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.whole, self._windows = hashlib.sha256(), hashlib.sha256()
        # Until the first CR, the digest of the text with LF equals that of the bytes. It is computed
        # separately only from there on, which saves a third of the time for most large documents.
        self._plain = self.whole
        self._held = b""
        self.size = 0

    def add(self, chunk: bytes, *, last: bool = False) -> None:
        if self._plain is self.whole and b"\r" in chunk:
            self._plain = self.whole.copy()
        # The bytes are uploaded as they are, so their digest is needed even if they are no text.
        self.whole.update(chunk)
        if not self._is_text:
            return
        try:
            self._decoder.decode(chunk, last)
        except UnicodeDecodeError:
            self._is_text = False
            return
        if b"\0" in chunk:
            self._is_text = False
            return
        data = self._held + chunk
        # A CR at the end of this piece may belong to an LF at the beginning of the next one.
        self._held = b"\r" if data.endswith(b"\r") and not last else b""
        plain = data[: len(data) - len(self._held)]
        if self._plain is not self.whole:
            plain = plain.replace(b"\r\n", b"\n")
            self._plain.update(plain)
        self.size += len(plain)
        self._windows.update(plain.replace(b"\n", b"\r\n"))

    def digests(self) -> tuple[str, str] | None:
        """Return the digests with LF and with CRLF, or None if the bytes were not a text."""
        self.add(b"", last=True)
        return (self._plain.hexdigest(), self._windows.hexdigest()) if self._is_text else None
