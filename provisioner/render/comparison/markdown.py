"""Render a comparison as Markdown: both sides, and a block that unfolds for each differing resource."""

from provisioner.model.comparison import Comparison
from provisioner.model.plan import Action, Change
from provisioner.render.comparison.text import alone_told, sum_told
from provisioner.render.format import Layout
from provisioner.render.markdown.fields import FOLD, Diff
from provisioner.render.markdown.plan import FEW, paths_told, told_in_fence
from provisioner.render.markdown.room import Piece, fitted
from provisioner.render.markdown.syntax import code, details, escaped, fenced, tag
from provisioner.render.values import Values


def comparison_markdown(found: Comparison, layout: Layout) -> str:
    """Return a comparison as Markdown of at most `room.LIMIT` bytes."""
    head = [
        f"### {escaped(sum_told(found).removesuffix('.'))}",
        "",
        f"- {code(found.first.name)}: {escaped(found.first.told)}",
        f"- {code(found.second.name)}: {escaped(found.second.told)}",
        "",
    ]
    pieces = [_piece(change, found, layout) for change in found.changes]
    told = told_in_fence(found.diagnostics)
    return fitted(head, pieces, ["", *told] if told else [])


def _piece(change: Change, found: Comparison, layout: Layout) -> Piece:
    """Return one differing resource as a piece of Markdown, in full and as one line."""
    if change.action is not Action.UPDATE:
        return Piece(f"- {code(str(change.address))}: {escaped(alone_told(change, found))}")
    lines = Diff(Values(), None if layout.everything else FOLD).change(change)
    is_open = layout.everything or len(found.changes) <= FEW
    summary = f"{tag(str(change.address))}: {paths_told(change, tag)}"
    short = f"- {code(str(change.address))}: {paths_told(change, code)}"
    return Piece(short, tuple(details(summary, fenced(lines), is_open=is_open)))
