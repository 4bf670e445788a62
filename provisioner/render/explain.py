"""Render an explanation as text for a terminal, laid out like `kubectl explain`."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from provisioner.model.explanation import (
    CodeExplanation,
    Explanation,
    FieldExplanation,
    Holding,
    KindExplanation,
    Overview,
)
from provisioner.model.hints import command_line
from provisioner.model.runtime import Level
from provisioner.render.format import Layout
from provisioner.render.palette import Palette, Style
from provisioner.render.tables import table
from provisioner.render.widths import columns

NOTHING: Final = "-"
_LEAST_ROOM: Final = 24
"""The fewest columns of a description, even on a narrow terminal."""


def explanation_text(found: Explanation, layout: Layout) -> str:
    """Return an explanation in sections, with an empty line between them."""
    paint, width = Palette(layout.colour), layout.width
    if isinstance(found, Overview):
        sections = _overview(found, paint, width)
    elif isinstance(found, KindExplanation):
        sections = _kind(found, paint, width, everything=layout.everything)
    elif isinstance(found, FieldExplanation):
        sections = _field(found, paint, width)
    else:
        sections = _code(found, paint, width)
    return "\n\n".join(filter(None, sections)) + "\n"


def _overview(found: Overview, paint: Palette, width: int) -> Iterator[str]:
    """Yield the sections for a call without a topic: every kind and runtime."""
    yield _listed(found.kinds, paint, ("KIND", "WHAT IT IS"), width)
    yield _listed(found.runtimes, paint, ("RUNTIME", "WHAT IT IS"), width)
    yield _wrapped(
        f"{command_line('explain', 'KIND')} lists the fields of a kind. Write KIND.FIELD in place of KIND for one field,"
        " or CODE for a diagnostic: its code is the word in brackets.",
        width,
    )


def _kind(found: KindExplanation, paint: Palette, width: int, *, everything: bool) -> Iterator[str]:
    """Yield the sections about a kind."""
    yield _head(paint, (("KIND", found.title), ("ADDRESS", f"{found.name}.NAME")))
    yield _wrapped(found.summary, width)
    yield _listed(found.places, paint, ("RUNTIME", "WHAT IT IS THERE"), width)
    fields = [f for f in found.fields if everything or _is_top(f.path)]
    yield _fields(fields, paint, width)
    if len(fields) < len(found.fields):
        inner = len(found.fields) - len(fields)
        yield f"… and {inner} fields inside of these (--all)"
    yield _example(found.example, paint)


def _field(found: FieldExplanation, paint: Palette, width: int) -> Iterator[str]:
    """Yield the sections about a field."""
    type_ = ", ".join([found.type, *found.limits, *(["required"] if found.required else [])])
    facts = [("KIND", found.title), ("FIELD", found.path), ("TYPE", type_)]
    facts += [("VALUES", ", ".join(found.choices))] if found.choices else []
    facts += [("DEFAULT", found.default)] if found.default else []
    yield _head(paint, facts)
    yield _wrapped(" ".join([found.description, *found.notes]), width)
    yield _holdings(found.holdings, paint, width)
    if found.fields:
        yield _fields(found.fields, paint, width)
    yield _example(found.example, paint)


def _code(found: CodeExplanation, paint: Palette, width: int) -> Iterator[str]:
    """Yield the sections about a code."""
    code = found.code
    facts = (("CODE", code.name), ("SEVERITY", code.severity.value), ("ABOUT", found.theme))
    yield _head(paint, (*facts, ("SAYS", code.summary)))
    yield _wrapped(code.meaning, width)


def _head(paint: Palette, facts: Iterable[tuple[str, str]]) -> str:
    """Return the facts at the top: a name and a value on each line."""
    return _painted(table(facts), paint)


def _holdings(found: Sequence[Holding], paint: Palette, width: int) -> str:
    """Return a row about a field on each runtime, and the runtimes' notes below the rows."""
    if not found:
        return ""
    rows = [
        (one.runtime, one.level, one.wire_path or NOTHING, one.default or NOTHING) for one in found
    ]
    lines = [_titled(rows, ("RUNTIME", "HOLDS IT", "AS", "DEFAULT THERE"), paint)]
    for one in found:
        notes = [one.note] if one.note else []
        notes += [
            f"{value}: {level}{'. ' + note if note else '.'}" for value, level, note in one.values
        ]
        lines += [_wrapped(f"{one.runtime}: {note}", width) for note in notes]
    return "\n".join(lines)


def _fields(fields: Sequence[FieldExplanation], paint: Palette, width: int) -> str:
    """Return two lines for each field: its type and its support on each runtime, then its description."""
    runtimes = [*dict.fromkeys(one.runtime for field in fields for one in field.holdings)]
    rows = []
    for field in fields:
        held = {one.runtime: one.level for one in field.holdings}
        type_ = f"{field.type}, required" if field.required else field.type
        rows.append((field.path, type_, *(_cell(held.get(runtime)) for runtime in runtimes)))
    heads = ("FIELD", "TYPE", *(name.upper() for name in runtimes))
    # Each description stands below its row, so the rows have to be laid out as one table before.
    first, *lines = _titled(rows, heads, paint).split("\n")
    told = (f"    {textwrap.shorten(f.description, width - 4, placeholder=' …')}" for f in fields)
    return "\n".join([first, *(line for pair in zip(lines, told, strict=True) for line in pair)])


def _cell(level: Level | None) -> str:
    """Return the support of a field on a runtime in one word; `-` if the kind does not exist there."""
    if level is None:
        return NOTHING
    return "no" if level is Level.UNSUPPORTED else level.value


def _listed(
    rows: Sequence[tuple[str, str]], paint: Palette, heads: tuple[str, str], width: int
) -> str:
    """Return a table of names and their summaries; empty if there are none."""
    return _titled(_fitted(rows, heads, width), heads, paint) if rows else ""


def _fitted(
    rows: Sequence[Sequence[str]], heads: Sequence[str], width: int
) -> list[tuple[str, ...]]:
    """Return the rows with their last cells shortened, so that the table fits the width."""
    cells = [heads, *rows]
    taken = sum(max(columns(row[at]) for row in cells) + 2 for at in range(len(heads) - 1))
    room = max(width - taken, _LEAST_ROOM)
    return [(*row[:-1], textwrap.shorten(row[-1], room, placeholder=" …")) for row in rows]


def _titled(rows: Sequence[Sequence[str]], heads: Sequence[str], paint: Palette) -> str:
    """Return a table whose heads are emphasised."""
    first, *rest = table(rows, heads).split("\n")
    return "\n".join([paint(Style.STRONG, first), *rest])


def _painted(facts: str, paint: Palette) -> str:
    """Return facts with the name at the start of each line emphasised."""
    lines = (line.partition(" ") for line in facts.split("\n"))
    return "\n".join(f"{paint(Style.STRONG, name)}{gap}{rest}" for name, gap, rest in lines)


def _example(example: str, paint: Palette) -> str:
    """Return an example under its heading."""
    return f"{paint(Style.STRONG, 'EXAMPLE')}\n{textwrap.indent(example.rstrip(), '  ')}"


def _wrapped(text: str, width: int) -> str:
    """Return a text in lines of at most `width` columns."""
    # A name with a hyphen stays whole, so that it can be copied or searched for.
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _is_top(path: str) -> bool:
    """Return true for a field that is inside no other field of `spec` or of `metadata`."""
    return "." not in path or path.startswith("metadata.")
