"""Values that the ledger remembers: holders of locks, runs, uploads, receipts, tracked objects.

Moments are unix seconds by the clock of the database. An `owner` is the text of a mark's owner,
STACK_ID/ENVIRONMENT. An `account` is the text of the account that is used: its host and project.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from provisioner.model.frozen import frozen


@frozen
class Holder:
    """The holder of a lock: user, host, process id, verb, and the page of the pipeline's job."""

    user: str
    host: str
    process: int
    verb: str
    pipeline: str = ""

    def __str__(self) -> str:
        by = f"{self.verb} by {self.user}@{self.host}, process {self.process}"
        return f"{by} ({self.pipeline})" if self.pipeline else by


@frozen
class LockState:
    """The lock of one owner as it was read at the moment `now`.

    `epoch` counts how often the lock was taken. The lock is free where `holder` is None. `since` is
    when the holder took the lock, `expires` when it is free again unless the holder renews it, and
    `released` when the lock was last given back, 0 where that never happened.
    """

    owner: str
    epoch: int
    holder: Holder | None
    since: float
    expires: float
    released: float
    now: float

    @property
    def is_held(self) -> bool:
        """Returns true if somebody holds the lock and it has not expired."""
        return self.holder is not None and self.expires > self.now


class RunStatus(StrEnum):
    """The states of a run. A run that was killed stays `started` for ever."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@frozen
class ChangeRecord:
    """One change of a run: what was planned, and how it ended.

    `status` is the word of an outcome, empty while the change has none. `fields` are the paths that
    the plan showed. `spec` is what was applied, as JSON data without secrets; None for a change that
    applied nothing, and for runs of versions that did not keep it.
    """

    address: str
    action: str
    reason: str
    id: str = ""
    status: str = ""
    error: str = ""
    release: int = 0
    fields: tuple[str, ...] = ()
    spec: Mapping[str, Any] | None = None


@frozen
class Upload:
    """One file that was sent. `file_id` is empty while no answer to the upload has come.

    `sha256` is the digest of the bytes that were sent, in hex. `deleted` is when a run of ours deleted
    the file, None where none did.
    """

    number: int
    owner: str
    account: str
    run: str
    name: str
    path: str
    sha256: str
    bytes: int
    started: float
    file_id: str = ""
    deleted: float | None = None


@frozen
class Made:
    """An object that we created: the API's answer to our own request gave us its id."""

    account: str
    kind: str
    id: str
    owner: str
    address: str
    run: str
    made: float
    deleted: float | None = None


@frozen
class Receipt:
    """The configuration of a deleted object as it was read, so that it can be made again.

    A receipt is written before the request that deletes: `noted` is that moment, and `deleted` the
    moment at which the answer had come. `deleted` is None where no answer was written down, because
    the run was killed or the answer was lost; the object may be gone or may still stand. `address` is
    empty for an object that was nobody's. `reason` is the reason of the change.
    """

    run: str
    owner: str
    account: str
    address: str
    kind: str
    id: str
    deleted: float | None
    configuration: Mapping[str, Any]
    noted: float = 0.0
    reason: str = ""


@frozen
class RunRecord:
    """One run of a verb that writes.

    `digest` is the plan's. `revision` is the commit of the manifests, empty where nobody knows it.
    `receipts` are those of what it deleted, where they were asked for.
    """

    id: str
    owner: str
    target: str
    account: str
    holder: Holder
    digest: str
    revision: str
    version: str
    started: float
    ended: float | None = None
    status: RunStatus = RunStatus.STARTED
    changes: tuple[ChangeRecord, ...] = ()
    receipts: tuple[Receipt, ...] = ()


@frozen
class ReceiptDocument:
    """One document of a deleted store, as far as it could be read.

    `object` is its row in the store. `path` is the path that its attributes name, empty where they name
    none. `name` is the file name. `sha256` is the digest of the content where our attributes or our ledger hold one. `text` is the
    text that the server had parsed out of it, None where that is not known; `missing` says then why.
    """

    run: str
    store: str
    file_id: str
    path: str
    name: str
    sha256: str
    bytes: int
    object: Mapping[str, Any]
    text: str | None = None
    missing: str = ""


class TrackedStatus(StrEnum):
    """The states of a tracked object: it exists, or it was deleted, erased, or found to be gone."""

    TRACKED = "tracked"
    RETIRED = "retired"
    ERASED = "erased"
    GONE = "gone"


class TrackedKind(StrEnum):
    """The kinds of objects that no API lists, by the word that the API has for them in `object`."""

    THREAD = "thread"
    CONVERSATION = "conversation"
    RESPONSE = "response"


@frozen
class Tracked:
    """A thread, conversation or stored response that an application registered.

    No API lists these. `subject` says whose data it holds (`user:42`), `expires` when it may be
    deleted, None for never. `ended` is when it was deleted or found to be gone. `note` says why the
    last try to delete it failed. `was_claimed` says of an object that a worker has just claimed that
    another worker had claimed it before and did not come to an end.
    """

    account: str
    kind: str
    id: str
    subject: str = ""
    registered: float = 0.0
    expires: float | None = None
    status: TrackedStatus = TrackedStatus.TRACKED
    ended: float | None = None
    note: str = ""
    was_claimed: bool = False


@frozen
class TrackedCount:
    """The tracked objects of one kind in one account, counted at the moment `now`.

    `tracked` still stand: of these, `expired` are past their end and `endless` have none; `failed`
    could not be deleted when that was last tried. `oldest` is when the oldest of them was registered,
    None where there is none. `retired`, `erased` and `gone` do not stand any more.
    """

    account: str
    kind: str
    now: float
    tracked: int = 0
    expired: int = 0
    endless: int = 0
    failed: int = 0
    oldest: float | None = None
    retired: int = 0
    erased: int = 0
    gone: int = 0
