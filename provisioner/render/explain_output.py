"""The JSON document that `explain` prints, declared once (see `render.output`)."""

from typing import Annotated, TypedDict

from provisioner.model.code import Severity
from provisioner.model.runtime import Level
from provisioner.render.json_schema import Ref, one_of
from provisioner.render.output import Version


class NamedDocument(TypedDict):
    name: str
    summary: str


class ValueDocument(TypedDict):
    value: str
    level: Annotated[str, one_of(Level)]
    note: str


class HoldingDocument(TypedDict):
    runtime: str
    level: Annotated[str, one_of(Level)]
    wire_path: Annotated[
        str | None,
        "The name of the field in the runtime's API. Null if the API has no place for it.",
    ]
    note: Annotated[str, "A caveat about the field on this runtime. Often empty."]
    default: Annotated[
        str | None, "The value that the server holds if the field was never set, as JSON text."
    ]
    values: Annotated[
        list[ValueDocument], "Single values whose support differs from that of the field."
    ]


class ExplainedFieldDocument(TypedDict):
    kind: Annotated[str, "The kind's name in addresses."]
    path: Annotated[str, "Below `spec`, or with `metadata.` in front of it beside `spec`."]
    type: str
    required: bool
    choices: Annotated[
        list[str],
        "The only values that the field takes. Empty if every value of its type is allowed.",
    ]
    limits: list[str]
    description: str
    default: Annotated[str | None, "The default that the description names."]
    notes: list[str]
    runtimes: list[HoldingDocument]
    example: Annotated[str, "YAML."]
    fields: Annotated[list[str], "The paths of the fields inside of this field."]


class ExplainedKindDocument(TypedDict):
    name: Annotated[str, "Its name in addresses."]
    title: Annotated[str, "Its name in manifests."]
    summary: str
    runtimes: Annotated[list[NamedDocument], "The lifecycle of its objects on each runtime."]
    fields: list[Annotated[ExplainedFieldDocument, Ref("field")]]
    example: Annotated[str, "YAML."]


class ExplainedCodeDocument(TypedDict):
    code: str
    severity: Annotated[str, one_of(Severity)]
    summary: str
    meaning: str
    theme: str


class ExplanationDocument(TypedDict):
    """An explanation, as `provisioner explain --format json` prints it. All but one topic is null."""

    format_version: Version
    kinds: Annotated[list[NamedDocument] | None, "Every kind, if no topic was named."]
    runtimes: Annotated[list[NamedDocument] | None, "Every runtime, if no topic was named."]
    kind: ExplainedKindDocument | None
    field: Annotated[ExplainedFieldDocument, Ref("field")] | None
    code: ExplainedCodeDocument | None
