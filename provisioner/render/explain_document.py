"""Turn an explanation into the JSON document that `explain` prints."""

from collections.abc import Iterable

from provisioner.model.code import Code
from provisioner.model.explanation import (
    CodeExplanation,
    Explanation,
    FieldExplanation,
    Holding,
    KindExplanation,
    Overview,
)
from provisioner.render.document import FORMAT_VERSION
from provisioner.render.explain_output import (
    ExplainedCodeDocument,
    ExplainedFieldDocument,
    ExplainedKindDocument,
    ExplanationDocument,
    HoldingDocument,
    NamedDocument,
)


def explanation_document(found: Explanation) -> ExplanationDocument:
    """Return an explanation as a JSON document. The keys of all other topics are null."""
    # One form for every topic, so that a program need not know which topic was asked for.
    overview = found if isinstance(found, Overview) else None
    return {
        "format_version": FORMAT_VERSION,
        "kinds": _named(overview.kinds) if overview else None,
        "runtimes": _named(overview.runtimes) if overview else None,
        "kind": _kind(found) if isinstance(found, KindExplanation) else None,
        "field": _field(found) if isinstance(found, FieldExplanation) else None,
        "code": _code(found.code, found.theme) if isinstance(found, CodeExplanation) else None,
    }


def _named(rows: Iterable[tuple[str, str]]) -> list[NamedDocument]:
    """Return names with their summaries as JSON documents."""
    return [{"name": name, "summary": summary} for name, summary in rows]


def _kind(found: KindExplanation) -> ExplainedKindDocument:
    """Return the explanation of a kind as a JSON document."""
    return {
        "name": found.name,
        "title": found.title,
        "summary": found.summary,
        "runtimes": _named(found.places),
        "fields": [_field(one) for one in found.fields],
        "example": found.example,
    }


def _field(found: FieldExplanation) -> ExplainedFieldDocument:
    """Return the explanation of a field as a JSON document."""
    return {
        "kind": found.kind,
        "path": found.path,
        "type": found.type,
        "required": found.required,
        "choices": list(found.choices),
        "limits": list(found.limits),
        "description": found.description,
        "default": found.default or None,
        "notes": list(found.notes),
        "runtimes": [_holding(one) for one in found.holdings],
        "example": found.example,
        # Only the paths: each of these fields is a topic of its own, and may contain fields again.
        "fields": [one.path for one in found.fields],
    }


def _holding(found: Holding) -> HoldingDocument:
    """Return a field's support on one runtime as a JSON document."""
    return {
        "runtime": found.runtime,
        "level": found.level.value,
        "wire_path": found.wire_path or None,
        "note": found.note,
        "default": found.default or None,
        "values": [
            {"value": value, "level": level.value, "note": note}
            for value, level, note in found.values
        ],
    }


def _code(code: Code, theme: str) -> ExplainedCodeDocument:
    """Return the explanation of a code as a JSON document."""
    return {
        "code": code.name,
        "severity": code.severity.value,
        "summary": code.summary,
        "meaning": code.meaning,
        "theme": theme,
    }
