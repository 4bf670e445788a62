"""Runs of the ledger: as a table, one run in full, and both as JSON. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from provisioner.model.ledger import ChangeRecord, RunRecord, RunStatus
from provisioner.render.document import FORMAT_VERSION
from provisioner.render.tables import table
from provisioner.render.visible import visible

HEAD: Final = 12
"""Characters of a commit that people compare by eye."""
NOTHING: Final = "-"
PLURALS: Final[Mapping[str, str]] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "forget": "forgotten",
}
"""Action -> what was done, for changes that were made."""


def history_text(runs: Sequence[RunRecord]) -> str:
    """Return runs as a table, in the order in which they are given."""
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
    """Return one run in full: who, when, from where, and how each change ended."""
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
        ("plan", run.digest),
    ]
    rows = [
        (one.address, one.action, one.reason or NOTHING, _status(one), one.id or NOTHING)
        for one in run.changes
    ]
    changes = table(rows, ("ADDRESS", "ACTION", "REASON", "OUTCOME", "ID"))
    errors = [f"{one.address}: {one.error}" for one in run.changes if one.error]
    return (
        "\n".join([table(head), "", changes, *([""] if errors else []), *map(visible, errors)])
        + "\n"
    )


def history_document(runs: Sequence[RunRecord]) -> dict[str, Any]:
    """Return runs with their changes as a JSON document."""
    return {"format_version": FORMAT_VERSION, "runs": [_run(run) for run in runs]}


def run_document(run: RunRecord) -> dict[str, Any]:
    """Return one run as a JSON document."""
    return {"format_version": FORMAT_VERSION, "run": _run(run)}


def moment(seconds: float) -> str:
    """Return a moment to the second, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _outcome(run: RunRecord) -> str:
    counts = ", ".join(_counts(run.changes))
    word = "not ended" if run.status is RunStatus.STARTED else str(run.status)
    return f"{word}: {counts}" if counts else word


def _counts(changes: Sequence[ChangeRecord]) -> Iterator[str]:
    done = Counter(one.action for one in changes if one.status == "done")
    for action, count in done.items():
        yield f"{count} {PLURALS.get(action, action)}"
    for word in ("failed", "skipped"):
        if count := sum(one.status == word for one in changes):
            yield f"{count} {word}"


def _status(one: ChangeRecord) -> str:
    release = f", release {one.release}" if one.release else ""
    return f"{one.status or 'not recorded'}{release}"


def _commit(run: RunRecord) -> str:
    commit, plus, rest = run.revision.partition("+")
    return f"{commit[:HEAD]}{plus}{rest}"


def _run(run: RunRecord) -> dict[str, Any]:
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


def _change(one: ChangeRecord) -> dict[str, Any]:
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
