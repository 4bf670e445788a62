"""Save a migration: one file with both of its plans, each bound to its own target."""

import json
from pathlib import Path
from secrets import token_urlsafe

from provisioner.engine.saved import body_digest, plan_digest, to_document
from provisioner.engine.sealing import LONG
from provisioner.model.outcome import Report
from provisioner.model.value import digest
from provisioner.render.document import to_json
from provisioner.render.migration_document import execution_document, migration_document
from provisioner.render.migration_output import MigrationDocument
from provisioner.verbs._shared.plan_file.write import write_document
from provisioner.verbs.migrate.from_file import later, parts
from provisioner.verbs.migrate.plan import MigrationPlan

PLANNED = "planned"
"""The state of a migration that is saved and not carried out."""


def save_migration(found: MigrationPlan, file: Path) -> None:
    """Write a migration to a file, as `save` writes a plan: the plan of the target, then of the source.

    Each plan is bound to the settings of its own target and to the live objects against which it
    was made.
    """
    salt, shown = token_urlsafe(16), saved_migration_document(found)
    both = [to_document(plan, salt, session.context.settings) for plan, session in parts(found)]
    head = {
        **both[0],
        "shown": digest(json.loads(to_json(shown)), LONG),
        "changes": [],
        "parts": both,
        "later": later(found),
        "drift": plan_digest(found.drift),
    }
    del head["digest"]
    write_document({**shown, "apply": {**head, "digest": body_digest(head)}}, file)


def saved_migration_document(found: MigrationPlan) -> MigrationDocument:
    """Return the document of a migration that is planned and not carried out."""
    move = execution_document(
        PLANNED,
        plan=found.planned.plan,
        retire=found.retired,
        drift=found.drift,
        applied=Report(),
        retired=None,
        verified=False,
        stays=found.retirement.stays,
        ids={},
        diagnostics=found.notes,
    )
    return migration_document(found.migration, move)
