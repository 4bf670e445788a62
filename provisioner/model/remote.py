"""The live side: objects that exist, as they were read."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.mark import Mark, Owner
from provisioner.model.value import Spec


@frozen
class FileProvenance:
    """A live object's word that a file it names holds certain local content.

    Files carry no metadata, so what we know of one stands with the objects that refer to it.
    `sha256` is the head of the digest, as long as its place allowed. `formerly` is the address that
    stands there, where the File was renamed since.
    """

    file_id: str
    address: Address
    sha256: str
    formerly: Address | None = None


@frozen
class RemoteDocument:
    """A file in a live vector store that carries our attributes, or whose name says that it is ours.

    `digest` is what its attributes were when applied; `status` is the API's. One that is known
    `by_name` lives on a server that keeps no attributes: nothing is known of them. `formerly` is the
    address of the `source` that the attributes name, where that File was renamed since.
    """

    file_id: str
    path: str
    sha256: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    status: str = "completed"
    error: str = ""
    source: Address | None = None
    by_name: bool = False
    formerly: Address | None = None


@frozen
class Published:
    """The number of one publication, of an object that is published in numbers.

    `at` is in unix seconds, `digest` that of the whole content. `rolled_back_to` is the number that
    it is a copy of, 0 where it is none; `revision` that of the manifests it came from, where known.
    `sealed` is true where it was read with a seal that fits: nobody has edited it since.
    """

    number: int
    at: float = 0.0
    digest: str = ""
    revision: str = ""
    rolled_back_to: int = 0
    sealed: bool = False


@frozen
class Versions:
    """Numbers of two versions of one object: the one that is in use, and the newest one of ours."""

    default: str
    ours: str


@frozen
class RemoteObject:
    """One live object, read and in its kind's normal form."""

    kind: str
    id: str
    name: str
    """The live name, without a mark behind it."""

    spec: Spec
    """The fields in normal form. Ids of our own live objects are References; others are RemoteIds."""

    mark: Mark | None = None
    """Our mark on it. A mark that was recovered after somebody wiped it is not `intact`."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The metadata as it stands, with the mark and with the keys of others."""

    documents: Mapping[str, RemoteDocument] = field(default_factory=dict)
    """The documents of ours that it holds, by path. An upload has itself under an empty path."""

    foreign_documents: tuple[str, ...] = ()
    """Ids of files in it that somebody else attached."""

    surplus_documents: tuple[RemoteDocument, ...] = ()
    """Documents of ours at a path that a newer one has."""

    file_provenance: tuple[FileProvenance, ...] = ()
    """The content of the uploads that it names, as its mark says it."""

    created_at: float = 0.0
    """Unix seconds, 0 where the object does not say it."""

    updated_at: float = 0.0
    """Unix seconds, 0 where the object does not say it."""

    expired: bool = False
    """True where the server let it lapse."""

    retained: bool = False
    """True where it must not be deleted yet, since running applications may use it."""

    former: bool = False
    """True of an upload of which only earlier publications speak."""

    parent: str = ""
    """The id of the object that it lies inside of, empty where it lies in none."""

    published: Published | None = None
    """Its number among publications, where it is published in numbers."""

    versions: Versions | None = None
    """Set where the version in use is not the newest one of ours. `mark` is that of ours then."""

    proven: bool = True
    """False of an upload that only a release calls ours. It is never deleted."""

    refers_to: frozenset[str] = frozenset()
    """Ids of objects of this target that its row names anywhere, in fields that nobody knows too."""

    odd: tuple[str, ...] = ()
    """Names of fields of its row that could not be read. They are not compared."""

    formerly: Address | None = None
    """The address that its mark names, where the manifests have renamed the resource since.

    `mark` has the new address then.
    """

    @property
    def address(self) -> Address | None:
        return self.mark.address if self.mark else None


@frozen
class Live:
    """Everything that a run read of one target, sorted by whose it is."""

    objects: Mapping[Address, RemoteObject] = field(default_factory=dict)
    """Objects of ours: of each address the newest complete one."""

    surplus: tuple[RemoteObject, ...] = ()
    """Objects of ours as well: duplicates and older generations of those in `objects`."""

    foreign: tuple[RemoteObject, ...] = ()
    """Objects without our mark."""

    elsewhere: tuple[RemoteObject, ...] = ()
    """Objects with the mark of another owner."""

    bystanders: tuple[RemoteObject, ...] = ()
    """Objects that nobody manages, such as what agents made. They may refer to ours."""

    releases: tuple[RemoteObject, ...] = ()
    """Publications of before that are kept, whoever's they are, and files that are no release."""

    file_names: Mapping[str, str] = field(default_factory=dict)
    """The file name of every upload that was listed, by its id."""

    held: frozenset[str] = frozenset()
    """Ids that a retained release names, whoever's release it is."""

    unpublished: bool = False
    """True where no history says what is in use, so that everything stays which may be."""

    unread: frozenset[str] = frozenset()
    """Kinds that could not be listed."""

    diagnostics: tuple[Diagnostic, ...] = ()
    """Everything that a reader has to know of what was read, and of what could not be."""

    left: frozenset[str] = frozenset()
    """Ids of uploads that nothing uses and that nothing proves to be ours."""

    borrowed: Mapping[Address, RemoteObject] = field(default_factory=dict)
    """Objects of others that the manifests refer to by id, under the addresses of the manifests."""

    @property
    def others(self) -> Mapping[Owner, frozenset[Address]]:
        """The addresses that other owners hold here."""
        held: dict[Owner, set[Address]] = {}
        for mark in (found.mark for found in self.elsewhere):
            if mark:
                held.setdefault(mark.owner, set()).add(mark.address)
        return {owner: frozenset(addresses) for owner, addresses in held.items()}

    @property
    def ours(self) -> tuple[RemoteObject, ...]:
        """Everything of ours, duplicates and older generations included."""
        return (*self.objects.values(), *self.surplus)
