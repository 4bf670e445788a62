"""Render what `show` prints: a row for each address, or one address in full."""

from collections.abc import Iterator, Sequence
from typing import Any

from provisioner.engine.secrets import is_masked, with_secrets
from provisioner.engine.tracked_fields import NOT_ECHOED, TrackedField
from provisioner.model.plan import UNSET, FieldChange, Reason, Undeclared
from provisioner.model.value import encode
from provisioner.render.document import FORMAT_VERSION
from provisioner.render.palette import Palette
from provisioner.render.releases import published_document
from provisioner.render.releases import told as told_release
from provisioner.render.shown import ShownObject, ShownRow
from provisioner.render.tables import table
from provisioner.render.undeclared import (
    SINCE,
    told,
    undeclared_document,
    unshown_document,
    unshown_text,
)
from provisioner.render.values import Values
from provisioner.render.view import view_of_field, view_of_undeclared
from provisioner.render.visible import visible
from provisioner.render.widths import columns

NOTHING = "-"
LISTED = 20
"""The most documents and foreign files that are listed. The others are counted."""

LAST = {
    Reason.MANIFEST: "as live",
    Reason.DRIFT: "as desired",
    Reason.BOTH: "neither",
    Reason.REFERENCE: "as desired",
    Reason.SERVER: "as desired",
    None: "the same",
}
"""The words about the last applied value, by the cause of a difference."""


def all_text(rows: Sequence[ShownRow]) -> str:
    """Return a table with a row for each address."""
    if not rows:
        return "Nothing is declared, and nothing of ours is live.\n"
    cells = [
        (row.address, row.id or NOTHING, row.state, row.name or NOTHING, row.owner or NOTHING)
        for row in rows
    ]
    return table(cells, ("ADDRESS", "ID", "STATE", "NAME", "OWNER")) + "\n"


def all_document(rows: Sequence[ShownRow]) -> dict[str, Any]:
    """Return every address as a JSON document."""
    return {"format_version": FORMAT_VERSION, "resources": [_row(row) for row in rows]}


