"""Finds files that may be uploads of ours whose answers were lost.

Similarity is no proof, so such a file is listed for a person to judge, and is deleted only if its
id is given.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Self

from provisioner.model.frozen import frozen
from provisioner.model.ledger import Upload
from provisioner.model.provider import Row
from provisioner.model.timestamps import seconds

EARLY, LATE = 600.0, 86_400.0
"""The seconds before and after the start of an upload in which its file may have been created.

The two clocks may differ, and a large upload takes time.
"""


@frozen
class Uploading:
    """Uploads whose answer never came, and documents that a run may have sent, by name and size."""

    unanswered: Mapping[tuple[str, int], tuple[Upload, ...]]
    sent: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, unanswered: Iterable[Upload], sent: frozenset[tuple[str, int]]) -> Self:
        found: dict[tuple[str, int], list[Upload]] = defaultdict(list)
        for upload in unanswered:
            found[upload.name, upload.bytes].append(upload)
        return cls({key: tuple(uploads) for key, uploads in found.items()}, sent)

    def like(self, row: Row) -> str | None:
        """Return words that name the upload that may have made this file; None if no upload fits it."""
        size: Any = row.get("bytes")
        key = str(row.get("filename") or ""), size if isinstance(size, int) else -1
        made = seconds(row.get("created_at"))
        for upload in self.unanswered.get(key, ()):
            # A server that reports no time of creation proves nothing either way.
            if not made or upload.started - EARLY <= made <= upload.started + LATE:
                return (
                    f"the upload {upload.number} of run {upload.run or '(unknown)'}, which had no "
                    "answer"
                )
        if key in self.sent:
            return f"the document {key[0]} of the manifests"
        return None
