"""Render the report of a move to another target as a page, and the plans for its source and its target."""

import re
from collections.abc import Iterator

from provisioner.model.migration import AssistantMigration, FieldEffect, Migration, Verdict
from provisioner.render.html.markup import Markup, code, joined, table, tag
from provisioner.render.html.page import Sections, facts, page, told
from provisioner.render.html.plan import plan_sections, sum_told
from provisioner.render.migration import (
    BLOCKS,
    RESOURCE_SIGNS,
    SIGNS,
    entry,
    exact_text,
    fate_text,
    rows_of,
    side_text,
    stay_text,
    tally,
    way_out,
    whole_drop,
    words_on,
)
from provisioner.render.migration_reading import MigrationView

_CODE = re.compile(r"`([^`]+)`")
_WORDS = {
    FieldEffect.CHANGED: "changes meaning",
    FieldEffect.LOST: "lost",
    FieldEffect.GAINED: "gained",
}


def migration_html(migration: Migration) -> str:
    """Return the report of a move as one HTML document."""
    return page(_title(migration), _facts(migration), _sections(migration))


def move_html(view: MigrationView) -> str:
    """Return the report of a planned move, and the plans for its source and its target."""
    migration = view.migration
    source, target = migration.source.target, migration.target.target
    sections = dict(_sections(migration))
    parts = (
        (f"First, on {target}", "make-", view.plan),
        (f"Changed by hand on {source}", "hand-", view.drift),
        (f"Then, on {source}", "retire-", view.retire),
    )
    for place, prefix, plan in parts:
        # The plan of the target is shown even if it is empty: it says that nothing is to be done.
        if plan.changes or plan is view.plan:
            sums = (place, [tag("p", f"Plan: {sum_told(plan)}.")])
            sections |= {f"{prefix}sum": sums, **plan_sections(plan, place, prefix)}
    stays = [(code(one.address), code(one.id), stay_text(one)) for one in view.stays]
    listed = table(("Resource", "Id", "Why"), stays, f"Stays on {source}")
    sections |= {
        "said": ("Diagnostics", told(view.notes)),
        "stays": (f"Stays on {source}", [listed] if stays else []),
    }
    return page(_title(migration), _facts(migration), sections)


def _title(migration: Migration) -> str:
    return f"Migration to {migration.target.target}: {migration.verdict}"


def _facts(migration: Migration) -> Markup:
    return facts(
        {
            "Stack": migration.stack,
            "Environment": migration.environment,
            "From": side_text(migration.source),
            "To": side_text(migration.target),
        }
    )


def _sections(migration: Migration) -> Sections:
    return {
        "verdict": ("Verdict", [*_verdict(migration)]),
        "moved": ("Assistants", [*_assistants(migration)]),
        "resources": ("What they refer to", [*_resources(migration)]),
        "warnings": ("Warnings", told(migration.diagnostics)),
    }


def _verdict(migration: Migration) -> Iterator[Markup]:
    is_blocked = migration.verdict is Verdict.BLOCKED
    told_all = f"{migration.verdict}: {tally(migration)}."
    yield tag("div", told_all, class_="stop") if is_blocked else tag("p", told_all)
    if is_blocked and migration.missing:
        line = f"drop: [{', '.join(map(entry, whole_drop(migration)))}]"
        target = code(migration.target.target)
        yield tag("p", "To accept these losses, write at target ", target, " of the Stack:")
        yield tag("pre", line)


def _assistants(migration: Migration) -> Iterator[Markup]:
    for one in migration.assistants:
        summary = joined([code(one.address), f": {one.verdict}"])
        inside = tag("div", *_assistant(one, migration), class_="inside")
        is_open = one.verdict is Verdict.BLOCKED
        yield tag("details", tag("summary", summary), inside, open=is_open)


def _assistant(one: AssistantMigration, migration: Migration) -> Iterator[Markup]:
    rows = []
    for group in rows_of(one):
        field = group[0]
        rows.append(
            (
                joined([code(each.path) for each in group], ", "),
                BLOCKS if field.blocks else SIGNS[field.effect],
                _WORDS[field.effect],
                _words(words_on(field, migration), way_out(field, migration)),
            )
        )
    if rows:
        yield table(("Field", "Sign", "Becomes", "To know"), rows, f"What becomes of {one.address}")
    if exact := one.of(FieldEffect.EXACT):
        yield tag("p", f"{len(exact)} exactly as they are: {exact_text(exact)}")


def _words(*sentences: str) -> Markup:
    """Return sentences one after the other, with what stands between backticks as code."""
    # The sentences are written for text, where backticks mark a path.
    parts = _CODE.split(" ".join(filter(None, sentences)))
    return joined(code(part) if index % 2 else part for index, part in enumerate(parts))


def _resources(migration: Migration) -> Iterator[Markup]:
    rows = [
        (
            code(one.address),
            BLOCKS if one.blocks else RESOURCE_SIGNS[one.effect],
            one.effect.value,
            _words(fate_text(one, migration), way_out(one, migration)),
        )
        for one in migration.resources
    ]
    if rows:
        yield table(("Resource", "Sign", "Becomes", "To know"), rows, "What becomes of resources")
