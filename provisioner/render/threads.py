"""Render tracked objects, and what became of them, as text and as JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.durations import duration_text
from provisioner.model.ledger import Tracked, TrackedCount, TrackedStatus
from provisioner.model.retirement import Ended, Erasure, Imported, Retirement, TrackedListing
from provisioner.render.document import diagnostic_document
from provisioner.render.history import moment
from provisioner.render.output import FORMAT_VERSION
from provisioner.render.tables import table
from provisioner.render.threads_output import (
    ErasedDocument,
    ErasureDocument,
    ImportDocument,
    RetirementDocument,
    ThreadsDocument,
    TrackedCountDocument,
    TrackedDocument,
)
from provisioner.render.visible import visible

NOTHING: Final = "-"
MOST_DIAGNOSTICS: Final = 1000
"""The most bad lines that the JSON document of an import lists."""


def listing_text(listing: TrackedListing) -> str:
    """Return the counts of every account as a table, or the objects of one person."""
    if listing.owner:
        # One person is asked about by name, so each object is listed and not only counted.
        return _objects_text(listing)
    if not listing.counts:
        return "Nothing is tracked.\n"
    stands = ("KIND", "ACCOUNT", "TRACKED", "EXPIRED", "NO END", "FAILED", "OLDEST")
    headers = (*stands, "RETIRED", "ERASED", "GONE")
    return table([_count_row(one) for one in listing.counts], headers) + "\n"


def listing_document(listing: TrackedListing) -> ThreadsDocument:
    """Return the counts, or the objects of one person, as a JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "now": round(listing.now, 3),
        "counts": [_count(one) for one in listing.counts],
        "owner": listing.owner or None,
        "objects": [_tracked(one) for one in listing.objects],
    }


def import_text(imported: Imported) -> str:
    """Return one sentence about what an import registered."""
    lines = "1 line registers" if imported.bad == 1 else f"{imported.bad:,} lines register"
    bad = f" {lines} nothing." if imported.bad else ""
    return f"Registered: {imported.registered:,}.{bad}\n"


def import_document(imported: Imported, diagnostics: Sequence[Diagnostic]) -> ImportDocument:
    """Return what an import registered as a JSON document, with the first bad lines."""
    return {
        "format_version": FORMAT_VERSION,
        "registered": imported.registered,
        "bad": imported.bad,
        # `bad` counts all of them, so nothing is hidden by the cut.
        "diagnostics": [diagnostic_document(one) for one in diagnostics[:MOST_DIAGNOSTICS]],
    }


def expired_text(count: int, account: str, elsewhere: int) -> str:
    """Return a sentence with the number of objects past their time to live in an account.

    `elsewhere` is the number of such objects in all other accounts.
    """
    more = f" ({elsewhere:,} more in other accounts)" if elsewhere else ""
    verb = "is past its" if count == 1 else "are past their"
    return f"{_objects(count)} in {visible(account)} {verb} time to live{more}.\n"


def person_text(owner: str, count: int, account: str) -> str:
    """Return one sentence with the number of tracked objects of a person."""
    return f"{visible(owner)} has {_objects(count)} in {visible(account)}.\n"


def retirement_text(retirement: Retirement) -> str:
    """Return one sentence with the numbers of objects that a retirement deleted or could not delete."""
    counts = retirement.counts
    requests = sum(retirement.requests.values())
    return (
        f"Retired: {counts.deleted:,} deleted, {counts.gone:,} gone already, {counts.failed:,} failed"
        f" ({counts.seconds:.1f} s, {requests:,} requests).\n"
    )


def retirement_document(retirement: Retirement) -> RetirementDocument:
    """Return the numbers and the errors of a retirement as a JSON document."""
    counts = retirement.counts
    return {
        "format_version": FORMAT_VERSION,
        "account": retirement.account,
        "deleted": counts.deleted,
        "gone": counts.gone,
        "failed": counts.failed,
        "interrupted": counts.interrupted,
        "seconds": round(counts.seconds, 3),
        "requests": dict(sorted(retirement.requests.items())),
        "diagnostics": [diagnostic_document(one) for one in retirement.diagnostics],
    }


