"""Turn a migration into the JSON document that `render.migration_output` declares."""

from collections.abc import Iterable, Mapping

from provisioner.engine.migration import KeptObject
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.migration import (
    AssistantMigration,
    FieldEffect,
    FieldMigration,
    Migration,
    ResourceMigration,
    Side,
    Verdict,
)
from provisioner.model.outcome import Report
from provisioner.model.plan import Plan
from provisioner.model.runtime import Support
from provisioner.render.document import (
    FORMAT_VERSION,
    diagnostic_document,
    outcome_document,
    plan_document,
    position_document,
)
from provisioner.render.migration_output import (
    AssistantMigrationDocument,
    ExecutionDocument,
    FieldMigrationDocument,
    LevelDocument,
    MigrationDocument,
    ResourceMigrationDocument,
    SideDocument,
)
from provisioner.render.view import view_of


def migration_document(
    migration: Migration, move: ExecutionDocument | None = None
) -> MigrationDocument:
    """Return the report as `migrate --format json` prints it.

    With `--apply` or `--out`, `move` is set.
    """
    verdicts = [one.verdict for one in migration.assistants]
    return {
        "format_version": FORMAT_VERSION,
        "stack": migration.stack,
        "environment": migration.environment,
        "from": _side(migration.source),
        "to": _side(migration.target),
        "verdict": migration.verdict.value,
        "summary": {verdict.value: verdicts.count(verdict) for verdict in Verdict},
        "assistants": [_assistant(one) for one in migration.assistants],
        "resources": [_resource(one) for one in migration.resources],
        "drop": list(migration.drop),
        "drop_to_add": list(migration.missing),
        "diagnostics": [diagnostic_document(one) for one in migration.diagnostics],
        "move": move,
    }


def execution_document(
    state: str,
    *,
    plan: Plan,
    retire: Plan,
    drift: Plan,
    applied: Report,
    retired: Report | None,
    verified: bool,
    stays: Iterable[KeptObject],
    ids: Mapping[Address, tuple[str, str]],
    diagnostics: Iterable[Diagnostic],
) -> ExecutionDocument:
    """Return what `migrate --apply` did, or why it did nothing.

    `state` is one of `migration_output.STATES`. `plan` is carried out on the target and `retire` on
    the source, and `drift` has what people changed by hand on the source. `ids` are the id on the
    source and the id on the target of each address, empty if there is none.
    """
    return {
        "state": state,
        # `view_of` masks the secrets of each plan.
        "plan": plan_document(view_of(plan)),
        "retire": plan_document(view_of(retire)),
        "drift": plan_document(view_of(drift)),
        "applied": outcome_document(applied),
        "verified": verified,
        "retired": outcome_document(retired) if retired else None,
        "stays": [
            {"address": str(one.address), "id": one.id, "why": one.why, "later": one.later}
            for one in stays
        ],
        "ids": {
            str(address): {"from": source or None, "to": target or None}
            for address, (source, target) in ids.items()
        },
        "diagnostics": [diagnostic_document(one) for one in diagnostics],
    }


def _side(side: Side) -> SideDocument:
    """Return the source or the target as a JSON document."""
    return {
        "target": side.target,
        "runtime": side.runtime,
        "host": side.host,
        "project": side.project,
    }


def _assistant(one: AssistantMigration) -> AssistantMigrationDocument:
    """Return what becomes of one assistant as a JSON document."""
    return {
        "address": str(one.address),
        "verdict": one.verdict.value,
        # The schema requires every key, so effects without a field are counted too.
        "summary": {effect.value: len(one.of(effect)) for effect in FieldEffect},
        "fields": [_field(field) for field in one.fields],
        "refers_to": [str(address) for address in one.refers_to],
        "position": position_document(one.position),
    }


def _field(field: FieldMigration) -> FieldMigrationDocument:
    """Return what becomes of one field as a JSON document."""
    return {
        "path": field.path,
        "becomes": field.effect.value,
        "from": _level(field.source),
        "to": _level(field.target),
        "name": field.name or None,
        "note": field.note,
        "had": field.had,
        "blocks": field.blocks,
        "drop": field.drop or None,
        "position": position_document(field.position),
    }


def _resource(one: ResourceMigration) -> ResourceMigrationDocument:
    """Return what becomes of one resource as a JSON document."""
    return {
        "address": str(one.address),
        "becomes": one.effect.value,
        "documents": one.documents,
        "blocks": one.blocks,
        "drop": one.drop or None,
        "position": position_document(one.position),
    }


def _level(support: Support) -> LevelDocument:
    """Return the support of a field on one runtime as a JSON document."""
    return {"level": support.level.value, "note": support.note}
