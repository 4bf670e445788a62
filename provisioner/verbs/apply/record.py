"""Record in the ledger that an apply runs, what it uploads and creates, and how it ended.

The record decides nothing. If the ledger cannot be written, the run goes on, and one warning says
that its history is incomplete.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from provisioner import __version__
from provisioner.engine.records import to_record
from provisioner.engine.saved import plan_digest
from provisioner.engine.sealing import in_parts
from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import LedgerError
from provisioner.model.ledger import ChangeRecord, Made, Receipt, RunStatus
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import Change
from provisioner.model.provider import Provider
from provisioner.verbs._shared.ledgers import LockedLedger, account_of, holder
from provisioner.verbs._shared.provenance import provenance
from provisioner.verbs.apply.gathering import Gathering
from provisioner.verbs.apply.receipts import Receipts
from provisioner.verbs.plan import Planned

if TYPE_CHECKING:
    from provisioner.ledger.opening import Ledger

MOST_FIELDS = 200
"""The most paths of fields and documents that are stored for one change."""


@dataclass(slots=True)
class Record:
    """The record of one run. `run` is its id, empty if nothing is recorded."""

    locked: LockedLedger
    planned: Planned
    run: str = ""
    problems: list[Diagnostic] = field(default_factory=list)
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    _receipts: Receipts | None = None
    _made: Gathering[Made] = field(init=False)
    _deleted: Gathering[Receipt] = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        # A run that is killed may lose notes of both kinds. An object that it made is known by our
        # mark. If a receipt was not confirmed, a rollback looks for its object.
        self._made = Gathering(self._write_made)
        self._deleted = Gathering(self._write_deleted)

    @property
    def account(self) -> str:
        """The account of the run: host and project."""
        return account_of(self.planned.session.context)

    def begin(self) -> None:
        """Record that the run starts. Raises LedgerError for a ledger that somebody named."""
        ledger = self.locked.ledger
        if ledger is None:
            return
        session, plan = self.planned.session, self.planned.plan
        stack, environ = session.stack, session.options.environ
        try:
            self.run = ledger.runs.begin(
                holder(plan.verb, environ),
                [_planned(change) for change in plan.changes],
                owner=str(stack.owner),
                target=stack.target.name,
                account=self.account,
                digest=plan.digest or plan_digest(plan, session.context.settings),
                revision=provenance(stack, environ).get("revision", ""),
                version=__version__,
            )
        except LedgerError as error:
            if ledger.location.is_chosen:
                raise
            self._missed(error)

    def add(self, outcome: Outcome) -> None:
        """Record how a change ended; a created object at the latest after `gathering.SECONDS`."""
        if outcome.status is Status.STARTED:
            return
        self.outcomes[str(outcome.address), outcome.action.word] = outcome
        ledger = self.locked.ledger
        if ledger is None or outcome.status is not Status.DONE or not outcome.id:
            return
        kind, address = outcome.address.kind, str(outcome.address)
        owner = str(self.planned.session.stack.owner)
        if outcome.action.makes:
            made = Made(self.account, kind, outcome.id, owner, address, self.run, 0.0)
            self._made.add(outcome.id, made)

    def _write_made(self, made: Sequence[Made]) -> None:
        if ledger := self.locked.ledger:
            self._write(lambda: ledger.objects.add(made))

    def _write_deleted(self, deleted: Sequence[Receipt]) -> None:
        if ledger := self.locked.ledger:
            self._write(lambda: ledger.receipts.confirm(deleted))

    def _write_down(self, about: str = "") -> None:
        """Write all gathered notes; with an id, only if one of them is about it."""
        self._made.write_down(about)
        self._deleted.write_down(about)

    def end(self, report: Report | None) -> None:
        """Record how the run ended. Without a report, it was interrupted."""
        self._write_down()
        ledger = self.locked.ledger
        if ledger is None or not self.run:
            return
        status = RunStatus.INTERRUPTED
        if report and not report.interrupted:
            status = RunStatus.SUCCEEDED if report.succeeded else RunStatus.FAILED
        outcomes = report.outcomes if report else self.outcomes.values()
        ended = _ended(map(_planned, self.planned.plan.changes), outcomes)
        self._write(lambda: ledger.runs.end(self.run, status, ended))

    def begin_upload(self, path: Path, name: str, sha256: str) -> int:
        """Record an upload that begins. Return its number, 0 without a ledger."""
        ledger = self.locked.ledger
        if ledger is None:
            return 0
        number = 0

        def begin() -> None:
            nonlocal number
            number = ledger.uploads.begin(
                owner=str(self.planned.session.stack.owner),
                account=self.account,
                run=self.run,
                name=name,
                path=_relative(path, self.planned.session.stack.root),
                sha256=sha256,
                bytes=path.stat().st_size,
            )

        self._write(begin)
        return number

    def end_upload(self, number: int, file_id: str) -> None:
        """Record the id of an upload, or remove the record if nothing was stored."""
        ledger = self.locked.ledger
        if ledger is None or not number:
            return
        if file_id:
            self._write(lambda: ledger.uploads.complete(number, file_id))
        else:
            self._write(lambda: ledger.uploads.drop(number))

    def begin_delete(
        self, provider: Provider, collection: str, id: str, parent: str
    ) -> Receipt | None:
        """Record an object before it is deleted. Return its receipt, None if nothing is recorded."""
        ledger = self.locked.ledger
        if ledger is None or not self.run:
            return None
        # The object may be one that this run has made, or tried to delete before.
        self._write_down(id)
        try:
            found = self._book(ledger).receipt(provider, collection, id, parent)
            if found:
                ledger.receipts.note(*found)
            return found[0] if found else None
        except LedgerError as error:
            if ledger.location.is_chosen:
                raise
            self._missed(error)
            return None

    def end_delete(self, receipt: Receipt, *, is_deleted: bool) -> None:
        """Confirm a receipt, or remove it if the object was not deleted."""
        if is_deleted:
            self._deleted.add(receipt.id, receipt)
        elif ledger := self.locked.ledger:
            self._write(lambda: ledger.receipts.drop(receipt))

    def _book(self, ledger: "Ledger") -> Receipts:
        """Return the maker of this run's receipts, which is created at the first delete."""

        def sent(file_id: str) -> tuple[str, str]:
            found = ledger.uploads.of_file(self.account, file_id)
            return (found.path, found.sha256) if found else ("", "")

        with self._lock:
            if self._receipts is None:
                self._receipts = Receipts(self.planned, self.run, self.account, sent)
            return self._receipts

    def _write(self, write: Callable[[], None]) -> None:
        """Write to the ledger. A failure becomes a warning."""
        try:
            write()
        except (LedgerError, OSError) as error:
            self._missed(error)

    def _missed(self, error: Exception) -> None:
        """Warn once that the history is incomplete."""
        details = [one.detail for one in getattr(error, "diagnostics", ())] or [str(error)]
        with self._lock:
            if not self.problems:
                self.problems.append(warning(codes.HISTORY_NOT_WRITTEN, " ".join(details)))


