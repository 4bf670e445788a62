"""Defines Binding, which describes how one kind lives on one runtime.

It has the collection of the API, and functions that translate between a spec and a request or a
row. A kind without a binding on a runtime does not exist there. Every function of a binding is
pure: it must not do I/O, must not change its arguments, and must return the same for the same
arguments.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeAlias

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.mark import Mark
from provisioner.model.mark_location import IN_METADATA, MarkLocation
from provisioner.model.provider import Body, Row
from provisioner.model.remote import FileProvenance, RemoteDocument
from provisioner.model.resource import Document
from provisioner.model.value import Content, Spec

Ids: TypeAlias = Callable[[Address], str]
"""A function that returns the remote id of an address.

It raises KeyError for an id not yet known.
"""


@frozen
class NormalForm:
    """A live object in the form of its kind's manifests, so that the two can be compared."""

    spec: Spec
    """The fields that the server returned, with the names and forms of a checked manifest.

    Where the spec of a Resource has a Reference, this spec has a RemoteId. A field that is missing
    or null in the row must be absent here. Our own mark must be left out.
    """

    file_provenance: tuple[FileProvenance, ...] = ()
    """The File from which each upload that the object names was made, as recorded in the mark."""


def _all_of_it(spec: Spec) -> Spec:
    return spec


def _never(_spec: Spec) -> bool:
    return False


def _shows_nothing(_rows: Iterable[Row]) -> Spec:
    return {}


def _is_never_empty(_row: Row) -> bool:
    return False


@frozen
class FieldBehaviour:
    """The ways in which a server treats fields that it is sent: defaults, echoes, changes of its own.

    Every field of this class is optional.
    """

    defaults: Mapping[str, Any] = field(default_factory=dict)
    """The value that a server returns for each field that was never set.

    An update that removes a field must lead to this value. The value must not depend on other
    fields.
    """

    also_default: Mapping[str, Any] = field(default_factory=dict)
    """Other values that a server may return for a field that was never set.

    Such a value, like the default, is not reported as an undeclared value.
    """

    per_run: frozenset[str] = frozenset()
    """Fields that the API accepts only when an assistant is run, such as token limits.

    The object itself cannot store them, so its mark records them, and `ask` and `load` pass them
    with each run. `to_wire` must not send them, and `from_wire` must read them from the mark.
    """

    not_echoed: frozenset[str] = frozenset()
    """Fields that a server accepts but may not return.

    They are compared with the digests in the mark.
    """

    echoed: Callable[[Spec], Spec] = _all_of_it
    """Returns the part of a complete desired spec that the server will return for it."""

    resolved: frozenset[str] = frozenset()
    """Fields that a server may return in a more exact form, such as `model` with a date at its end.

    A change of the exact form is *server drift*: it is shown, and no update is sent for it. Only
    fields whose names the server resolves by itself may be listed.
    """

    computed: frozenset[str] = frozenset()
    """Fields that the server changes by itself. Their changes are never reported as drift."""

    sent_together: tuple[frozenset[str], ...] = ()
    """Groups of fields that lie in one object of the request, which an update replaces as a whole.

    So an update that sends one field of a group sends all fields of the group.
    """

    switches: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The actions (`provider.action`) that set a boolean field: the first to false, the second to true.

    Such a field must not be part of a request's body.
    """

    dates_our_writes: Callable[[Spec], bool] = _never
    """Returns true for a spec if the `updated_at` of its object changes only when somebody writes to it.

    Then an `updated_at` later than our last write proves that somebody else wrote. It must return
    false if the server itself sets `updated_at` for other reasons.
    """


@frozen
class Documents:
    """The way in which the documents of an object, such as the files of a store, are read and written.

    Only a kind that holds documents has it. A document is a file in a collection inside of the
    object. The attributes of the document say which local file it was made from.
    """

    collection: str
    """The collection that lists the documents of one object, such as `vector_stores/files`."""

    batches: str
    """The collection in which one create attaches many documents.

    An example is `vector_stores/file_batches`.
    """

    from_wire: Callable[[Row], RemoteDocument | None]
    """Returns the document of a row, or None if the row's attributes are not ours."""

    attributes: Callable[[Document, Mapping[str, Any] | None], dict[str, Any]]
    """Returns the attributes to send with a document: the user's own and ours.

    Ours record the document's path and digests and, if a File resource declares it, the name of that
    resource.

    The second argument has the user's attributes as this server would store them. It is None if the
    server stores attributes unchanged.
    """

    sent_with_each: tuple[str, ...] = ()
    """Fields of the holder's spec that are sent with each document instead of with the holder."""

    shown: Callable[[Sequence[Row]], Spec] = _shows_nothing
    """Returns those fields of the holder's spec that can be read only from the rows of its documents.
    """

    is_empty: Callable[[Row], bool] = _is_never_empty
    """Returns true if the row of the holder itself says that it has no documents.

    It must return false if the row does not say so, because the documents are then not listed.
    """


