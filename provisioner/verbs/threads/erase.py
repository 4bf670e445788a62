"""threads erase: delete every tracked object of one person, and verify that each is gone."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from provisioner import __version__
from provisioner.model.codes import threads as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.ledger import ChangeRecord, RunStatus, TrackedStatus
from provisioner.model.retirement import Ended, Erasure, Retired
from provisioner.verbs._shared.ledgers import account_of, holder
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.gc.bare import Bare
from provisioner.verbs.threads.place import OnBad, connected_place, ignore
from provisioner.verbs.threads.retire import WITNESSES, in_other_hands, not_deleted
from provisioner.verbs.threads.worker import Worker

if TYPE_CHECKING:
    from provisioner.ledger.opening import Ledger

VERB: Final = "threads erase"
MOST_NAMED: Final = 20
"""The most ids in one message. The report has all of them."""
_STATUS: Final[Mapping[TrackedStatus, str]] = {
    TrackedStatus.ERASED: "done",
    TrackedStatus.GONE: "skipped",
    TrackedStatus.TRACKED: "failed",
}


@frozen
class Person:
    """The tracked objects of one person, counted by account."""

    session: Session
    ledger: "Ledger"
    owner: str
    counts: Mapping[str, int]

    @property
    def account(self) -> str:
        """The account of the session: host and project."""
        return account_of(self.session.context)

    @property
    def count(self) -> int:
        """The number of objects in the account of the session."""
        return self.counts.get(self.account, 0)

    def erase(
        self, *, stop: Callable[[], bool] = lambda: False, allows_missing: bool = False
    ) -> Erasure:
        """Delete the objects in this account, and return the report.

        Each object is read before, with the ids that it refers to, and looked for afterwards. The
        history has the run. Raises LedgerError, and ProvisionerError if the server or its key
        cannot be used.
        """
        objects: list[Ended] = []
        run = self._begin()
        claims = self.ledger.claims()
        claims.call_back(self.account, self.owner)
        status = RunStatus.INTERRUPTED
        try:
            counts = Worker(
                self.session.provider,
                claims,
                self.account,
                self.session.options.parallelism,
                subject=self.owner,
                status=TrackedStatus.ERASED,
                verifies=True,
                allows_missing=allows_missing,
                others=partial(self.ledger.tracked.newest, self.account, WITNESSES),
                stop=stop,
                told=self._tell,
                seen=objects.append,
            ).run()
            if not counts.interrupted:
                status = RunStatus.FAILED if counts.failed else RunStatus.SUCCEEDED
        finally:
            self.ledger.runs.end(run, status, [_record(one) for one in objects])
        receipt = Erasure(run, self.owner, self.account, tuple(objects), counts.interrupted)
        return replace(receipt, diagnostics=tuple(self._left(receipt)))

    def _begin(self) -> str:
        """Record the run in the history, and return its id."""
        stack, options = self.session.stack, self.session.options
        return self.ledger.runs.begin(
            holder(VERB, options.environ),
            (),
            owner=str(stack.owner),
            target=stack.target.name,
            account=self.account,
            digest="",
            revision="",
            version=__version__,
        )

    def _tell(self, counts: Retired) -> None:
        """Show the progress."""
        if tell := self.session.options.tell:
            tell(f"erased {counts.ended:,} of {max(self.count, counts.ended):,}", 0)

    def _left(self, receipt: Erasure) -> Iterator[Diagnostic]:
        """Yield what the erasure could not do."""
        yield from (
            not_deleted(one) for one in receipt.objects if one.status is TrackedStatus.TRACKED
        )
        held = self.ledger.tracked.count_claimed(self.account, self.owner)
        yield from in_other_hands(held, self.account)
        if named := receipt.named:
            more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
            detail = (
                f"The deleted objects referred to {', '.join(named[:MOST_NAMED])}{more}. Look at"
                " these with `gc`, and delete those with data of this person."
            )
            yield Diagnostic(codes.LEFT_BEHIND, detail, subject=self.owner)
        others = {name: count for name, count in self.counts.items() if name != self.account}
        if others:
            told = ", ".join(f"{count} in {name}" for name, count in others.items())
            yield Diagnostic(codes.ELSEWHERE, f"{told}.", subject=self.owner)


@contextmanager
def person(
    options: RunOptions, owner: str, on_bad: OnBad = ignore, bare: Bare | None = None
) -> Iterator[Person]:
    """Connect, take over the lines in spools, and count the objects of a person.

    With `bare` no manifests are needed. Raises ManifestErrors, ProviderError and LedgerError.
    """
    with connected_place(options, on_bad, bare) as (session, ledger):
        yield Person(session, ledger, owner, ledger.tracked.count_of_subject(owner))


def _record(ended: Ended) -> ChangeRecord:
    """Return the outcome of one object in the form that the history stores."""
    one, error = ended.one, ended.note
    if ended.status is TrackedStatus.GONE:
        error = "The object was gone already."
    address = f"{one.kind}.{one.id}"
    return ChangeRecord(address, "delete", "", one.id, _STATUS[ended.status], error)
