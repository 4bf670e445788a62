"""Accounts of the embedded server, in which a folder of manifests has been applied.

The manifests are applied once, to a database in a file. The account of a test is a copy of that
database in memory. One server serves the account of the running test. Its URL is the same in every
test, because applications often read it once, when they are imported.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from provisioner.emulator import App, create_app, make_server
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.errors import ManifestErrors, ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.value import MissingSecret, leaves
from provisioner.runtimes import RUNTIMES
from provisioner.verbs._shared.session import RunOptions, connected, read
from provisioner.verbs.apply.run import apply
from provisioner.verbs.load.from_manifests import Wanted, from_stack
from provisioner.verbs.load.from_registry import Renewal
from provisioner.verbs.load.redirect import redirected
from provisioner.verbs.plan import plan_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

    from provisioner.model.address import Address
    from provisioner.model.outcome import Report
    from provisioner.model.stack import Stack, Target
    from provisioner.source import Loaded
    from provisioner.verbs.load.live_assistant import LiveAssistant

DATA, RELEASES = "account.sqlite", "releases"
EMBEDDED = "embedded"
KEY_VARIABLE, URL_VARIABLE = "OPENAI_API_KEY", "OPENAI_BASE_URL"
KEY = "embedded"
"""The API key. The embedded server accepts every bearer token."""
NO_LEDGER = "none"
"""The value of `--ledger` that uses no ledger."""
TIMEOUT = 60.0
"""Seconds that a request of `provisioner.load` may take."""


@frozen
class Account:
    """An account of the embedded server, for one test.

    `base_url` and `api_key` are arguments of the SDK's client. `ids` are the ids of live objects by
    address, such as `assistant.policy-qa`; the id of a release is its path in the registry.
    `releases` is the folder of the release registry, which all tests share: only the account is
    copied for each test.
    """

    base_url: str
    api_key: str
    ids: Mapping[str, str]
    releases: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables from which the SDK's client reads its settings."""
        return {URL_VARIABLE: self.base_url, KEY_VARIABLE: self.api_key}


class _Switch:
    """A WSGI application that passes each request to the account of the running test."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.app(environ, start_response)


class Accounts:
    """One server, and the account with the applied manifests, which is copied for each test."""

    def __init__(self, template: App, stack: Stack, ids: Mapping[str, str]) -> None:
        self._template = template
        self._switch = _Switch(template)
        self._server = make_server(self._switch)
        # A daemon thread does not keep pytest from ending if a test hangs.
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.base_url = f"http://127.0.0.1:{self._server.port}/v1"
        # The tests reach the account by HTTP, as the application reaches its host in production.
        target = replace(stack.target, server="", data="", base_url=self.base_url)
        self._stack = replace(stack, target=replace(target, api_key_env=KEY_VARIABLE))
        self._ids = ids

    @contextmanager
    def account(self) -> Iterator[Account]:
        """Yield a new copy of the account.

        `provisioner.load` reads that copy until the block ends.
        """
        with self._template.copy() as app:
            self._switch.app = app
            try:
                with redirected(self._load):
                    releases = self._stack.root / self._stack.target.releases
                    yield Account(self.base_url, KEY, self._ids, releases)
            finally:
                # A request that comes after the test must not reach a copy that is closed.
                self._switch.app = self._template

    def _load(self, address: Address) -> LiveAssistant:
        """Return an assistant of the account; `provisioner.load` calls it during a test."""
        wanted = Wanted(
            address,
            self._stack.root,
            self._stack.environment,
            self._stack.target.name,
            {},
            TIMEOUT,
            # A test may publish a release and load it at once, so every load reads the registry.
            Renewal(look_every=0.0),
        )
        return from_stack(wanted, self._stack)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._template.close()


@contextmanager
def accounts(
    manifests: Path, folder: Path, *, environment: str, target: str, variables: Mapping[str, str]
) -> Iterator[Accounts]:
    """Apply the manifests to an embedded account in `folder`, and yield the account to be copied.

    The Stack's target determines the runtime and the fields to drop. Its host, its key and its
    release registry are replaced, so no request leaves the machine. Raises ManifestErrors, and
    ProvisionerError if a change failed.
    """
    options = RunOptions(
        path=manifests,
        environment=environment or None,
        target=target or None,
        variables=variables,
        ledger=NO_LEDGER,
        environ={**os.environ, KEY_VARIABLE: KEY},
    )
    # The first reading finds the secrets that are missing; the second one has values for them.
    loaded = read(options)
    if stand_ins := _stand_ins(loaded):
        options = replace(options, environ={**options.environ, **stand_ins})
        loaded = read(options)
    if loaded.stack is None or has_errors(loaded.diagnostics):
        raise ManifestErrors(loaded.diagnostics)
    stack = replace(loaded.stack, target=_embedded(loaded.stack.target, folder))
    with connected(options, replace(loaded, stack=stack), stack) as session:
        report = apply(plan_session(session, session.desired))
    if not report.succeeded:
        raise _not_applied(report)
    ids = {str(outcome.address): outcome.id for outcome in report.outcomes if outcome.id}
    opened = Accounts(create_app(folder / DATA), stack, ids)
    try:
        yield opened
    finally:
        opened.close()


def _stand_ins(loaded: Loaded) -> dict[str, str]:
    """Return a made-up value for each secret variable that is not set.

    A test must not need real secrets.
    """
    resources = loaded.desired.values()
    missing = [leaf for one in resources for leaf in leaves(one.spec, MissingSecret)]
    return {leaf.variable: f"{leaf.variable} of a test" for leaf in missing}


def _embedded(target: Target, folder: Path) -> Target:
    """Return a target of the same runtime whose server, data and releases are in `folder`."""
    # A release must never be published to the real registry of the Stack by a test.
    publishes = RUNTIMES[target.runtime].publishes
    return replace(
        target,
        server=EMBEDDED,
        data=str(folder / DATA),
        base_url="",
        api_key_env="",
        workload_identity=None,
        organization="",
        project="",
        headers={},
        releases=str(folder / RELEASES) if publishes else "",
    )


def _not_applied(report: Report) -> ProvisionerError:
    """Return the error for manifests that could not be applied."""
    failed = [f"{outcome.address}: {outcome.error}" for outcome in report.outcomes if outcome.error]
    detail = "The tests cannot begin. " + " ".join(failed)
    return ProvisionerError(Diagnostic(codes.TEST_ACCOUNT, detail), *report.diagnostics)
