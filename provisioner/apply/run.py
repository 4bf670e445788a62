"""Defines Run: the state that all steps of one apply share, such as the plan and the known ids."""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from provisioner.engine.answers import Answer
from provisioner.engine.plan import PlanContext
from provisioner.model.address import Address
from provisioner.model.binding import Binding, is_upload
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.digests import with_lf
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.inside import inside
from provisioner.model.kind import Kind
from provisioner.model.mark import Owner
from provisioner.model.outcome import Outcome, Progress
from provisioner.model.plan import Plan
from provisioner.model.provider import Provider, Row
from provisioner.model.remote import FileProvenance, Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Content, Reference, RemoteId, exchanged, leaves

Event = Progress | Outcome | Diagnostic
PATIENCE = 3
"""The number of objects that apply waits for in vain before it stops waiting for later ones.

After a write, the object is read until it has the new values, for `--settle` seconds at most. Once
so many objects have used up that time, each later object is read only once.
"""


@frozen
class Limits:
    """The limits of a run.

    `parallelism` is the largest number of requests at the same time. `settle` is the time, in
    seconds, for which the run searches for an object after a lost answer, or reads an object until
    it has the sent values. `timeout` is the time, in seconds, that the ingestion of documents may
    take.
    """

    parallelism: int = 8
    settle: float = 10.0
    timeout: float = 600.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Sent(Protocol):
    """A write of this run that can be compared with a later row of its object."""

    @property
    def resource(self) -> Resource: ...

    @property
    def parent(self) -> str: ...

    @property
    def binding(self) -> Binding: ...

    def judge(self, row: Row) -> Answer:
        """Compare a row with what was sent, and return the judgement."""

    def settled(self, row: Row, *, echoes: bool = False) -> Row:
        """Return the object as the server stores it, after the write whose answer was `row`.

        If `echoes` is true, the server is known to answer with the sent body.
        """


class StepFailed(Exception):
    """The failure of a step. The message says why it failed."""


class Unownable(Exception):
    """The failure of a create because the server does not store our mark.

    Nothing more is created then.
    """


