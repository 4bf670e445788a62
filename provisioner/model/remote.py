"""Defines RemoteObject, one object that exists on a target, and Live, all objects of a target."""

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
    """A record, in the mark of an object, of the File from which an upload that it attaches was made.

    An upload has no metadata, so the record is in the mark of the object that attaches the upload.
    `sha256` is the beginning of the digest of the content, as long as the mark had room for.
    `formerly` is the address in the mark, if the File was renamed since.
    """

    file_id: str
    address: Address
    sha256: str
    formerly: Address | None = None


@frozen
class RemoteDocument:
    """A file in a live vector store that its attributes or its name show to be ours.

    `digest` is the digest of the attributes as they were last applied. `status` is the status that
    the API reports. `by_name` is true if only the file name shows that the document is ours,
    because the server stores no attributes. `source` is the File that declares the document, None
    if the store does. `formerly` is the address of that File in the attributes, if it was renamed
    since.
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
    """The number and the origin of one release.

    `at` is the moment of publication in unix seconds. `digest` is the digest of the whole content.
    `rolled_back_to` is the number of the release of which this one is a copy, 0 if it is no copy.
    `revision` is the commit of the manifests, '' if it is not known. `sealed` is true if the
    release has a seal that fits its content: then nobody has edited it since.
    """

    number: int
    at: float = 0.0
    digest: str = ""
    revision: str = ""
    rolled_back_to: int = 0
    sealed: bool = False


@frozen
class Versions:
    """The number of an object's default version, and that of the newest version with our mark."""

    default: str
    ours: str


@frozen
class RemoteObject:
    """One live object, with its fields in the normal form of its kind."""

    kind: str
    id: str
    name: str
    """The name of the object, without a mark at its end."""

    spec: Spec
    """The fields in normal form.

    The ids of our live objects are References, all others RemoteIds.
    """

    mark: Mark | None = None
    """Our mark on the object, None if it has none.

    Its `intact` is false if somebody has removed or damaged a part of it.
    """

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The metadata as the server returned it, with the mark and with the keys of others."""

    documents: Mapping[str, RemoteDocument] = field(default_factory=dict)
    """Our documents in a store, by path. An upload has one document, itself, at the path ''."""

    foreign_documents: tuple[str, ...] = ()
    """The ids of files in the store that somebody else attached."""

    surplus_documents: tuple[RemoteDocument, ...] = ()
    """Our older documents in a store: each has the same path as a newer document of ours."""

    file_provenance: tuple[FileProvenance, ...] = ()
    """The records in the object's mark of the Files whose uploads the object attaches."""

    created_at: float = 0.0
    """The moment of creation in unix seconds, 0 if the row does not have it."""

    updated_at: float = 0.0
    """The moment of the last update in unix seconds, 0 if the row does not have it."""

    expired: bool = False
    """True if the server reports that the object has expired."""

    retained: bool = False
    """True if the object must not be deleted yet, because running applications may use it."""

    former: bool = False
    """True for an upload that only earlier releases refer to."""

    parent: str = ""
    """The id of the object that contains this one, '' if none does."""

    published: Published | None = None
    """The number and origin of a release, None for all other objects."""

    versions: Versions | None = None
    """The versions of the object if its default version is not the newest with our mark, else None.

    `mark` is then the mark of our newest version.
    """

    proven: bool = True
    """False for an upload that is ours only according to releases. It is never deleted.

    A file in a registry can be written by somebody else, so it proves nothing about the account.
    """

    refers_to: frozenset[str] = frozenset()
    """The ids of objects of this target that occur anywhere in the row, even in unknown fields."""

    odd: tuple[str, ...] = ()
    """The names of fields of the row that could not be read. They are not compared."""

    formerly: Address | None = None
    """The address in the mark on the server, if the manifests have renamed the resource since.

    `mark` then has the new address already.
    """

    @property
    def address(self) -> Address | None:
        return self.mark.address if self.mark else None


@frozen
class Live:
    """All objects that a run read of one target, grouped by owner."""

    objects: Mapping[Address, RemoteObject] = field(default_factory=dict)
    """Our objects: for each address the newest complete one."""

    surplus: tuple[RemoteObject, ...] = ()
    """Our other objects: duplicates and older generations of those in `objects`."""

    foreign: tuple[RemoteObject, ...] = ()
    """The objects without any mark."""

    elsewhere: tuple[RemoteObject, ...] = ()
    """The objects with the mark of another owner."""

    bystanders: tuple[RemoteObject, ...] = ()
    """Objects that no manifest can declare, such as sessions of agents. They may refer to ours."""

    releases: tuple[RemoteObject, ...] = ()
    """The releases of all owners that must be kept, and files in a registry that are no releases."""

    file_names: Mapping[str, str] = field(default_factory=dict)
    """The file name of every upload that was listed, by the id of the upload."""

    named_by_releases: frozenset[str] = frozenset()
    """The ids to which a kept release of any owner refers."""

    unpublished: bool = False
    """True if the history of releases is empty or missing.

    Then every object that may be in use is kept.
    """

    unread: frozenset[str] = frozenset()
    """The kinds that could not be listed."""

    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings and errors about rows and lists that could not be read."""

    unproven_uploads: frozenset[str] = frozenset()
    """The ids of uploads that nothing uses, but that nothing proves to be ours either."""

    borrowed: Mapping[Address, RemoteObject] = field(default_factory=dict)
    """Objects of others that manifests name only by id, by the address that the manifest gives them."""

    @property
    def others(self) -> Mapping[Owner, frozenset[Address]]:
        """The addresses at which each other owner has objects on this target."""
        # A first plan is refused if another owner has objects at our addresses: see `other-stack`.
        held: dict[Owner, set[Address]] = {}
        for mark in (found.mark for found in self.elsewhere):
            if mark:
                held.setdefault(mark.owner, set()).add(mark.address)
        return {owner: frozenset(addresses) for owner, addresses in held.items()}

    @property
    def ours(self) -> tuple[RemoteObject, ...]:
        """All our objects, duplicates and older generations included."""
        return (*self.objects.values(), *self.surplus)


@frozen
class ReleaseEntry:
    """One release of an assistant.

    `deleted` is true for a tombstone. `current` is true for the newest release, unless it is a
    tombstone. `found` is the RemoteObject that was read of the release.
    """

    address: Address
    published: Published
    found: RemoteObject
    current: bool = False
    deleted: bool = False

    @property
    def number(self) -> int:
        return self.published.number
