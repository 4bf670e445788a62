"""The state that the steps of one apply share: our identity, ids, limits, and what to tell."""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from provisioner.apply.inside import inside
from provisioner.engine.answers import Answer
from provisioner.engine.plan import PlanContext
from provisioner.model.address import Address
from provisioner.model.binding import Binding, is_upload
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.digests import with_lf
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen
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
"""The number of objects of one run that may use up the time to settle."""


@frozen
class Limits:
    """The limits of a run: how much at once, and for how many seconds to wait. Seconds.

    `settle`: after an answer was lost, how long to look for what it may have made. `timeout`: how
    long documents may take to be ingested.
    """

    parallelism: int = 8
    settle: float = 10.0
    timeout: float = 600.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Sent(Protocol):
    """A write of this run, with what is needed to compare it with what is read of its object."""

    @property
    def resource(self) -> Resource: ...

    @property
    def parent(self) -> str: ...

    @property
    def binding(self) -> Binding: ...

    def judge(self, row: Row) -> Answer:
        """Compare a row with what was sent."""

    def settled(self, row: Row, *, echoes: bool = False) -> Row:
        """See the write through whose answer was `row`, and return the object as it was kept."""


class StepFailed(Exception):
    """A step did what it could and did not succeed. The message says what is left."""


class Unownable(Exception):
    """A server that does not store our mark: nothing may be made there."""


@dataclass(slots=True)
class Run:
    """One apply under way. Everything mutable in it is guarded by `lock`.

    `stop` says that nothing new may start. `written` holds, by id, what was sent last to each
    object, and `releases` the number of the release that came of it. `deleted` are the objects that
    were deleted, `let_go` those whose mark was taken off. `keeps_attributes` says whether the server
    keeps attributes of documents, None while that is not known; who tries holds `trial`.
    `whole_bodies` are collections whose updates want every field; `impatient` counts the
    objects that have used up the time to settle. In the end `forgotten` are files that were to go,
    and that somebody else still names.
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
        """From now on `address` means this live object, and the one until now has no name."""
        with self.lock:
            if (until_now := self.ids.get(address)) is not None:
                self.names.pop(until_now, None)
            self.ids[address] = id
            self.names[id] = address

    def id_of(self, address: Address) -> str:
        """Return the remote id of an address. Raises StepFailed while there is none."""
        with self.lock:
            if address not in self.ids:
                raise StepFailed(f"it refers to {address}, which has no live object")
            return self.ids[address]

    def parent_of(self, resource: Resource) -> str:
        """Return the id of the object that a resource lies inside of, or an empty text."""
        outer = resource.spec.get(self.binding(resource.address).parent)
        return self.id_of(outer.address) if isinstance(outer, Reference) else ""

    def loaded(self, value: Any) -> Any:
        """Return `value` with the contents of files in it.

        Raises ProvisionerError where one has changed.
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
            detail = f"{path} no longer holds what the plan was made for. Plan again."
            raise ProvisionerError(Diagnostic(codes.FILE_CHANGED_MEANWHILE, detail))
        if not content.base64:
            return data
        # The server answers with the size of these bytes: it has to be the same from any checkout.
        return base64.b64encode(with_lf(data)).decode()

    def named(self, value: Any) -> Any:
        """Return `value` as read from the wire, with every id that we know as its address."""

        def name(leaf: RemoteId) -> RemoteId | Reference:
            return Reference(self.names[leaf.id]) if leaf.id in self.names else leaf

        return exchanged(value, RemoteId, name)

    def as_it_was(self, value: Any) -> Any:
        """Return `value` as read before the run. Ids that it named then have no name any more."""

        def unname(leaf: Reference) -> RemoteId | Reference:
            if leaf.address not in self.live.objects:
                return leaf
            found = self.live.objects[leaf.address]
            moved = self.ids.get(leaf.address) != found.id
            return RemoteId(found.kind, found.id) if moved else leaf

        return exchanged(value, Reference, unname)

    def file_provenance(self, resource: Resource) -> Iterator[FileProvenance]:
        """Yield what the files that a resource attaches were made from."""
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
        """Return what the plan makes or changes, by address."""
        if not self.planned:
            self.planned = {c.address: c.desired for c in self.plan.changes if c.desired}
        return self.planned

    def loose(self, file_ids: Iterable[str]) -> None:
        """Note files that nothing of ours needs any more, unless somebody else still names them."""
        with self.lock:
            self.loose_files.update(file_ids)

    def keep(self, file_ids: Iterable[str]) -> None:
        """Note files that an object of ours now names."""
        with self.lock:
            self.kept_files.update(file_ids)

    def patiently(self, look: Callable[[], bool], *, at_once: bool = False) -> bool:
        """Look until it succeeds or `settle` is over. Returns what the last look said.

        One look is enough `at_once`, and once PATIENCE objects of this run have used all the time up.
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
        """Ask again and again, more and more slowly, until there is something or time is up."""
        deadline, pause = self.limits.clock() + seconds, 0.1
        while True:
            if found := look():
                return found
            if self.limits.clock() >= deadline:
                return None
            self.limits.sleep(min(pause, max(0.0, deadline - self.limits.clock())))
            pause = min(pause * 1.6, 2.0)


def identity(row: Row, binding: Binding) -> tuple[Owner, Address, int] | None:
    """Return which object of whose a row is, by its mark; None where it has none."""
    mark = binding.mark_of(row)
    return (mark.owner, mark.address, mark.generation) if mark else None
