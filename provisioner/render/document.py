"""Plan and Report -> JSON documents, as `schemas/` describes them: what pipelines build on."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import UNSET, Change, DocumentChange, FieldChange
from provisioner.model.resource import Part
from provisioner.model.value import encode
from provisioner.render.undeclared import undeclared_document, unshown_document
from provisioner.render.view import View
from provisioner.render.visible import escaped

FORMAT_VERSION = 1
"""Goes up when something that is there changes its meaning or goes away, not when more comes."""

Document: TypeAlias = dict[str, Any]


def plan_document(plan: View) -> Document:
    """The plan as `plan --format json` gives it. No-ops are counted, not listed."""
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
        "foreign": {
            "objects": dict(sorted(plan.foreign.items())),
            "documents": {str(a): n for a, n in sorted(plan.foreign_documents.items())},
        },
        "diagnostics": [diagnostic_document(one) for one in plan.diagnostics],
        "refusals": [diagnostic_document(one) for one in plan.refusals],
    }


def outcome_document(report: Report) -> Document:
    """The report as `apply --format json` gives it."""
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


def change_document(change: Change) -> Document:
    ordered = sorted(change.documents, key=lambda document: document.path)
    row = dict(change.desired.row) if change.desired else {}
    parts = change.desired.parts if change.desired else {}
    return {
        "address": str(change.address),
        "action": change.action.word,
        "reason": change.reason.value,
        "id": change.live.id if change.live else None,
        **({"row": row} if row else {}),
        "fields": [_field(field, parts.get(field.path, ())) for field in change.fields],
        "documents": [_document(document) for document in ordered],
        "referrers": [
            {"kind": one.kind, "id": one.id, "name": one.name, "whose": one.whose}
            for one in change.referrers
        ],
        "accepted": list(change.accepted),
        "blocked": change.blocked or None,
    }


def diagnostic_document(one: Diagnostic) -> Document:
    at = one.position
    return {
        "code": one.code.name,
        "severity": one.severity.value,
        "subject": one.subject or None,
        "summary": one.summary,
        "detail": one.detail,
        "position": at and {"file": at.file, "line": at.line, "column": at.column},
    }


def to_json(document: Mapping[str, Any]) -> str:
    """The document as text that is safe to print, and says the same."""
    return escaped(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _field(change: FieldChange, parts: Sequence[Part]) -> Document:
    """A side that has no such field has no such key: `null` is a value."""
    both = {"desired": change.desired, "live": change.live}
    shown = {side: encode(value) for side, value in both.items() if value is not UNSET}
    listed = [{"name": one.name, "line": one.line, "shared": one.shared} for one in parts]
    told = {"parts": listed} if listed else {}
    return {"path": change.path, **shown, "cause": change.cause.value, **told}


def _document(change: DocumentChange) -> Document:
    return {
        "path": change.path,
        "action": change.action.value,
        "cause": change.cause.value,
        "content": change.content,
        "note": change.note,
    }


def _outcome(outcome: Outcome) -> Document:
    return {
        "address": str(outcome.address),
        "action": outcome.action.word,
        "status": outcome.status.value,
        "id": outcome.id or None,
        "release": outcome.release or None,
        "error": outcome.error or None,
        "seconds": round(outcome.seconds, 3),
    }
