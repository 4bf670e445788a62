"""Render a comparison as text: both sides, then each resource that differs, then the counts."""

from collections.abc import Iterator
from typing import Final

from provisioner.model.comparison import Comparison
from provisioner.model.plan import Action, Change, DocumentAction
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.fields import FOLD, INDENT, Fields
from provisioner.render.format import Layout
from provisioner.render.palette import OF_SIGN, Palette, Style
from provisioner.render.tables import table
from provisioner.render.values import Values, plural
from provisioner.render.visible import visible
from provisioner.render.widths import columns

LISTED: Final = 20
"""The most documents of one vector store that are listed. The others are counted."""
SIGNS: Final = {DocumentAction.ADD: "+", DocumentAction.CHANGE: "~", DocumentAction.REMOVE: "-"}
"""The sign of a document, by the action that would turn the first side into the second."""
_WIDEST_PATH: Final = 24
"""The widest path, in columns, to which the values of a resource are aligned."""


def comparison_text(found: Comparison, layout: Layout) -> str:
    """Return the changes that turn the first side into the second. The last line has the counts."""
    paint = Palette(layout.colour)
    sections = [
        table([("First", found.first.told), ("Second", found.second.told)]),
        *("\n".join(_change(one, paint, layout)) for one in found.changes if _differs(one)),
        # What only one side has differs as a whole, so one line says it.
        "\n".join(_alone(one, found, paint) for one in found.changes if not _differs(one)),
        diagnostics_text(found.diagnostics, colour=layout.colour),
        paint(Style.STRONG, sum_told(found)),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def sum_told(found: Comparison) -> str:
    """Return the last line: the numbers of resources that differ, are on one side, or are equal."""
    counts = found.counts
    if found.is_empty:
        resources = plural(counts["same"], "resource is", "resources are")
        return f"Nothing differs: {resources} alike."
    parts = [f"{counts['different']} different"]
    parts += [f"{counts['only_first']} only in {visible(found.first.name)}"]
    parts += [f"{counts['only_second']} only in {visible(found.second.name)}"]
    parts += [f"{counts['same']} alike"]
    return f"Compared: {', '.join(parts)}."


def alone_told(change: Change, found: Comparison) -> str:
    """Return the words that name the side which alone has a resource."""
    side = found.second if change.action is Action.CREATE else found.first
    return f"only in {visible(side.name)}"


def _differs(change: Change) -> bool:
    """Return true if both sides have the resource."""
    return change.action is Action.UPDATE


def _alone(change: Change, found: Comparison, paint: Palette) -> str:
    """Return the line of a resource that one side alone has."""
    told = paint(Style.DIM, alone_told(change, found))
    return f"{_head(change, paint)}  {told}"


def _head(change: Change, paint: Palette) -> str:
    """Return the sign and the address of a resource."""
    sign = change.action.value
    return f"{paint(OF_SIGN[sign], sign)} {paint(Style.STRONG, visible(str(change.address)))}"


def _change(change: Change, paint: Palette, layout: Layout) -> Iterator[str]:
    """Yield the lines of a resource that differs."""
    yield _head(change, paint)
    paths = [columns(visible(field.path)) for field in change.fields]
    path_width = max((n for n in paths if n <= _WIDEST_PATH), default=0)
    # Without a terminal the output is a log, in which nothing can be unfolded later.
    fold = None if layout.everything or layout.whole_texts else FOLD
    fields = Fields(Values(), paint, layout.width, path_width, fold=fold)
    for field in change.fields:
        yield from fields.lines(field)
    most = len(change.documents) if layout.everything else LISTED
    for document in change.documents[:most]:
        mark = SIGNS[document.action]
        note = "" if document.content else paint(Style.DIM, f"  # {document.note}")
        yield f"{INDENT}{paint(OF_SIGN[mark], mark)} files[{visible(document.path)}]{note}"
    if rest := len(change.documents[most:]):
        yield paint(Style.DIM, f"{INDENT}  … and {rest:,} more (--all)")