@dataclass(slots=True)
class Run:
    """One running apply. Everything in it that changes is protected by `lock`.

    When `stop` returns true, nothing new may start. `ids` and `names` translate between addresses
    and ids. `made` has the created objects by address and generation; `unanswered` has the creates
    whose answer was lost. `written` has the last write of each object, by id, and `releases` the
    number of the release that this write published. `deleted` are the deleted objects, and `let_go`
    those whose mark was removed. `loose_files` are files that an object of ours stopped using, and
    `kept_files` those that one uses now. `forgotten` are files that were not deleted because
    somebody else uses them.

    `keeps_attributes` is true if the server stores attributes of documents. It is None until one
    document was tried; the thread that tries it has the lock `trial`. `whole_bodies` are the
    collections whose updates must contain every field. `impatient` is the number of objects that
    did not have their new values after `--settle` seconds. `look` is set if the plan deletes leaks: it reads the whole account
    again and returns, by id, the reasons why objects are no longer leaks. `planned` has the desired
    resources of the plan's changes; `_planned` fills it when it is first needed.
    """

    context: PlanContext
    plan: Plan
    live: Live
    provider: Provider
    root: Path
    limits: Limits = Limits()
    emit: Callable[[Event], None] = lambda _event: None
    stop: Callable[[], bool] = lambda: False
    lock: threading.RLock = field(default_factory=threading.RLock)
    ids: dict[Address, str] = field(default_factory=dict)
    names: dict[str, Address] = field(default_factory=dict)
    made: dict[tuple[Address, int], str] = field(default_factory=dict)
    unanswered: set[tuple[Address, int]] = field(default_factory=set)
    loose_files: set[str] = field(default_factory=set)
    kept_files: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    look: Callable[[], Mapping[str, str]] | None = None
    written: dict[str, Sent] = field(default_factory=dict)
    releases: dict[str, int] = field(default_factory=dict)
    deleted: dict[str, RemoteObject] = field(default_factory=dict)
    let_go: dict[str, RemoteObject] = field(default_factory=dict)
    whole_bodies: set[str] = field(default_factory=set)
    planned: Mapping[Address, Resource] = field(default_factory=dict)
    impatient: int = 0
    keeps_attributes: bool | None = None
    trial: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for address, found in self.live.objects.items():
            self.learn(address, found.id)
            # The documents of our stores may show already if this server stores attributes.
            kept = [not document.by_name for document in found.documents.values() if document.path]
            self.keeps_attributes = all(kept) if kept else self.keeps_attributes

    @property
    def owner(self) -> Owner:
        return self.context.stack.owner

    def kind(self, address: Address) -> Kind:
        return self.context.kinds[address.kind]

    def binding(self, address: Address) -> Binding:
        return self.context.bindings[address.kind]

    def learn(self, address: Address, id: str) -> None:
        """Record the live object at an address. A former object loses the address."""
        with self.lock:
            if (until_now := self.ids.get(address)) is not None:
                self.names.pop(until_now, None)
            self.ids[address] = id
            self.names[id] = address

    def id_of(self, address: Address) -> str:
        """Return the remote id of an address. Raises StepFailed if there is no live object."""
        with self.lock:
            if address not in self.ids:
                raise StepFailed(f"it refers to {address}, which has no live object")
            return self.ids[address]

    def parent_of(self, resource: Resource) -> str:
        """Return the id of the object that contains the resource, '' if none does."""
        outer = resource.spec.get(self.binding(resource.address).parent)
        return self.id_of(outer.address) if isinstance(outer, Reference) else ""

    def loaded(self, value: Any) -> Any:
        """Return `value` with each Content replaced by the bytes or text of its file.

        Raises ProvisionerError if a file has changed since the plan was made.
        """
        return exchanged(value, Content, self._content)

    def _content(self, content: Content) -> bytes | str:
        path = inside(self.root, content.path)
        try:
            data = path.read_bytes()
        except OSError as error:
            detail = f"{path}: {error.strerror}."
            raise ProvisionerError(Diagnostic(codes.UNREADABLE_FILE, detail)) from error
        if hashlib.sha256(data).hexdigest() != content.sha256:
            detail = f"The content of {path} has changed since the plan was made. Plan again."
            raise ProvisionerError(Diagnostic(codes.FILE_CHANGED_MEANWHILE, detail))
        if not content.base64:
            return data
        # The server returns the size of these bytes. They are sent with LF, so that the size is the
        # same from a checkout with CRLF.
        return base64.b64encode(with_lf(data)).decode()

    def named(self, value: Any) -> Any:
        """Return a live value with a Reference in place of each id whose address is known."""

        def name(leaf: RemoteId) -> RemoteId | Reference:
            return Reference(self.names[leaf.id]) if leaf.id in self.names else leaf

        return exchanged(value, RemoteId, name)

    def as_it_was(self, value: Any) -> Any:
        """Return a live value from before the run, with the ids of objects that were replaced since.

        The address of a replaced object now means the new object. So a Reference to it becomes the
        RemoteId of the old object.
        """

        def unname(leaf: Reference) -> RemoteId | Reference:
            if leaf.address not in self.live.objects:
                return leaf
            found = self.live.objects[leaf.address]
            moved = self.ids.get(leaf.address) != found.id
            return RemoteId(found.kind, found.id) if moved else leaf

        return exchanged(value, Reference, unname)

    def file_provenance(self, resource: Resource) -> Iterator[FileProvenance]:
        """Yield the file provenance of each upload that a resource attaches, for its mark."""
        for reference in leaves(resource.spec, Reference):
            address = reference.address
            if is_upload(address.kind, self.context.bindings):
                yield FileProvenance(self.id_of(address), address, self._sha256(address))

    def _sha256(self, address: Address) -> str:
        planned = self._planned().get(address)
        found = [document.said for document in (planned.documents.values() if planned else ())]
        if not found and address in self.live.objects:
            live = self.live.objects[address]
            found = [document.sha256 for document in live.documents.values()]
        return next(iter(found), "")

    def _planned(self) -> Mapping[Address, Resource]:
        """Return the desired resources of the plan's changes, by address."""
        if not self.planned:
            self.planned = {c.address: c.desired for c in self.plan.changes if c.desired}
        return self.planned

    def loose(self, file_ids: Iterable[str]) -> None:
        """Record files that an object of ours stopped using.

        `Uploads.sweep` deletes those that nobody uses.
        """
        with self.lock:
            self.loose_files.update(file_ids)

    def keep(self, file_ids: Iterable[str]) -> None:
        """Record files that an object of ours uses now, so that `Uploads.sweep` keeps them."""
        with self.lock:
            self.kept_files.update(file_ids)

    def patiently(self, look: Callable[[], bool], *, at_once: bool = False) -> bool:
        """Call `look` until it returns true or `settle` seconds are over. Return its last result.

        It is called only once if `at_once` is true, or if PATIENCE objects of this run have used up
        the whole time before. A server that never returns what was sent would otherwise cost this
        time for each object.
        """
        with self.lock:
            hurries = at_once or self.impatient >= PATIENCE
        seconds = 0.0 if hurries else self.limits.settle
        found = bool(self.until(look, seconds))
        if not found:
            with self.lock:
                self.impatient += 1
        return found

    def until(self, look: Callable[[], Any], seconds: float) -> Any:
        """Call `look` with growing pauses until it returns a true value, and return that value.

        Return None if `seconds` are over.
        """
        deadline, pause = self.limits.clock() + seconds, 0.1
        while True:
            if found := look():
                return found
            if self.limits.clock() >= deadline:
                return None
            self.limits.sleep(min(pause, max(0.0, deadline - self.limits.clock())))
            pause = min(pause * 1.6, 2.0)


def identity(row: Row, binding: Binding) -> tuple[Owner, Address, int] | None:
    """Return the owner, address and generation in the mark of a row, None if it has no mark."""
    mark = binding.mark_of(row)
    return (mark.owner, mark.address, mark.generation) if mark else None
