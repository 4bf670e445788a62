"""Turn plans and reports into the JSON documents that pipelines read.

`render.output` declares their keys, and the files in `schemas/` are derived from it.
"""

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import UNSET, Change, DocumentChange, FieldChange
from provisioner.model.resource import Part
from provisioner.model.risk import Risk
from provisioner.model.text_change import Line, TextChange
from provisioner.model.validation import Validation
from provisioner.model.value import encode
from provisioner.render.outcome_output import OutcomeDocument, ReportDocument, ValidationDocument
from provisioner.render.output import (
    FORMAT_VERSION,
    ChangeDocument,
    DiagnosticDocument,
    FieldDocument,
    FileDocument,
    LineDocument,
    PlanDocument,
    PositionDocument,
    RiskDocument,
    TextChangeDocument,
)
from provisioner.render.undeclared import undeclared_document, unshown_document
from provisioner.render.view import View
from provisioner.render.visible import escaped

__all__ = [
    "FORMAT_VERSION",
    "change_document",
    "diagnostic_document",
    "outcome_document",
    "plan_document",
    "position_document",
    "to_json",
    "validation_document",
]


def plan_document(plan: View) -> PlanDocument:
    """Return a plan as `plan --format json` prints it. Unchanged resources are counted, not listed."""
    return {
        "format_version": FORMAT_VERSION,
        "stack": plan.stack,
        "environment": plan.environment,
        "target": plan.target,
        "host": plan.host,
        "project": plan.project,
        "verb": plan.verb,
        "digest": plan.digest or None,
        "summary": {**plan.counts, "documents": plan.document_counts},
        "changes": [change_document(change) for change in plan.changes],
        "dropped": {str(address): list(paths) for address, paths in sorted(plan.dropped.items())},
        "undeclared": [undeclared_document(value) for value in plan.undeclared],
        "unshown": [unshown_document(value) for value in plan.unshown],
        "risks": [_risk(risk) for risk in plan.risks],
        "foreign": {
            "objects": dict(sorted(plan.foreign.items())),
            "documents": {str(a): n for a, n in sorted(plan.foreign_documents.items())},
        },
        "diagnostics": [diagnostic_document(one) for one in plan.diagnostics],
        "refusals": [diagnostic_document(one) for one in plan.refusals],
    }


def outcome_document(report: Report) -> ReportDocument:
    """Return a report as `apply --format json` prints it."""
    # STARTED is told while an apply runs. Each such change has a second outcome, its end.
    ended = [o for o in report.outcomes if o.status is not Status.STARTED]
    return {
        "format_version": FORMAT_VERSION,
        "summary": report.counts,
        "requests": dict(sorted(report.requests.items())),
        "seconds": round(report.seconds, 3),
        "interrupted": report.interrupted,
        "outcomes": [_outcome(outcome) for outcome in ended],
        "diagnostics": [diagnostic_document(one) for one in report.diagnostics],
    }


def validation_document(validation: Validation) -> ValidationDocument:
    """Return the diagnostics of manifests as `validate --format json` prints them."""
    return {
        "format_version": FORMAT_VERSION,
        "valid": validation.valid,
        "resources": dict(validation.resources),
        "documents": validation.documents,
        "diagnostics": [diagnostic_document(one) for one in validation.diagnostics],
    }


def change_document(change: Change) -> ChangeDocument:
    """Return one change of a plan as a JSON document."""
    ordered = sorted(change.documents, key=lambda document: document.path)
    row = dict(change.desired.row) if change.desired else {}
    parts = change.desired.parts if change.desired else {}
    document: ChangeDocument = {
        "address": str(change.address),
        "action": change.action.word,
        "reason": change.reason.value,
        "id": change.live.id if change.live else None,
        "fields": [_field(field, parts.get(field.path, ())) for field in change.fields],
        "documents": [_document(document) for document in ordered],
        "referrers": [
            {"kind": one.kind, "id": one.id, "name": one.name, "whose": one.whose}
            for one in change.referrers
        ],
        "accepted": list(change.accepted),
        "position": position_document(change.desired.origin if change.desired else None),
        "refers_to": sorted(map(str, change.desired.references)) if change.desired else [],
        "blocked": change.blocked or None,
    }
    if row:
        document["row"] = row
    if change.proof:
        document["proof"] = change.proof
    return document


