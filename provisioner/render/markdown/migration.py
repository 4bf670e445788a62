"""Render the report of a migration as Markdown for pull requests."""

import re
from collections.abc import Iterable, Iterator, Sequence

from provisioner.model.migration import AssistantMigration, FieldEffect, Migration, Verdict
from provisioner.render.format import Layout
from provisioner.render.markdown.plan import SECTION, plan_head, plan_pieces, told_in_fence
from provisioner.render.markdown.room import Piece, clipped, fitted
from provisioner.render.markdown.syntax import code, escaped, fenced
from provisioner.render.migration import (
    BLOCKS,
    RESOURCE_SIGNS,
    SIGNS,
    entry,
    fate_text,
    rows_of,
    side_text,
    stays_text,
    tally,
    way_out,
    whole_drop,
    words_on,
)
from provisioner.render.migration_reading import MigrationView
from provisioner.render.visible import visible

# Without `|`, which would end the cell of a table.
_CODE = re.compile(r"`([^`|]+)`")

_WORDS = {
    FieldEffect.CHANGED: "changes meaning",
    FieldEffect.LOST: "lost",
    FieldEffect.GAINED: "gained",
}


def migration_markdown(migration: Migration) -> str:
    """Return a table of all assistants, and a table for each assistant that changes.

    The text has at most `room.LIMIT` bytes.
    """
    return fitted(*report_pieces(migration), ())


def move_markdown(view: MigrationView, layout: Layout) -> str:
    """Return the report of a planned migration, and after it the plans of both targets.

    The text has at most `room.LIMIT` bytes.
    """
    head, pieces = report_pieces(view.migration)
    source, target = (code(s.target) for s in (view.migration.source, view.migration.target))
    parts = (
        (f"First, on {target}", view.plan),
        (f"Changed by hand on {source} since the last apply", view.drift),
        (f"Then, once everything on {target} is verified, on {source}", view.retire),
    )
    for title, plan in parts:
        # The plan of the target is shown even if it is empty: it says that nothing is to be done.
        if plan.changes or plan is view.plan:
            lines = (f"\n#### {title}", *plan_head(plan, layout, level=5))
            pieces += [*(Piece(line, changes=0) for line in lines), *plan_pieces(plan, layout)]
    notes = told_in_fence([*view.notes]) if view.notes else []
    stays = stays_text(view.stays, view.migration)
    rows = [visible(line) for line in stays.splitlines()]
    listed = fenced(clipped(rows, SECTION), "text") if rows else []
    return fitted(head, pieces, ["", *notes, *listed])


def report_pieces(migration: Migration) -> tuple[list[str], list[Piece]]:
    """Return the head of the report, and its pieces in their order."""
    source, target = (code(side_text(s)) for s in (migration.source, migration.target))
    where = f" · environment {code(migration.environment)}" if migration.environment else ""
    head = [f"### Migration: {source} → {target}", "", f"Stack {code(migration.stack)}{where}", ""]
    pieces = [Piece(line, changes=0) for line in _overview(migration)]
    pieces += [
        Piece(f"- {code(str(one.address))}: {one.verdict}", ("", *lines))
        for one in migration.assistants
        if (lines := [*_assistant(one, migration)])
    ]
    for section in (_resources, _told, _verdict):
        if lines := [*section(migration)]:
            pieces += [Piece(line, changes=0) for line in ("", *lines)]
    return head, pieces


def _cell(text: str) -> str:
    """Return a sentence for the cell of a table. Its code spans stay, and all else is escaped."""
    parts = _CODE.split(text)
    return "".join(code(part) if index % 2 else escaped(part) for index, part in enumerate(parts))


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"| {' | '.join(headers)} |"
    yield f"|{'---|' * len(headers)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _overview(migration: Migration) -> Iterator[str]:
    """Yield the table with one row for each assistant."""
    rows = (
        (code(str(one.address)), one.verdict, *(str(len(one.of(each))) for each in FieldEffect))
        for one in migration.assistants
    )
    return _table(("assistant", "verdict", *(effect.value for effect in FieldEffect)), rows)


def _assistant(one: AssistantMigration, migration: Migration) -> Iterator[str]:
    """Yield the table of the fields of one assistant that change."""
    rows = []
    for group in rows_of(one):
        field = group[0]
        paths = ", ".join(code(each.path) for each in group)
        told = (words_on(field, migration), way_out(field, migration))
        sign = BLOCKS if field.blocks else SIGNS[field.effect]
        rows.append(
            (sign, paths, _WORDS[field.effect], "<br>".join(map(_cell, filter(None, told))))
        )
    if rows:
        yield f"**{code(str(one.address))}**: {one.verdict}\n"
        yield from _table(("", "what", "becomes", "to know"), rows)


def _resources(migration: Migration) -> Iterator[str]:
    """Yield the table of the resources that assistants refer to."""
    rows = [
        (
            BLOCKS if one.blocks else RESOURCE_SIGNS[one.effect],
            code(str(one.address)),
            one.effect.value,
            "<br>".join(
                map(_cell, filter(None, (fate_text(one, migration), way_out(one, migration))))
            ),
        )
        for one in migration.resources
    ]
    if rows:
        yield from _table(("", "resource", "becomes", "to know"), rows)


def _told(migration: Migration) -> Iterator[str]:
    """Yield a line for each diagnostic."""
    for one in migration.diagnostics:
        yield f"- **{one.severity}**: {escaped(one.told)}. {escaped(one.detail)}"


def _verdict(migration: Migration) -> Iterator[str]:
    """Yield the verdict, and the `drop:` that would accept the losses."""
    yield f"**{migration.verdict}**: {escaped(tally(migration))}."
    if migration.verdict is Verdict.BLOCKED and migration.missing:
        yield f"\nTo accept these losses, write at target {code(migration.target.target)} of the Stack:\n"
        yield "```yaml"
        yield visible(f"drop: [{', '.join(entry(one) for one in whole_drop(migration))}]")
        yield "```"
