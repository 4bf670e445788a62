"""Render drift as Markdown: from the last applied value of each field to the live value."""

from collections.abc import Iterator

from provisioner.model.drift import Absent, Drift
from provisioner.model.plan import Change
from provisioner.render.drift import absent_told, moved, others_told, summary_told, viewed
from provisioner.render.format import Layout
from provisioner.render.markdown.fields import FOLD, Diff
from provisioner.render.markdown.plan import FEW, paths_told, tail, where
from provisioner.render.markdown.room import Piece, fitted
from provisioner.render.markdown.syntax import code, details, escaped, fenced, tag
from provisioner.render.text import REASONS
from provisioner.render.values import Values
from provisioner.render.view import view_of


def drift_markdown(drift: Drift, layout: Layout) -> str:
    """Return drift as Markdown of at most `room.LIMIT` bytes."""
    drift = viewed(drift)
    pieces = [*map(_absent, drift.absent)]
    pieces += [Piece("", changes=0)] if pieces else []
    pieces += [
        _piece(change, layout, is_open=len(drift.changes) <= FEW) for change in drift.changes
    ]
    return fitted([*_head(drift)], pieces, tail(view_of(drift.plan), layout))


def _head(drift: Drift) -> Iterator[str]:
    """Yield the heading, the target, and what could not be compared."""
    title, told = summary_told(drift)
    yield from (f"### {title} {told}", "", where(view_of(drift.plan)), "")
    if others := others_told(drift):
        yield from (escaped(others), "")


def _absent(one: Absent) -> Piece:
    """Return the line of a declared resource that is not live."""
    return Piece(f"- {code(str(one.address))}: {escaped(absent_told(one))}")


def _piece(change: Change, layout: Layout, *, is_open: bool) -> Piece:
    """Return one object that changed as a piece, in full and as one line."""
    diff = Diff(Values(), None if layout.everything else FOLD)
    reason = REASONS.get(change.reason, "")
    told = f" ({escaped(reason)})" if reason else ""
    paths = paths_told(change, tag)
    summary = f"{tag(str(change.address))}{told}{f': {paths}' if paths else ''}"
    short = f"- {code(str(change.address))}{told}: {paths_told(change, code)}"
    lines = diff.change(moved(change))
    if not lines:
        return Piece(short.removesuffix(": "))
    return Piece(
        short, tuple(details(summary, fenced(lines), is_open=is_open or layout.everything))
    )
