"""Defines the values that the ledger stores: locks, runs, uploads, receipts, tracked objects.

All moments are unix seconds of the database's clock. An `owner` is the text of a mark's owner,
STACK_ID/ENVIRONMENT. An `account` is a text made of the host and the project that were used.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from provisioner.model.frozen import frozen


@frozen
class Holder:
    """The process that holds a lock.

    `pipeline` is the address of its CI job's page, '' outside of CI.
    """

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
    """The lock of one owner, as the ledger had it at the moment `now`.

    `epoch` is the number of times that the lock was taken. `holder` is None while the lock is free.
    `since` is when the holder took it, and `expires` when it becomes free unless the holder renews
    it. `released` is when it was last given back, 0 if it never was. `machine` is the text with which
    a process of the same machine can find out if the holder is dead; '' if none can.
    """

    owner: str
    epoch: int
    holder: Holder | None
    since: float
    expires: float
    released: float
    now: float
    machine: str = ""

    @property
    def is_held(self) -> bool:
        """True if a process holds the lock and the lock has not expired."""
        return self.holder is not None and self.expires > self.now


class RunStatus(StrEnum):
    """The states of a run. A run whose process was killed stays STARTED."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@frozen
class ChangeRecord:
    """One change of a run, as it was planned, and its outcome.

    `status` is the status of the outcome, '' if there is none yet. `fields` are the paths of the
    changed fields. `spec` is the applied spec as JSON data without secrets. It is None for a change
    that applied no spec, and for runs of versions that did not record it.
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
    """One upload of a file. `file_id` is '' until the answer to the upload has come.

    `sha256` is the digest of the sent bytes, in hexadecimal. `deleted` is when a run of ours
    deleted the file, None if none did.
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
    """An object that we created.

    Its id is from the answer to our own request, which proves that the object is ours.
    """

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
    """The configuration that a deleted object had, from which it can be created again.

    A receipt is written before the request that deletes the object. `noted` is the moment of
    writing, and `deleted` the moment of the answer. If `deleted` is None, the run was killed or the
    answer was lost, and the object may or may not exist. `address` is '' for an object without our
    mark. `reason` is the reason of the change.
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
    """One run of a command that writes to a target.

    `digest` is the digest of the plan. `revision` is the commit of the manifests, '' if it is not
    known. `receipts` are the receipts of deleted objects; they are read only when a caller asks for
    them.
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
    """One document of a deleted store, for a receipt.

    `object` is its row in the store. `path` is the path in its attributes, '' if they have none.
    `name` is the file name. `sha256` is the digest of the content, '' if neither the attributes nor
    the ledger have it. `text` is the text that the server had extracted from the file. It is None
    if it could not be read; then `missing` says why.
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
    """The states of a tracked object.

    TRACKED: it exists. RETIRED: it was deleted when its time was over. ERASED: it was deleted
    because a person's data had to go. GONE: it was found to be deleted already.
    """

    TRACKED = "tracked"
    RETIRED = "retired"
    ERASED = "erased"
    GONE = "gone"


class TrackedKind(StrEnum):
    """The kinds of tracked objects, named as in the API's field `object`."""

    THREAD = "thread"
    CONVERSATION = "conversation"
    RESPONSE = "response"


@frozen
class Tracked:
    """A thread, conversation or stored response that an application registered, since no API lists it.

    `subject` says whose data it contains, such as `user:42`. `expires` is when it may be deleted,
    None for never. `ended` is when it was deleted or found to be gone. `note` is the reason why the
    last attempt to delete it failed. `was_claimed` is true if an earlier worker had claimed the
    object and stopped before it was done.
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
    """The number of tracked objects of one kind in one account, at the moment `now`.

    `tracked` objects exist: `expired` of them may be deleted, `endless` have no moment of expiry,
    and `failed` could not be deleted when it was last tried. `oldest` is when the oldest existing
    object was registered, None if there is none. `retired`, `erased` and `gone` objects no longer
    exist.
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
