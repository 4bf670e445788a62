"""Stores equal texts and equal parts of rows only once, which saves memory.

Ten thousand assistants often have the same tools, the same names, and long texts that the manifests
have too. Every page is processed as soon as it was read, so that at most one page is in memory with all
its repetitions.
"""

from __future__ import annotations

from sys import intern
from typing import Any, Final

MOST: Final = 1024
"""The most different parts that are remembered at once."""


METADATA: Final = "metadata"
"""The part of a row that no other row has in common with it: our mark stands there."""


class Sharing:
    """Replaces values of rows by equal values that are in memory already.

    Rows are changed in place. Equal parts of several rows are one object from then on, so no caller
    may change a part of a row afterwards. Texts are interned, as those of the manifests are: a text
    that a manifest and a row have in common is held once, whichever of the two was read first.
    """

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, Any]] = {}

    def share(self, body: Any) -> None:
        """Replace the values of every row of a page by equal values that are in memory already."""
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
        """Return the first part with the same text, the same order of keys and types of numbers."""
        if len(self._parts) >= MOST:
            self._parts.clear()
        try:
            return self._parts.setdefault(repr(value), value)
        except RecursionError:  # nested too deeply; whoever reads the row reports it
            return value
