"""Read the JSON document of a saved migration, to show it in any format.

The document is only for reviewers. Nothing in it is ever carried out.
"""

from collections.abc import Mapping
from typing import Any

from provisioner.engine.migration import KeptObject
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.frozen import frozen
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
from provisioner.render.reading import diagnostic_of_document, view_of_document
from provisioner.render.view import View


@frozen
class MigrationView:
    """A migration in the form in which it is shown: its report, and its plans without secrets.

    `plan` is what is created on the target, `retire` what is deleted on the source afterwards, and
    `drift` what people changed on the source. `stays` are objects on the source that are not
    deleted.
    """

    migration: Migration
    plan: View
    retire: View
    drift: View
    stays: tuple[KeptObject, ...] = ()
    notes: tuple[Diagnostic, ...] = ()


def migration_of_document(document: Mapping[str, Any]) -> MigrationView:
    """Return the migration from which a document was made.

    Raises KeyError, TypeError, ValueError or AttributeError for any other document.
    """
    # A report that was not saved as a plan has null here, which raises TypeError below.
    move = document["move"]
    return MigrationView(
        _migration(document),
        view_of_document(move["plan"]),
        view_of_document(move["retire"]),
        view_of_document(move["drift"]),
        tuple(_stays(row) for row in move["stays"]),
        tuple(map(diagnostic_of_document, move["diagnostics"])),
    )


def _migration(document: Mapping[str, Any]) -> Migration:
    return Migration(
        document["stack"],
        document["environment"],
        Side(**document["from"]),
        Side(**document["to"]),
        tuple(map(_assistant, document["assistants"])),
        tuple(map(_resource, document["resources"])),
        tuple(document["drop"]),
        tuple(map(diagnostic_of_document, document["diagnostics"])),
    )


def _assistant(row: Mapping[str, Any]) -> AssistantMigration:
    return AssistantMigration(
        Address.parse(row["address"]),
        tuple(map(_field, row["fields"])),
        tuple(map(Address.parse, row["refers_to"])),
        _position(row["position"]),
    )


def _field(row: Mapping[str, Any]) -> FieldMigration:
    effect = FieldEffect(row["becomes"])
    return FieldMigration(
        row["path"],
        effect,
        _support(row["from"]),
        _support(row["to"]),
        row["name"] or "",
        row["note"],
        had=row["had"],
        # The document has no key for an agreed loss: it is a loss that blocks nothing.
        agreed=effect is FieldEffect.LOST and not row["blocks"],
        drop=row["drop"] or "",
        position=_position(row["position"]),
    )


def _resource(row: Mapping[str, Any]) -> ResourceMigration:
    effect = ResourceEffect(row["becomes"])
    return ResourceMigration(
        Address.parse(row["address"]),
        effect,
        row["documents"],
        agreed=effect is ResourceEffect.LOST and not row["blocks"],
        drop=row["drop"] or "",
        position=_position(row["position"]),
    )


def _support(row: Mapping[str, Any]) -> Support:
    return Support(Level(row["level"]), row["note"])


def _stays(row: Mapping[str, Any]) -> KeptObject:
    return KeptObject(Address.parse(row["address"]), row["id"], row["why"], row["later"])


def _position(at: Mapping[str, Any] | None) -> Position | None:
    return Position(**at) if at else None
