"""A world for a story: a folder of manifests, and an account on a server.

A story is a test of a whole path: YAML on disk, the verbs, the SDK's own client, HTTP. Only the
server behind `server: embedded` is replaced by `World.app`, so that a story can put faults and
habits around it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import yaml
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from provisioner import emulator
from provisioner.emulator import create_app
from provisioner.model.address import Address
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, DocumentAction
from provisioner.providers import retries
from provisioner.source import Loaded, load
from provisioner.verbs._shared import session
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs._shared.session import RunOptions, read
from provisioner.verbs.apply import run as applying
from provisioner.verbs.plan import planned
from tests.support.faults import Faulty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    import openai
    import pytest

    from provisioner.model.diagnostic import Diagnostic
    from provisioner.model.outcome import Report
    from provisioner.model.plan import Plan
from provisioner.verbs.plan import Planned

SAMPLES = Path(__file__).parents[2] / "manifests"
API = "provisioner/v1"
STACK: dict[str, Any] = {
    "apiVersion": API,
    "kind": "Stack",
    "metadata": {"name": "acme", "id": "k3v9q0x7dp"},
    "spec": {
        "default_target": "local",
        "targets": {"local": {"runtime": "assistants", "server": "embedded"}},
    },
}
SECRETS = {
    name: f"the-{name.lower().replace('_', '-')}-of-a-story"
    for name in (
        *("WAREHOUSE_TOKEN", "CRM_ACCESS_TOKEN", "CRM_REFRESH_TOKEN", "CRM_CLIENT_SECRET"),
        *("CARRIER_API_KEY", "PHOTO_ARCHIVE_TOKEN", "CALENDAR_TOKEN"),
    )
}
"""Variables that the samples read from the environment."""
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
RUN_OPTIONS = RunOptions(environ=SECRETS, parallelism=4, timeout=20, settle=0.05, ledger="none")

Json = dict[str, Any]


def manifest(kind: str, name: str, /, **spec: Any) -> Json:
    """Return one document."""
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def every_kind(options: RunOptions) -> list[Address]:
    """Return `kind.*` for each declared kind.

    As an option, it allows second objects of all of them.
    """
    return sorted({Address(address.kind, "*") for address in read(options).desired})


class Refused(Exception):
    """`apply` was not allowed to begin. Only reads were sent."""

    def __init__(self, refusals: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(map(str, refusals)))


@dataclass
class World:
    """A working directory with a folder `manifests`, and an account.

    Requests go to `app`, which is `server` with everything that a story wraps around it. If `loads`
    is given, manifests are read once for all runs with the same options, until `put` changes a file.
    Stories that run hundreds of times with few changes of the manifests use it.
    """

    root: Path
    server: emulator.App
    app: WSGIApplication
    options: RunOptions = field(default_factory=lambda: RUN_OPTIONS)
    loads: dict[str, Loaded] | None = None

    def load(self, *args: Any, **given: Any) -> Loaded:
        """Load the manifests, as every verb does."""
        if self.loads is None:
            return load(*args, **given)
        # The text of the runtimes would take longer than reading the manifests.
        told = {name: [*value] if name == "runtimes" else value for name, value in given.items()}
        key = f"{args} {told}"
        if key not in self.loads:
            self.loads[key] = load(*args, **given)
        return self.loads[key]

    @property
    def manifests(self) -> Path:
        return self.root / "manifests"

    def write(self, documents: Mapping[str, Iterable[Json]] | Iterable[Json]) -> None:
        """Write manifests, by file or all into one file."""
        if not hasattr(documents, "items"):
            documents = {"all.yaml": documents}
        for name, content in documents.items():
            text = yaml.dump_all(content, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
            self.put(name, text)

    def put(self, name: str, text: str | bytes) -> None:
        """Write a file in the folder of manifests."""
        path = self.manifests / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if self.loads:
            self.loads.clear()

    def copy_samples(self) -> None:
        """Copy the samples into the folder of manifests."""
        shutil.copytree(
            SAMPLES,
            self.manifests,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(".provisioner"),
        )

    def mark_names(self) -> None:
        """Set `file_names: marked`, with which the name of an upload proves its owner."""
        stack = self.manifests / "stack.yaml"
        text = stack.read_text("utf-8")
        stack.write_text(text.replace("file_names: plain", "file_names: marked"), "utf-8")

    def plan(self, options: RunOptions | None = None, **allowed: Any) -> Plan:
        """Return the plan. `allowed` are overrides such as those of the command line."""
        with planned(options or self.options, overrides=Overrides(**allowed)) as found:
            return found.plan

    def apply(self, options: RunOptions | None = None, **allowed: Any) -> Report:
        """Apply the manifests as `apply --yes` does. Raises Refused."""
        overrides = Overrides(**allowed)
        with planned(options or self.options, overrides=overrides) as found:
            return carried_out(found)

    def apply_file(self, file: Path, options: RunOptions | None = None, **allowed: Any) -> Report:
        """Apply a saved plan as `apply FILE` does. Raises Refused."""
        overrides = Overrides(**allowed)
        options = options or self.options
        with applying.planned_from_file(file, options, overrides) as found:
            return carried_out(found)

    def save(self, file: Path, options: RunOptions | None = None) -> None:
        """Save the plan as `plan --out FILE` does."""
        with planned(options or self.options) as found:
            save(found, file)

    def converge(self, **allowed: Any) -> None:
        """Apply once, and check that nothing is left to do."""
        report = self.apply(**allowed)
        assert report.succeeded, failures(report)
        assert changes(self.plan()) == []

    @property
    def client(self) -> openai.OpenAI:
        """An unmodified client of the SDK for the account, without the wrappers of the story."""
        return client_of(self.server)

    def rows(self, collection: str, parent: str = "") -> list[Json]:
        """Return every live object of a collection as the server shows it, oldest first."""
        path = f"vector_stores/{parent}/files" if parent else collection
        return listed(self.server, path)

    def account(self) -> dict[str, Json]:
        """Return everything on the account by collection and id, including documents of stores."""
        everything = {
            f"{collection}/{row['id']}": row
            for collection in ("assistants", "vector_stores", "files")
            for row in self.rows(collection)
        }
        for store in self.rows("vector_stores"):
            for row in self.rows("vector_stores", store["id"]):
                everything[f"vector_stores/{store['id']}/files/{row['id']}"] = row
        return everything

    def dangling(self) -> set[str]:
        """Return the names of files to which no store and no assistant refers."""
        account = self.account()
        named = str({path: row for path, row in account.items() if not path.startswith("files/")})
        files = self.rows("files")
        return {row["filename"] for row in files if row["id"] not in named}

    def addresses(self) -> list[str]:
        """Return the addresses in our marks, sorted. The address of a duplicate occurs twice."""
        marked = [*self.rows("assistants"), *self.rows("vector_stores")]
        keys = [(row.get("metadata") or {}).get("provisioner.address") for row in marked]
        return sorted(str(key).partition(" ")[0] for key in keys if key)

    def ids(self) -> dict[str, str]:
        """Return the ids of live assistants and stores by name."""
        return {
            f"{collection}/{row['name']}": row["id"]
            for collection in ("assistants", "vector_stores")
            for row in self.rows(collection)
        }


class _Account:
    """The WSGI application that replaces the embedded server of a run.

    The account outlives the run.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.world.app(environ, start_response)

    def close(self) -> None:
        """Do nothing, because the account stays."""