def one_text(detail: ShownObject, width: int) -> str:
    """Return one address in full, in sections."""
    sections = [
        table(_facts(detail)),
        _tracked_fields(detail.tracked_fields, width),
        _undeclared([*map(view_of_undeclared, detail.shown.undeclared)], width),
        unshown_text(detail.shown.unshown, Palette(False)),
        "\n".join(_documents(detail)),
        _foreign(detail.foreign),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def one_document(detail: ShownObject) -> dict[str, Any]:
    """Return one address in full, as a JSON document.

    A side of a field without a value has no key.
    """
    mark = detail.mark
    published = detail.shown.live.published if detail.shown.live else None
    return {
        "format_version": FORMAT_VERSION,
        **_row(detail.shown),
        "declared": str(_origin(detail)) if _origin(detail) else None,
        "mark": mark
        and {
            "owner": str(mark.owner),
            "address": str(mark.address),
            "generation": mark.generation,
            "protected": mark.protected,
            "intact": mark.intact,
        },
        "fields": [_tracked_document(tracked) for tracked in detail.tracked_fields],
        "undeclared": [
            undeclared_document(view_of_undeclared(value)) for value in detail.shown.undeclared
        ],
        "unshown": [unshown_document(value) for value in detail.shown.unshown],
        "run_settings": detail.run,
        "refers_to": {str(address): id or None for address, id in detail.refers_to},
        "referrers": [str(address) for address in detail.referrers],
        "release": published and published_document(published),
        "documents": [
            {"path": path, "id": id or None, "status": status}
            for path, id, status in _document_rows(detail)
        ],
        "foreign_documents": [{"id": id, "name": name or None} for id, name in detail.foreign],
    }


def _row(row: ShownRow) -> dict[str, Any]:
    """Return the keys of an address that are the same in the list and in the document of one address."""
    return {
        "address": str(row.address),
        "id": row.id or None,
        "state": row.state,
        "name": row.name or None,
        "owner": row.owner or None,
    }


def _origin(detail: ShownObject) -> object:
    """Return the position at which the address is declared; None if it is not."""
    return detail.shown.desired.origin if detail.shown.desired else None


def _facts(detail: ShownObject) -> Iterator[tuple[str, object]]:
    """Yield the facts about an address: a name and a value for each."""
    shown, mark = detail.shown, detail.mark
    yield "Address", shown.address
    yield "State", shown.state
    yield "Id", shown.id or NOTHING
    yield "Name", shown.name or NOTHING
    yield "Declared", _origin(detail) or NOTHING
    if mark:
        flags = ["protected"] if mark.protected else []
        flags += [f"generation {mark.generation}"] if mark.generation > 1 else []
        flags += [] if mark.intact else ["wiped"]
        yield "Mark", f"{mark.owner}{' (' + ', '.join(flags) + ')' if flags else ''}"
    if shown.live and shown.live.published:
        yield "Release", told_release(shown.live.published)
    if detail.run:
        yield "Each run", ", ".join(detail.run)
    for address, id in detail.refers_to:
        yield "Refers to", f"{address}  {id}".rstrip()
    for address in detail.referrers:
        yield "Named by", address


def _tracked_fields(tracked_fields: Sequence[TrackedField], width: int) -> str:
    """Return a table with a row for each tracked field: desired, live and last applied."""
    if not tracked_fields:
        return ""
    paths = max(columns(visible(tracked.path)) for tracked in tracked_fields)
    room = max((width - paths - len("LAST APPLIED") - 6) // 2, columns(NOT_ECHOED))
    rows = []
    for tracked in tracked_fields:
        live, desired = _sides(tracked)
        both = (Values().line(side, room) for side in (desired, live))
        rows.append((tracked.path, *both, _last(tracked)))
    return table(rows, ("FIELD", "DESIRED", "LIVE", "LAST APPLIED"))


def _last(tracked: TrackedField) -> str:
    """Return words about the last applied value: which side still has it."""
    if not tracked.applied:
        return "never"
    if tracked.cause is None and tracked.unshown:
        return "as desired"
    if tracked.cause is None and not tracked.comparer.alike(tracked.desired, tracked.live):
        return "desired was sent, the server kept the live value"
    return LAST[tracked.cause]


def _undeclared(values: Sequence[Undeclared], width: int) -> str:
    """Return a table with a row for each value that no manifest sets."""
    if not values:
        return ""
    room = max(width - max(columns(visible(value.path)) for value in values) - 30, 16)
    rows = [(value.path, told(value, room), SINCE[value.since]) for value in values]
    return table(rows, ("NOT DECLARED", "LIVE", "SINCE"))


def _foreign(files: Sequence[tuple[str, str]]) -> str:
    """Return a table of files that others attached to a vector store of ours."""
    if not files:
        return ""
    rows = table([(id, name or NOTHING) for id, name in files[:LISTED]], ("NOT OURS", "NAME"))
    rest = len(files) - LISTED
    return rows + (f"\n… and {rest:,} more (--format json)" if rest > 0 else "")


def _sides(tracked: TrackedField) -> tuple[Any, Any]:
    """Return the live and the desired value of a tracked field, with secrets masked."""
    # As a change of a field, so that `render.view` masks it in the same way as a plan.
    field = FieldChange(
        tracked.path, with_secrets(tracked), tracked.desired, sensitive=is_masked(tracked)
    )
    shown = view_of_field(field)
    return shown.live, shown.desired


def _tracked_document(tracked: TrackedField) -> dict[str, Any]:
    """Return one tracked field as a JSON document."""
    live, desired = _sides(tracked)
    # The server does not show the value, and null would say that it is null.
    both = {"desired": desired} if tracked.unshown else {"desired": desired, "live": live}
    shown = {side: encode(value) for side, value in both.items() if value is not UNSET}
    hidden = {"unshown": True} if tracked.unshown else {}
    return {"path": tracked.path, **shown, **hidden, "last_applied": _last(tracked)}


def _document_rows(detail: ShownObject) -> list[tuple[str, str, str]]:
    """Return the path, the file id and the status of each document of a vector store."""
    live = detail.shown.live.documents if detail.shown.live else {}
    desired = detail.shown.desired.documents if detail.shown.desired else {}
    return [
        (path, live[path].file_id, live[path].status) if path in live else (path, "", "to be added")
        # An upload is a document itself, at the empty path, and is already shown as the object.
        for path in sorted({*live, *desired})
        if path
    ]


def _documents(detail: ShownObject) -> Iterator[str]:
    """Yield a table of documents, and the number of those that it leaves out."""
    rows = _document_rows(detail)
    if not rows:
        return
    yield table([(p, id or NOTHING, s) for p, id, s in rows[:LISTED]], ("DOCUMENT", "ID", "STATUS"))
    if len(rows) > LISTED:
        yield f"… and {len(rows) - LISTED:,} more (--format json)"
