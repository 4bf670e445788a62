"""Declare the JSON document that `migrate` prints (see `render.output`)."""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias, TypedDict

from provisioner.model.migration import FieldEffect, ResourceEffect, Verdict
from provisioner.model.runtime import Level
from provisioner.render.json_schema import Keys, Ref, one_of
from provisioner.render.outcome_output import ReportDocument
from provisioner.render.output import (
    AddressText,
    Count,
    Diagnostics,
    PlanDocument,
    PositionDocument,
    Version,
)

STATES: Final = (
    "planned",
    "done",
    "nothing to do",
    "refused",
    "declined",
    "failed",
    "interrupted",
)
"""The states of a migration: planned by `--out`, or how `--apply` ended."""
VerdictText: TypeAlias = Annotated[str, one_of(Verdict)]
Plan: TypeAlias = Annotated[PlanDocument, Ref("plan")]
Report: TypeAlias = Annotated[ReportDocument, Ref("outcome")]


class SideDocument(TypedDict):
    """The source or the target of a migration."""

    target: str
    runtime: str
    host: str
    project: str


class LevelDocument(TypedDict):
    """The support of a field on one runtime."""

    level: Annotated[str, one_of(Level)]
    note: str


# `from` is a keyword of Python, so a class cannot have this key, and the form of a call is used.
FieldMigrationDocument = TypedDict(
    "FieldMigrationDocument",
    {
        "path": Annotated[str, "A diff path, such as tools[lookup-order].strict."],
        "becomes": Annotated[str, one_of(FieldEffect)],
        "from": LevelDocument,
        "to": LevelDocument,
        "name": Annotated[
            str | None, "The name of the field in the target's API. Null if it is the same."
        ],
        "note": Annotated[str, "A caveat about the field on the target. Often empty."],
        "had": Annotated[bool, "False if the source leaves the field out."],
        "blocks": Annotated[bool, "True if the field would be lost and no `drop:` agrees to that."],
        "drop": Annotated[
            str | None, "The entry of `drop:` that accepts the loss. Null if there is none."
        ],
        "position": PositionDocument | None,
    },
)


class AssistantMigrationDocument(TypedDict):
    """The migration of one assistant: its verdict, and the effect on each of its fields."""

    address: AddressText
    verdict: VerdictText
    summary: Annotated[
        Mapping[str, int],
        Keys(dict.fromkeys(map(str, FieldEffect), Count)),
        "The number of fields, by what becomes of them.",
    ]
    fields: Annotated[
        list[FieldMigrationDocument], "Every field, tool and option that the assistant uses."
    ]
    refers_to: list[AddressText]
    position: PositionDocument | None


class ResourceMigrationDocument(TypedDict):
    """The migration of one resource that is no assistant."""

    address: AddressText
    becomes: Annotated[str, one_of(ResourceEffect)]
    documents: Count
    blocks: bool
    drop: Annotated[
        str | None, "The entry of `drop:` that accepts the loss. Null if there is none."
    ]
    position: PositionDocument | None


class KeptDocument(TypedDict):
    """An object that stays on the source."""

    address: AddressText
    id: str
    why: str
    later: bool


IdsDocument = TypedDict(
    "IdsDocument",
    {
        "from": Annotated[str | None, "The id on the source. Null if there is none."],
        "to": Annotated[str | None, "The id on the target. Null if there is none yet."],
    },
)


class ExecutionDocument(TypedDict):
    """The plans of a migration and their outcomes. Only with --apply or --out."""

    state: Annotated[str, one_of(STATES)]
    plan: Plan
    retire: Plan
    # An edit by hand on the source is in no manifest, so it would be lost with the source.
    drift: Plan
    applied: Report
    verified: bool
    retired: Report | None
    stays: Annotated[
        list[KeptDocument],
        "Objects that stay on the source. `later` is true if a later run deletes the object.",
    ]
    ids: Mapping[str, IdsDocument]
    diagnostics: Diagnostics


MigrationDocument = TypedDict(
    "MigrationDocument",
    {
        "format_version": Version,
        "stack": Annotated[str, "The Stack's name."],
        "environment": Annotated[str, "The environment. Empty if none was chosen."],
        "from": Annotated[SideDocument, "The source: the target that assistants leave."],
        "to": Annotated[SideDocument, "The target that assistants migrate to."],
        "verdict": VerdictText,
        "summary": Annotated[
            Mapping[str, int],
            Keys(dict.fromkeys(map(str, Verdict), Count)),
            "The number of assistants, by verdict.",
        ],
        "assistants": list[AssistantMigrationDocument],
        "resources": Annotated[
            list[ResourceMigrationDocument], "The other resources that are migrated."
        ],
        "drop": Annotated[list[str], "The present entries of the target's `drop:`."],
        "drop_to_add": Annotated[
            list[str], "The entries that have to be added to the target's `drop:`."
        ],
        "diagnostics": Annotated[
            Diagnostics, "Warnings about models and APIs of the target that end."
        ],
        "move": Annotated[ExecutionDocument, Ref("move")] | None,
    },
)
MigrationDocument.__doc__ = "A migration, as `provisioner migrate --format json` prints it."
