"""Defines Plan and its parts: actions, reasons, and the changes of fields and documents."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from enum import Enum, StrEnum
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.frozen import frozen
from provisioner.model.mark import Mark
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.risk import Risk
from provisioner.model.schemas import Schemas
from provisioner.model.text_change import TextChange
from provisioner.model.value import Placeholder


class Action(Enum):
    """The actions on a live object. The value is the sign that plans print. The set is closed."""

    CREATE = "+"
    UPDATE = "~"
    REPLACE = "±"
    DELETE = "-"
    FORGET = "."
    NO_OP = " "

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", "-")

    @property
    def makes(self) -> bool:
        """True if the action creates a new object."""
        return self in (Action.CREATE, Action.REPLACE)

    @property
    def removes(self) -> bool:
        """True if the action deletes a live object."""
        return self in (Action.DELETE, Action.REPLACE)


class Reason(StrEnum):
    """The reasons of a change; the glossary explains them. The set is closed."""

    MANIFEST = "manifest"
    DRIFT = "drift"
    BOTH = "both"
    SERVER = "server"
    ORPHAN = "orphan"
    DUPLICATE = "duplicate"
    REFERENCE = "reference"
    EXPIRED = "expired"
    RETIRED = "retired"
    MIGRATED = "migrated"
    RENAMED = "renamed"
    LEAK = "leak"


SETTLED_BY_REVIEW = frozenset({codes.DRIFT, codes.ROLLED_BACK, codes.SECRET_NOT_SET})
"""The codes of refusals that do not prevent a plan from being saved.

A person who reviews the saved plan agrees to the drift or the rollback. A secret that is missing
here may be set where the plan is applied.
"""


class Unset(Enum):
    """The type of UNSET, which marks a field that a side does not have.

    `null` is a value, UNSET is not.
    """

    UNSET = "(not set)"

    def __str__(self) -> str:
        return self.value


UNSET = Unset.UNSET
NOT_KNOWN = Placeholder("(last applied; its text is not known)")
"""The placeholder for a value of which only a digest is known."""


@frozen
class FieldChange:
    """One field whose desired and live values differ.

    `path` is a path such as `tools[lookup-employee].parameters.properties.id.type`. `cause` is
    `manifest`, `drift`, `both`, `server` or `reference`. `live` and `desired` are UNSET if that
    side does not have the field. `was` is the value that was last applied, NOT_KNOWN if only its
    digest is known.
    """

    path: str
    live: Any
    desired: Any
    cause: Reason = Reason.MANIFEST
    sensitive: bool = False
    was: Any = NOT_KNOWN


class Since(StrEnum):
    """The relation of an undeclared value to the baseline, which is the accepted values in the mark.

    MOVED: the value differs from its baseline. ACCEPTED: the value equals its baseline. UNKNOWN:
    the mark has no baseline for the value. AMONG: one of several values has changed, but the mark
    had no room to record which.
    """

    MOVED = "moved"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    AMONG = "among"


@frozen
class Undeclared:
    """A value of a live object that no manifest sets and that is not the server's default.

    `live` is UNSET if the value was removed. `was` is the accepted value, NOT_KNOWN if only its
    digest is known. `item` is true for an item of a split field, such as a tool.
    """

    address: Address
    path: str
    live: Any
    since: Since
    was: Any = NOT_KNOWN
    item: bool = False

    @property
    def counts(self) -> bool:
        """True if this value makes `drift` exit with 3."""
        return self.since in (Since.MOVED, Since.AMONG) or (
            self.item and self.since is Since.UNKNOWN
        )


@frozen
class Unshown:
    """A value that a manifest sets and that the server never returns, such as a secret.

    `changed` says if somebody has changed the object since our last write. It is None if that is
    not known.
    """

    address: Address
    path: str
    changed: bool | None = None


class DocumentAction(StrEnum):
    """The actions on one document of a store. The set is closed."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@frozen
class DocumentChange:
    """The change of one document of a store: `files[PATH]`.

    `content` is true if the bytes must be uploaded; else only the attributes change. `note` says in
    a phrase why, '' if the content differs. `file_id` is the live file that is removed or changed. `text` has the words that change, None if the two
    texts were not read. It is only shown to reviewers.
    """

    path: str
    action: DocumentAction
    cause: Reason = Reason.MANIFEST
    content: bool = True
    note: str = ""
    file_id: str = ""
    text: TextChange | None = field(default=None, compare=False)


@frozen(order=True)
class Referrer:
    """An object that refers to another object.

    `whose` is `foreign`, `ours`, `forgotten` (ours until this plan), the owner in its mark, or `a
    release that is kept`.
    """

    kind: str
    id: str
    name: str = ""
    whose: str = "foreign"

    def __str__(self) -> str:
        called = f" {self.name!r}" if self.name else ""
        return f"{self.kind} {self.id}{called} ({self.whose})"


