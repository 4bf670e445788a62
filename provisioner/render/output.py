"""The JSON documents that commands print, declared once: renderers fill them, schemas are derived.

Each `TypedDict` is one object of a document. The type checker holds the renderers to it, and
`render.schemas` derives the JSON Schemas of `schemas/` from it. In an `Annotated` type, a text is
the description of the key, a mapping has keywords of JSON Schema, and a `Ref` is the name under
which the type stands in `$defs`. A key that is `NotRequired` may be left out.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NotRequired, TypeAlias, TypedDict

from provisioner.model.diagnostic import Severity
from provisioner.model.outcome import Status
from provisioner.model.plan import Action, DocumentAction, Reason, Since
from provisioner.model.risk import Meaning
from provisioner.render.json_schema import Keys, Ref, one_of

FORMAT_VERSION: Final = 1
"""The version goes up when a key changes its meaning or goes away, not when more keys come."""

_CHANGES: Final = [action.word for action in Action if action is not Action.NO_OP]
_ENDED: Final = [status for status in Status if status is not Status.STARTED]
_DONE: Final = ("created", "updated", "replaced", "deleted", "failed", "skipped")

Version: TypeAlias = Annotated[
    int, {"const": FORMAT_VERSION}, "Goes up when a key changes its meaning or goes away."
]
Count: TypeAlias = Annotated[int, {"minimum": 0}]
Seconds: TypeAlias = Annotated[float, {"minimum": 0}]
AddressText: TypeAlias = Annotated[
    str,
    {"pattern": r"^[a-z_]+\..+$"},
    "kind.name, such as assistant.policy-qa.",
    Ref("address"),
]
Value: TypeAlias = Annotated[
    Any,
    'Any JSON. {"ref": ADDRESS} stands for an id that only apply will know, {"sensitive": true} for'
    " what nobody shows. In a text, `(sensitive)` stands for a secret, `(sensitive, changed)` for one"
    " that changes, and `(possibly sensitive)` for a line that may hold an earlier one.",
    Ref("value"),
]
ReasonText: TypeAlias = Annotated[str, one_of(Reason), Ref("reason")]
ActionText: TypeAlias = Annotated[str, one_of(_CHANGES)]


class PositionDocument(TypedDict):
    file: str
    line: Annotated[int, {"minimum": 1}]
    column: Annotated[int, {"minimum": 1}]


class DiagnosticDocument(TypedDict):
    code: Annotated[str, "The stable name of this kind of problem: docs/diagnostics.md lists them."]
    severity: Annotated[str, one_of(Severity)]
    subject: Annotated[str | None, "The subject of the diagnostic: an address, an id or a path."]
    summary: Annotated[str, "The fixed sentence of the code, without any of your data."]
    detail: str
    position: PositionDocument | None
    allowed: NotRequired[
        Annotated[str, "The reason that a comment in the manifest gives for allowing it."]
    ]


class PartDocument(TypedDict):
    name: Annotated[str, "A path in the folder, or part 2 for a text of the manifest."]
    line: Annotated[int, {"minimum": 1}, "The line on which it begins."]
    shared: Annotated[Count, "The number of resources that use this part."]


class FieldDocument(TypedDict):
    """A field that differs. A side that does not have it has no key: null is a value."""

    path: Annotated[str, "Such as tools[lookup-employee].parameters.properties.id.type."]
    cause: ReasonText
    desired: NotRequired[Value]
    live: NotRequired[Value]
    was: NotRequired[Annotated[Value, "Of drift: what was last applied, where that is known."]]
    parts: NotRequired[
        Annotated[list[PartDocument], "The parts from which the desired text was joined."]
    ]


class SpanDocument(TypedDict):
    sign: Annotated[str, one_of(("+", "-", " ")), "Added, removed, or in both texts."]
    text: str


class LineDocument(TypedDict):
    sign: Annotated[str, one_of(("+", "-", "~", "≈", " ")), "~ for a line with changed words."]
    number: Annotated[Count, "The line of the file in the folder, 0 where it has none."]
    note: Annotated[str, "A remark for people; often empty."]
    spans: list[SpanDocument]


class TextChangeDocument(TypedDict):
    """The changed words of a document. The live side is what the server parsed of its file."""

    added: Annotated[Count, "The number of words that are added."]
    removed: Annotated[Count, "The number of words that are taken out."]
    more: Annotated[Count, "The number of changed lines that are left out for their length."]
    missing: Annotated[str, "The reason why the words are not known. Empty if they are."]
    groups: Annotated[list[list[LineDocument]], "Changed lines, and the lines around them."]


class FileDocument(TypedDict):
    path: Annotated[str, "Relative to the manifest folder."]
    action: Annotated[str, one_of(DocumentAction)]
    cause: ReasonText
    content: Annotated[bool, "True if the file is uploaded, false if only its attributes change."]
    note: Annotated[str, "A remark for people; often empty."]
    text: NotRequired[Annotated[TextChangeDocument, "The changed words, where they were read."]]


class ReferrerDocument(TypedDict):
    kind: Annotated[str, "Such as assistant."]
    id: Annotated[str, "The id of the object that refers to it."]
    name: Annotated[str, "The name of that object. Empty if it has none."]
    whose: Annotated[
        str,
        "foreign, ours, forgotten, the owner that its mark names, or a release that is kept.",
    ]


class ChangeDocument(TypedDict):
    address: AddressText
    action: ActionText
    reason: ReasonText
    id: Annotated[str | None, "The live object's id; null for one that is to be created."]
    fields: list[Annotated[FieldDocument, Ref("field")]]
    documents: Annotated[
        list[Annotated[FileDocument, Ref("document")]], "Documents of a store, by path."
    ]
    referrers: Annotated[
        list[Annotated[ReferrerDocument, Ref("referrer")]],
        "Of what is forgotten: who still refers to it.",
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
            "The row of the table that the resource is declared with, where there is one.",
        ]
    ]
    proof: NotRequired[Annotated[str, "Of a leak: the sentence that says why it may be deleted."]]


class UndeclaredDocument(TypedDict):
    """A value that no manifest sets. Without `live` it is not set any more."""

    address: AddressText
    path: Annotated[str, "Such as tools[code_interpreter]."]
    since: Annotated[str, one_of(Since)]
    counts: Annotated[bool, "True if `drift` exits with 3 because of it."]
    live: NotRequired[Value]
    baseline: NotRequired[Value]


class UnshownDocument(TypedDict):
    address: AddressText
    path: Annotated[str, "Such as token_env."]
    changed: Annotated[
        bool | None, "True if the object was changed since our last write. Null if that is unknown."
    ]


class RiskDocument(TypedDict):
    """One risk of a change for the people and applications that use the object."""

    meaning: Annotated[str, one_of(Meaning), "The area that the risk is about."]
    code: Annotated[str, "The stable name of this kind of risk: docs/diagnostics.md lists them."]
    severity: Annotated[str, one_of(Severity)]
    address: AddressText
    path: Annotated[str, "The field; `files` for documents, empty for the whole object."]
    told: Annotated[str, "A clause about the change, such as: a tool is added."]
    position: PositionDocument | None
    allowed: Annotated[
        str | None, "The reason that a comment in the manifest gives for allowing it; null: none."
    ]


class DocumentCounts(TypedDict):
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
    target: Annotated[str, "The name of the target that was read and would be written."]
    host: Annotated[str, "The address of that target. Empty if it is unknown."]
    project: Annotated[str, "The project at that host; empty where there is none."]
    verb: Annotated[str, "The command that made the plan, and that a saved plan is carried out by."]
    digest: Annotated[
        str | None, "The digest of everything that the plan would do, for `apply --expect`."
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
        "By address: fields that this target cannot hold and leaves out.",
    ]
    undeclared: Annotated[
        list[Annotated[UndeclaredDocument, Ref("undeclared")]],
        "Values of live objects that no manifest sets and that somebody changed.",
    ]
    unshown: Annotated[
        list[Annotated[UnshownDocument, Ref("unshown")]],
        "Values that a manifest sets and that the server does not show.",
    ]
    risks: Annotated[
        list[Annotated[RiskDocument, Ref("risk")]],
        "The risks of the changes in use, the gravest first. They refuse nothing.",
    ]
    foreign: ForeignDocument
    diagnostics: Diagnostics
    refusals: Annotated[Diagnostics, "The guards that stand against applying this plan as it is."]


class AbsentDocument(TypedDict):
    address: AddressText
    deleted: Annotated[
        bool | None,
        "True where it was applied before and is gone; null where it is not known that it was.",
    ]
    named_by: Annotated[list[AddressText], "Live objects of ours that still refer to it."]


class DriftDocument(PlanDocument):
    """Drift, as `provisioner drift --format json` prints it."""

    absent: Annotated[list[AbsentDocument], "The declared resources that have no live object."]
    others: Annotated[Mapping[str, Count], "Changes that are no drift, by reason: counted only."]


class ValidationDocument(TypedDict):
    """A check of manifests, as `provisioner validate --format json` prints it."""

    format_version: Version
    valid: Annotated[bool, "True if no diagnostic is an error."]
    resources: Annotated[Mapping[str, Count], "The number of declared resources, by kind."]
    documents: Annotated[Count, "The number of documents of all declared resources."]
    diagnostics: Diagnostics


class OutcomeDocument(TypedDict):
    address: AddressText
    action: ActionText
    status: Annotated[str, one_of(_ENDED)]
    id: Annotated[str | None, "The live object's id, where it has one."]
    release: Annotated[int | None, "The number of the release that was published; null: none."]
    error: Annotated[str | None, "The errors, in sentences. Null if there were none."]
    seconds: Seconds


class ReportDocument(TypedDict):
    """An outcome, as `provisioner apply --format json` prints it."""

    format_version: Version
    summary: Annotated[Mapping[str, int], Keys(dict.fromkeys(_DONE, Count))]
    requests: Annotated[Mapping[str, Count], "Requests sent, by HTTP method; retries count."]
    seconds: Seconds
    interrupted: Annotated[bool, "Whether somebody stopped it."]
    outcomes: list[OutcomeDocument]
    diagnostics: Diagnostics