def new_world(root: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Make a folder the working directory, with an empty account behind `server: embedded`.

    Pauses between tries are too short to notice.
    """
    server = emulator.create_app()
    world = World(root, server, server)
    world.manifests.mkdir()
    monkeypatch.chdir(root)
    # The provider calls it when it opens a target, so every run gets the account of the world.
    monkeypatch.setattr(emulator, "create_app", lambda _data: _Account(world))
    monkeypatch.setattr(session, "load", world.load)
    hasty = partial(retries.Patience, first=0.001, longest=0.002)
    monkeypatch.setattr(retries, "Patience", hasty)
    return world


def copy_of(server: emulator.App) -> emulator.App:
    """Return a server in memory with a copy of everything on `server`, so that stories begin alike."""
    copy = create_app()
    server._store._connection.backup(copy._store._connection)
    return copy


def carried_out(found: Planned) -> Report:
    """Apply a plan, and return the report. Raises Refused."""
    if refusals := found.plan.standing:
        raise Refused(refusals)
    return applying.apply(found)


def client_of(app: WSGIApplication) -> openai.OpenAI:
    """Return the SDK's client for a server in this process."""
    import openai  # takes two seconds, which processes that are killed need not spend

    return openai.OpenAI(
        base_url="http://embedded/v1",
        api_key="any",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.WSGITransport(app=app)),
    )


def listed(app: WSGIApplication, path: str, beta: str = "assistants=v2") -> list[Json]:
    """Return every row that a server lists below a path, oldest first.

    It uses no client, because stories read whole accounts hundreds of times, and the SDK's types do
    not matter to them.
    """
    rows: list[Json] = []
    more = True
    while more:
        after = f"&after={rows[-1]['id']}" if rows else ""
        request = EnvironBuilder(
            path=f"/v1/{path}",
            query_string=f"limit=100&order=asc{after}",
            headers=Headers({"Authorization": "Bearer any", "OpenAI-Beta": beta}),
        )
        pieces, status, _headers = run_wsgi_app(app, request.get_environ(), buffered=True)
        text = b"".join(pieces)
        assert status == "200 OK", text
        body = json.loads(text)
        rows += body["data"]
        more = bool(body["has_more"])
    return rows


def changes(plan: Plan) -> list[str]:
    """Return a plan in short form, with a line for each change of a field or document.

    Such a line is `update assistant.a temperature`.
    """
    lines = []
    for change in plan.changes:
        head = f"{change.action.word} {change.address}"
        details = [field.path for field in change.fields] + [
            f"files[{document.path}]" for document in change.documents
        ]
        whole = change.action in (Action.CREATE, Action.DELETE)
        lines += [head] if whole else [f"{head} {detail}".strip() for detail in details or [""]]
    return lines


def paths(plan: Plan) -> set[str]:
    """Return the fields and documents that a plan changes."""
    fields = {field.path for change in plan.changes for field in change.fields}
    return fields | {
        f"files[{document.path}]" for change in plan.changes for document in change.documents
    }


def causes(plan: Plan) -> set[str]:
    """Return the causes of all changes."""
    return {str(cause) for change in plan.changes for cause in change.causes}


def adds(plan: Plan) -> int:
    """Return the number of documents that a plan adds."""
    documents = [d for change in plan.changes for d in change.documents]
    return sum(d.action is DocumentAction.ADD for d in documents)


def failures(report: Report) -> str:
    """Return the outcomes of a report as text, for messages of failed tests."""
    return "\n".join(f"{o.address} {o.status}: {o.error}" for o in report.outcomes)


def watched(world: World) -> Faulty:
    """Put a wrapper around the account that records every request, and return the wrapper."""
    world.app = faulty = Faulty(world.server)
    return faulty


def writes(faulty: Faulty) -> list[str]:
    """Return the requests that reached a server and were not reads."""
    return [f"{call.method} {call.path}" for call in faulty.calls if call.method != "GET"]


def in_environment(world: World, name: str | None) -> RunOptions:
    """Return the options of a world with another environment."""
    return replace(world.options, environment=name)
