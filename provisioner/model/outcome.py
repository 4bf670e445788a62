"""Defines what `apply` reports: the progress of steps, the outcome of each change, the final report."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action


class Status(StrEnum):
    """The states of one change during an apply.

    STARTED is only reported as progress: an Outcome has one of the others.
    """

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@frozen
class Progress:
    """The progress of one change: `done` of `total` documents or bytes.

    `note` says which of the two.
    """

    address: Address
    action: Action
    note: str
    done: int = 0
    total: int = 0


@frozen
class Outcome:
    """The result of one change. `id` is the id of the live object.

    `error` is a sentence if the change failed or was skipped, else ''. `release` is the number of
    the release that was published, 0 if none was.
    """

    address: Address
    action: Action
    status: Status
    id: str = ""
    error: str = ""
    seconds: float = 0.0
    release: int = 0


@frozen
class Report:
    """The result of an apply: every outcome, diagnostics, and the number of requests by HTTP method."""

    outcomes: tuple[Outcome, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def succeeded(self) -> bool:
        """True if every change was made, nothing was interrupted, and no error was reported.

        The errors include those of the closing look, which reads the written kinds again. It
        reports an error if another run has undone a change, or if a kind could not be read.
        """
        is_done = all(o.status is Status.DONE for o in self.outcomes)
        return is_done and not self.interrupted and not has_errors(self.diagnostics)

    @property
    def counts(self) -> dict[str, int]:
        """The number of changes by result.

        The keys are `created`, `updated`, `replaced`, `deleted`, `failed` and `skipped`.
        """
        words = {
            "created": Action.CREATE,
            "updated": Action.UPDATE,
            "replaced": Action.REPLACE,
            "deleted": Action.DELETE,
        }
        done = [o.action for o in self.outcomes if o.status is Status.DONE]
        counts = {word: done.count(action) for word, action in words.items()}
        for status in (Status.FAILED, Status.SKIPPED):
            counts[status.value] = sum(o.status is status for o in self.outcomes)
        return counts
