"""Render runs of the ledger: as a table, one run in full, and both as JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from provisioner.model.hints import hint
from provisioner.model.ledger import ChangeRecord, Receipt, RunRecord, RunStatus
from provisioner.render.history_output import (
    HistoryDocument,
    ReceiptDocument,
    RunChangeDocument,
    RunDocument,
)
from provisioner.render.output import FORMAT_VERSION
from provisioner.render.tables import table
from provisioner.render.visible import visible

HEAD: Final = 12
"""The number of characters of a commit that are shown, enough to tell commits apart by eye."""
NOTHING: Final = "-"
PLURALS: Final[Mapping[str, str]] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "forget": "forgotten",
}
"""The word for changes that were made, by action."""


def history_text(runs: Sequence[RunRecord]) -> str:
    """Return runs as a table, in the given order."""
    if not runs:
        return "No run is recorded.\n"
    rows = [
        (
            run.id,
            moment(run.started),
            f"{run.holder.user}@{run.holder.host}",
            run.holder.verb,
            run.target,
            _outcome(run),
            _commit(run) or NOTHING,
        )
        for run in runs
    ]
    headers = ("RUN", "STARTED", "BY", "COMMAND", "TARGET", "OUTCOME", "REVISION")
    return table(rows, headers) + "\n"


def run_text(run: RunRecord) -> str:
    """Return one run in full: who, when, from where, how each change ended, and what was deleted."""
    # A killed process cannot record its end, so it looks like a process that still runs.
    ended = "not recorded: it was killed, or it is still running"
    if run.ended is not None:
        ended = f"{moment(run.ended)}, after {run.ended - run.started:.1f} s"
    head = [
        ("run", run.id),
        ("command", f"{run.holder.verb} on {run.target} ({run.account})"),
        ("of", run.owner),
        ("by", f"{run.holder.user}@{run.holder.host}, process {run.holder.process}"),
        *([("pipeline", run.holder.pipeline)] if run.holder.pipeline else []),
        ("started", moment(run.started)),
        ("ended", ended),
        ("outcome", _outcome(run)),
        ("revision", run.revision or NOTHING),
        ("plan", run.digest or NOTHING),
    ]
    rows = [
        (one.address, one.action, one.reason or NOTHING, _status(one), one.id or NOTHING)
        for one in run.changes
    ]
    changes = table(rows, ("ADDRESS", "ACTION", "REASON", "OUTCOME", "ID"))
    errors = [f"{one.address}: {one.error}" for one in run.changes if one.error]
    lines = [table(head), "", changes, *([""] if errors else []), *map(visible, errors)]
    if run.receipts:
        lines += ["", _kept(run.receipts)]
    return "\n".join(lines) + "\n"


def _kept(receipts: Sequence[Receipt]) -> str:
    """Return a sentence with the number of receipts of a run, and the command that uses them."""
    # A receipt is written before the delete is sent, so that no killed run loses it (0050).
    unsure = sum(one.deleted is None for one in receipts)
    count = len(receipts)
    told = f"{count} receipt{'s' if count > 1 else ''} of deleted objects"
    if unsure:
        told += f" ({unsure} of them may still exist: no answer to the delete was recorded)"
    return (
        f"{told}: {hint('rollback', receipts[0].run)} creates these objects again, as far as"
        " possible."
    )


def history_document(runs: Sequence[RunRecord]) -> HistoryDocument:
    """Return runs with their changes as a JSON document."""
    return {"format_version": FORMAT_VERSION, "runs": [_run(run) for run in runs]}


def run_document(run: RunRecord) -> HistoryDocument:
    """Return one run with its receipts as a JSON document."""
    told = _run(run)
    told["receipts"] = [_receipt(one) for one in run.receipts]
    return {"format_version": FORMAT_VERSION, "runs": [told]}


def moment(seconds: float) -> str:
    """Return a unix time as date and time to the second, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _outcome(run: RunRecord) -> str:
    """Return the status of a run and the numbers of its changes."""
    counts = ", ".join(_counts(run.changes))
    word = "not ended" if run.status is RunStatus.STARTED else str(run.status)
    return f"{word}: {counts}" if counts else word


def _counts(changes: Sequence[ChangeRecord]) -> Iterator[str]:
    """Yield the number of changes for each outcome."""
    done = Counter(one.action for one in changes if one.status == "done")
    for action, count in done.items():
        yield f"{count} {PLURALS.get(action, action)}"
    for word in ("failed", "skipped"):
        if count := sum(one.status == word for one in changes):
            yield f"{count} {word}"


def _status(one: ChangeRecord) -> str:
    """Return how a change ended, with the number of its release."""
    release = f", release {one.release}" if one.release else ""
    return f"{one.status or 'not recorded'}{release}"


def _commit(run: RunRecord) -> str:
    """Return the beginning of a run's commit, with a `+` behind it if files were not committed."""
    commit, plus, rest = run.revision.partition("+")
    return f"{commit[:HEAD]}{plus}{rest}"


def _run(run: RunRecord) -> RunDocument:
    """Return one run as a JSON document."""
    return {
        "id": run.id,
        "owner": run.owner,
        "target": run.target,
        "account": run.account,
        "command": run.holder.verb,
        "user": run.holder.user,
        "host": run.holder.host,
        "process": run.holder.process,
        "pipeline": run.holder.pipeline or None,
        "plan_digest": run.digest,
        "revision": run.revision or None,
        "version": run.version,
        "started_at": run.started,
        "ended_at": run.ended,
        "status": str(run.status),
        "changes": [_change(one) for one in run.changes],
    }


def _change(one: ChangeRecord) -> RunChangeDocument:
    """Return one change of a run as a JSON document."""
    return {
        "address": one.address,
        "action": one.action,
        "reason": one.reason or None,
        "id": one.id or None,
        "status": one.status or None,
        "error": one.error or None,
        "release": one.release or None,
        "fields": list(one.fields),
    }


def _receipt(one: Receipt) -> ReceiptDocument:
    """Return one receipt as a JSON document."""
    row = one.configuration.get("object")
    # Files of the API have no `name`.
    name = (row.get("filename") or row.get("name")) if isinstance(row, Mapping) else None
    return {
        "kind": one.kind,
        "id": one.id,
        "address": one.address or None,
        "name": str(name) if name else None,
        "reason": one.reason or None,
        "deleted_at": one.deleted,
        "configuration": dict(one.configuration),
    }
