"""Writes and reads file names that carry the owner of a file: the setting `file_names: marked`.

A file has no metadata, so its name has to carry the proof that the file is ours. A marked name is
`stem.OWNER-PATH-CONTENT.ending`: a digest of the owner, a digest of the path, and the first characters
of the SHA-256 of the content.
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
    """The three parts of a marked name: digests of owner and path, and the start of a SHA-256."""

    owner: str
    path: str
    sha256: str

    def is_of(self, owner: Owner) -> bool:
        return self.owner == digest(str(owner), SHORT)

    def document(self, documents: Iterable[Document]) -> Document | None:
        """Return the document at the path that the name was made for, whatever it holds now."""
        return next((d for d in documents if digest(d.key, SHORT) == self.path), None)


def marked_name(owner: Owner, document: Document, sha256: str = "") -> str:
    """Return the marked name of a document, under which a later run finds its upload again.

    `sha256` replaces the digest of the document's content. A file that an earlier run uploaded may be
    named by another digest of the same document (see `Document.digests`).
    """
    stem, dot, ending = document.name.rpartition(".")
    path = digest(document.key, SHORT)
    tag = f"{digest(str(owner), SHORT)}-{path}-{(sha256 or document.said)[:HEAD]}"
    return f"{stem or ending}.{tag}{dot if stem else ''}{ending if stem else ''}"


def read_name(name: str) -> Tag | None:
    """Return the tag that a file's name carries, None for a name that carries no tag."""
    found = list(_TAG.finditer(name))
    return Tag(**found[-1].groupdict()) if found else None
