"""Defines the results of `gc`, which finds for every object of an account its owner and condition.

`gc.judge` makes a Judgement of each object from an Inventory, the live side, and the ledger.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Made, Tracked, Upload
from provisioner.model.provider import Row


class Condition(StrEnum):
    """The conditions of an object. The set is closed, and each object has exactly one.

    DECLARED: a manifest declares it. IN_USE: another readable object refers to it, or it is of a
    kind that applications call by its id. ORPHAN: it is ours and no manifest declares it.
    SUPERSEDED: it is ours and a newer object has its address. EXPIRED, FAILED: the server reports
    this. EMPTY: a store without files to which nothing refers. DANGLING: no readable object refers
    to it. UNANSWERED: it may be an upload of ours whose answer was lost. OUTPUT: the API made it as
    the output of a run. UNKNOWABLE: no readable object refers to it, but an application or a thread
    may have its id. IDLE: applications call it by its id, and it is doing nothing now; only its age
    and metadata suggest whether anybody will call it again.
    """

    DECLARED = "declared"
    IN_USE = "in use"
    ORPHAN = "orphan"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    FAILED = "failed"
    EMPTY = "empty"
    DANGLING = "dangling"
    UNANSWERED = "possible unanswered upload"
    OUTPUT = "run output"
    UNKNOWABLE = "unknowable"
    IDLE = "idle"

    @property
    def is_leak(self) -> bool:
        """True for the conditions of objects that nothing needs, as far as can be read."""
        return self not in _NO_LEAKS

    @property
    def is_a_class(self) -> bool:
        """True for the conditions that may be given to `--class`, to delete their objects together."""
        return self.is_leak or self is Condition.IDLE

    @property
    def option(self) -> str:
        """The condition as it is written on the command line: `possible-unanswered-upload`."""
        return self.value.replace(" ", "-")


_NO_LEAKS: Final = frozenset(
    {Condition.DECLARED, Condition.IN_USE, Condition.UNKNOWABLE, Condition.IDLE}
)


class Whose(StrEnum):
    """The possible owners of an object: this stack, another owner whose mark it has, or nobody."""

    OURS = "this stack"
    OTHERS = "another owner"
    NOBODY = "nobody"


@frozen
class Judgement:
    """The owner, the condition and the cost of one object of an account, as `gc` found them.

    `owner` is the text of the other owner whose mark the object has, '' if it has none. `proof` is
    a sentence that says why the object has this condition. `users` are the objects that refer to
    it, each as `kind id`. `bytes`, `created_at` and `last_active_at` (unix seconds) are None if the
    server does not report them. `price_per_day` is in US dollars, None if no charge is known.
    `address` is the address of an object of ours. `parent` is the id of the object that contains
    it. `deletable` is false if the API cannot delete it, and for objects of other owners. `is_over`
    is true if the object has ended: then the objects to which it refers are not in use by it.
    """

    kind: str
    id: str
    whose: Whose
    condition: Condition
    proof: str
    name: str = ""
    owner: str = ""
    users: tuple[str, ...] = ()
    bytes: int | None = None
    created_at: float | None = None
    last_active_at: float | None = None
    price_per_day: float | None = None
    address: Address | None = None
    parent: str = ""
    deletable: bool = True
    is_over: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict)

    @property
    def active_at(self) -> float | None:
        """The latest moment, in unix seconds, at which the object is known to have been used or made."""
        moments = [at for at in (self.created_at, self.last_active_at) if at is not None]
        return max(moments, default=None)


def has_metadata(one: Judgement, wanted: Mapping[str, str]) -> bool:
    """Return true if the metadata of an object has all of these values."""
    return all(one.metadata.get(key) == value for key, value in wanted.items())


@frozen
class Quarantined:
    """A note in the ledger that an object was a leak, to be deleted later if nobody needs it until then.

    `noted` and `until` are unix seconds of the ledger's clock. `condition` and `proof` are the
    condition of the object at that time, and the sentence that proved it. `fingerprint` is a digest
    of the object at that time: if it changes, somebody has used or changed the object. `owner` is
    the owner who wrote the note, '' if there was no Stack. The object itself is not written to.
    """

    account: str
    kind: str
    id: str
    condition: str
    noted: float = 0.0
    until: float = 0.0
    proof: str = ""
    fingerprint: str = ""
    owner: str = ""


@frozen
class Remembered:
    """Everything that the ledger has about one account, as an input of `gc`. Empty without a ledger.

    `made` are objects that we created, by id. `uploaded` are the answered uploads, by the id of
    their file; `unanswered` are the uploads whose answer never came. `tracked` are registered
    threads, conversations and responses that still exist; `has_more_tracked` is true if the ledger
    has more of them than are listed here. `quarantined` are notes of earlier runs, by the id of the
    object. `read_at` is when the ledger was read, in unix seconds of its clock. `is_known` is false
    if there is no ledger or it could not be read.
    """

    made: Mapping[str, Made] = field(default_factory=dict)
    uploaded: Mapping[str, Upload] = field(default_factory=dict)
    unanswered: tuple[Upload, ...] = ()
    tracked: tuple[Tracked, ...] = ()
    has_more_tracked: bool = False
    quarantined: Mapping[str, Quarantined] = field(default_factory=dict)
    read_at: float = 0.0
    is_known: bool = False


def _never(_row: Row) -> bool:
    return False


@frozen
class Listable:
    """One collection of an account that can be listed, with the rules by which `gc` judges its objects."""

    name: str
    """The noun for one object, such as `container`."""

    collection: str
    """The name of the collection for the provider."""

    names: frozenset[str] = frozenset()
    """The nouns of the objects to which an object may refer. They must not form a circle."""

    is_called: bool = False
    """True if applications call an object by its id.

    No API lists who calls it. So such an object counts as in use, unless it is over or ours.
    """

    is_over: Callable[[Row], bool] = _never
    """Returns true for a row whose object has ended.

    The objects to which such an object refers do not count as in use by it.
    """

    is_idle: Callable[[Row], bool] = _never
    """Returns true for a row whose object is called by applications and is doing nothing now."""

    has_expired: Callable[[Row], bool] = _never
    """Returns true for a row that reports that its object has expired."""

    has_failed: Callable[[Row], bool] = _never
    """Returns true for a row that reports that its object has failed."""

    is_empty: Callable[[Row], bool] = _never
    """Returns true for a row that reports that its object contains nothing."""

    deletes: bool = True
    """False if the API has no request that deletes an object."""

    is_file: bool = False
    """True if an object is an uploaded file, which has a purpose and refers to nothing."""

    inside: str = ""
    """The noun of the objects inside of which these objects are, '' if they are in none.

    The collection is listed once for each outer object.
    """

    holds: str = ""
    """The collection that lists the files in one object, '' if there is none.

    It is listed for each object that has files.
    """

    is_published: bool = False
    """True for a collection that only a release registry has, and no API."""

    is_tracked: bool = False
    """True for objects that no API lists, and that only the ledger knows."""

    memory_field: str = ""
    """The field with the size of an object's memory, '' if no memory is charged by the minute."""


@frozen
class Account:
    """The collections of an account, by the noun for one object, and the purposes of its files.

    Files with a purpose in `outputs` were made by the API. An application may have stored the id of
    a file with a purpose in `held_by_id`, and a thread may refer to a file with a purpose in
    `held_by_threads`: no list shows either. If there is no object of the noun
    `starts_threads`, no thread can exist.
    """

    listables: Mapping[str, Listable]
    outputs: frozenset[str] = frozenset()
    held_by_id: frozenset[str] = frozenset()
    held_by_threads: frozenset[str] = frozenset()
    starts_threads: str = ""


@frozen
class Survey:
    """The judgements of all objects of one account, and what could not be read.

    `taken_at` is in unix seconds. `prices_of` is the date of the table of prices.
    """

    objects: tuple[Judgement, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    taken_at: float = 0.0
    prices_of: str = ""
    host: str = ""
    project: str = ""
    owner: str = ""
