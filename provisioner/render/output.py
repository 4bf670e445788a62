"""Declare the JSON documents that commands print.

Renderers fill them, and schemas are derived from them.

Each `TypedDict` is one object of a document, and the type checker compares the renderers with it.
`render.schemas` derives the JSON Schemas of `schemas/`. In an `Annotated` type, a text is the
description of the key, a mapping has keywords of JSON Schema, and a `Ref` names the type in
`$defs`. A key that is `NotRequired` may be left out.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NotRequired, TypeAlias, TypedDict

from provisioner.model.diagnostic import Severity
from provisioner.model.plan import Action, DocumentAction, Reason, Since
from provisioner.model.risk import Meaning
from provisioner.render.json_schema import Keys, Ref, one_of

FORMAT_VERSION: Final = 1
"""The version of every JSON document. It increases when a key changes its meaning or is removed, not
when keys are added."""

# Unchanged resources are only counted, so no change of a document is a no-op.
_CHANGES: Final = [action.word for action in Action if action is not Action.NO_OP]

Version: TypeAlias = Annotated[
    int, {"const": FORMAT_VERSION}, "Increases when a key changes its meaning or is removed."
]
Count: TypeAlias = Annotated[int, {"minimum": 0}]
Seconds: TypeAlias = Annotated[float, {"minimum": 0}]
AddressText: TypeAlias = Annotated[
    str,
    {"pattern": r"^[a-z_]+\..+$"},
    "An address, kind.name, such as assistant.policy-qa.",
    Ref("address"),
]
Value: TypeAlias = Annotated[
    Any,
    'Any JSON value. {"ref": ADDRESS} stands for an id that is known after apply, and {"sensitive": true} for'
    " a secret value. In a text, `(sensitive)` stands for a secret, `(sensitive, changed)` for a secret"
    " that changes, and `(possibly sensitive)` for a line that may contain an earlier secret.",
    Ref("value"),
]
ReasonText: TypeAlias = Annotated[str, one_of(Reason), Ref("reason")]
ActionText: TypeAlias = Annotated[str, one_of(_CHANGES)]


class PositionDocument(TypedDict):
    """The place of a value in a manifest. Line and column count from 1."""

    file: str
    line: Annotated[int, {"minimum": 1}]
    column: Annotated[int, {"minimum": 1}]


class DiagnosticDocument(TypedDict):
    """One diagnostic."""

    code: Annotated[str, "The stable name of this kind of problem: docs/diagnostics.md lists them."]
    severity: Annotated[str, one_of(Severity)]
    subject: Annotated[str | None, "The subject of the diagnostic: an address, an id or a path."]
    summary: Annotated[str, "The fixed sentence of the code, without any of your data."]
    detail: str
    position: PositionDocument | None
    allowed: NotRequired[
        Annotated[str, "The reason with which a comment in the manifest allows the finding."]
    ]


class PartDocument(TypedDict):
    """One part from which a text was joined."""

    name: Annotated[
        str, "The path of the part in the folder, or `part 2` for a text in the manifest."
    ]
    line: Annotated[int, {"minimum": 1}, "The line of the joined text on which the part begins."]
    shared: Annotated[Count, "The number of resources that use this part."]


class FieldDocument(TypedDict):
    """A field that differs. A side without the field has no key here, because null is a value."""

    path: Annotated[
        str, "The path of the field, such as tools[lookup-employee].parameters.properties.id.type."
    ]
    cause: ReasonText
    desired: NotRequired[Value]
    live: NotRequired[Value]
    was: NotRequired[
        Annotated[Value, "For drift: the value that was last applied, if it is known."]
    ]
    parts: NotRequired[
        Annotated[list[PartDocument], "The parts from which the desired text was joined."]
    ]


class SpanDocument(TypedDict):
    sign: Annotated[str, one_of(("+", "-", " ")), "Added, removed, or in both texts."]
    text: str


class LineDocument(TypedDict):
    sign: Annotated[
        str,
        one_of(("+", "-", "~", "≈", " ")),
        "+ added, - removed, ~ some words changed, ≈ only spacing changed, or unchanged.",
    ]
    number: Annotated[Count, "The line of the file in the folder, 0 where it has none."]
    note: Annotated[str, "A remark for people; often empty."]
    spans: list[SpanDocument]


class TextChangeDocument(TypedDict):
    """The changed words of a document. The live side is what the server parsed of its file."""

    added: Annotated[Count, "The number of words that are added."]
    removed: Annotated[Count, "The number of words that are taken out."]
    more: Annotated[Count, "The number of changed lines that are left out for their length."]
    missing: Annotated[
        str, "The reason why it is not known which words changed. Empty if it is known."
    ]
    groups: Annotated[list[list[LineDocument]], "Changed lines, and the lines around them."]


class FileDocument(TypedDict):
    """A document of a vector store that changes."""

    path: Annotated[str, "Relative to the manifest folder."]
    action: Annotated[str, one_of(DocumentAction)]
    cause: ReasonText
    content: Annotated[bool, "True if the file is uploaded, false if only its attributes change."]
    note: Annotated[str, "A remark for people; often empty."]
    text: NotRequired[Annotated[TextChangeDocument, "The changed words, where they were read."]]


class ReferrerDocument(TypedDict):
    """An object that still refers to an object which the plan would forget."""

    kind: Annotated[str, "The kind of the object that refers to it, such as assistant."]
    id: Annotated[str, "The id of the object that refers to it."]
    name: Annotated[str, "The name of that object. Empty if it has none."]
    whose: Annotated[
        str,
        "The owner of that object: foreign, ours, forgotten, the owner in its mark, or a kept release.",
    ]


class ChangeDocument(TypedDict):
    """One change of a plan."""

    address: AddressText
    action: ActionText
    reason: ReasonText
    id: Annotated[str | None, "The id of the live object. Null if it does not exist yet."]
    fields: list[Annotated[FieldDocument, Ref("field")]]
    documents: Annotated[
        list[Annotated[FileDocument, Ref("document")]],
        "Documents of a vector store, sorted by path.",
    ]
    referrers: Annotated[
        list[Annotated[ReferrerDocument, Ref("referrer")]],
        "For an object that is forgotten: the objects that still refer to it.",
    ]
    accepted: Annotated[list[str], "Paths of undeclared values that are remembered as they are."]
    position: Annotated[
        PositionDocument | None, "The place of its declaration. Null if no manifest declares it."
    ]
    refers_to: Annotated[list[AddressText], "The declared resources that it refers to."]
    blocked: Annotated[
        str | None, "The reason why this change cannot be carried out. Null if it can."
    ]
    row: NotRequired[
        Annotated[
            Mapping[str, str],
            "The row of the table from which the resource is made. Only for such resources.",
        ]
    ]
    proof: NotRequired[Annotated[str, "For a leak: the sentence that says why it may be deleted."]]


class UndeclaredDocument(TypedDict):
    """A value that no manifest sets. Without `live`, the value is not set any more."""

    address: AddressText
    path: Annotated[str, "The diff path of the value, such as tools[code_interpreter]."]
    since: Annotated[str, one_of(Since)]
    counts: Annotated[bool, "True if `drift` exits with 3 because of it."]
    live: NotRequired[Value]
    baseline: NotRequired[Value]


class UnshownDocument(TypedDict):
    """A value that a manifest sets and the server does not show."""

    address: AddressText
    path: Annotated[str, "The path of the value, such as token_env."]
    changed: Annotated[
        bool | None, "True if the object was changed since our last write. Null if that is unknown."
    ]


class RiskDocument(TypedDict):
    """One risk of a change for the people and applications that use the object."""

    meaning: Annotated[str, one_of(Meaning), "The area that the risk is about."]
    code: Annotated[str, "The stable name of this kind of risk: docs/diagnostics.md lists them."]
    severity: Annotated[str, one_of(Severity)]
    address: AddressText
    path: Annotated[
        str, "The path of the field; `files` for documents, empty for the whole object."
    ]
    told: Annotated[str, "A clause about the change, such as: a tool is added."]
    position: PositionDocument | None
    allowed: Annotated[
        str | None,
        "The reason with which a comment in the manifest allows the risk. Null if none does.",
    ]


class DocumentCounts(TypedDict):
    """The numbers of changed documents."""

    added: Count
    changed: Count
    removed: Count


class ForeignDocument(TypedDict):
    """Objects and files of others, which are left alone."""

    objects: Annotated[Mapping[str, Count], "Objects of others that were read, by kind."]
    documents: Annotated[Mapping[str, Count], "Files of others in stores of ours, by address."]


Diagnostics: TypeAlias = Sequence[Annotated[DiagnosticDocument, Ref("diagnostic")]]


class PlanDocument(TypedDict):
    """A plan, as `provisioner plan --format json` prints it."""

    format_version: Version
    stack: Annotated[str, "The Stack's name."]
    environment: Annotated[str, "The environment; empty where the Stack has none."]
    target: Annotated[str, "The name of the target that was read and will be written to."]
    host: Annotated[str, "The address of that target. Empty if it is unknown."]
    project: Annotated[str, "The project at that host; empty where there is none."]
    verb: Annotated[str, "The command that made the plan."]
    digest: Annotated[
        str | None,
        "The digest of everything that the plan does, for `apply --expect`. Null if it was not computed.",
    ]
    summary: Annotated[
        Mapping[str, Any],
        Keys({**{action.word: Count for action in Action}, "documents": DocumentCounts}),
        "The number of changes for each action, and of documents that are added, changed or "
        "removed.",
    ]
    changes: Annotated[
        list[Annotated[ChangeDocument, Ref("change")]],
        "In the order in which a person reads them.",
    ]
    dropped: Annotated[
        Mapping[str, list[Annotated[str, "A path."]]],
        "By address: the fields that the target lacks and its `drop:` leaves out.",
    ]
    undeclared: Annotated[
        list[Annotated[UndeclaredDocument, Ref("undeclared")]],
        "Values of live objects that no manifest sets and that somebody changed.",
    ]
    unshown: Annotated[
        list[Annotated[UnshownDocument, Ref("unshown")]],
        "Values that a manifest sets and that the server does not show.",
    ]
    # In a list of their own: a risk may be about a field, a document or a whole object.
    risks: Annotated[
        list[Annotated[RiskDocument, Ref("risk")]],
        "The risks of the changes for users, the gravest first. A plan is not refused for a risk.",
    ]
    foreign: ForeignDocument
    diagnostics: Diagnostics
    refusals: Annotated[
        Diagnostics,
        "The refusals of guards, because of which this plan cannot be applied as it is.",
    ]


class AbsentDocument(TypedDict):
    """A declared resource that is not live."""

    address: AddressText
    deleted: Annotated[
        bool | None,
        "True if the resource was applied before and is gone. Null if that is not known.",
    ]
    named_by: Annotated[list[AddressText], "Live objects of ours that still refer to it."]


# Drift is the plan that would take it back, so a program that reads plans can read drift too.
class DriftDocument(PlanDocument):
    """Drift, as `provisioner drift --format json` prints it."""

    absent: Annotated[list[AbsentDocument], "The declared resources that have no live object."]
    others: Annotated[Mapping[str, Count], "The number of changes that are no drift, by reason."]
