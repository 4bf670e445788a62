"""Declare the JSON document that `explain` prints (see `render.output`)."""

from typing import Annotated, TypedDict

from provisioner.model.code import Severity
from provisioner.model.runtime import Level
from provisioner.render.json_schema import Ref, one_of
from provisioner.render.output import Version


class NamedDocument(TypedDict):
    """A kind or a runtime, with its summary."""

    name: str
    summary: str


class ValueDocument(TypedDict):
    """A single value of a field, and its support on a runtime."""

    value: str
    level: Annotated[str, one_of(Level)]
    note: str


class HoldingDocument(TypedDict):
    """The support of a field on one runtime."""

    runtime: str
    level: Annotated[str, one_of(Level)]
    wire_path: Annotated[
        str | None,
        "The name of the field in the runtime's API. Null if the API has no place for it.",
    ]
    note: Annotated[str, "A caveat about the field on this runtime. Often empty."]
    default: Annotated[
        str | None, "The value that the server has if the field was never set, as JSON text."
    ]
    values: Annotated[
        list[ValueDocument], "Single values whose support differs from that of the field."
    ]


class ExplainedFieldDocument(TypedDict):
    """The explanation of one field."""

    kind: Annotated[str, "The kind's name in addresses."]
    path: Annotated[
        str,
        "The path of the field below `spec`. For fields of `metadata` it begins with `metadata.`.",
    ]
    type: str
    required: bool
    choices: Annotated[
        list[str],
        "The only values that the field takes. Empty if it takes every value of its type.",
    ]
    limits: list[str]
    description: str
    default: Annotated[str | None, "The default that the description names."]
    notes: list[str]
    runtimes: list[HoldingDocument]
    example: Annotated[str, "An example, as YAML."]
    fields: Annotated[list[str], "The paths of the fields inside of this field."]


class ExplainedKindDocument(TypedDict):
    """The explanation of one kind."""

    name: Annotated[str, "The name of the kind in addresses."]
    title: Annotated[str, "The name of the kind in manifests."]
    summary: str
    runtimes: Annotated[list[NamedDocument], "The lifecycle of its objects on each runtime."]
    # Named, because a field is also a topic of its own below.
    fields: list[Annotated[ExplainedFieldDocument, Ref("field")]]
    example: Annotated[str, "An example, as YAML."]


class ExplainedCodeDocument(TypedDict):
    """The explanation of one code of diagnostics."""

    code: str
    severity: Annotated[str, one_of(Severity)]
    summary: str
    meaning: str
    theme: str


class ExplanationDocument(TypedDict):
    """An explanation, as `provisioner explain --format json` prints it. Keys of other topics are null."""

    format_version: Version
    kinds: Annotated[list[NamedDocument] | None, "Every kind, if no topic was named."]
    runtimes: Annotated[list[NamedDocument] | None, "Every runtime, if no topic was named."]
    kind: ExplainedKindDocument | None
    field: Annotated[ExplainedFieldDocument, Ref("field")] | None
    code: ExplainedCodeDocument | None