def diagnostic_document(one: Diagnostic) -> DiagnosticDocument:
    """Return a diagnostic as a JSON document."""
    document: DiagnosticDocument = {
        "code": one.code.name,
        "severity": one.severity.value,
        "subject": one.subject or None,
        "summary": one.summary,
        "detail": one.detail,
        "position": position_document(one.position),
    }
    if one.allowed:
        document["allowed"] = one.allowed
    return document


def _risk(risk: Risk) -> RiskDocument:
    """Return a risk as a JSON document."""
    return {
        "meaning": risk.meaning.value,
        "code": risk.code.name,
        "severity": risk.severity.value,
        "address": str(risk.address),
        "path": risk.path,
        "told": risk.told,
        "position": position_document(risk.position),
        "allowed": risk.allowed or None,
    }


def position_document(at: Position | None) -> PositionDocument | None:
    """Return a position as a JSON document; None if there is none."""
    return {"file": at.file, "line": at.line, "column": at.column} if at else None


def to_json(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return a document as JSON text that is safe to print on a terminal or in a pipeline."""
    parts: list[str] = []
    _write(document, "\n", parts)
    # Escaped last, over the whole text: keys may come from users too.
    return escaped("".join(parts)) + "\n"


def _write(value: Any, line: str, parts: list[str]) -> None:
    """Append the JSON text of a value to `parts`, formatted as `json.dumps` does with an indent of 2.

    `json.dumps` with an indent is written in Python too, and takes three times as long. `line` is
    the line break and indent of each line of the value.
    """
    if isinstance(value, str):
        parts.append(encode_basestring(value))
    elif isinstance(value, dict) and value:
        inner, before = f"{line}  ", "{"
        for key, item in value.items():
            parts.append(f"{before}{inner}{encode_basestring(key)}: ")
            _write(item, inner, parts)
            before = ","
        parts.append(f"{line}}}")
    elif isinstance(value, list | tuple) and value:
        inner, before = f"{line}  ", "["
        for item in value:
            parts.append(f"{before}{inner}")
            _write(item, inner, parts)
            before = ","
        parts.append(f"{line}]")
    else:
        parts.append(json.dumps(value, ensure_ascii=False))


def _field(change: FieldChange, parts: Sequence[Part]) -> FieldDocument:
    """Return one changed field as a JSON document.

    A side that is not set has no key, because null is a value.
    """
    document: FieldDocument = {"path": change.path, "cause": change.cause.value}
    if change.desired is not UNSET:
        document["desired"] = encode(change.desired)
    if change.live is not UNSET:
        document["live"] = encode(change.live)
    if parts:
        document["parts"] = [
            {"name": one.name, "line": one.line, "shared": one.shared} for one in parts
        ]
    return document


def _document(change: DocumentChange) -> FileDocument:
    """Return one changed document of a vector store as a JSON document."""
    document: FileDocument = {
        "path": change.path,
        "action": change.action.value,
        "cause": change.cause.value,
        "content": change.content,
        "note": change.note,
    }
    if change.text:
        document["text"] = _text(change.text)
    return document


def _text(change: TextChange) -> TextChangeDocument:
    return {
        "added": change.added,
        "removed": change.removed,
        "more": change.more,
        "missing": change.missing,
        "groups": [[_line(line) for line in group] for group in change.groups],
    }


def _line(line: Line) -> LineDocument:
    return {
        "sign": line.sign,
        "number": line.number,
        "note": line.note,
        "spans": [{"sign": span.sign, "text": span.text} for span in line.spans],
    }


def _outcome(outcome: Outcome) -> OutcomeDocument:
    """Return one outcome as a JSON document."""
    return {
        "address": str(outcome.address),
        "action": outcome.action.word,
        "status": outcome.status.value,
        "id": outcome.id or None,
        "release": outcome.release or None,
        "error": outcome.error or None,
        "seconds": round(outcome.seconds, 3),
    }
