"""Render drift as text and JSON: from the value that was last applied to the live value."""

from collections.abc import Iterator
from dataclasses import replace

from provisioner.model.drift import Absent, Drift
from provisioner.model.hints import hint
from provisioner.model.plan import (
    UNSET,
    Change,
    DocumentAction,
    DocumentChange,
    FieldChange,
    Reason,
)
from provisioner.model.value import Placeholder, encode
from provisioner.render.claims import no_drift
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.document import plan_document
from provisioner.render.fields import FOLD, INDENT, Fields
from provisioner.render.look_first import look_first_text
from provisioner.render.output import AbsentDocument, DriftDocument
from provisioner.render.palette import OF_SIGN, Palette, Style
from provisioner.render.text import REASONS, head_text
from provisioner.render.undeclared import foreign_text, undeclared_text, unshown_text
from provisioner.render.values import Values, plural
from provisioner.render.view import view_of
from provisioner.render.visible import visible
from provisioner.render.widths import columns

LISTED = 20
"""The most documents of one vector store that are listed. The others are counted."""

_WIDEST_PATH = 24
"""The widest path, in columns, to which the values of a change are aligned."""


def drift_text(
    drift: Drift,
    *,
    colour: bool = False,
    width: int = 100,
    everything: bool = False,
    whole_texts: bool = False,
) -> str:
    """Return every drifted field, with a summary as the last line.

    `everything` shows long values and lists in full. `whole_texts` shortens no line of the list of
    risks.
    """
    drift = viewed(drift)
    paint, plan = Palette(colour), drift.plan
    sections = [
        head_text(plan, paint),
        look_first_text(
            view_of(plan), paint, None if whole_texts else width, everything=everything
        ),
        *("\n".join(_change(change, paint, width, everything)) for change in drift.changes),
        "\n".join(_absent(one, paint) for one in drift.absent),
        undeclared_text(plan.undeclared, paint, width, everything=everything),
        foreign_text(plan.foreign_documents, paint),
        unshown_text(plan.unshown, paint),
        others_told(drift),
        diagnostics_text(plan.diagnostics, colour=colour),
        _summary(drift, paint),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def drift_document(drift: Drift) -> DriftDocument:
    """Return drift as JSON: the document of a plan, with `was` at its fields, and the absent resources."""
    drift = viewed(drift)
    document = plan_document(view_of(drift.plan))
    for told, change in zip(document["changes"], drift.changes, strict=True):
        for shown, moved in zip(told["fields"], change.fields, strict=True):
            was = flipped(moved).live
            # The mark has digests only, so the value is known only if another value has its digest.
            if not (was is UNSET or isinstance(was, Placeholder)):
                shown["was"] = encode(was)
    absent: list[AbsentDocument] = [
        {
            "address": str(one.address),
            "deleted": True if one.deleted else None,
            "named_by": [str(address) for address in one.named_by],
        }
        for one in drift.absent
    ]
    others = {reason.value: count for reason, count in drift.others.items()}
    return {**document, "absent": absent, "others": others}


def viewed(drift: Drift) -> Drift:
    """Return drift with its plan as a View, in which secrets are masked."""
    return replace(drift, plan=view_of(drift.plan))


def flipped(field: FieldChange) -> FieldChange:
    """Return a field as a change from the last applied value to the live value."""
    # MANIFEST has no note. All fields here are drift, so a note at each would say nothing.
    return replace(field, live=field.was, desired=field.live, cause=Reason.MANIFEST)


def moved(change: Change) -> Change:
    """Return a change whose fields and documents go from what was last applied to what is live."""
    return replace(
        change,
        fields=tuple(map(flipped, change.fields)),
        documents=tuple(map(_moved, change.documents)),
    )


def _moved(document: DocumentChange) -> DocumentChange:
    """Return a document's change as it happened on the live side.

    A document that a plan would add again was removed from the live store.
    """
    if document.action is DocumentAction.ADD:
        return replace(document, action=DocumentAction.REMOVE, note="no longer in the store")
    return replace(document, action=DocumentAction.CHANGE, note=document.note or "changed")


def _change(change: Change, paint: Palette, width: int, everything: bool) -> Iterator[str]:
    """Yield the lines of one object that changed."""
    reason = REASONS.get(change.reason, "")
    if change.rolled_back_to:
        reason = f"{change.reason}: rolled back to release {change.rolled_back_to}"
    address = paint(Style.STRONG, visible(str(change.address)))
    yield f"{paint(OF_SIGN['~'], '~')} {address}  {paint(Style.DIM, reason)}"
    paths = [columns(visible(field.path)) for field in change.fields]
    path_width = max((n for n in paths if n <= _WIDEST_PATH), default=0)
    fields = Fields(Values(), paint, width, path_width, fold=None if everything else FOLD)
    for field in change.fields:
        yield from fields.lines(flipped(field))
    documents = sorted(change.documents, key=lambda document: document.path)
    # A store may have thousands of documents, and a folder that moved changes them all.
    most = len(documents) if everything else LISTED
    yield from (_document(document, paint) for document in documents[:most])
    if rest := len(documents[most:]):
        yield paint(Style.DIM, f"{INDENT}  … and {rest:,} more")


def _document(document: DocumentChange, paint: Palette) -> str:
    """Return the line of one document that changed."""
    sign, what = "~", document.note or "changed"
    if document.action is DocumentAction.ADD:
        sign, what = "-", "no longer in the store"
    path = visible(document.path)
    return f"{INDENT}{paint(OF_SIGN[sign], sign)} files[{path}]{paint(Style.DIM, f'  # {what}')}"


def absent_told(one: Absent) -> str:
    """Return what is known about a declared resource that is not live."""
    if one.deleted:
        who = ", ".join(map(str, one.named_by))
        return f"deleted on the live side: {who} still names its id"
    return "not live: it was deleted there or never created; nothing that was read shows which"


def _absent(one: Absent, paint: Palette) -> str:
    """Return the line of a declared resource that is not live."""
    address = paint(Style.STRONG, visible(str(one.address)))
    return f"{paint(OF_SIGN['-'], '-')} {address}  {paint(Style.DIM, visible(absent_told(one)))}"


def _summary(drift: Drift, paint: Palette) -> str:
    """Return the last line of the text, which sums up the drift."""
    title, told = summary_told(drift)
    return f"{paint(Style.STRONG if drift.is_empty else Style.YELLOW, title)} {told}"


def summary_told(drift: Drift) -> tuple[str, str]:
    """Return a title such as `Drift:` or `No drift.`, and a sentence with the numbers it is based on."""
    moved = [value for value in drift.plan.undeclared if value.counts]
    parts = [
        plural(len(drift.changes), "object changed", "objects changed") if drift.changes else "",
        f"{len(drift.absent):,} declared and not live" if drift.absent else "",
        plural(len(moved), "undeclared value", "undeclared values") if moved else "",
    ]
    if any(parts):
        told = ", ".join(filter(None, parts))
        return "Drift:", f"{told}. Live and as last applied: {_rest(drift)}."
    if not drift.is_empty:
        return "Drift:", "what the server does not show may have changed."
    if not drift.read:
        return no_drift(drift.plan), "Nothing is declared, and nothing of ours is live."
    compared = plural(drift.read, "live object was compared", "live objects were compared")
    return no_drift(drift.plan), f"{compared} with what was last applied."


def others_told(drift: Drift) -> str:
    """Return a line about objects with our mark that could not be compared; empty if there are none."""
    if not drift.others:
        return ""
    told = ", ".join(f"{count:,} {reason}" for reason, count in drift.others.items())
    count = sum(drift.others.values())
    verb = "carries our mark and stands" if count == 1 else "carry our mark and stand"
    return (
        f"{plural(count, 'more live object')} {verb} for no declared resource "
        f"({told}). {hint('plan')} shows what would become of them."
    )


def _rest(drift: Drift) -> str:
    """Return the number of objects without drift."""
    return f"{max(drift.plan.unchanged, 0):,}"
