"""An account on the embedded server, and resources as values that are planned and applied to it.

Everything between is real: inventory, plan, apply, the SDK's own client. `app` may be wrapped in
whatever goes wrong.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import httpx2
from werkzeug.wrappers import Request, Response

from provisioner.apply import Event, Limits, Run, perform
from provisioner.emulator import App, create_app
from provisioner.engine.classify import classify
from provisioner.engine.plan import PlanContext, make_plan
from provisioner.inventory import read
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.mark import Mark
from provisioner.model.outcome import Outcome, Progress, Status
from provisioner.model.plan import Plan
from provisioner.model.provider import Provider
from provisioner.model.remote import Live
from provisioner.model.resource import Document, Lifecycle, Resource
from provisioner.model.stack import Stack, Target
from provisioner.model.value import Reference
from provisioner.providers.client import open_provider
from provisioner.providers.retries import Patience
from provisioner.providers.settings import Settings
from provisioner.runtimes import RUNTIMES
from tests.support.faults import Faulty
from tests.support.servers import Wrapper

BINDINGS = RUNTIMES["assistants"].bindings
SETTINGS = Settings("test", "http://server.test/v1", "sk-test-0123456789abcdef", "TEST_KEY")
HASTY = Patience(first=0.001, longest=0.002)
LIMITS = Limits(parallelism=4, settle=0.05, timeout=10)
NO_CARE = Lifecycle()
FAIL = "@@provisioner-emulator: fail ingestion@@"
"""A document with this line cannot be ingested."""
SEARCH = {
    "file_search": {
        "type": "file_search",
        "vector_store": Reference(Address("vector_store", "library")),
    }
}


def assistant(name: str = "qa", lifecycle: Lifecycle = NO_CARE, **spec: Any) -> Resource:
    whole = {"name": name, "model": "gpt-4.1", **spec}
    return Resource(Address("assistant", name), whole, lifecycle)


def store(*documents: Document, name: str = "library", **spec: Any) -> Resource:
    by_path = {document.path: document for document in documents}
    return Resource(Address("vector_store", name), {"name": name, **spec}, documents=by_path)


def file(name: str, document: Document) -> Resource:
    return Resource(Address("file", name), {}, documents={document.path: document})


def code(*names: str) -> dict[str, Any]:
    """The code interpreter with these Files."""
    files = {name: Reference(Address("file", name)) for name in names}
    return {"code_interpreter": {"type": "code_interpreter", "files": files}}


@dataclass(frozen=True)
class Applied:
    """The plan and the events of an apply."""

    plan: Plan
    events: tuple[Event, ...]

    @property
    def outcomes(self) -> dict[str, Status]:
        ended = [
            e for e in self.events if isinstance(e, Outcome) and e.status is not Status.STARTED
        ]
        return {f"{e.action.word} {e.address}": e.status for e in ended}

    @property
    def errors(self) -> dict[str, str]:
        return {str(e.address): e.error for e in self.events if isinstance(e, Outcome) and e.error}

    @property
    def warnings(self) -> list[str]:
        return [str(event) for event in self.events if isinstance(event, Diagnostic)]

    @property
    def progress(self) -> list[Progress]:
        return [event for event in self.events if isinstance(event, Progress)]

    @property
    def succeeded(self) -> bool:
        return set(self.outcomes.values()) <= {Status.DONE}


@dataclass
class Account:
    root: Path
    server: App
    app: WSGIApplication
    clock: list[float]
    file_names: str = "plain"
    seen: Faulty = field(init=False)

    @property
    def now(self) -> float:
        """The server's time."""
        return self.clock[0]

    @now.setter
    def now(self, seconds: float) -> None:
        self.clock[0] = seconds

    @property
    def context(self) -> PlanContext:
        target = Target("local", "assistants")
        stack = Stack("acme", "k3v9", self.root, "", target, file_names=self.file_names)
        return PlanContext(stack, KINDS, BINDINGS)

    def document(
        self, path: str, content: str = "", source: str = "", **attributes: Any
    ) -> Document:
        """A local file, written."""
        data = (content or f"The content of {path}.").encode()
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        file = Address("file", source) if source else None
        return Document(path, hashlib.sha256(data).hexdigest(), len(data), attributes, file)

    @contextmanager
    def provider(self) -> Iterator[Provider]:
        self.seen = Faulty(self.app)
        opened = open_provider(SETTINGS, timeout=30, parallelism=8, app=self.seen, patience=HASTY)
        try:
            yield opened
        finally:
            opened.close()

    def both(self, *resources: Resource) -> tuple[Plan, Live]:
        desired = {resource.address: resource for resource in resources}
        with self.provider() as provider:
            inventory = read(provider, BINDINGS, self.context.stack.owner, desired)
        live = classify(inventory, BINDINGS, self.context.stack.owner, desired)
        return make_plan(self.context, desired, live), live

    def plan(self, *resources: Resource) -> Plan:
        return self.both(*resources)[0]

    def work(self, *resources: Resource) -> list[str]:
        """Return the changes of a plan, in short."""
        return [f"{c.action.word} {c.address}" for c in self.plan(*resources).changes]

    def apply(
        self,
        *resources: Resource,
        limits: Limits = LIMITS,
        stop: Callable[[], bool] = lambda: False,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Applied:
        """Plan and carry it out. `meanwhile` happens between the two."""
        plan, live = self.both(*resources)
        meanwhile()
        with self.provider() as provider:
            run = Run(self.context, plan, live, provider, self.root, limits)
            return Applied(plan, tuple(perform(run, stop)))

    def converged(self, *resources: Resource) -> None:
        """One apply does what is left to do; then there is nothing, nothing twice or loose."""
        applied = self.apply(*resources)
        assert applied.succeeded, applied.errors
        assert self.work(*resources) == []
        addresses = self.addresses()
        assert addresses == sorted(set(addresses))

    def writes(self) -> list[str]:
        """Return the requests of the last plan or apply that were no reads."""
        return [f"{c.method} {c.path}" for c in self.seen.calls if c.method != "GET"]

    # Past everything that is wrapped around the server.

    def rows(self, collection: str, parent: str = "") -> list[Mapping[str, Any]]:
        with self._direct() as provider:
            return sorted(
                provider.list(collection, parent), key=lambda row: (row["created_at"], row["id"])
            )

    def row(self, collection: str, name: str = "") -> Mapping[str, Any]:
        """The one object of that name."""
        (found,) = [r for r in self.rows(collection) if not name or r["name"] == name]
        return found

    def documents(self, store: str = "library") -> dict[str, str]:
        """Return the file ids in a live store, by path."""
        rows = self.rows("vector_stores/files", str(self.row("vector_stores", store)["id"]))
        return {str(r["attributes"].get("provisioner.path", "")): str(r["id"]) for r in rows}

    def addresses(self) -> list[str]:
        """Return the texts of our marks, one entry a live object."""
        rows = [*self.rows("assistants"), *self.rows("vector_stores")]
        marks = [Mark.from_metadata(row["metadata"] or {}) for row in rows]
        owner = self.context.stack.owner
        return sorted(str(mark.address) for mark in marks if mark and mark.owner == owner)

    def dangling(self) -> set[str]:
        """Files that no assistant and no store names."""
        named = str(self.rows("assistants"))
        for one in self.rows("vector_stores"):
            named += str(self.rows("vector_stores/files", str(one["id"])))
        return {str(row["filename"]) for row in self.rows("files") if str(row["id"]) not in named}

    def edit(self, collection: str, name: str, /, **body: Any) -> None:
        with self._direct() as provider:
            provider.update(collection, str(self.row(collection, name)["id"]), body)

    def make(self, collection: str, parent: str = "", **body: Any) -> Mapping[str, Any]:
        with self._direct() as provider:
            return provider.create(collection, body, parent)

    def remove(self, collection: str, id: str, parent: str = "") -> None:
        with self._direct() as provider:
            provider.delete(collection, id, parent)

    @contextmanager
    def _direct(self) -> Iterator[Provider]:
        opened = open_provider(SETTINGS, timeout=30, parallelism=1, app=self.server, patience=HASTY)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def open_account(folder: Path) -> Iterator[Account]:
    """A new account, with its manifests' folder and its server's clock."""
    clock = [1_800_000_000.0]
    server = create_app(clock=lambda: clock[0])
    root = folder / "manifests"
    root.mkdir()
    yield Account(root, server, server, clock)
    server.close()


class Killed(Wrapper):
    """Nothing is heard of the process after that many requests; the last may still be performed."""

    def __init__(self, app: WSGIApplication, requests: int) -> None:
        super().__init__(app)
        self.left = requests

    def answer(self, request: Request) -> Response:
        self.left -= 1
        if self.left < 0:
            raise httpx2.ConnectError("killed")
        answer = self.forward(request)
        if self.left == 0:
            raise httpx2.ReadError("killed")
        return answer


def again(resource: Resource, **spec: Any) -> Resource:
    """The same resource with other fields."""
    return replace(resource, spec={**resource.spec, **spec})
