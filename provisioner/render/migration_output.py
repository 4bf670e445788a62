"""The JSON document that `migrate` prints, declared once (see `render.output`)."""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias, TypedDict

from provisioner.model.migration import FieldEffect, ResourceEffect, Verdict
from provisioner.model.runtime import Level
from provisioner.render.json_schema import Keys, Ref, one_of
from provisioner.render.output import (
    AddressText,
    Count,
    Diagnostics,
    PlanDocument,
    PositionDocument,
    ReportDocument,
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
VerdictText: TypeAlias = Annotated[str, one_of(Verdict)]
Plan: TypeAlias = Annotated[PlanDocument, Ref("plan")]
Report: TypeAlias = Annotated[ReportDocument, Ref("outcome")]


class SideDocument(TypedDict):
    target: str
    runtime: str
    host: str
    project: str


class LevelDocument(TypedDict):
    level: Annotated[str, one_of(Level)]
    note: str


FieldMigrationDocument = TypedDict(
    "FieldMigrationDocument",
    {
        "path": Annotated[str, "A diff path, such as tools[lookup-order].strict."],
        "becomes": Annotated[str, one_of(FieldEffect)],
        "from": LevelDocument,
        "to": LevelDocument,
        "name": Annotated[
            str | None, "The name of the field in the target's API, if it is another one."
        ],
        "note": Annotated[str, "A caveat about the field on the target. Often empty."],
        "had": Annotated[bool, "False where it was left out until now."],
        "blocks": Annotated[bool, "True if the field would be lost and no `drop:` agrees to that."],
        "drop": Annotated[str | None, "The entry of `drop:` that would agree."],
        "position": PositionDocument | None,
    },
)


class AssistantMigrationDocument(TypedDict):
    address: AddressText
    verdict: VerdictText
    summary: Annotated[
        Mapping[str, int], Keys(dict.fromkeys(map(str, FieldEffect), Count)), "How many fields."
    ]
    fields: Annotated[
        list[FieldMigrationDocument], "Every field, tool and option that the assistant uses."
    ]
    refers_to: list[AddressText]
    position: PositionDocument | None


class ResourceMigrationDocument(TypedDict):
    address: AddressText
    becomes: Annotated[str, one_of(ResourceEffect)]
    documents: Count
    blocks: bool
    drop: Annotated[str | None, "The entry of `drop:` that would agree to lose it."]
    position: PositionDocument | None


class KeptDocument(TypedDict):
    address: AddressText
    id: str
    why: str
    later: bool


IdsDocument = TypedDict(
    "IdsDocument",
    {
        "from": Annotated[str | None, "Its id on the source."],
        "to": Annotated[str | None, "Its new id."],
    },
)


class ExecutionDocument(TypedDict):
    """Only with --apply or --out."""

    state: Annotated[str, one_of(STATES)]
    plan: Plan
    retire: Plan
    drift: Plan
    applied: Report
    verified: bool
    retired: Report | None
    stays: Annotated[
        list[KeptDocument],
        "Objects that are not deleted yet. `later` are those that a later run deletes.",
    ]
    ids: Mapping[str, IdsDocument]
    diagnostics: Diagnostics


MigrationDocument = TypedDict(
    "MigrationDocument",
    {
        "format_version": Version,
        "stack": Annotated[str, "The Stack's name."],
        "environment": Annotated[str, "The environment; empty where the Stack has none."],
        "from": Annotated[SideDocument, "The target that is left."],
        "to": Annotated[SideDocument, "The target that is moved to."],
        "verdict": VerdictText,
        "summary": Annotated[
            Mapping[str, int], Keys(dict.fromkeys(map(str, Verdict), Count)), "How many assistants."
        ],
        "assistants": list[AssistantMigrationDocument],
        "resources": Annotated[list[ResourceMigrationDocument], "Everything else that moves."],
        "drop": Annotated[list[str], "The entries that `drop:` of the new target has now."],
        "drop_to_add": Annotated[list[str], "The entries that would have to be added to `drop:`."],
        "diagnostics": Annotated[Diagnostics, "Models, and APIs, that have an end on the target."],
        "move": Annotated[ExecutionDocument, Ref("move")] | None,
    },
)
MigrationDocument.__doc__ = "A migration, as `provisioner migrate --format json` prints it."
