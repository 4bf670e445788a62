"""File names that say whose a file is and what it holds: `file_names: marked`.

A file has no metadata. Under `stem.OWNER-PATH-CONTENT.ending` it is known for certain, by digests
of the owner and of the path and by the head of the SHA-256 of its content.
"""

import re
from collections.abc import Iterable

from provisioner.model.frozen import frozen
from provisioner.model.mark import Owner
from provisioner.model.resource import Document
from provisioner.model.value import digest

SHORT, HEAD = 6, 12
_TAG = re.compile(
    rf"\.(?P<owner>[\w-]{{{SHORT}}})-(?P<path>[\w-]{{{SHORT}}})-(?P<sha256>[0-9a-f]{{{HEAD}}})(?:\.|\Z)"
)


@frozen
class Tag:
    """The content of a marked name: digests of an owner and a path, and the head of a SHA-256."""

    owner: str
    path: str
    sha256: str

    def is_of(self, owner: Owner) -> bool:
        return self.owner == digest(str(owner), SHORT)

    def document(self, documents: Iterable[Document]) -> Document | None:
        """Return the document at the path that the name was made for, whatever it holds now."""
        return next((d for d in documents if digest(d.key, SHORT) == self.path), None)


def marked_name(owner: Owner, document: Document, sha256: str = "") -> str:
    """Return the name under which a document is uploaded so that it can be known again by it.

    `sha256` stands in for the digest of what the document says: a file may have been named by
    another of its spellings.
    """
    stem, dot, ending = document.name.rpartition(".")
    path = digest(document.key, SHORT)
    tag = f"{digest(str(owner), SHORT)}-{path}-{(sha256 or document.said)[:HEAD]}"
    return f"{stem or ending}.{tag}{dot if stem else ''}{ending if stem else ''}"


def read_name(name: str) -> Tag | None:
    """Return what a file's name says of it, None for a name that carries no tag.

    Returns None for a name that carries no tag.
    """
    found = list(_TAG.finditer(name))
    return Tag(**found[-1].groupdict()) if found else None