def erasure_text(erasure: Erasure) -> str:
    """Return the report of an erasure: how each object ended, then the numbers in one sentence."""
    rows = [(one.status.value, one.one.kind, one.one.id) for one in erasure.objects]
    # An object that could not be deleted is still TRACKED, so that a later run finds it.
    became = Counter(one.status for one in erasure.objects)
    sentence = (
        f"Erased: {became[TrackedStatus.ERASED]:,} deleted and looked for once more,"
        f" {became[TrackedStatus.GONE]:,} gone already, {became[TrackedStatus.TRACKED]:,} failed."
        f" Receipt: {erasure.run}."
    )
    return "\n".join([*([table(rows), ""] if rows else []), visible(sentence)]) + "\n"


def erasure_document(erasure: Erasure) -> ErasureDocument:
    """Return the report of an erasure as a JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "run": erasure.run or None,
        "owner": erasure.owner,
        "account": erasure.account,
        "interrupted": erasure.interrupted,
        "complete": erasure.is_complete,
        "objects": [_erased(one) for one in erasure.objects],
        "named": list(erasure.named),
        "diagnostics": [diagnostic_document(one) for one in erasure.diagnostics],
    }


def _objects(count: int) -> str:
    """Return a number of tracked objects in words."""
    return f"{count:,} tracked object{'' if count == 1 else 's'}"


def _objects_text(listing: TrackedListing) -> str:
    """Return the objects of one person as a table."""
    if not listing.objects:
        return f"Nothing of {visible(listing.owner)} is tracked.\n"
    rows = [
        (
            one.kind,
            one.id,
            one.account,
            moment(one.registered),
            NOTHING if one.expires is None else moment(one.expires),
            one.status.value if one.ended is None else f"{one.status.value} {moment(one.ended)}",
            one.note or NOTHING,
        )
        for one in listing.objects
    ]
    headers = ("KIND", "ID", "ACCOUNT", "REGISTERED", "EXPIRES", "STATUS", "NOTE")
    return table(rows, headers) + "\n"


def _count_row(one: TrackedCount) -> tuple[str, ...]:
    """Return the cells of a row of the table: the counts of one kind of object in one account."""
    # Both moments are of the ledger, because the clock of this machine may differ.
    oldest = NOTHING if one.oldest is None else duration_text(one.now - one.oldest)
    before = (one.tracked, one.expired, one.endless, one.failed)
    after = (one.retired, one.erased, one.gone)
    numbers = [f"{number:,}" for number in (*before, *after)]
    return (one.kind, one.account, *numbers[:4], oldest, *numbers[4:])


def _count(one: TrackedCount) -> TrackedCountDocument:
    """Return the counts of one kind of one account as a JSON document."""
    return {
        "account": one.account,
        "kind": one.kind,
        "tracked": one.tracked,
        "expired": one.expired,
        "endless": one.endless,
        "failed": one.failed,
        "oldest": one.oldest,
        "retired": one.retired,
        "erased": one.erased,
        "gone": one.gone,
    }


def _tracked(one: Tracked) -> TrackedDocument:
    """Return one tracked object as a JSON document."""
    return {
        "account": one.account,
        "kind": one.kind,
        "id": one.id,
        "owner": one.subject,
        "registered": one.registered,
        "expires": one.expires,
        "status": one.status.value,
        "ended": one.ended,
        "note": one.note,
    }


def _erased(one: Ended) -> ErasedDocument:
    """Return how one object ended as a JSON document."""
    return {
        "kind": one.one.kind,
        "id": one.one.id,
        "outcome": one.status.value,
        "reason": one.note or None,
    }