@frozen
class Versions:
    """The way to change an object that the API cannot update: a new version is added to it."""

    collection: str
    """The collection that lists the versions of one object."""

    archive: str
    """The collection from which the files of one version are downloaded as a zip archive."""

    unpacked: Callable[[bytes, Spec], Mapping[str, Content]]
    """Returns the live files of an archive by path, without our mark in their texts.

    The arguments are the archive and the desired spec. The function must not raise: it must return
    an empty mapping for an archive that cannot be read.
    """

    reference_key: str
    """The key under which rows of other objects have the id of this object, such as `skill_id`.

    Beside it, they have the number of a version under `version`.
    """


@frozen
class History:
    """The way to read the earlier releases of objects, which running applications may still use."""

    collection: str
    """The collection that lists all releases: of one object if an id is given, else of all objects.

    Its rows are read with the `from_wire` of the binding. A row with `retained: false` may be
    deleted by the retention rule.
    """


@frozen
class Binding:
    """The description of one kind on one runtime. Only its first three fields are required."""

    collection: str
    """The collection in which the provider lists, creates, updates and deletes the objects.

    If the provider's table has no entry for a collection, its name is used as its path in URLs.
    """

    to_wire: Callable[[Spec, Ids], Body]
    """Returns the request body for a spec in normal form, or for a part of one.

    The second argument returns the ids of referred objects; the KeyError that it raises must be
    passed on. The body must have only the fields that the spec has; a value of None in it asks for
    the server's default. The body must not contain the mark, because `mark_location` adds it.
    """

    from_wire: Callable[[Row], NormalForm]
    """Returns the normal form of a row, which includes the mark.

    `from_wire` of an object made with `to_wire(spec)` must return `spec`, apart from differences
    that `complete` removes. Values that no manifest can set must be ignored. It may raise
    TypeError, ValueError, KeyError or AttributeError for a row of an unexpected form: the row is
    then read without the fields at fault.
    """

    complete: Callable[[Spec], Spec] = _all_of_it
    """Returns a spec in which values that can be written in several ways are written in one way.

    Desired and live spec are both completed before they are compared. The function adds the
    defaults that a server fills in *inside* of given values. It must not add a top-level field.
    """

    live_name: Callable[[Spec], str] = lambda spec: str(spec.get("name") or "")
    """Returns the name that the live object of a desired spec will have.

    A foreign object of that name stops a create. The result must be '' if objects of this kind have
    no name.
    """

    fields: FieldBehaviour = FieldBehaviour()
    """The behaviour of the server towards the fields that it is sent."""

    mark_location: MarkLocation | None = IN_METADATA
    """The place of the mark on an object, None if an object cannot carry a mark.

    Then only the marks of other objects prove that it is ours (see FileProvenance).
    """

    may_be_ours: Callable[[Row], bool] = lambda _row: True
    """Returns false for a row that no manifest of this kind could have made.

    Such a row is never changed, deleted or adopted, even if it carries a mark.
    """

    parent: str = ""
    """The kind inside of whose objects the objects of this kind lie, '' if they lie in none.

    The spec must have a required reference to the parent under this name. Objects are listed once
    for each parent, and are deleted with their parent.
    """

    is_upload: bool = False
    """True if an object is an uploaded file: content and a file name, and nothing else.

    It is made by `provider.upload`, never updated, and has no mark. It must not be true beside
    `documents`, `versions` or `history`.
    """

    documents: Documents | None = None
    """The way in which the documents of an object are read and written, None if it holds none."""

    versions: Versions | None = None
    """The way in which a version is added, None if objects are updated in place."""

    history: History | None = None
    """The way to read earlier releases, None if the runtime publishes no releases."""

    retires: bool = False
    """True if a replaced object is kept for a while, because a release may still name it."""

    def mark_of(self, row: Row) -> Mark | None:
        """Return the mark in a row. None if it has none, or if `may_be_ours` refuses the row."""
        # An agent chooses the metadata of what it makes, so a mark alone does not prove it ours.
        return (
            self.mark_location.read(row) if self.mark_location and self.may_be_ours(row) else None
        )


def upload_kind(bindings: Mapping[str, Binding]) -> str:
    """Return the kind whose objects are uploads, '' on a runtime that has none."""
    return next((kind for kind, binding in bindings.items() if binding.is_upload), "")


def is_upload(kind: str, bindings: Mapping[str, Binding]) -> bool:
    """Return true if the objects of a kind are uploads on the runtime of these bindings."""
    return kind in bindings and bindings[kind].is_upload
