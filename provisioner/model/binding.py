"""A binding describes one kind on one runtime: its collection, and the translation of a spec.

A kind without a binding on a runtime does not exist there. Every function of a binding is pure: it
must not do I/O, must not change its arguments, and must answer the same for the same arguments.
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
"""Returns the remote id of an address. Raises KeyError while it is not known."""


@frozen
class NormalForm:
    """A live row in its kind's normal form, as `from_wire` returns it."""

    spec: Spec
    """The fields that the server returned, with the names and forms of a checked manifest.

    Where a Resource has a Reference, this has a RemoteId. A field that the row does not have, or
    has as null, must be absent. Our own mark must be left out.
    """

    file_provenance: tuple[FileProvenance, ...] = ()
    """For each upload that the object names: its File, as recorded in the mark."""


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
    """The behaviour of a server towards the fields that it is sent.

    Every field here may be left out.
    """

    defaults: Mapping[str, Any] = field(default_factory=dict)
    """The value of each field on the server if the field was never set.

    An update that removes a field must lead to this value. It must not depend on other fields.
    """

    also_default: Mapping[str, Any] = field(default_factory=dict)
    """Other values of fields that the server may have if the field was never set.

    Neither it nor the default counts as an undeclared value.
    """

    per_run: frozenset[str] = frozenset()
    """Fields that the API takes only with a run. They stand in the mark, and `ask` and `load` apply
    them. `to_wire` must not send them, and `from_wire` must read them from the mark.
    """

    not_echoed: frozenset[str] = frozenset()
    """Fields that the server takes and may not return. They are compared with the mark."""

    echoed: Callable[[Spec], Spec] = _all_of_it
    """Returns the part of a complete desired spec that the server will return."""

    resolved: frozenset[str] = frozenset()
    """Fields that the server may return as a version of the value that was sent, such as `model`.

    A later version is server drift: it is shown, and never written. Only names that the server
    resolves by itself may stand here.
    """

    computed: frozenset[str] = frozenset()
    """Fields that the server changes by itself. A change of them is never reported as drift."""

    sent_together: tuple[frozenset[str], ...] = ()
    """Groups of fields that share one object on the wire, which an update replaces as a whole.

    An update that sends one field of a group sends them all.
    """

    switches: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The actions (`provider.action`) that set a boolean field to false and to true.

    Such a field must not be sent in a body.
    """

    dates_our_writes: Callable[[Spec], bool] = _never
    """Returns true for a spec if the `updated_at` of its object moves only with writes.

    Then an `updated_at` later than our last write means that somebody else wrote. It must return
    false if the server itself touches the object.
    """


@frozen
class Documents:
    """The way in which the documents of an object are read and written.

    Only a kind that holds documents has it. Documents are files in a collection inside of the
    object. Their attributes say what each was made from.
    """

    collection: str
    """The collection of the documents. It is listed inside of one object."""

    batches: str
    """The collection that attaches many documents with one request."""

    from_wire: Callable[[Row], RemoteDocument | None]
    """Turns a row into a document. Returns None for a row whose attributes are not ours."""

    attributes: Callable[[Document, Mapping[str, Any] | None], dict[str, Any]]
    """Returns the attributes to send with a document: the user's, and its provenance.

    The second argument has the user's attributes in the form in which this server stores them, if
    it changes them, else None.
    """

    sent_with_each: tuple[str, ...] = ()
    """Fields of the holder's spec that are sent with each document, and not with the holder."""

    shown: Callable[[Sequence[Row]], Spec] = _shows_nothing
    """Returns the fields of the holder's spec that only the rows of our documents show."""

    is_empty: Callable[[Row], bool] = _is_never_empty
    """Returns true if the holder's own row says that there are no documents.

    It may return false if it does not know. It must not return true unless the row says so.
    """


@frozen
class Versions:
    """The way to change an object that cannot be updated: a new version of it is added."""

    collection: str
    """The collection of the versions. It is listed inside of one object."""

    archive: str
    """The collection whose `content` is a zip archive of the files in one version."""

    unpacked: Callable[[bytes, Spec], Mapping[str, Content]]
    """Returns the live files in an archive by path, without our mark in them.

    The second argument is the desired spec. The function must return an empty mapping for an archive
    that cannot be read, and must not raise.
    """

    reference_key: str
    """The key under which the rows of other objects name this object, beside `version`."""


@frozen
class History:
    """The earlier releases of objects, which running applications may still use under the same id."""

    collection: str
    """The collection that lists every publication: of one object, or of all of them.

    Its rows are read with the `from_wire` of the binding. A row with `retained: false` may be pruned.
    """


@frozen
class Binding:
    """One kind on one runtime. `collection`, `to_wire` and `from_wire` must be given."""

    collection: str
    """The name of the collection in which the provider lists, makes, changes and deletes objects.

    A collection that is not in the provider's table must have its own name as its path.
    """

    to_wire: Callable[[Spec, Ids], Body]
    """Turns a spec in normal form, or a part of one, into a request body.

    The second argument returns the ids of referred objects. The body must have only the fields that
    the spec has. A value of None asks for the server's default. The function must not write the mark,
    which `mark_location` does. It may raise KeyError, as `Ids` does.
    """

    from_wire: Callable[[Row], NormalForm]
    """Turns a row of the server, with its mark, into the normal form.

    `from_wire(to_wire(spec))` must give back `spec`, apart from differences that `complete`
    removes. It must ignore values that no manifest can set. It may raise TypeError, ValueError,
    KeyError or AttributeError for a row of an unexpected form: the row is then read without the
    fields at fault.
    """

    complete: Callable[[Spec], Spec] = _all_of_it
    """Returns a desired or live spec with one form for each value that has several forms.

    Both sides pass through it before they are compared. It fills in the defaults that the server
    adds inside of given values, and must not add a top-level field.
    """

    live_name: Callable[[Spec], str] = lambda spec: str(spec.get("name") or "")
    """Returns the name under which the object of a desired spec will live.

    A foreign object of that name stops a create. It must return an empty text if objects have no
    name.
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
    """The list of earlier publications, None if nothing is published."""

    retires: bool = False
    """True if a replaced object is kept for a while, because a release may still name it."""

    def mark_of(self, row: Row) -> Mark | None:
        """Return the mark in a row. None if it has none, or if `may_be_ours` refuses the row."""
        return (
            self.mark_location.read(row) if self.mark_location and self.may_be_ours(row) else None
        )


def upload_kind(bindings: Mapping[str, Binding]) -> str:
    """Return the kind whose objects are uploads, '' on a runtime that has none."""
    return next((kind for kind, binding in bindings.items() if binding.is_upload), "")


def is_upload(kind: str, bindings: Mapping[str, Binding]) -> bool:
    """Return true if the objects of a kind are uploads on the runtime of these bindings."""
    return kind in bindings and bindings[kind].is_upload