def _relative(path: Path, root: Path) -> str:
    """Return a path with `/`: relative to the Stack's folder inside of it, else absolute."""
    path, root = path.resolve(), root.resolve()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _planned(change: Change) -> ChangeRecord:
    """Return a planned change as the ledger stores it."""
    fields = [field.path for field in change.fields]
    fields += [f"files[{document.path}]" for document in change.documents]
    return ChangeRecord(
        str(change.address),
        change.action.word,
        str(change.reason),
        change.live.id if change.live else "",
        fields=tuple(fields[:MOST_FIELDS]),
        spec=to_record(change.desired, in_parts) if change.desired else None,
    )


def _ended(planned: Iterable[ChangeRecord], outcomes: Iterable[Outcome]) -> list[ChangeRecord]:
    """Return every planned change with its outcome, and then outcomes that were not planned."""
    by_change = {(str(one.address), one.action.word): one for one in outcomes}
    ended = []
    for record in planned:
        outcome = by_change.pop((record.address, record.action), None)
        ended.append(_with(record, outcome) if outcome else record)
    return [*ended, *(_with(_bare(one), one) for one in by_change.values())]


def _bare(outcome: Outcome) -> ChangeRecord:
    """Return the record of a change that was not planned, still without its outcome."""
    return ChangeRecord(str(outcome.address), outcome.action.word, "")


def _with(record: ChangeRecord, outcome: Outcome) -> ChangeRecord:
    """Return a record with its outcome."""
    return replace(
        record,
        id=outcome.id or record.id,
        status=str(outcome.status),
        error=outcome.error,
        release=outcome.release,
    )
