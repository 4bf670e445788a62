"""A kind: the facts of one resource type. A binding: how that kind lives on a runtime."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any, TypeAlias

from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.frozen import frozen
from provisioner.model.mark import Mark
from provisioner.model.mark_location import IN_METADATA, MarkLocation
from provisioner.model.provider import Body, Row
from provisioner.model.remote import FileProvenance, RemoteDocument
from provisioner.model.schemas import NOWHERE, Schemas
from provisioner.model.value import Content, Spec

Ids: TypeAlias = Callable[[Address], str]
"""Address -> remote id. Raises KeyError while it is not known."""


@frozen
class Problem:
    """A problem that a kind's own check found. `path` leads from `spec` to the value.

    It cannot be judged while a field that it `needs` is not usable.
    """

    path: tuple[str | int, ...]
    code: Code
    detail: str = ""
    is_warning: bool = False
    needs: str = ""


@frozen
class NormalForm:
    """A live row in the kind's normal form, with what it says of files.

    Where a Resource has a Reference, it has a RemoteId.
    """

    spec: Spec
    file_provenance: tuple[FileProvenance, ...] = ()


def _shows_nothing(_rows: Iterable[Row]) -> Spec:
    return {}


@frozen
class DocumentRows:
    """How the documents of a kind that holds documents are read.

    `collection` is listed inside of one object. `from_wire` reads one row, and returns None for a
    row without our attributes. `shown` returns the fields of the holder's spec that only the rows
    of our documents show. `is_empty` says of the holder's own row whether it has no documents.
    """

    collection: str
    from_wire: Callable[[Row], RemoteDocument | None]
    shown: Callable[[Sequence[Row]], Spec] = _shows_nothing
    is_empty: Callable[[Row], bool] = lambda _row: False


@frozen
class Binding:
    """How a kind lives on a runtime: its collection, and spec <-> wire as pure functions.

    `to_wire` takes a spec in normal form, whole or in part; a value of None asks for the server's
    default. `from_wire` takes a row as the server returned it, mark included.

    `complete` fills a spec, desired or live, with the defaults that a server resolves inside of
    what was set, and gives one spelling to what has several: both sides pass through it before
    they are compared. `defaults` are what the server holds where a field was never set. `per_run`
    fields have no place on the wire: they live in the mark. `unread` fields are taken but not
    always echoed; `shown` is what of a desired spec the server will echo. A server may answer
    `resolved` fields with a version of what was sent, and later with another one. `joint` fields
    share one object on the wire that an update replaces whole: who sends one of them sends all.
    `history` is the collection of what was published before, where running applications may still
    use it. An object of a binding that `retires` outlives its replacement for their sake.

    `filled` are values that the server may put where a field was never set, beside `defaults`;
    `computed` are fields that it moves by itself. Neither is anybody's change.

    `dated` says of a spec whether its object's `updated_at` moves with nobody's writes but ours:
    what is never shown is judged by that moment.

    `switches` are fields that requests of their own turn off and on. `mark_location` says where the mark
    stands, `ours` which rows may be touched at all. `parent` is the kind that objects lie inside
    of. What has `versions`, a collection, is never changed but by adding one; `archive` is where its
    files are to be had, and `unpacked` reads them, beside the desired spec. `called` is the name
    under which a spec will live. `documents` says how the documents of an object are read, where
    its kind holds any.
    """

    collection: str
    to_wire: Callable[[Spec, Ids], Body]
    from_wire: Callable[[Row], NormalForm]
    complete: Callable[[Spec], Spec] = lambda spec: spec
    defaults: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] = field(default_factory=dict)
    computed: frozenset[str] = frozenset()
    per_run: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    resolved: frozenset[str] = frozenset()
    joint: tuple[frozenset[str], ...] = ()
    shown: Callable[[Spec], Spec] = lambda spec: spec
    dated: Callable[[Spec], bool] = lambda _spec: False
    switches: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    mark_location: MarkLocation | None = IN_METADATA
    parent: str = ""
    ours: Callable[[Row], bool] = lambda _row: True
    versions: str = ""
    archive: str = ""
    unpacked: Callable[[bytes, Spec], Mapping[str, Content]] | None = None
    called: Callable[[Spec], str] = lambda spec: str(spec.get("name") or "")
    history: str = ""
    retires: bool = False
    documents: DocumentRows | None = None

    def mark_of(self, row: Row) -> Mark | None:
        """The mark that a row of this binding carries, None where there is none of ours to touch."""
        return self.mark_location.read(row) if self.mark_location and self.ours(row) else None


def _no_problems(_spec: Spec) -> Iterable[Problem]:
    return ()


def _as_it_is(spec: Spec) -> Spec:
    return spec


@frozen
class Kind:
    """The facts of one resource type.

    `name` stands in addresses (`vector_store`), `title` in manifests (`VectorStore`). `schema` is
    the JSON Schema of `spec`. `references` maps a pattern of the spec (`tools[].vector_store`) to
    the kind it names. `normalise` turns a checked spec, references already symbolic and files
    already read, into the normal form that everything downstream compares.

    `immutable` fields cannot be updated, nor what stands at such a path: changing one replaces the
    object. `split` fields are attributed item by item. `keyed` are the paths of mappings whose keys print in brackets, a `*`
    standing for any key. A kind without a `binding` has no live object of its own.

    `contents` maps a pattern to how the local file that is named there is read: `text`, `json` and
    `json_schema` take the place of `{file: PATH}`; `document` is uploaded as it is; `content` goes
    into the request, and so do all files of a `folder`. `secrets` are patterns of fields that take
    the NAME of an environment variable. An `inlined` kind is a part of whoever refers to it: its
    spec, `name` included, takes the reference's place. `schemas` are the places of the normal form
    where a JSON Schema begins, spelled like `keyed`: below them the order of properties has meaning.
    A manifest of a kind that `repeats` may declare one resource for each row of a table.
    """

    name: str
    title: str
    summary: str
    schema: Mapping[str, Any]
    references: Mapping[str, str] = field(default_factory=dict)
    normalise: Callable[[Spec], Spec] = _as_it_is
    check: Callable[[Spec], Iterable[Problem]] = _no_problems
    immutable: frozenset[str] = frozenset()
    split: frozenset[str] = frozenset({"metadata"})
    keyed: tuple[tuple[str, ...], ...] = ()
    contents: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    inlined: bool = False
    repeats: bool = False
    binding: Binding | None = None
    schemas: Schemas = NOWHERE


class Level(StrEnum):
    """What a runtime does with a field."""

    STORED = "stored"
    PER_RUN = "per run"
    UNSUPPORTED = "unsupported"


@frozen
class Support:
    """A runtime's word on one field, tool or option. `note` is its caveat, a sentence.

    `limit` is how many characters fit, where that is less than the manifest language takes.
    """

    level: Level
    note: str = ""
    limit: int = 0


@frozen
class Runtime:
    """A place where assistants live.

    `support` is keyed by diff path of an Assistant (`temperature`, `tools[web_search].mode`); what
    is not listed is unsupported. A path may end in `=VALUE`, for one value of a field that has
    others (of an object: for one `type`). `bindings` says how each kind lives there; a kind that has
    no binding in it does not exist there. `bystanders` are collections in which no kind lives and
    whose rows may refer to objects of ours, by what one of them is called.
    """

    name: str
    summary: str
    support: Mapping[str, Support]
    bindings: Mapping[str, Binding]
    bystanders: Mapping[str, str] = field(default_factory=dict)
