"""Render a migration as text: what becomes of each assistant, and the new ids after it."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from provisioner.engine.migration import SHARED, KeptObject
from provisioner.model.address import Address
from provisioner.model.migration import (
    AssistantMigration,
    FieldEffect,
    FieldMigration,
    Migration,
    ResourceEffect,
    ResourceMigration,
    Side,
    Verdict,
)
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.palette import Palette, Style
from provisioner.render.tables import table
from provisioner.render.values import plural
from provisioner.render.visible import visible
from provisioner.render.widths import columns

_COLUMN = 30
"""The columns for paths. The words about a longer path begin on the next line."""
_PLAIN = re.compile(r"[a-z_][a-z_.]*")
"""The pattern of an entry of `drop:` that needs no quotes in YAML."""

SIGNS = {
    FieldEffect.EXACT: "=",
    FieldEffect.CHANGED: "~",
    FieldEffect.LOST: "-",
    FieldEffect.GAINED: "+",
}
"""The sign of a field, by what becomes of it."""
BLOCKS = "✗"
"""The sign of something that blocks the migration."""
RESOURCE_SIGNS = {
    ResourceEffect.STAYS: "=",
    ResourceEffect.REBUILT: "±",
    ResourceEffect.LOST: "-",
    ResourceEffect.GAINED: "+",
}
"""The sign of a resource, by what becomes of it."""
_COUNTED = {
    ResourceEffect.STAYS: "stay",
    ResourceEffect.REBUILT: "rebuilt",
    ResourceEffect.LOST: "lost",
    ResourceEffect.GAINED: "made",
}
_STYLES = {
    BLOCKS: Style.RED,
    "=": Style.DIM,
    "~": Style.YELLOW,
    "±": Style.MAGENTA,
    "-": Style.RED,
    "+": Style.GREEN,
}
_OF_VERDICT = {
    Verdict.READY: Style.GREEN,
    Verdict.CHANGED: Style.YELLOW,
    Verdict.BLOCKED: Style.RED,
}


def migration_text(migration: Migration, *, colour: bool = False, width: int = 100) -> str:
    """Return the whole report. Its last lines are the verdict."""
    rows = _Rows(Palette(colour), width)
    sections = [
        "\n".join(_head(migration, rows.paint)),
        *("\n".join(_assistant(one, migration, rows)) for one in migration.assistants),
        "\n".join(_resources(migration, rows)),
        diagnostics_text(migration.diagnostics, colour=colour),
        "\n".join(_verdict(migration, rows)),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


class _Rows:
    """Makes wrapped rows: a sign, paths, and words about them."""

    def __init__(self, paint: Palette, width: int) -> None:
        self.paint, self.width = paint, width

    def row(self, sign: str, paths: str, *told: str) -> Iterator[str]:
        """Yield the lines of one row: the sign, the paths, and the sentences `told` about them."""
        head, indent = f"  {self.paint(_STYLES[sign], sign)} ", " " * (_COLUMN + 6)
        first, *more = self._wrapped(paths, "    ")
        lines = [line for words in told for line in self._wrapped(words, indent)]
        if not more and columns(first) <= _COLUMN and lines:
            first = f"{first}{' ' * (_COLUMN - columns(first) + 2)}{lines.pop(0)}"
        yield f"{head}{first}"
        yield from (f"    {line}" for line in more)
        yield from (f"{indent}{line}" for line in lines)

    def _wrapped(self, text: str, indent: str) -> list[str]:
        """Return a text in lines that fit the width with this indent."""
        room = max(self.width - len(indent), 30)
        # A path that is cut at a hyphen could not be copied.
        return textwrap.wrap(visible(text), room, break_on_hyphens=False)


def _head(migration: Migration, paint: Palette) -> Iterator[str]:
    """Yield the lines about the stack, the source and the target."""
    environment = migration.environment
    stack = f"{migration.stack}, environment {environment}" if environment else migration.stack
    sides = (migration.source, migration.target)
    rows = (("Stack", stack), *zip(("From ", "To   "), map(side_text, sides), strict=True))
    for name, text in rows:
        yield f"{paint(Style.STRONG, name.ljust(5))}  {visible(text)}"


def side_text(side: Side) -> str:
    """Return the name, runtime, host and project of the source or the target."""
    project = f"project {side.project}" if side.project else ""
    return " · ".join(filter(None, [side.target, side.runtime, side.host, project]))


def _assistant(one: AssistantMigration, migration: Migration, rows: _Rows) -> Iterator[str]:
    """Yield the rows about one assistant."""
    verdict = rows.paint(_OF_VERDICT[one.verdict], one.verdict)
    yield f"{rows.paint(Style.STRONG, visible(str(one.address)))}  {verdict}"
    for group in rows_of(one):
        field = group[0]
        sign = BLOCKS if field.blocks else SIGNS[field.effect]
        told = (words_on(field, migration), way_out(field, migration))
        yield from rows.row(sign, ", ".join(each.path for each in group), *told)
    exact = one.of(FieldEffect.EXACT)
    if exact:
        yield from rows.row("=", f"{len(exact)} exactly as they are", exact_text(exact))


def rows_of(one: AssistantMigration) -> Iterator[list[FieldMigration]]:
    """Yield lists of fields that share a row. Each lost field has a row of its own."""
    yield from grouped(one.of(FieldEffect.CHANGED))
    # Each lost field has a position and an entry of `drop:` of its own.
    yield from ([field] for field in one.of(FieldEffect.LOST))
    yield from grouped(one.of(FieldEffect.GAINED))


def grouped(fields: Iterable[FieldMigration]) -> list[list[FieldMigration]]:
    """Return lists of fields about which the report says the same."""
    groups: dict[tuple[str, ...], list[FieldMigration]] = {}
    for field in fields:
        key = (field.source.level.value, field.target.level.value, field.name, field.note)
        groups.setdefault(key, []).append(field)
    return list(groups.values())


def words_on(field: FieldMigration, migration: Migration) -> str:
    """Return a sentence about a field that changes, is lost or is gained."""
    runtime = migration.target.runtime
    if field.effect is FieldEffect.LOST:
        target = "has it, but it is dropped" if field.agreed else "does not have it"
        return field.note or f"{runtime} {target}."
    facts = []
    if field.effect is FieldEffect.GAINED:
        facts = [f"left out on {migration.source.target}, {field.target.level} here"]
    elif field.source.level is not field.target.level:
        # A per-run field is in no live object: whoever runs the assistant has to pass it.
        facts = [f"{field.source.level} → {field.target.level}"]
    if field.name and field.name != field.path:
        facts.append(f"as {field.name}")
    told = ", ".join(facts)
    return " ".join(filter(None, [told and f"{told[0].upper()}{told[1:]}.", field.note]))


def way_out(one: FieldMigration | ResourceMigration, migration: Migration) -> str:
    """Return the position of a lost field in the manifests, and the `drop:` entry that accepts the loss.

    Empty if nothing is lost.
    """
    if one.position is None or (not one.blocks and not one.agreed):
        return ""
    return f"{one.position} · {_agreement(one, migration.target)}"


def _agreement(one: FieldMigration | ResourceMigration, target: Side) -> str:
    """Return what has to be done, or was done, to accept a loss."""
    if one.agreed:
        return f"in `drop:` of {target.target}"
    if one.drop:
        return f"add `{one.drop}` to `drop:` of {target.target}"
    return "no entry of `drop:` can accept this loss: change the manifest"


def exact_text(fields: Iterable[FieldMigration]) -> str:
    """Return the names of fields that stay the same.

    An option inside a field is named only if the target has another name for it.
    """
    told = []
    for field in fields:
        is_option = "." in field.path
        if field.name and field.name != field.path:
            told.append(f"{field.path} (as {field.name})")
        elif not is_option:
            told.append(field.path)
    return ", ".join(told)


def _resources(migration: Migration, rows: _Rows) -> Iterator[str]:
    """Yield the rows about the resources that assistants refer to."""
    if migration.resources:
        yield rows.paint(Style.STRONG, "Resources that assistants refer to")
    for one in migration.resources:
        address = str(one.address)
        sign = BLOCKS if one.blocks else RESOURCE_SIGNS[one.effect]
        yield from rows.row(sign, address, fate_text(one, migration), way_out(one, migration))


def fate_text(one: ResourceMigration, migration: Migration) -> str:
    """Return a sentence about what becomes of a resource."""
    documents = f": {plural(one.documents, 'document')} uploaded" if one.documents else ""
    match one.effect:
        case ResourceEffect.STAYS:
            return "Stays: both targets are in the same account and use the same object."
        case ResourceEffect.REBUILT:
            return f"Rebuilt from the manifests{documents}."
        case ResourceEffect.GAINED:
            return f"Created, because {migration.source.target} does not have it{documents}."
        case ResourceEffect.LOST:
            return (
                f"Lost: {migration.target.target} has no such resource, or nothing there uses it."
            )


def _verdict(migration: Migration, rows: _Rows) -> Iterator[str]:
    """Yield the last lines: the counts, and the `drop:` that would accept the losses."""
    yield f"{rows.paint(Style.STRONG, 'Migration:')} {tally(migration)}."
    if migration.verdict is not Verdict.BLOCKED:
        return
    if migration.missing:
        target = visible(migration.target.target)
        yield f"To accept these losses, write at target {target} of the Stack:"
        line = f"drop: [{', '.join(entry(each) for each in whole_drop(migration))}]"
        yield f"  {visible(line)}"


def tally(migration: Migration) -> str:
    """Return the numbers of assistants by verdict, and of resources by what becomes of them."""
    verdicts = [one.verdict for one in migration.assistants]
    effects = [one.effect for one in migration.resources]
    parts = [f"{plural(len(verdicts), 'assistant')}"]
    parts += [f"{verdicts.count(v)} {v.value.replace(',', '')}" for v in Verdict]
    others = [
        f"{effects.count(effect)} {word}" for effect, word in _COUNTED.items() if effect in effects
    ]
    told = f"{parts[0]}: {', '.join(parts[1:])}"
    return f"{told}. Of what they refer to: {', '.join(others)}" if others else told


def whole_drop(migration: Migration) -> tuple[str, ...]:
    """Return all entries that the target's `drop:` needs, present and missing ones."""
    return (*migration.drop, *migration.missing)


def entry(text: str) -> str:
    """Return an entry of `drop:` as it is written in YAML."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def ids_text(ids: Mapping[Address, tuple[str, str]], migration: Migration) -> str:
    """Return a table of the old and the new id of each assistant, for its applications."""
    headers = ("ADDRESS", *(visible(s.target) for s in (migration.source, migration.target)))
    rows = [(address, source or "-", target or "-") for address, (source, target) in ids.items()]
    return table(rows, headers) + "\n" if rows else ""


def stays_text(stays: Iterable[KeptObject], migration: Migration) -> str:
    """Return the objects that stay on the source, except those that both targets use."""
    # What both targets use was not left behind by this migration.
    rows = [(f"  {one.address}", one.id, stay_text(one)) for one in stays if one.why != SHARED]
    if not rows:
        return ""
    return f"Stays on {visible(migration.source.target)}:\n{table(rows)}\n"


def stay_text(one: KeptObject) -> str:
    """Return the reason why an object stays on the source, and whether a later run deletes it."""
    later = "a later run deletes it when nothing refers to it any more"
    return f"{one.why}; {later}" if one.later else one.why
