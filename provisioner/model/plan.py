"""The Plan, and its parts: actions, reasons, changes of fields and documents."""

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
        """Return true if the action makes a new object."""
        return self in (Action.CREATE, Action.REPLACE)

    @property
    def removes(self) -> bool:
        """Return true if the action removes a live object."""
        return self in (Action.DELETE, Action.REPLACE)


class Reason(StrEnum):
    """The reasons of a change. The set is closed."""

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
"""Refusals that do not stop a saved plan from being made.

They end when somebody has reviewed the plan, and applies it where the secrets are set.
"""


class Unset(Enum):
    """The type of UNSET, which means that a side has no value.

    It differs from `null`, which is a value.
    """

    UNSET = "(not set)"

    def __str__(self) -> str:
        return self.value


UNSET = Unset.UNSET
NOT_KNOWN = Placeholder("(last applied; its text is not known)")
"""A value of which only a digest is known."""


@frozen
class FieldChange:
    """One field that differs.

    `path` reads like `tools[lookup-employee].parameters.properties.id.type`. `cause` is
    `manifest`, `drift`, `both`, `server` or `reference`. `live` and `desired` are UNSET where a
    side has no such field. `was` is the value that was last applied, where its text is known.
    """

    path: str
    live: Any
    desired: Any
    cause: Reason = Reason.MANIFEST
    sensitive: bool = False
    was: Any = NOT_KNOWN


class Since(StrEnum):
    """The relation of an undeclared value to the baseline in the mark.

    MOVED: the value differs from its baseline. ACCEPTED: the value equals its baseline. UNKNOWN: the
    mark has no baseline for the value. AMONG: one of several values has moved, and the mark had no room
    to say which.
    """

    MOVED = "moved"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    AMONG = "among"


@frozen
class Undeclared:
    """One value of a live object that no manifest sets and that is not the server's default.

    `live` is UNSET where the value is gone. `was` is the baseline, if its text is known: the default
    of the server, or UNSET. `item` is true for one item of a list, such as a tool.
    """

    address: Address
    path: str
    live: Any
    since: Since
    was: Any = NOT_KNOWN
    item: bool = False

    @property
    def counts(self) -> bool:
        """Return true if this value makes `drift` exit 3."""
        return self.since in (Since.MOVED, Since.AMONG) or (
            self.item and self.since is Since.UNKNOWN
        )


@frozen
class Unshown:
    """One value that a manifest sets and that the server never shows, such as a secret.

    `changed` says whether the object was changed since our last write: None where that is not
    known.
    """

    address: Address
    path: str
    changed: bool | None = None


class DocumentAction(StrEnum):
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@frozen
class DocumentChange:
    """One document of a store: `files[PATH]`.

    `content` is true where its bytes must be uploaded; otherwise only its attributes move.
    `file_id` is the live file that goes away or changes. `text` says which words change, where both
    texts were read for a reviewer; nothing is decided by it.
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
    """An object that refers to another one.

    `whose` is `foreign`, `ours`, `forgotten` (ours until this plan), the owner that its mark names, or `a release that is kept`.
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
    """The content of an update that no manifest declares.

    `mark` is written as it stands. `copy_of` is the older release that is published again. Without
    one, the content of the live object stays as it is, and only its mark is written; but where the
    change has a desired side, that is written, and `mark` gives the digests of its mark.
    """

    mark: Mark
    copy_of: RemoteObject | None = None


@frozen
class Change:
    """The change of one resource: its fields, its documents, and the reason.

    `desired` is None for a delete, and `live` is None for a create. `referrers` are the objects that
    still use a forgotten object. `accepted` are the paths of undeclared values that somebody agreed to,
    and that the mark remembers with this change. `resend` is true if `--replace` names the address.
    `blocked` says why this change cannot be carried out although others can; it is empty if it can.
    `exact` is set where an update does not write a declared resource, as in `adopt` and `rollback`.
    `proof` is the sentence for which a leak is deleted.
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
        """Return true if the change would overwrite an edit of the live side."""
        return bool(self.causes & {Reason.DRIFT, Reason.BOTH})

    @property
    def rolled_back_to(self) -> int:
        """The number of the release that the live object copies, or 0 if it copies none."""
        published = self.live.published if self.live else None
        return published.rolled_back_to if published else 0


@frozen
class Plan:
    """All changes of one run on one target. A plan never changes, and `changes` are in shown order.

    `unchanged` counts the no-ops. `dropped` has, by address, the fields that the target's `drop:`
    leaves out. `pinned` has the live ids of objects that changes refer to and do not change.
    `undeclared` are values of live objects that no manifest sets. `unshown` are values that a manifest
    sets and the server does not show. `risks` say what the changes mean in use, gravest first; they
    decide nothing. `foreign` counts the objects of others that were read, by kind.
    `foreign_documents` counts the files that somebody else attached to our stores, by address.
    `refusals` come from guards; a plan that has any is not applied. `verb` is the command that made the
    plan, and `arguments` are its arguments as JSON data, because the same verb performs a saved plan.
    `digest` is the digest of the changes, if it has been computed. `schemas` says for each kind where
    JSON Schemas begin in its specs, because the order of their properties counts.
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
        """The refusals and errors for which this plan must not be applied."""
        return (*self.refusals, *(d for d in self.diagnostics if d.severity is Severity.ERROR))

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Everything that is said of this plan: its risks, its diagnostics and its refusals."""
        return (*(risk.diagnostic for risk in self.risks), *self.diagnostics, *self.refusals)

    @property
    def unsettled(self) -> tuple[Diagnostic, ...]:
        """Return the refusals and errors that stay even if the plan is saved, reviewed and applied."""
        return tuple(d for d in self.standing if d.code not in SETTLED_BY_REVIEW)

    @property
    def is_empty(self) -> bool:
        return not self.changes

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of each action: keys are `create update replace delete forget no-op`."""
        seen = Counter(change.action for change in self.changes)
        counts = {action.word: seen[action] for action in Action}
        return {**counts, Action.NO_OP.word: self.unchanged}

    @property
    def document_counts(self) -> dict[str, int]:
        """Return the numbers of documents: keys are `added changed removed`."""
        seen = Counter(doc.action for change in self.changes for doc in change.documents)
        names = {"added": "add", "changed": "change", "removed": "remove"}
        return {name: seen[DocumentAction(verb)] for name, verb in names.items()}
