"""Makes a Content from the bytes of a file: its digests, and its text if the bytes are a text."""

from provisioner.model.digests import measured
from provisioner.model.value import Content

MOST_READ = 256 * 1024
"""The most bytes of a file that is read as a text."""


def content_of(path: str, data: bytes) -> Content:
    """Return a file's content, with its text if the bytes are a text."""
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
    """Return the text of a file, '' if it is no text or too long. Markdown always counts as text."""
    if len(data) > MOST_READ or b"\0" in data:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("utf-8-sig", "replace") if path.lower().endswith(".md") else ""
