"""Render undeclared values, foreign documents and values that no server shows, as text and JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from provisioner.model.address import Address
from provisioner.model.hints import hint
from provisioner.model.plan import NOT_KNOWN, UNSET, Since, Undeclared, Unshown
from provisioner.model.value import encode
from provisioner.render.output import UndeclaredDocument, UnshownDocument
from provisioner.render.palette import Palette, Style
from provisioner.render.values import Values, plural
from provisioner.render.visible import visible
from provisioner.render.widths import columns

LISTED = 20
"""The most values that are listed. The others are counted."""

ROWS = 20
"""The most rows of one value that are shown."""

NAMED = 5
"""The most values that one sentence names. The others are counted."""

SINCE: Final = {
    Since.MOVED: "changed on the live side",
    Since.AMONG: "one of these was changed on the live side",
    Since.UNKNOWN: "since when is not known",
    Since.ACCEPTED: "as it was accepted",
}
"""The words for when a value appeared."""

WAYS = (
    "Declare them in a manifest, name them in lifecycle.ignore_changes, or accept them as they are:"
)
"""The ways to deal with an undeclared value."""


def undeclared_text(
    values: Sequence[Undeclared], paint: Palette, width: int, *, everything: bool = False
) -> str:
    """Return a section about the undeclared values of a plan; empty if there are none."""
    if not values:
        return ""
    shown = values if everything else values[:LISTED]
    lines = [f"{paint(Style.STRONG, 'Undeclared:')} {_heading(values)}"]
    lines += [line for value in shown for line in _lines(value, paint, width)]
    if rest := len(values) - len(shown):
        lines.append(paint(Style.DIM, f"    … and {rest:,} more (--format json)"))
    return "\n".join(
        [*lines, paint(Style.DIM, f"    {WAYS} {hint('apply', '--accept-undeclared')}.")]
    )


def _heading(values: Sequence[Undeclared]) -> str:
    """Return the sentence with the number of values."""
    verb = "is a value" if len(values) == 1 else f"are {len(values):,} values"
    return f"there {verb} on the live side that no manifest sets."


def _lines(value: Undeclared, paint: Palette, width: int) -> Iterator[str]:
    """Yield the lines about one undeclared value."""
    # `!` is what `drift` counts as drift (exit 3).
    sign = paint(Style.YELLOW, "!" if value.counts else "?")
    start = f"{visible(str(value.address))}  {visible(value.path)}"
    note = SINCE[value.since]
    # A value is shown even on a narrow terminal, which then breaks the line itself.
    room = max(width - columns(start) - len(note) - 14, 24)
    since, live = paint(Style.DIM, f"# {note}"), value.live
    if isinstance(live, Mapping | list) and columns(Values().whole(live)) > room:
        yield f"  {sign} {start}  {since}"
        yield from (f"        {row}" for row in islice(Values().block(live, width - 8), ROWS))
    else:
        yield f"  {sign} {start}  {told(value, room)}  {since}"


def told(value: Undeclared, room: int) -> str:
    """Return a value in at most `room` columns, or `BEFORE → VALUE` if its previous value is known."""
    live = Values().line(value.live, room)
    # Mostly, the mark has only a digest of the baseline (see docs/ownership.md).
    if value.was is NOT_KNOWN or value.was is UNSET:
        return live
    return f"{Values().line(value.was, room)} → {live}"


def undeclared_document(value: Undeclared) -> UndeclaredDocument:
    """Return one undeclared value as a JSON document.

    `baseline` is missing if its text is not known.
    """
    document: UndeclaredDocument = {
        "address": str(value.address),
        "path": value.path,
        "since": value.since.value,
        "counts": value.counts,
    }
    if value.live is not UNSET:
        document["live"] = encode(value.live)
    if value.was is not NOT_KNOWN and value.was is not UNSET:
        document["baseline"] = encode(value.was)
    return document


def foreign_text(documents: Mapping[Address, int], paint: Palette) -> str:
    """Return a line for each vector store of ours that has documents of others; empty if none has."""
    lines = [
        f"{visible(str(address))} holds {plural(count, 'document')} of others, which are left"
        f" alone: {visible(hint('show', str(address)))} lists them."
        for address, count in sorted(documents.items())
    ]
    return "\n".join(paint(Style.DIM, line) for line in lines)


def unshown_text(values: Iterable[Unshown], paint: Palette) -> str:
    """Return one line about values that the server does not show; empty if there are none."""
    values = list(values)
    if not values:
        return ""
    changed = [value for value in values if value.changed]
    names = ", ".join(visible(f"{value.address} {value.path}") for value in values[:NAMED])
    more = f" and {len(values) - NAMED:,} more" if len(values) > NAMED else ""
    kept = plural(len(values), "value is", "values are")
    line = f"{kept} not shown by the server and could not be compared: {names}{more}."
    if changed:
        who = sorted({visible(str(value.address)) for value in changed})
        were = "was" if len(who) == 1 else "were"
        line += f" {', '.join(who)} {were} changed since our last write."
    # A change since our last write is drift, which no apply overwrites unasked.
    words = ("--replace", str(values[0].address), *(("--overwrite-drift",) if changed else ()))
    line += f" To send one once more: {visible(hint('apply', *words))}."
    return paint(Style.YELLOW if changed else Style.DIM, line)


def unshown_document(value: Unshown) -> UnshownDocument:
    """Return, as a JSON document, one value that the server does not show."""
    return {"address": str(value.address), "path": value.path, "changed": value.changed}