@frozen
class Exact:
    """The content of an update that writes something else than a declared resource.

    `mark` is written as it is. If `copy_of` is given, that older release is published again. Else
    only the mark is written, and the spec of the change's `desired` if it has one.
    """

    mark: Mark
    copy_of: RemoteObject | None = None


@frozen
class Change:
    """The change of one resource: its fields, its documents, and the reason.

    `desired` is None for a delete, and `live` is None for a create. `referrers` are the objects
    that still refer to a forgotten object. `accepted` are the paths of undeclared values that
    become the baseline with this change. `resend` is true if `--replace` names the address.
    `blocked` says why this change cannot be made although others can, '' if it can. `exact` is set
    if the update does not write a declared resource, as in `adopt` and `rollback`. `proof` is the
    sentence that proves that a leak may be deleted.
    """

    address: Address
    action: Action
    reason: Reason = Reason.MANIFEST
    fields: tuple[FieldChange, ...] = ()
    documents: tuple[DocumentChange, ...] = ()
    desired: Resource | None = None
    live: RemoteObject | None = None
    referrers: tuple[Referrer, ...] = ()
    accepted: tuple[str, ...] = ()
    resend: bool = False
    blocked: str = ""
    exact: Exact | None = None
    proof: str = ""

    @property
    def causes(self) -> frozenset[Reason]:
        return frozenset({f.cause for f in self.fields} | {d.cause for d in self.documents})

    @property
    def drifts(self) -> bool:
        """True if the change would overwrite an edit that somebody made on the live side."""
        return bool(self.causes & {Reason.DRIFT, Reason.BOTH})

    @property
    def rolled_back_to(self) -> int:
        """The number of the release that the live object is a copy of, 0 if it is no copy."""
        published = self.live.published if self.live else None
        return published.rolled_back_to if published else 0


@frozen
class Plan:
    """All changes of one run on one target. A plan is immutable; `changes` are in the order of printing.

    `unchanged` is the number of no-ops. `dropped` has, by address, the fields that the target's
    `drop:` leaves out. `pinned` has the live ids of objects to which changes refer and that the
    plan does not change. `undeclared` are values of live objects that no manifest sets. `unshown`
    are values that a manifest sets and the server never returns. `risks` say what the changes mean
    for users, the most serious first; they never block a plan. `foreign` is the number of objects
    without our mark, by kind. `foreign_documents` is the number of files that somebody else
    attached to our stores, by address.

    `refusals` come from guards; a plan that has any is not applied. `verb` and `arguments` are the
    command that made the plan, because `apply FILE` runs the same command to perform it. `digest`
    is the digest of the changes, '' if it was not computed. `schemas` says for each kind where JSON
    Schemas begin in its specs, because the order of their properties matters.
    """

    stack: str
    environment: str
    target: str
    host: str = ""
    project: str = ""
    schemas: Mapping[str, Schemas] = field(default_factory=dict)
    root: str = ""
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    dropped: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    pinned: Mapping[Address, str] = field(default_factory=dict)
    undeclared: tuple[Undeclared, ...] = ()
    unshown: tuple[Unshown, ...] = ()
    risks: tuple[Risk, ...] = ()
    foreign: Mapping[str, int] = field(default_factory=dict)
    foreign_documents: Mapping[Address, int] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    refusals: tuple[Diagnostic, ...] = ()
    verb: str = "apply"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""

    @property
    def standing(self) -> tuple[Diagnostic, ...]:
        """The refusals and errors because of which this plan must not be applied."""
        return (*self.refusals, *(d for d in self.diagnostics if d.severity is Severity.ERROR))

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Everything that is reported about this plan: risks, diagnostics and refusals."""
        return (*(risk.diagnostic for risk in self.risks), *self.diagnostics, *self.refusals)

    @property
    def unsettled(self) -> tuple[Diagnostic, ...]:
        """The refusals and errors that remain even if the plan is saved, reviewed and applied."""
        return tuple(d for d in self.standing if d.code not in SETTLED_BY_REVIEW)

    @property
    def is_empty(self) -> bool:
        return not self.changes

    @property
    def counts(self) -> dict[str, int]:
        """The number of changes for each action.

        The keys are `create update replace delete forget no-op`.
        """
        # No-ops are not among `changes`, because a plan of a thousand objects has hundreds of them.
        seen = Counter(change.action for change in self.changes)
        counts = {action.word: seen[action] for action in Action}
        return {**counts, Action.NO_OP.word: self.unchanged}

    @property
    def document_counts(self) -> dict[str, int]:
        """The number of document changes. The keys are `added changed removed`."""
        seen = Counter(doc.action for change in self.changes for doc in change.documents)
        names = {"added": "add", "changed": "change", "removed": "remove"}
        return {name: seen[DocumentAction(verb)] for name, verb in names.items()}
