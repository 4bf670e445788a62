"""Begin a verb: read the manifests, choose a target, and open a provider for it."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import field, replace
from functools import partial
from pathlib import Path

from provisioner.engine.borrowed import with_borrowed
from provisioner.engine.classify import classify
from provisioner.engine.plan import PlanContext
from provisioner.kinds import KINDS
from provisioner.ledger.elapsed import elapsed
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.errors import ManifestErrors
from provisioner.model.frozen import frozen
from provisioner.model.inventory import Inventory
from provisioner.model.provider import Provider
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.model.runtime import Runtime
from provisioner.model.stack import Stack
from provisioner.model.value import Sensitive, leaves
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded, load
from provisioner.source.stack_only import right_stack
from provisioner.source.stack_targets import Choice
from provisioner.source.varfiles import Chosen
from provisioner.verbs._shared.ahead import Ahead, may_begin
from provisioner.verbs._shared.ignored import ignored
from provisioner.verbs._shared.ledgers import is_alone, locked
from provisioner.verbs._shared.provenance import provenance
from provisioner.verbs._shared.settings import settings_of
from provisioner.verbs._shared.trusted import Trusted


@frozen
class RunOptions:
    """The folder of manifests, and all other options that a run depends on.

    `variables` take precedence over `var_files`, and these over `ambient`, which are variables from
    the environment. `ledger` is the location of the ledger: a file, a URL or `none`; None means the
    default, a file beside the Stack. `wait` is the number of seconds to wait for another run's lock
    before the live side is read; None takes the lock only when there is something to write. `verb`
    names the command for others who wait. `base_url` and `api_key_env` belong to a target that no
    Stack defines. `without` are kinds of objects of which the account has none, so that `gc` does
    not list them.

    `origins` has the provenance of releases that are copies, by the names of assistants.

    `timeout`, `max_wait` and `settle` are in seconds. `trace` gets one line for each request,
    without secrets. `tell` gets a line about what is read or waited for, with the seconds of
    waiting. `warn` gets the warnings of a release registry. `heard` gets, for each answer with a
    date, the seconds by which the server's clock is ahead of this machine's.
    """

    path: Path = Path("manifests")
    environment: str | None = None
    target: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    var_files: tuple[Path, ...] = ()
    ambient: Mapping[str, str] = field(default_factory=dict)
    parallelism: int = 8
    timeout: float = 600.0
    max_wait: float = 900.0
    settle: float = 10.0
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ledger: str | None = None
    wait: float | None = None
    verb: str = ""
    base_url: str = ""
    api_key_env: str = ""
    without: tuple[str, ...] = ()
    trace: Callable[[str], None] | None = None
    tell: Callable[[str, float], None] | None = None
    warn: Callable[[Diagnostic], None] | None = None
    heard: Callable[[float], None] | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    trusted: Trusted | None = None


@frozen
class Session:
    """An open run: the Stack, the desired side, and a provider for the live side.

    `opened` is what `elapsed()` returned before anything was read. `alone` is true if no other
    process on this machine held the lock then. `ahead` has the lists that were begun while the
    manifests were still being read.
    """

    options: RunOptions
    loaded: Loaded
    stack: Stack
    runtime: Runtime
    provider: Provider
    context: PlanContext
    opened: float = field(default_factory=elapsed)
    alone: bool = False
    ahead: Ahead | None = None

    @property
    def desired(self) -> Desired:
        """The declared resources, by address."""
        return self.loaded.desired

    def read(self, desired: Desired | None = None) -> Inventory:
        """Read the live side once. `desired` replaces the declared resources.

        A kind that the target's `drop` names is not listed. Raises ProviderError.
        """
        from provisioner import inventory

        dropped = self.stack.target.drop
        return inventory.read(
            self.provider,
            {
                kind: binding
                for kind, binding in self.runtime.bindings.items()
                if kind not in dropped
            },
            self.stack.owner,
            self.desired if desired is None else desired,
            parallelism=self.options.parallelism,
            borrowed=self._borrowed(desired),
            ahead=self.ahead.lists() if self.ahead else {},
            began=self.ahead.began if self.ahead else None,
        )

    def live(
        self,
        desired: Desired | None = None,
        *,
        inventory: Inventory | None = None,
        retains: bool = True,
    ) -> Live:
        """Classify an inventory, or read one if none is given.

        With `retains` false, no object is kept because an old release refers to it. Raises
        ProviderError.
        """
        wanted = self.desired if desired is None else desired
        inventory = self.read(wanted) if inventory is None else inventory
        live = classify(
            inventory,
            self.runtime.bindings,
            self.stack.owner,
            wanted,
            retire_after=self.stack.target.retire_after if retains else None,
        )
        borrowed = self._borrowed(desired)
        return with_borrowed(live, borrowed, inventory, self.runtime.bindings, self.stack.owner)

    def _borrowed(self, desired: Desired | None) -> Desired:
        """Return the borrowed resources on this runtime; none if nothing is desired."""
        wanted = self.desired if desired is None else desired
        lent = self.loaded.borrowed if wanted else {}
        dropped = self.stack.target.drop
        return {
            a: r
            for a, r in lent.items()
            if a.kind in self.runtime.bindings and a.kind not in dropped
        }


def read(options: RunOptions, environ: Mapping[str, str] | None = None) -> Loaded:
    """Return the desired side of the manifests, with every problem found. Sends no request.

    A `.env` file in the current folder completes the environment that manifests may use.
    """
    loaded = load(
        options.path,
        environment=options.environment,
        target=options.target,
        variables=options.variables,
        var_files=options.var_files,
        ambient=options.ambient,
        environ=environ_of(options) if environ is None else environ,
        runtimes=RUNTIMES,
        trusted=options.trusted.path if options.trusted else None,
    )
    if options.trusted and loaded.stack:
        loaded = replace(loaded, stack=replace(loaded.stack, places=options.trusted.path))
    found = ignored(options.path, loaded.files, options.environ)
    return replace(loaded, diagnostics=(*loaded.diagnostics, *found)) if found else loaded


def environ_of(options: RunOptions) -> Mapping[str, str]:
    """Return the environment that manifests may use. The process takes precedence over `.env`."""
    whole = {**_written(Path(".env")), **options.environ}
    return options.trusted.narrowed(whole) if options.trusted else whole


def _written(file: Path) -> dict[str, str]:
    """Return the variables in a `.env` file that are not empty."""
    if not file.is_file():
        return {}
    from provisioner.providers.variables import read_dotenv

    return {name: value for name, value in read_dotenv(file).items() if value}


@contextmanager
def open_session(options: RunOptions, *, lists: bool = False) -> Iterator[Session]:
    """Read, check and connect. Raises ManifestErrors with every problem, or ProviderError.

    With `lists`, the target's objects are listed while the manifests are still being read, if
    `ahead.may_begin` allows it. The session must then read the live side only once.
    """
    with ExitStack() as ending:
        ahead = _ahead(options) if lists else None
        if ahead:
            ending.callback(ahead.close)
        loaded = read(options)
        if loaded.stack is None or has_errors(loaded.diagnostics):
            raise ManifestErrors(loaded.diagnostics)
        yield ending.enter_context(connected(options, loaded, loaded.stack, ahead))


def _ahead(options: RunOptions) -> Ahead | None:
    """Begin to list the target of the Stack, if that may be done before everything is read.

    It may not if the run waits for a lock, because the live side must be read under the lock.
    """
    if options.wait is not None or options.trusted:
        return None
    choice = Choice(options.environment, options.target)
    chosen = Chosen(options.variables, options.var_files, options.ambient)
    stack = right_stack(options.path, choice, chosen, environ_of(options))
    if stack is None or not may_begin(stack):
        return None
    alone = is_alone(options, stack)
    return Ahead(stack, partial(_opened, options, stack), options.trace, options.tell, alone=alone)


@contextmanager
def connected(
    options: RunOptions, loaded: Loaded, stack: Stack, ahead: Ahead | None = None
) -> Iterator[Session]:
    """Yield a session on the target of the Stack, with the lists that were begun `ahead`."""
    from provisioner.providers import describe

    runtime = RUNTIMES[stack.target.runtime]
    host, project = describe(stack.target, options.environ)
    context = PlanContext(
        stack,
        KINDS,
        runtime.bindings,
        host,
        project,
        settings_of(stack.target, host, project, options.environ),
        runtime.bystanders,
    )
    secrets = secrets_of(loaded.desired)
    early = ahead.take(stack, secrets) if ahead else None
    provider = early or _opened(options, stack, options.trace, options.tell, secrets)
    waits = options.wait is not None
    lock = locked(options, stack, options.verb) if waits else nullcontext()
    try:
        with lock:
            alone = is_alone(options, stack)
            session = Session(options, loaded, stack, runtime, provider, context, alone=alone)
            if early and ahead:
                session = replace(session, opened=ahead.opened, alone=ahead.alone, ahead=ahead)
            yield session
    finally:
        provider.close()


def _opened(
    options: RunOptions,
    stack: Stack,
    trace: Callable[[str], None] | None,
    tell: Callable[[str, float], None] | None,
    hidden: Collection[str],
) -> Provider:
    """Return an open provider for the target of the Stack."""
    from provisioner.providers import open_target

    return open_target(
        stack.target,
        stack.home,
        timeout=options.timeout,
        parallelism=options.parallelism,
        max_wait=options.max_wait,
        trace=trace,
        tell=tell,
        environ=options.environ,
        provenance=lambda: provenance(stack, options.environ, options.warn),
        origins=options.origins,
        hidden=hidden,
        warn=options.warn,
        heard=options.heard,
    )


def secrets_of(desired: Desired) -> set[str]:
    """Return the texts that requests may contain and no output may show."""
    found = [leaf for resource in desired.values() for leaf in leaves(resource.spec, Sensitive)]
    return {text for leaf in found for text in (leaf.value, *leaf.secrets)}
