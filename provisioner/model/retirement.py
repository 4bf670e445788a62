"""The outcomes of importing, retiring and erasing tracked objects, such as threads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Tracked, TrackedCount, TrackedStatus

MOST_TOLD: Final = 100
"""The most failures that are reported one by one. All are counted, and noted in the ledger."""


@frozen
class Ended:
    """The end of one object: deleted, gone already, or still standing (`tracked`) with the reason.

    `named` are the ids of files and vector stores that it named, as far as they were asked for.
    """

    one: Tracked
    status: TrackedStatus
    note: str = ""
    named: frozenset[str] = frozenset()


@dataclass(slots=True)
class Retired:
    """Counts of objects that were deleted, found gone, and could not be deleted, so far.

    `failures` are the first of those that could not be deleted. `seconds` is how long it took.
    """

    deleted: int = 0
    gone: int = 0
    failed: int = 0
    interrupted: bool = False
    seconds: float = 0.0
    failures: list[Ended] = field(default_factory=list)

    @property
    def ended(self) -> int:
        """The number of objects that were tried."""
        return self.deleted + self.gone + self.failed

    def add(self, ended: Iterable[Ended]) -> None:
        """Count how further objects ended."""
        for one in ended:
            if one.status is TrackedStatus.TRACKED:
                self.failed += 1
                if len(self.failures) < MOST_TOLD:
                    self.failures.append(one)
            elif one.status is TrackedStatus.GONE:
                self.gone += 1
            else:
                self.deleted += 1


@frozen
class Retirement:
    """The report of `threads retire`. `requests` counts those that were sent, by HTTP method."""

    account: str
    counts: Retired
    requests: Mapping[str, int] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


@frozen
class Erasure:
    """The receipt of `threads erase`: how each object of a person ended.

    `run` names it in the history. `named` are ids of files and vector stores that the deleted objects
    named, and that still stand.
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
        """Returns true where everything was deleted, or was gone already, and nothing was left out."""
        stands = any(one.status is TrackedStatus.TRACKED for one in self.objects)
        return not (stands or self.interrupted or self.diagnostics)


@frozen
class Imported:
    """The number of lines that were registered, and of those that registered nothing."""

    registered: int = 0
    bad: int = 0

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(self.registered + other.registered, self.bad + other.bad)


@frozen
class TrackedListing:
    """The tracked objects at the moment `now`: counts by kind, or the objects of one person."""

    now: float
    counts: tuple[TrackedCount, ...] = ()
    owner: str = ""
    objects: tuple[Tracked, ...] = ()
