"""Makes a Content from the bytes of a local file: its digests, and its text if it is a text file."""

from provisioner.model.digests import measured
from provisioner.model.value import Content

MOST_READ = 256 * 1024
"""The size in bytes above which the text of a file is not stored beside its digests."""


def content_of(path: str, data: bytes) -> Content:
    """Return the Content of a file, with its text if the bytes are a text."""
    found = measured([data])
    return Content(
        path,
        found.sha256,
        found.size,
        readable(path, data),
        content=found.content,
        windows=found.windows,
    )


def readable(path: str, data: bytes) -> str:
    """Return the text of a file, '' if it has more than MOST_READ bytes, a NUL, or is not UTF-8.

    Markdown that is not UTF-8 is returned too, with � in place of each wrong byte.
    """
    if len(data) > MOST_READ or b"\0" in data:
        return ""
    try:
        # An editor on Windows may begin the file with a byte order mark, which is no part of its text.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("utf-8-sig", "replace") if path.lower().endswith(".md") else ""
