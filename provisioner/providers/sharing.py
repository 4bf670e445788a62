"""Rows that hold each text, and each equal part, once.

A list of ten thousand assistants repeats what the manifests say, and repeats itself: the same tools,
the same names, texts as long as a page. Every page is gone through as soon as it was read, so that
no more than one page is ever held in full.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORT: Final = 64
"""Characters of a text that is kept once for the whole process."""
MOST: Final = 1024
"""Different parts that are remembered at once."""


class Sharing:
    """Values that rows have in common. `texts` are long ones that are held already.

    Rows are changed in place. Equal parts of several rows are one object from then on, so nobody
    may change a part of a row afterwards.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = {text: text for text in texts}
        self._parts: dict[str, dict[str, Any]] = {}

    def share(self, body: Any) -> None:
        """Put what is held already in the place of what is equal to it, in every row of a page."""
        rows = body.get("data") if isinstance(body, dict) else body
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                for key, value in row.items():
                    row[key] = self._shared(value)

    def _shared(self, value: Any) -> Any:
        if isinstance(value, str):
            return intern(value) if len(value) <= SHORT else self._texts.get(value, value)
        if isinstance(value, list):
            return [self._shared(item) if isinstance(item, dict) else item for item in value]
        return self._part(value) if isinstance(value, dict) else value

    def _part(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the first part that was written alike: equal in order, and in types of numbers."""
        if len(self._parts) >= MOST:
            self._parts.clear()
        try:
            return self._parts.setdefault(repr(value), value)
        except RecursionError:  # nested too deeply; whoever reads the row reports it
            return value
