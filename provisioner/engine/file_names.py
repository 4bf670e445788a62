"""Writes and reads names of uploads that contain their owner: the setting `file_names: marked`.

An upload has no metadata, so only its name can prove that it is ours. A marked name is
`stem.OWNER-PATH-CONTENT.ending`: a digest of the owner, a digest of the path, and the first
characters of the SHA-256 of the content. The name of a candidate's upload also has the random part
of that candidate's owner: `stem.candidate-3f9a01bc.OWNER-PATH-CONTENT.ending`. So the stack beside
which a test made the candidate can compute the digest of that owner, and prove the upload its own,
even if a kill left nothing else of the candidate.
"""

import re
from collections.abc import Iterable

from provisioner.model.frozen import frozen
from provisioner.model.mark import CANDIDATE, Owner
from provisioner.model.resource import Document
from provisioner.model.value import digest

SHORT, HEAD = 6, 12
_TAG = re.compile(
    rf"(?:{re.escape(CANDIDATE)}(?P<candidate>[0-9a-f]+))?"
    rf"\.(?P<owner>[\w-]{{{SHORT}}})-(?P<path>[\w-]{{{SHORT}}})-(?P<sha256>[0-9a-f]{{{HEAD}}})(?:\.|\Z)"
)


@frozen
class Tag:
    """The parts of a marked name: digests of owner and path, and the beginning of a SHA-256.

    `candidate` is the random part of the owner of a candidate, '' for any other owner.
    """

    owner: str
    path: str
    sha256: str
    candidate: str = ""

    def is_of(self, owner: Owner) -> bool:
        return self.owner == digest(str(owner), SHORT)

    def candidate_beside(self, owner: Owner) -> Owner | None:
        """Return the owner of the candidate for which the upload was made.

        None if it was made for none, or for a candidate beside the objects of another owner.
        """
        candidate = Owner(owner.stack, f"{owner.environment}{CANDIDATE}{self.candidate}")
        return candidate if self.candidate and self.is_of(candidate) else None

    def document(self, documents: Iterable[Document]) -> Document | None:
        """Return the document at the path for which the name was made, whatever its present content."""
        # The digest of the path is compared: a name has no room for the path itself.
        return next((d for d in documents if digest(d.key, SHORT) == self.path), None)


def marked_name(owner: Owner, document: Document, sha256: str = "") -> str:
    """Return the marked name of a document, by which a later run finds its upload again.

    `sha256`, if given, is used in place of the digest of the document's content: an earlier run may
    have used another digest of the same document (see `Document.digests`).
    """
    stem, dot, ending = document.name.rpartition(".")
    path = digest(document.key, SHORT)
    tag = f"{digest(str(owner), SHORT)}-{path}-{(sha256 or document.said)[:HEAD]}"
    if owner.candidate_of:
        tag = f"{CANDIDATE[1:]}{owner.environment.rpartition(CANDIDATE)[2]}.{tag}"
    return f"{stem or ending}.{tag}{dot if stem else ''}{ending if stem else ''}"


def read_name(name: str) -> Tag | None:
    """Return the parts of a marked name, None for a name that is not marked."""
    # The user's own part of the name may look like a tag, so the last one counts.
    found = list(_TAG.finditer(name))
    return Tag(**found[-1].groupdict(default="")) if found else None


def unmarked_name(name: str) -> str:
    """Return a marked name as it was before it was marked, and any other name as it is."""
    found = list(_TAG.finditer(name))
    if not found:
        return name
    ending = name[found[-1].end() :]
    return f"{name[: found[-1].start()]}{'.' if ending else ''}{ending}"
