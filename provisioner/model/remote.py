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
    """Of an object that is published in numbers: which one this is.

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
    """One live object, its spec in the same normal form as a Resource's.

    Ids in `spec` that belong to our own live objects are References; other ids are plain strings.
    `versions` is set where the version in use is not the newest one of ours; the mark is that of
    ours then. `metadata` is as it stands, mark and foreign keys included. An object whose mark was wiped and
    that was recognised all the same has a mark that is not `intact`. `foreign_documents` are file ids in
    a store of ours that somebody else attached. `expired` is true when the server let it lapse.
    `created_at` and `updated_at` are in unix seconds, 0 where the object does not say them.
    One that is `retained` is not to be deleted yet: running applications may still use it. Of one
    that is `former` only what was published before speaks. `parent` is the id of the object that it
    lies inside of, where it does. An upload is not `proven` where only a release says that it is
    ours: it is never deleted. `refers_to` are the ids of objects of this target that its row names
    anywhere, whether or not its kind knows the field. `odd` are the fields of its row that could
    not be read. `formerly` is the address that its mark names, where the manifests have renamed the
    resource since: `mark` has the new one then.
    """

    kind: str
    id: str
    name: str
    spec: Spec
    mark: Mark | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, RemoteDocument] = field(default_factory=dict)
    foreign_documents: tuple[str, ...] = ()
    surplus_documents: tuple[RemoteDocument, ...] = ()
    file_provenance: tuple[FileProvenance, ...] = ()
    created_at: float = 0.0
    updated_at: float = 0.0
    expired: bool = False
    retained: bool = False
    former: bool = False
    parent: str = ""
    published: Published | None = None
    versions: Versions | None = None
    proven: bool = True
    refers_to: frozenset[str] = frozenset()
    odd: tuple[str, ...] = ()
    formerly: Address | None = None

    @property
    def address(self) -> Address | None:
        return self.mark.address if self.mark else None


@frozen
class Live:
    """Everything a run read of one target.

    `objects`: ours, the newest complete one of each address. `surplus`: ours as well, but a
    duplicate or an older generation of one in `objects`. `foreign`: objects without our mark.
    `elsewhere`: objects that other owners hold here. `bystanders`: objects that nobody manages, such
    as what agents made for themselves; they are never touched, and may refer to ours. `releases`:
    what was published before and is kept, whoever's it is, and files that do not count as releases.
    `file_names`: every listed file's (id, name). `held`: ids that a retained release names, whoever's
    it is. `unpublished`: no history says what is in use, so everything that could be stays. `unread`:
    kinds that could not be listed. `diagnostics`: what is to be said of what was read, and of what
    could not be. `left`: ids of uploads that nothing uses and nothing proves to be ours. `borrowed`:
    objects of others that the manifests refer to by id, under the addresses of the manifests.
    """

    objects: Mapping[Address, RemoteObject] = field(default_factory=dict)
    surplus: tuple[RemoteObject, ...] = ()
    foreign: tuple[RemoteObject, ...] = ()
    elsewhere: tuple[RemoteObject, ...] = ()
    bystanders: tuple[RemoteObject, ...] = ()
    releases: tuple[RemoteObject, ...] = ()
    file_names: Mapping[str, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    unpublished: bool = False
    unread: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    left: frozenset[str] = frozenset()
    borrowed: Mapping[Address, RemoteObject] = field(default_factory=dict)

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
