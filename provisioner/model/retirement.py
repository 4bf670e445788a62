"""Defines the results of importing, retiring and erasing tracked objects, such as threads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Tracked, TrackedCount, TrackedStatus

MOST_TOLD: Final = 100
"""The largest number of failures that a report names. All are counted, and noted in the ledger."""


@frozen
class Ended:
    """The result for one tracked object. `status` is TRACKED if it could not be deleted; `note` says why.

    `named` are the ids of files and vector stores to which the object referred. It is empty if the
    caller did not ask for them.
    """

    one: Tracked
    status: TrackedStatus
    note: str = ""
    named: frozenset[str] = frozenset()


@dataclass(slots=True)
class Retired:
    """The numbers of objects that were deleted, found gone, and could not be deleted, so far.

    `failures` are the first MOST_TOLD of the objects that could not be deleted. `seconds` is the
    duration of the whole command.
    """

    deleted: int = 0
    gone: int = 0
    failed: int = 0
    interrupted: bool = False
    seconds: float = 0.0
    failures: list[Ended] = field(default_factory=list)

    @property
    def ended(self) -> int:
        """The number of objects whose deletion was tried."""
        return self.deleted + self.gone + self.failed

    def add(self, ended: Iterable[Ended]) -> None:
        """Count further results."""
        for one in ended:
            if one.status is TrackedStatus.TRACKED:
                self.failed += 1
                # A run may have a million failures, and a report of all of them would fill the memory.
                if len(self.failures) < MOST_TOLD:
                    self.failures.append(one)
            elif one.status is TrackedStatus.GONE:
                self.gone += 1
            else:
                self.deleted += 1


@frozen
class Retirement:
    """The report of `threads retire`. `requests` is the number of sent requests, by HTTP method."""

    account: str
    counts: Retired
    requests: Mapping[str, int] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


@frozen
class Erasure:
    """The report of `threads erase`: the result for each object of a person.

    `run` is the id of this erasure in the history. `named` are the ids of files and vector stores
    to which the deleted objects referred. They still exist.
    """

    run: str
    owner: str
    account: str
    objects: tuple[Ended, ...] = ()
    interrupted: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(sorted(set().union(*(one.named for one in self.objects))))

    @property
    def is_complete(self) -> bool:
        """True if every object was deleted or gone already, and nothing was interrupted or left out."""
        stands = any(one.status is TrackedStatus.TRACKED for one in self.objects)
        return not (stands or self.interrupted or self.diagnostics)


@frozen
class Imported:
    """The number of lines that registered an object, and of lines that could not be used."""

    registered: int = 0
    bad: int = 0

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(self.registered + other.registered, self.bad + other.bad)


@frozen
class TrackedListing:
    """The answer of `threads list` at the moment `now`: counts by kind, or the objects of one person."""

    now: float
    counts: tuple[TrackedCount, ...] = ()
    owner: str = ""
    objects: tuple[Tracked, ...] = ()
