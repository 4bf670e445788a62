"""The comment and the issue of one stack and environment, found again by a mark that readers do not see.

A mark is a comment of HTML. The host returns only notes of our own user, so a mark that somebody else
writes is never found.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from provisioner.model.frozen import frozen
from provisioner.pipelines.host import Note

LETTERS: Final = re.compile(r"[^A-Za-z0-9]+")


@frozen
class Key:
    """The stack and environment of a job. `folder` is the path of its manifests in the repository."""

    folder: str
    environment: str

    def __str__(self) -> str:
        """Return a name of letters, digits and `-`, which differs for each folder and environment."""
        whole = sha256(f"{self.folder}\0{self.environment}".encode()).hexdigest()[:12]
        shown = LETTERS.sub("-", f"{self.folder}-{self.environment}").strip("-")[:40].strip("-")
        return f"{shown}-{whole}".strip("-")

    @property
    def mark(self) -> str:
        """The comment of HTML with which each note of this stack and environment begins."""
        return f"<!-- provisioner {self} -->"


def marked(key: Key, text: str) -> str:
    """Return the text of a note that begins with the mark of a key."""
    return f"{key.mark}\n{text}"


def found(key: Key, notes: Sequence[Note]) -> Note | None:
    """Return the first note that begins with the mark of this key; None if there is none."""
    return next((note for note in notes if note.text.startswith(key.mark)), None)
