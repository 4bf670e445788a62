"""The live side: objects that exist, in the form in which they were read."""

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
    """The statement of a live object that an attached file comes from a certain File.

    A file carries no metadata, so this statement stands in the mark of the object that attaches it.
    `sha256` is the beginning of the digest, as long as the mark had room for. `formerly` is the
    address in the mark, if the File was renamed since.
    """

    file_id: str
    address: Address
    sha256: str
    formerly: Address | None = None


@frozen
class RemoteDocument:
    """A file in a live vector store that carries our attributes, or whose name says that it is ours.

    `digest` is made from the attributes as they were last applied. `status` is that of the API.
    `by_name` is true if only the file name shows that the document is ours: the server keeps no
    attributes, so nothing is known of them. `formerly` is the address of the `source` in the
    attributes, if that File was renamed since.
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
    """The number and the provenance of one release.

    `at` is in unix seconds, and `digest` is that of the whole content. `rolled_back_to` is the number
    of the release that this one is a copy of, 0 if it is no copy. `revision` is the commit of the
    manifests, if it is known. `sealed` is true if the release has a seal that fits its content, so
    that nobody has edited it since.
    """

    number: int
    at: float = 0.0
    digest: str = ""
    revision: str = ""
    rolled_back_to: int = 0
    sealed: bool = False


@frozen
class Versions:
    """The numbers of an object's default version, and of our newest version of it."""

    default: str
    ours: str


@frozen
class RemoteObject:
    """One live object, read and in its kind's normal form."""

    kind: str
    id: str
    name: str
    """The live name, without a mark at its end."""

    spec: Spec
    """The fields in normal form. Ids of our own live objects are References; others are RemoteIds."""

    mark: Mark | None = None
    """Our mark on the object. It is not `intact` if somebody has removed or damaged a part of it."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The metadata as it stands, with the mark and with the keys of others."""

    documents: Mapping[str, RemoteDocument] = field(default_factory=dict)
    """Our documents in a store, by path. An upload has one document, with an empty path: itself."""

    foreign_documents: tuple[str, ...] = ()
    """Ids of files in it that somebody else attached."""

    surplus_documents: tuple[RemoteDocument, ...] = ()
    """Documents of ours whose path a newer document of ours has too."""

    file_provenance: tuple[FileProvenance, ...] = ()
    """The Files of the uploads that the object names, as its mark says."""

    created_at: float = 0.0
    """Unix seconds, 0 if the object does not say it."""

    updated_at: float = 0.0
    """Unix seconds, 0 if the object does not say it."""

    expired: bool = False
    """True if the server says that the object has expired."""

    retained: bool = False
    """True if it must not be deleted yet, because running applications may use it."""

    former: bool = False
    """True for an upload that only earlier releases name."""

    parent: str = ""
    """The id of the object that contains it, '' if none does."""

    published: Published | None = None
    """The number and provenance of a release, None for other objects."""

    versions: Versions | None = None
    """Set if the default version is not our newest one. `mark` is then that of our version."""

    proven: bool = True
    """False for an upload that only releases name as ours. Such an upload is never deleted."""

    refers_to: frozenset[str] = frozenset()
    """Ids of objects of this target that stand anywhere in the row, in unknown fields too."""

    odd: tuple[str, ...] = ()
    """Names of fields of its row that could not be read. They are not compared."""

    formerly: Address | None = None
    """The address in the mark on the server, if the manifests have renamed the resource since.

    `mark` has the new address then.
    """

    @property
    def address(self) -> Address | None:
        return self.mark.address if self.mark else None


@frozen
class Live:
    """Everything that a run read of one target, sorted by owner."""

    objects: Mapping[Address, RemoteObject] = field(default_factory=dict)
    """Objects of ours: for each address its newest complete object."""

    surplus: tuple[RemoteObject, ...] = ()
    """Objects of ours as well: duplicates and older generations of those in `objects`."""

    foreign: tuple[RemoteObject, ...] = ()
    """Objects without our mark."""

    elsewhere: tuple[RemoteObject, ...] = ()
    """Objects with the mark of another owner."""

    bystanders: tuple[RemoteObject, ...] = ()
    """Objects that nobody manages, such as what agents made. They may refer to ours."""

    releases: tuple[RemoteObject, ...] = ()
    """Retained releases of all owners, and files in a registry that are no releases."""

    file_names: Mapping[str, str] = field(default_factory=dict)
    """The file name of every upload that was listed, by its id."""

    named_by_releases: frozenset[str] = frozenset()
    """Ids that a retained release of any owner names."""

    unpublished: bool = False
    """True if the history is empty or missing. Then all objects that may be in use are kept."""

    unread: frozenset[str] = frozenset()
    """Kinds that could not be listed."""

    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings and errors about rows that were read, and about lists that could not be read."""

    unproven_uploads: frozenset[str] = frozenset()
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


@frozen
class ReleaseEntry:
    """One release. A `deleted` one is a tombstone; of the others the newest is `current`."""

    address: Address
    published: Published
    found: RemoteObject
    current: bool = False
    deleted: bool = False

    @property
    def number(self) -> int:
        return self.published.number
