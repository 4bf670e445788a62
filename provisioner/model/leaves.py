"""The leaves of a spec that JSON has no word for.

A `Reference` stays symbolic from manifest to plan; only apply swaps in the remote id. A
`Sensitive` string is compared like any other and shown by nobody; one that is `MissingSecret` is not
even known. A `Content` stands for the bytes of a local file until they are sent.
"""

from dataclasses import field
from typing import TypeAlias

from provisioner.model.address import Address
from provisioner.model.frozen import frozen

Spans: TypeAlias = tuple[tuple[int, int], ...]


@frozen(order=True)
class Reference:
    """Another resource, named where its remote id will stand."""

    address: Address

    def __str__(self) -> str:
        return str(self.address)


@frozen
class Sensitive:
    """A string that a sensitive variable went into. Its repr never shows it.

    `variable` names the environment variable that it was read from, where it is a secret. `spans`
    are the parts that are secret, from a first character to the one after the last, in order and
    apart from each other. The whole string is secret where there are none.
    """

    value: str = field(repr=False)
    variable: str = ""
    spans: Spans = field(default=(), compare=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret parts, in order."""
        if not self.spans:
            return (self.value,)
        return tuple(self.value[start:end] for start, end in self.spans)

    def __str__(self) -> str:
        return "(sensitive)"


class Placeholder(str):
    """A text that stands in the place of a value that nobody shows."""

    __slots__ = ()


@frozen
class MissingSecret:
    """A secret that is not here: the environment variable that should hold it is not set.

    What is live stays as it is; nothing new can be made of it.
    """

    variable: str

    def __str__(self) -> str:
        return f"(from {self.variable}, which is not set)"


@frozen
class Content:
    """A local file's bytes. `path` is relative to the manifest root, `size` counts bytes with LF.

    `sha256` is the digest of the bytes; `content` and `windows` are those of the text with LF and
    with CRLF (see `digests`), empty where they are no others. `text` is what it says, where that is
    text to be judged; `base64` asks for the bytes so encoded.
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
        """The digest of what it says, which is what is recorded and compared."""
        return self.content or self.sha256

    @property
    def spellings(self) -> tuple[str, str, str]:
        """The digests that are all of this content: with LF, of the bytes, with CRLF."""
        return self.said, self.sha256, self.windows or self.sha256

    def __str__(self) -> str:
        return f"{self.path} ({self.size:,} bytes, sha256:{self.said[:12]})"


@frozen
class RemoteId:
    """A live object's id where a live spec refers to one that is not `Live.objects`'s.

    `address` is what it stands for: an older generation of ours, or, where the object is `gone`,
    whatever the manifest has in its place. Such a reference has to be pointed anew, and nobody's
    change is lost by it.
    """

    kind: str
    id: str
    address: Address | None = None
    gone: bool = False

    def __str__(self) -> str:
        return self.id
