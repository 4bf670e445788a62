"""Explain a topic from the schemas, the runtimes and the table of codes."""

import re
from collections.abc import Iterator
from typing import Final

from provisioner.kinds import KINDS
from provisioner.model.codes.table import TABLE, THEMES, rows
from provisioner.model.explanation import (
    CodeExplanation,
    Explanation,
    FieldExplanation,
    KindExplanation,
    Overview,
)
from provisioner.model.kind import Kind
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes.holdings import holdings, places
from provisioner.source import metadata_schema
from provisioner.source.check import FOR_EACH, STACK
from provisioner.source.fields import STACK_SUMMARY, Field, fields_of_kind
from provisioner.verbs.explain import example
from provisioner.verbs.explain.topic import find

_DEFAULT: Final = re.compile(r"\bDefault:? (?P<value>(`[^`]*`|[^.`])+)\.")
_FOR_US: Final = ("metadata.", FOR_EACH, "lifecycle", "checks")
"""The beginnings of the paths of fields that only this program uses, and sends to no runtime."""


def explain(topic: str = "") -> Explanation:
    """Explain a kind, one of its fields (`assistant.model`), or the code of a diagnostic.

    Without a topic, list the kinds and runtimes. Raises UnknownTopic.
    """
    if not topic:
        return _overview()
    if topic in TABLE:
        themes = {code.name: theme for theme, module in THEMES.items() for code in rows(module)}
        return CodeExplanation(TABLE[topic], themes[topic])
    found = find(topic)
    if found.field is None:
        return _kind(found.kind)
    return _field(found.kind, found.field, _inside(found.kind, found.field))


def _overview() -> Overview:
    """Return the list of kinds and runtimes."""
    kinds = ((STACK.lower(), STACK_SUMMARY), *((k.name, k.summary) for k in KINDS.values()))
    return Overview(kinds, tuple((r.name, r.summary) for r in RUNTIMES.values()))


def _kind(name: str) -> KindExplanation:
    """Return the explanation of a kind."""
    kind = KINDS.get(name)
    return KindExplanation(
        name,
        kind.title if kind else STACK,
        kind.summary if kind else STACK_SUMMARY,
        tuple(places(kind)) if kind else (),
        tuple(_field(name, field) for field in fields_of_kind(name)),
        example.whole(name),
    )


def _inside(kind: str, field: Field) -> tuple[FieldExplanation, ...]:
    """Return the fields directly inside of a field."""
    if (
        field.path == "metadata"
    ):  # paths such as `metadata.name` belong to the metadata beside `spec`
        return ()
    below = re.compile(rf"{re.escape(field.path)}((\[\])?(\.NAME)?\.\w+|\[\w+\])")
    return tuple(_field(kind, one) for one in fields_of_kind(kind) if below.fullmatch(one.path))


def _field(name: str, field: Field, inside: tuple[FieldExplanation, ...] = ()) -> FieldExplanation:
    """Return the explanation of a field."""
    kind, default = KINDS.get(name), _DEFAULT.search(field.description)
    is_for_us = field.path.startswith(_FOR_US) or field.schema is metadata_schema.BORROWED_ID
    return FieldExplanation(
        name,
        kind.title if kind else STACK,
        field.path,
        field.type,
        field.required,
        field.choices,
        field.limits,
        field.description,
        default["value"].strip() if default else "",
        tuple(_notes(kind, field)) if kind else (),
        tuple(holdings(kind, field.path)) if kind and not is_for_us else (),
        example.of_field(name, field),
        inside,
    )


def _notes(kind: Kind, field: Field) -> Iterator[str]:
    """Yield sentences about a field that its schema does not say."""
    path = _without_items(field.path)
    if field.path in kind.immutable:
        yield "The field cannot be updated: changing it replaces the object."
    if path in map(_without_items, kind.secrets):
        yield "The field takes the NAME of an environment variable. The value is never shown."
    for pattern, named in kind.references.items():
        if path == _without_items(pattern) and f"kind: {KINDS[named].title}" not in (
            field.description
        ):
            yield f"The field names a `kind: {KINDS[named].title}`."


def _without_items(path: str) -> str:
    """Return a path without its brackets, to compare it with the patterns of a Kind."""
    return re.sub(r"\[[^\]]*\]", "", path)
