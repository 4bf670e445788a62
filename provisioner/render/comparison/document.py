"""Render a comparison as JSON. `schemas/comparison.schema.json` is derived from the types here."""

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
"""The side that has a resource, by the action that would turn the first side into the second."""
_FILES: Final = {
    DocumentAction.CHANGE: BOTH,
    DocumentAction.REMOVE: FIRST,
    DocumentAction.ADD: SECOND,
}
"""The side that has a document, by the action that would turn the first side into the second."""


class SideDocument(TypedDict):
    """One side of a comparison."""

    name: Annotated[str, "The argument on the command line that names this side."]
    told: Annotated[str, "A description, for people, of where its values come from."]
    live: Annotated[bool, "True if its values were read from a server or a registry."]


class DifferentField(TypedDict):
    """A field that differs. A side without the field has no key here, because null is a value."""

    path: Annotated[
        str, "The path of the field, such as tools[lookup-employee].parameters.properties.id.type."
    ]
    first: NotRequired[Value]
    second: NotRequired[Value]


class DifferentFile(TypedDict):
    """A document of a vector store that differs."""

    path: Annotated[str, "Relative to the manifest folder."]
    side: Annotated[str, one_of((BOTH, FIRST, SECOND)), "The side that has the document."]
    content: Annotated[bool, "True if the content differs, false if only attributes do."]


class DifferenceDocument(TypedDict):
    """A resource that differs, or that only one side has."""

    address: AddressText
    side: Annotated[str, one_of((BOTH, FIRST, SECOND)), "The side that has the resource."]
    fields: list[Annotated[DifferentField, Ref("field")]]
    documents: list[Annotated[DifferentFile, Ref("document")]]


class CountsDocument(TypedDict):
    """The numbers of resources that differ, that one side alone has, and that are equal."""

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
        "Sorted by address. Equal resources are only counted.",
    ]
    diagnostics: Diagnostics


def comparison_document(found: Comparison) -> ComparisonDocument:
    """Return a comparison as `compare --format json` prints it."""
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
    """Return one side as a JSON document."""
    return {"name": side.name, "told": side.told, "live": side.is_live}


def _difference(change: Change) -> DifferenceDocument:
    """Return one differing resource as a JSON document."""
    fields: list[DifferentField] = []
    for field in change.fields:
        told: DifferentField = {"path": field.path}
        # The first side is compared as if it were live, and the second as if it were desired.
        if field.live is not UNSET:
            told["first"] = encode(field.live)
        if field.desired is not UNSET:
            told["second"] = encode(field.desired)
        fields.append(told)
    return {
        "address": str(change.address),
        "side": _SIDES[change.action],
        "fields": fields,
        # Texts of documents are left out: a comparison knows live documents by their digests.
        "documents": [
            {"path": one.path, "side": _FILES[one.action], "content": one.content}
            for one in change.documents
        ],
    }
