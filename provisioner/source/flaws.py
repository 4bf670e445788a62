"""Recognise files with another content than meant: a Git LFS pointer, an unmerged conflict."""

import codecs
import re
from pathlib import Path, PurePosixPath
from typing import Final

from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes

LFS: Final = b"version https://git-lfs.github.com/spec/v1"
"""The first line of the file that Git LFS writes instead of a file that it has not fetched."""
MOST_READ: Final = 16 * 1024 * 1024
"""The most bytes of a file that is searched for conflicts: 16 MB. Longer texts are not merged by hand."""
_CONFLICT: Final = re.compile(rb"^<{7} .*?^={7}\r?$.*?^>{7} ", re.DOTALL | re.MULTILINE)
TEXTS: Final = frozenset(
    f".{suffix}"
    for suffix in (
        *("c", "cpp", "cs", "css", "go", "html", "java", "js", "json", "md", "php"),
        *("py", "rb", "sh", "tex", "ts", "txt"),
    )
)
"""Endings of files that `file_search` reads as texts, which must be UTF-8, or UTF-16 with a byte
order mark."""


def flaw_of(data: bytes, name: str, *, is_searched: bool = False) -> tuple[Code, str] | None:
    """Return the code and the detail of the first flaw in a file's content, or None if it has no flaw.

    `is_searched` is true if `file_search` will read the file. If the ending of its name is in
    `TEXTS`, the content then has to be UTF-8.
    """
    if not is_utf8(name):
        return codes.NAME_NOT_UTF8, f"`{name}`: rename the file."
    # Both lines are needed: a document about Git LFS may quote the first one.
    if data.startswith(LFS) and b"\noid sha256:" in data[:1024]:
        detail = (
            f"`{name}` is the pointer that Git LFS leaves where a file was not fetched. Fetch it: "
            "`git lfs pull`."
        )
        return codes.LFS_POINTER, detail
    if found := _CONFLICT.search(data):
        line = data.count(b"\n", 0, found.start()) + 1
        detail = (
            f"`{name}`, line {line}: an unresolved merge conflict begins here. Keep one version and"
            " remove the markers."
        )
        return codes.CONFLICT_MARKERS, detail
    if is_searched and PurePosixPath(name).suffix.lower() in TEXTS:
        return _not_utf8(data, name)
    return None


def is_utf8(name: str) -> bool:
    """Return true if a file's name can be sent as UTF-8.

    Python represents a byte of a name that is not UTF-8 by a surrogate, which cannot be encoded.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def flaw_in(path: Path, size: int, name: str, *, is_searched: bool) -> tuple[Code, str] | None:
    """Return the code and the detail of a flaw of a file on disk, as `flaw_of` does.

    Raises OSError.
    """
    # Of a larger file only the name is judged.
    data = path.read_bytes() if size <= MOST_READ else b""
    return flaw_of(data, name, is_searched=is_searched)


def _not_utf8(data: bytes, name: str) -> tuple[Code, str] | None:
    # The API reads UTF-16 too, if the byte order mark says so.
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        detail = f"`{name}`, line {line}: the API reads this text as UTF-8. Save the file as UTF-8."
        return codes.NOT_UTF8, detail
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return codes.NUL_IN_TEXT, f"`{name}`, line {line}: remove it."
    return None
