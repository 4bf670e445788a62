"""Render a comparison as JSON. The types here are what `schemas/comparison.schema.json` is made of."""

from typing import Annotated, Final, NotRequired, TypedDict

from provisioner.model.comparison import Comparison, Side
from provisioner.model.plan import UNSET, Action, Change, DocumentAction
from provisioner.model.value import encode
from provisioner.render.document import diagnostic_document
from provisioner.render.json_schema import Ref, one_of
from provisioner.render.output import (
    FORMAT_VERSION,
    AddressText,
    Count,
    Diagnostics,
    Value,
    Version,
)

BOTH, FIRST, SECOND = "both", "first", "second"
_SIDES: Final = {Action.UPDATE: BOTH, Action.DELETE: FIRST, Action.CREATE: SECOND}
_FILES: Final = {
    DocumentAction.CHANGE: BOTH,
    DocumentAction.REMOVE: FIRST,
    DocumentAction.ADD: SECOND,
}


class SideDocument(TypedDict):
    name: Annotated[str, "The word that was given for this side."]
    told: Annotated[str, "The place that its values come from, for people."]
    live: Annotated[bool, "Whether they were read from a server or a registry."]


class DifferentField(TypedDict):
    """A field that differs. A side that does not have it has no key: null is a value."""

    path: Annotated[str, "Such as tools[lookup-employee].parameters.properties.id.type."]
    first: NotRequired[Value]
    second: NotRequired[Value]


class DifferentFile(TypedDict):
    path: Annotated[str, "Relative to the manifest folder."]
    side: Annotated[str, one_of((BOTH, FIRST, SECOND)), "The side that has it."]
    content: Annotated[bool, "Whether the content differs, not attributes alone."]


class DifferenceDocument(TypedDict):
    address: AddressText
    side: Annotated[str, one_of((BOTH, FIRST, SECOND)), "The side that has the resource."]
    fields: list[Annotated[DifferentField, Ref("field")]]
    documents: list[Annotated[DifferentFile, Ref("document")]]


class CountsDocument(TypedDict):
    different: Count
    only_first: Count
    only_second: Count
    same: Count


class ComparisonDocument(TypedDict):
    """A comparison, as `provisioner compare --format json` prints it."""

    format_version: Version
    first: Annotated[SideDocument, Ref("side")]
    second: Annotated[SideDocument, Ref("side")]
    summary: CountsDocument
    differences: Annotated[
        list[Annotated[DifferenceDocument, Ref("difference")]],
        "By address; what is alike is counted.",
    ]
    diagnostics: Diagnostics


def comparison_document(found: Comparison) -> ComparisonDocument:
    """Return the comparison as `compare --format json` prints it."""
    counts = found.counts
    return {
        "format_version": FORMAT_VERSION,
        "first": _side(found.first),
        "second": _side(found.second),
        "summary": {
            "different": counts["different"],
            "only_first": counts["only_first"],
            "only_second": counts["only_second"],
            "same": counts["same"],
        },
        "differences": [_difference(change) for change in found.changes],
        "diagnostics": [diagnostic_document(one) for one in found.diagnostics],
    }


def _side(side: Side) -> SideDocument:
    return {"name": side.name, "told": side.told, "live": side.is_live}


def _difference(change: Change) -> DifferenceDocument:
    fields: list[DifferentField] = []
    for field in change.fields:
        told: DifferentField = {"path": field.path}
        if field.live is not UNSET:
            told["first"] = encode(field.live)
        if field.desired is not UNSET:
            told["second"] = encode(field.desired)
        fields.append(told)
    return {
        "address": str(change.address),
        "side": _SIDES[change.action],
        "fields": fields,
        "documents": [
            {"path": one.path, "side": _FILES[one.action], "content": one.content}
            for one in change.documents
        ],
    }
