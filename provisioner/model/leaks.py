"""Leaks: the nouns of `gc`, which says of every object of an account whose it is and in what condition.

`gc.judge` makes a Judgement of each object from an Inventory, from the live side, and from what the
ledger remembers.
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
    """The conditions of an object: a closed set. Each object has exactly one.

    DECLARED: a manifest declares it. IN_USE: an object that can be read names it, or it is of a kind
    that applications call by its id. ORPHAN: it is ours and no manifest declares it. SUPERSEDED: it is
    ours and a newer object has its address. EXPIRED, FAILED: the server says so of it. EMPTY: a
    store without files that nothing names. DANGLING: nothing that can be read names it. UNANSWERED: it
    may be an upload of ours whose answer was lost. OUTPUT: the API made it as the output of a run.
    UNKNOWABLE: nothing that can be read names it, but an application or a thread may hold its id. IDLE:
    applications call it by its id, and it does nothing at the moment; only its age and its metadata tell
    whether anybody will call it again.
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
        """Returns true for the conditions of objects that nothing needs, as far as can be read."""
        return self not in _NO_LEAKS

    @property
    def is_a_class(self) -> bool:
        """Returns true for the conditions whose objects may be deleted together: `--class`."""
        return self.is_leak or self is Condition.IDLE

    @property
    def option(self) -> str:
        """The condition as the command line spells it: `possible-unanswered-upload`."""
        return self.value.replace(" ", "-")


_NO_LEAKS: Final = frozenset(
    {Condition.DECLARED, Condition.IN_USE, Condition.UNKNOWABLE, Condition.IDLE}
)


class Whose(StrEnum):
    """The owners of an object: this stack, another owner with a mark on it, or nobody."""

    OURS = "this stack"
    OTHERS = "another owner"
    NOBODY = "nobody"


@frozen
class Judgement:
    """One object of an account, as `gc` judges it.

    `owner` is the text of the other owner whose mark it carries, empty where it carries none. `proof`
    is one sentence that says from what the condition follows. `users` are the objects that name it,
    each as `kind id`. `bytes`, `created_at` and `last_active_at` (unix seconds) are None where the
    server does not say them. `price_per_day` is in US dollars, None where no charge is known.
    `address` is that of an object of ours, `parent` the id of the object that it lies inside of.
    `metadata` is that of the object, empty where it has none.
    `deletable` is false where the API has no request for it, and for objects of other owners. What an
    object that `is_over` names is not in use because of it.
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
    """Return true for an object whose metadata has all of these values."""
    return all(one.metadata.get(key) == value for key, value in wanted.items())


@frozen
class Quarantined:
    """A note that an object was a leak, and is deleted later if nobody came to need it.

    `noted` and `until` are unix seconds by the clock of the ledger. `condition` is the word of the
    condition that it was in, and `proof` the sentence that said why. `fingerprint` is a digest of the
    object as it was then: an object whose fingerprint has moved was used or changed since. `owner` is
    the owner who noted it, empty where there was no Stack. The object itself is not written to.
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
    """Everything that a ledger knows of one account: an input of `gc`. Without a ledger it is empty.

    `made` are objects that we created, by id. `uploaded` are the answered uploads, by the id of their
    file, and `unanswered` the uploads whose answer never came. `tracked` are the threads,
    conversations and responses that applications registered and that still stand; `has_more_tracked`
    says that the ledger has more of them. `quarantined` are
    the notes of earlier runs, by id. `read_at` is the moment of the reading by the clock of the ledger,
    in unix seconds. `is_known` is false where there is no ledger, or none that could be read.
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
    """One collection of an account that can be listed, and how `gc` judges its objects."""

    name: str
    """The noun of one object, such as `container`."""

    collection: str
    """The collection, as the provider names it."""

    names: frozenset[str] = frozenset()
    """The nouns of the objects that an object of it may name. No noun leads back to itself."""

    is_called: bool = False
    """True where applications call an object by its id.

    Such an object counts as in use, because no API lists who calls it, unless it is over or ours.
    """

    is_over: Callable[[Row], bool] = _never
    """Returns true for a row whose object has ended. What it names is not in use because of it."""

    is_idle: Callable[[Row], bool] = _never
    """Returns true for a row whose object applications call, and which does nothing at the moment.
    """

    has_expired: Callable[[Row], bool] = _never
    """Returns true for a row that says that its object has expired."""

    has_failed: Callable[[Row], bool] = _never
    """Returns true for a row that says that its object has failed."""

    is_empty: Callable[[Row], bool] = _never
    """Returns true for a row that says that its object holds nothing."""

    deletes: bool = True
    """False where the API has no request to delete an object."""

    is_file: bool = False
    """True where an object is an uploaded file, which names nothing and has a purpose."""

    inside: str = ""
    """The noun of the objects inside of which these lie, each with a list of its own."""

    holds: str = ""
    """The collection of the files in an object. It is listed for each object that has files in it."""

    is_published: bool = False
    """True for a collection that a release registry has, and not the API."""

    is_tracked: bool = False
    """True for objects that no API lists, and that only a ledger knows."""

    memory_field: str = ""
    """The name of the field that holds the size of an object's memory, which is charged by the minute.

    It is empty if the objects of the collection have no such memory.
    """


@frozen
class Account:
    """The collections of an account by the nouns of their objects, and the purposes of its files.

    Files of the purposes in `outputs` were made by the API. Those in `held_by_id` may be held by an
    application, and those in `held_by_threads` by a thread, with nothing that lists it. Threads exist
    where objects of the noun `starts_threads` do.
    """

    listables: Mapping[str, Listable]
    outputs: frozenset[str] = frozenset()
    held_by_id: frozenset[str] = frozenset()
    held_by_threads: frozenset[str] = frozenset()
    starts_threads: str = ""


@frozen
class Survey:
    """The judgements of one account, and what could not be read of it.

    `taken_at` is in unix seconds, and `prices_of` the date of the table of prices.
    """

    objects: tuple[Judgement, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    taken_at: float = 0.0
    prices_of: str = ""
    host: str = ""
    project: str = ""
    owner: str = ""
