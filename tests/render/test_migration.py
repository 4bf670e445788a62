"""A move as a person and a pull request see it: all that is said, and nothing that is obeyed."""

import re

import pytest

from provisioner.engine.migration import KeptObject
from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.model.migration import (
    AssistantMigration,
    FieldEffect,
    FieldMigration,
    Migration,
    ResourceEffect,
    ResourceMigration,
    Side,
)
from provisioner.model.runtime import Level, Support
from provisioner.render.markdown.migration import migration_markdown
from provisioner.render.markdown.syntax import code
from provisioner.render.migration import ids_text, migration_text, stays_text
from provisioner.render.widths import columns
from tests.render.test_markdown import OURS, Rendered

STORED, PER_RUN = Support(Level.STORED), Support(Level.PER_RUN)
NO = Support(Level.UNSUPPORTED)
AT = Position("manifests/a.yaml", 7, 3)
QA, STORE = Address("assistant", "qa"), Address("vector_store", "s")
EVIL = "x`|<img src=x onerror=alert(1)>\n| [y](http://evil) @everyone #1 \x1b[31m"
FIELDS = (
    FieldMigration("model", FieldEffect.EXACT, STORED, STORED),
    FieldMigration("verbosity", FieldEffect.EXACT, STORED, STORED, name="text.verbosity"),
    FieldMigration("tool_choice", FieldEffect.CHANGED, PER_RUN, STORED, name="tool_choice"),
    FieldMigration("tools[a].strict", FieldEffect.CHANGED, STORED, STORED, note="Mind it."),
    FieldMigration("tools[b].strict", FieldEffect.CHANGED, STORED, STORED, note="Mind it."),
    FieldMigration(
        "top_p", FieldEffect.LOST, STORED, NO, note="No dial.", agreed=True, position=AT
    ),
    FieldMigration("temperature", FieldEffect.LOST, STORED, NO, drop="temperature", position=AT),
    FieldMigration("tools[web_search]", FieldEffect.GAINED, NO, STORED, had=False),
)


def migration(*fields: FieldMigration, name: str = "acme", **more: ResourceMigration) -> Migration:
    sides = Side("old", "assistants", "here"), Side("new", "agents", "there", "p1")
    moves = (AssistantMigration(QA, fields or FIELDS),)
    return Migration(name, "prod", *sides, moves, tuple(more.values()), ("top_p",))


def test_the_report_in_full() -> None:
    lost = ResourceMigration(STORE, ResourceEffect.LOST, 3, drop="vector_store", position=AT)
    text = migration_text(migration(store=lost), width=100)
    assert (
        text
        == """\
Stack  acme, environment prod
From   old · assistants · here
To     new · agents · there · project p1

assistant.qa  blocked
  ~ tool_choice                     Per run → stored.
  ~ tools[a].strict, tools[b].strict
                                    Mind it.
  - top_p                           No dial.
                                    manifests/a.yaml:7:3 · in `drop:` of new
  ✗ temperature                     agents does not have it.
                                    manifests/a.yaml:7:3 · add `temperature` to `drop:` of new
  + tools[web_search]               Left out on old, stored here.
  = 2 exactly as they are           model, verbosity (as text.verbosity)

Resources that assistants refer to
  ✗ vector_store.s                  Lost: new has no such resource, or nothing there uses it.
                                    manifests/a.yaml:7:3 · add `vector_store` to `drop:` of new

Migration: 1 assistant: 0 ready, 0 ready with changes, 1 blocked. Of what they refer to: 1 lost.
To accept these losses, write at target new of the Stack:
  drop: [top_p, vector_store, temperature]
"""
    )


@pytest.mark.parametrize("width", [40, 80, 120])
def test_rows_are_as_wide_as_the_terminal(width: int) -> None:
    text = migration_text(migration(), width=max(width, 70))
    assert max(map(columns, text.splitlines())) <= max(width, 70)


def test_nothing_of_a_manifest_reaches_the_terminal_or_a_pull_request_raw() -> None:
    field = FieldMigration(EVIL, FieldEffect.LOST, STORED, NO, drop=EVIL, position=Position(EVIL))
    whole = migration(field, name=EVIL)

    assert "\x1b" not in migration_text(whole)
    markdown = migration_markdown(whole)
    rows = [line for line in markdown.splitlines() if line.startswith("| ✗")]
    assert [row.count(" | ") for row in rows] == [3]
    page = Rendered(markdown)
    assert page.names <= OURS | {"br", "table"}
    assert page.links == []
    assert not re.search(r"[@#]\w", page.words)


def test_the_report_as_markdown() -> None:
    stays = ResourceMigration(STORE, ResourceEffect.STAYS, 3)
    text = migration_markdown(migration(*FIELDS[:6], store=stays))
    assert "| `assistant.qa` | ready, with changes | 2 | 3 | 1 | 0 |" in text
    assert "| ~ | `tools[a].strict`, `tools[b].strict` | changes meaning | Mind it. |" in text
    assert "| - | `top_p` | lost | No dial.<br>manifests/a.yaml:7:3 · in `drop:` of new |" in text
    assert "| = | `vector_store.s` | stays |" in text
    assert "```" not in text


def test_code_that_would_end_its_span_has_longer_ends_or_is_escaped() -> None:
    assert code("tools[web_search].mode") == "`tools[web_search].mode`"
    assert code("a`b") == "`` a`b ``"
    assert "|" not in code("a|b")


def test_ids_and_what_stays_are_told() -> None:
    whole = migration()
    assert ids_text({QA: ("asst_1", "")}, whole).splitlines() == [
        "ADDRESS       old     new",
        "assistant.qa  asst_1  -",
    ]
    stays = [
        KeptObject(STORE, "vs_1", "asst_2 names it", later=True),
        KeptObject(QA, "x", "y stays"),
    ]
    assert stays_text(stays, whole).splitlines() == [
        "Stays on old:",
        (
            "  vector_store.s  vs_1  asst_2 names it; a later run deletes it when nothing refers"
            " to it any more"
        ),
        "  assistant.qa    x     y stays",
    ]
    assert stays_text([], whole) == ids_text({}, whole) == ""
