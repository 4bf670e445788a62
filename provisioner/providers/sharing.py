"""Stores equal texts and equal parts of rows only once, which saves memory.

Ten thousand assistants often have the same tools, the same names, and long texts that the manifests
contain as well. A provider passes every page to it as soon as the page was read, so that at most
one page is in memory with all its repetitions.
"""

from __future__ import annotations

from sys import intern
from typing import Any, Final

MOST: Final = 1024
"""The most different parts that are kept for comparison."""


METADATA: Final = "metadata"
"""The field of a row that is not shared: it contains the mark, which is different in every row."""


class Sharing:
    """Replaces values of rows by equal values that are already in memory.

    Rows are changed in place. Equal parts of several rows are then the same object, so no caller
    may change a part of a row afterwards. Texts are interned, as the texts of manifests are. So a
    text that occurs in a manifest and in a row is stored once, whichever of the two was read first.
    """

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, Any]] = {}

    def share(self, body: Any) -> None:
        """Replace the values of every row of a page by equal values that are already in memory."""
        rows = body.get("data") if isinstance(body, dict) else body
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                for key, value in row.items():
                    if key != METADATA:
                        row[key] = self._shared(value)

    def _shared(self, value: Any) -> Any:
        if isinstance(value, str):
            return intern(value)
        if isinstance(value, list):
            return [self._shared(item) if isinstance(item, dict) else item for item in value]
        return self._part(value) if isinstance(value, dict) else value

    def _part(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the first part whose `repr` was the same.

        It depends on the order of keys and on the types of numbers, so parts that differ in these
        are not shared.
        """
        if len(self._parts) >= MOST:
            self._parts.clear()
        try:
            return self._parts.setdefault(repr(value), value)
        except RecursionError:  # nested too deeply, which is reported when the row is read
            return value
