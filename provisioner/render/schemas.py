"""Derive the JSON Schemas of what commands print from the documents that the renderers fill.

`provisioner schema --out schemas` writes them, and a test fails if `schemas/` is stale.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from provisioner.render.checks import ChecksDocument
from provisioner.render.comparison.document import ComparisonDocument
from provisioner.render.doctor import DoctorDocument
from provisioner.render.explain_output import ExplanationDocument
from provisioner.render.history_output import HistoryDocument
from provisioner.render.json_schema import schema_of
from provisioner.render.leaks.output import LeaksDocument
from provisioner.render.migration_output import MigrationDocument
from provisioner.render.outcome_output import ReportDocument, ValidationDocument
from provisioner.render.output import DriftDocument, PlanDocument
from provisioner.render.threads_output import (
    ErasureDocument,
    ImportDocument,
    RetirementDocument,
    ThreadsDocument,
)

DOCUMENTS: Final[Mapping[str, Any]] = {
    "plan": PlanDocument,
    "drift": DriftDocument,
    "outcome": ReportDocument,
    "validation": ValidationDocument,
    "comparison": ComparisonDocument,
    "migration": MigrationDocument,
    "explanation": ExplanationDocument,
    "history": HistoryDocument,
    "doctor": DoctorDocument,
    "test": ChecksDocument,
    "threads": ThreadsDocument,
    "threads-import": ImportDocument,
    "retirement": RetirementDocument,
    "erasure": ErasureDocument,
    "gc": LeaksDocument,
}
"""Each document whose form is promised, by the name of its schema."""


def generate() -> dict[str, str]:
    """Return the text of each schema, by its file name in the folder `schemas/`."""
    return {
        f"{name}.schema.json": json.dumps(schema_of(document), indent=2, ensure_ascii=False) + "\n"
        for name, document in DOCUMENTS.items()
    }
