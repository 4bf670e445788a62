"""Defines the leaves of a spec for which JSON has no type: Reference, Sensitive, Content and others.

A `Reference` is replaced by a remote id only when a request is sent. A `Sensitive` string is
compared like any other string and never shown. A `MissingSecret` stands for a secret whose value is
not available. A `Content` stands for the bytes of a local file until they are sent.
"""

from dataclasses import field
from typing import TypeAlias

from provisioner.model.address import Address
from provisioner.model.frozen import frozen

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Pieces of a text: the index of the first character of each, and the index after its last one."""


@frozen(order=True)
class Reference:
    """A reference to another resource. In requests, the remote id of that resource replaces it."""

    address: Address

    def __str__(self) -> str:
        return str(self.address)


@frozen
class Sensitive:
    """A string that contains the value of a sensitive variable. Its repr never shows the string.

    `variable` is the name of the environment variable from which a secret was read, '' for other
    strings. `spans` are the secret parts, each as the index of its first character and the index
    after its last one, in order and without overlap. If `spans` is empty, the whole string is
    secret.
    """

    value: str = field(repr=False)
    variable: str = ""
    spans: Spans = field(default=(), compare=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret parts of the string, from left to right."""
        if not self.spans:
            return (self.value,)
        return tuple(self.value[start:end] for start, end in self.spans)

    def __str__(self) -> str:
        return "(sensitive)"


class Placeholder(str):
    """A text that is shown in place of a value that must not or cannot be shown."""

    __slots__ = ()


@frozen
class MissingSecret:
    """A secret without a value: the environment variable that should contain it is not set.

    A live object that has the secret keeps it, but no new object can be created without the value.
    """

    variable: str

    def __str__(self) -> str:
        return f"(from {self.variable}, which is not set)"


@frozen
class Content:
    """The bytes of a local file. `path` is relative to the manifest root.

    `size` is the number of bytes of the text with LF. `sha256` is the digest of the bytes.
    `content` and `windows` are the digests of the text with LF and with CRLF (see `digests`), '' if
    they equal `sha256`. `text` is the text of the file, '' if it is no text or too long to be kept.
    If `base64` is true, requests contain the bytes in that encoding.
    """

    path: str
    sha256: str
    size: int
    text: str = field(default="", repr=False, compare=False)
    base64: bool = False
    content: str = field(default="", compare=False)
    windows: str = field(default="", compare=False)

    @property
    def said(self) -> str:
        """The digest of the text with LF; of the bytes if the file is not a text.

        Marks record it, and plans compare it.
        """
        return self.content or self.sha256

    @property
    def digests(self) -> tuple[str, str, str]:
        """All digests by which this content may have been recorded.

        They are those of the text with LF, of the bytes, and of the text with CRLF.
        """
        return self.said, self.sha256, self.windows or self.sha256

    def __str__(self) -> str:
        return f"{self.path} ({self.size:,} bytes, sha256:{self.said[:12]})"


@frozen
class RemoteId:
    """An id in a live spec that is not the id of a current object of ours (see `Live.objects`).

    `gone` is true if no object with this id was in the list of its kind. `address` is set if the id
    belongs to an older generation of one of our objects. It is also set if `gone` is true and the
    manifest refers to a resource at the same place: then it is the address of that resource. A plan
    updates such a reference without asking, because that overwrites nobody's edit.
    """

    kind: str
    id: str
    address: Address | None = None
    gone: bool = False

    def __str__(self) -> str:
        return self.id
