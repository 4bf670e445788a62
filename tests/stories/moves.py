"""Two accounts, and every place on them where an assistant can live: for stories of moving."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from provisioner import emulator
from provisioner.emulator import create_app as new_server
from provisioner.model.overrides import Overrides
from provisioner.providers.releases import open_registry
from provisioner.verbs.migrate.plan import MigrationPlan, planned_migration
from provisioner.verbs.migrate.report import Route
from provisioner.verbs.migrate.run import migrate
from tests.stories.stacks import TEXTS, documents
from tests.support.servers import Wrapper
from tests.support.stories import STACK, Refused, World, _Account, every_kind, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import WSGIApplication

    import pytest
    from werkzeug.wrappers import Request, Response

    from provisioner.verbs.migrate.run import MigrationOutcome

Json = dict[str, Any]

OTHER: Final = "other"
NO_KNOWLEDGE: Final = ["vector_store", "file", "max_completion_tokens"]
PLACES: Final[dict[str, Json]] = {
    "assistants": {"runtime": "assistants"},
    "assistants-other": {"runtime": "assistants", "data": "other.sqlite"},
    "responses": {"runtime": "responses", "releases": "releases", "retire_after": "0s"},
    "responses-second": {"runtime": "responses", "releases": "second", "retire_after": "0s"},
    "responses-other": {
        "runtime": "responses",
        "data": "other.sqlite",
        "releases": "third",
        "retire_after": "0s",
    },
    "agents": {"runtime": "agents", "drop": NO_KNOWLEDGE},
    "agents-other": {"runtime": "agents", "data": "other.sqlite", "drop": NO_KNOWLEDGE},
}
"""Targets by name: three on one account and registry, the others each somewhere else."""
OWNED: Final = ["assistant.analyst", "assistant.clerk"]


@dataclass
class Places:
    """The accounts behind all targets. `watch` is called after every request to any of them."""

    world: World
    other: World
    targets: dict[str, Json] = field(default_factory=lambda: dict(PLACES))

    def account(self, target: str) -> World:
        return self.other if "data" in self.targets[target] else self.world

    def write(self, made_of: Iterable[Json] = (), **environments: Json) -> None:
        """The small stack of `stacks`, with these targets."""
        targets = {n: {"server": "embedded", **t} for n, t in self.targets.items()}
        # Releases alone do not prove that an upload is ours; marked names do.
        default = next(iter(targets))
        spec = {"default_target": default, "targets": targets, "file_names": "marked"}
        stack = {**STACK, "spec": spec}
        if environments:
            stack["spec"]["environments"] = environments
        for path, text in TEXTS.items():
            self.world.put(path, text)
        self.world.write([stack, *(made_of or documents()[1:])])

    def apply(self, target: str) -> None:
        options = replace(self.world.options, target=target)
        report = self.world.apply(options, new_objects=every_kind(options))
        assert report.succeeded, report

    def assistants(self, target: str) -> Counter[str]:
        """Addresses that our marks say, how often each, of what lives there now."""
        settings, account = self.targets[target], self.account(target)
        if settings["runtime"] == "responses":
            registry = open_registry(str(account.manifests / settings["releases"]))
            return Counter(release.address for release in registry.current().values())
        if settings["runtime"] == "agents":
            rows = listed(account.server, "agents", "agents=v1")
        else:
            rows = account.rows("assistants")
        marks = [str((row["metadata"] or {}).get("provisioner.address", "")) for row in rows]
        return Counter(mark.partition(" ")[0] for mark in marks if mark)

    @contextmanager
    def watching(self, *targets: str) -> Iterator[list[str]]:
        """Wrap both accounts: after each request, what is missing on all of the targets."""
        missed: list[str] = []
        lock = threading.Lock()

        def look(request: Request) -> None:
            with lock:
                there = sum((self.assistants(target) for target in targets), Counter[str]())
                absent = [address for address in OWNED if not there[address]]
                missed.extend(f"{request.method} {request.path}: no {a}" for a in absent)

        before = self.world.app, self.other.app
        self.world.app, self.other.app = (Watched(app, look) for app in before)
        try:
            yield missed
        finally:
            self.world.app, self.other.app = before

    def move(self, source: str, target: str, *select: str, **allowed: Any) -> MigrationOutcome:
        """As `migrate --apply --yes` does. Raises Refused."""
        with self.moving(source, target, *select, **allowed) as found:
            if found.refusals:
                raise Refused(found.refusals)
            return migrate(found)

    @contextmanager
    def moving(
        self, source: str, target: str, *select: str, **allowed: Any
    ) -> Iterator[MigrationPlan]:
        keep = allowed.pop("keep_source", False)
        options = allowed.pop("options", self.world.options)
        route = Route(source, target, select)
        every = {
            *every_kind(replace(options, target=source)),
            *every_kind(replace(options, target=target)),
        }
        overrides = Overrides(**{"new_objects": sorted(every), **allowed})
        with planned_migration(options, route, overrides=overrides, keep_source=keep) as found:
            yield found


class Watched(Wrapper):
    def __init__(self, app: WSGIApplication, look: Callable[[Request], None]) -> None:
        super().__init__(app)
        self.look = look

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        self.look(request)
        return answer


def places(world: World, monkeypatch: pytest.MonkeyPatch, data: Path | None = None) -> Places:
    """The world's account, and another one behind `data: other.sqlite`, in memory or there."""
    server = new_server(data) if data else new_server()
    other = World(world.root, server, server, world.options)

    def account(data: Path) -> _Account:
        return _Account(other if Path(data).stem == OTHER else world)

    monkeypatch.setattr(emulator, "create_app", account)
    return Places(world, other)


def told(moved: MigrationOutcome) -> str:
    reports = [moved.applied, *filter(None, [moved.retired])]
    outcomes = [f"{o.address} {o.status} {o.error}" for r in reports for o in r.outcomes]
    return "\n".join([*outcomes, *map(str, moved.diagnostics)])
