"""Render a migration report as Markdown for pull requests. Names cannot act as Markdown syntax."""

import re
from collections.abc import Iterable, Iterator, Sequence

from provisioner.model.migration import AssistantMigration, FieldEffect, Migration, Verdict
from provisioner.render.migration import (
    BLOCKS,
    RESOURCE_SIGNS,
    SIGNS,
    entry,
    fate_text,
    rows_of,
    side_text,
    tally,
    way_out,
    whole_drop,
    words_on,
)
from provisioner.render.visible import visible

_TAME = re.compile(r"[A-Za-z0-9_.,:/=\[\]\-][A-Za-z0-9_.,:/=\[\]\- ]*")
"""Texts that are safe in a code span, also in a cell of a table."""
_CODE = re.compile(r"`([^`|]+)`")
_SPECIAL = re.compile(r"[&<>|`*_\[\]\\@#~$]")

_WORDS = {
    FieldEffect.CHANGED: "changes meaning",
    FieldEffect.LOST: "lost",
    FieldEffect.GAINED: "gained",
}


def migration_markdown(migration: Migration) -> str:
    """Return a table of all assistants, and a table for each assistant that changes."""
    source, target = (code(side_text(s)) for s in (migration.source, migration.target))
    stack = code(migration.stack)
    where = f" · environment {code(migration.environment)}" if migration.environment else ""
    sections = [
        f"### Migration: {source} → {target}\n\nStack {stack}{where}",
        "\n".join(_overview(migration)),
        *("\n".join(_assistant(one, migration)) for one in migration.assistants),
        "\n".join(_resources(migration)),
        "\n".join(_told(migration)),
        "\n".join(_verdict(migration)),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def code(text: str) -> str:
    """Return a user's text as a code span, or escaped if it could end the span."""
    shown = visible(text)
    return f"`{shown}`" if _TAME.fullmatch(shown) else escaped(shown)


def escaped(text: str) -> str:
    """Return text with every character escaped that Markdown or HTML would interpret."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", visible(text))


def _cell(text: str) -> str:
    """Return a sentence for a table cell. Its code spans stay, and everything else is escaped."""
    parts = _CODE.split(text)
    return "".join(code(part) if index % 2 else escaped(part) for index, part in enumerate(parts))


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headers)} |"
    yield f"|{'---|' * len(headers)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _overview(migration: Migration) -> Iterator[str]:
    rows = (
        (code(str(one.address)), one.verdict, *(str(len(one.of(each))) for each in FieldEffect))
        for one in migration.assistants
    )
    return _table(("assistant", "verdict", *(effect.value for effect in FieldEffect)), rows)


def _assistant(one: AssistantMigration, migration: Migration) -> Iterator[str]:
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
    yield f"**{migration.verdict}**: {escaped(tally(migration))}."
    if migration.verdict is Verdict.BLOCKED and migration.missing:
        yield f"\nTo lose it knowingly, at target {code(migration.target.target)} of the Stack:\n"
        yield "```yaml"
        yield visible(f"drop: [{', '.join(entry(one) for one in whole_drop(migration))}]")
        yield "```"
