"""doctor: check each part of a setup in the order in which a plan needs them. Changes nothing.

A part is skipped if it depends on one that is wrong, so that one fault is reported once.
"""

import platform
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from statistics import median

from provisioner.model.codes import commands as codes
from provisioner.model.codes import ledgers as ledger_codes
from provisioner.model.diagnostic import Diagnostic, Severity, has_errors, warning
from provisioner.model.errors import ProvisionerError
from provisioner.model.finding import Condition, Finding
from provisioner.model.inventory import Inventory
from provisioner.model.resource import Desired
from provisioner.model.stack import Stack
from provisioner.model.version import VERSION
from provisioner.render.values import plural
from provisioner.source import Loaded
from provisioner.verbs._shared import lifecycle
from provisioner.verbs._shared.ledgers import location_of
from provisioner.verbs._shared.session import RunOptions, Session, connected, read

PACKAGES = ("openai", "httpx2", "sqlalchemy")
"""Packages whose versions a bug report needs."""
SKEW = 60.0
"""The most seconds by which two clocks may differ. If they differ more, servers refuse signatures
and tokens that are valid for a short time."""


@dataclass
class Seen:
    """The manifests and the live side as `doctor` saw them, for a bug report."""

    desired: Desired = field(default_factory=dict)
    inventory: Inventory | None = None


def doctor(options: RunOptions, seen: Seen | None = None) -> Iterator[Finding]:
    """Yield a finding for each part of a setup.

    Only requests that read are sent. A fault of the setup is a finding and never raised. `seen`
    gets the manifests and the live side as soon as they have been read.
    """
    seen = seen or Seen()
    yield versions()
    loaded = read(options)
    seen.desired = loaded.desired
    yield manifests(loaded)
    stack = loaded.stack
    if stack is None:
        return
    with ExitStack() as opened:
        ahead: list[float] = []
        try:
            # A mistake in a manifest says nothing about the target and the server, so these are
            # checked all the same, without what is declared.
            usable = replace(loaded, desired={}) if has_errors(loaded.diagnostics) else loaded
            options = replace(options, heard=ahead.append)
            session = opened.enter_context(connected(options, usable, stack))
        except ProvisionerError as error:
            yield _wrong("target", error)
            yield _skipped("server", "the target cannot be used")
        else:
            yield _target(session)
            registry = _registry(stack, options) if stack.target.publishes else None
            if registry:
                yield registry
            if registry and registry.condition is Condition.WRONG:
                # The registry is one of the collections that are read, so its fault would be told twice.
                yield _skipped("server", "the registry cannot be read")
            else:
                yield _server(session, seen)
            yield clock(ahead)
    yield _ledger(stack, options)


def versions() -> Finding:
    """Return the versions of the program, of Python and of the packages that send requests."""
    found = {name: _version(name) for name in PACKAGES}
    told = ", ".join(f"{name} {number}" for name, number in found.items())
    said = f"provisioner {VERSION} on Python {platform.python_version()}, {told}."
    return Finding("versions", Condition.RIGHT, said)


def _version(package: str) -> str:
    """Return the installed version of a package; without one, the words `is not installed`."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed"


def manifests(loaded: Loaded) -> Finding:
    """Return the finding about a folder of manifests."""
    errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    if errors:
        count = plural(len(errors), "mistake")
        said = f"The manifests have {count}."
        return Finding("manifests", Condition.WRONG, said, loaded.diagnostics)
    count = (
        f"{plural(len(loaded.desired), 'resource')} for target {loaded.stack.target.name}"
        if loaded.stack
        else ""
    )
    condition = Condition.WARNING if loaded.diagnostics else Condition.RIGHT
    return Finding("manifests", condition, f"The manifests declare {count}.", loaded.diagnostics)


def _target(session: Session) -> Finding:
    """Return the finding about a target whose settings can be used."""
    target, host = session.stack.target, session.context.host
    key = f", with the key of {target.api_key_env}" if target.api_key_env else ""
    said = f"{target.name} is the runtime {target.runtime} on {host}{key}."
    ends = lifecycle.of_declared(target, host, session.desired, lifecycle.today())
    condition = Condition.RIGHT
    if ends:
        condition = Condition.WRONG if has_errors(ends) else Condition.WARNING
    return Finding("target", condition, said, ends)


def _server(session: Session, seen: Seen) -> Finding:
    """Read everything that a plan reads from a server, and return the finding."""
    try:
        inventory = seen.inventory = session.read()
    except ProvisionerError as error:
        return _wrong("server", error)
    requests = sum(session.provider.requests.values())
    said = f"The server listed {_counted(session, inventory)}, in {plural(requests, 'request')}."
    unread = tuple(inventory.unread.values())
    return Finding("server", Condition.WARNING if unread else Condition.RIGHT, said, unread)


def _counted(session: Session, inventory: Inventory) -> str:
    """Return the number of objects in each collection, in words; `nothing` if none was listed."""
    bindings = session.runtime.bindings
    found = [
        _many(len(rows), bindings[kind].collection.rpartition("/")[2].replace("_", " "))
        for kind, rows in sorted(inventory.rows.items())
    ]
    return ", ".join(found) or "nothing"


def _many(count: int, nouns: str) -> str:
    """Return a number with the API's plural noun, or its singular for one."""
    return f"{count:,} {nouns.removesuffix('s') if count == 1 else nouns}"


def clock(ahead: list[float]) -> Finding:
    """Return a finding about the difference between the server's clock and ours.

    `ahead` has, for each answer, the seconds by which the server's clock is ahead.
    """
    if not ahead:
        return Finding("clock", Condition.SKIPPED, "No answer of the server had a date.")
    # One answer that was long on its way must not decide.
    seconds = median(ahead)
    if abs(seconds) < SKEW:
        return Finding(
            "clock", Condition.RIGHT, "This machine's clock is within a minute of the server's."
        )
    which = "behind" if seconds > 0 else "ahead of"
    minutes = round(abs(seconds) / 60)
    said = f"This machine's clock is {minutes} min {which} the server's."
    detail = f"{said} Set it by NTP."
    return Finding("clock", Condition.WARNING, said, (warning(codes.CLOCK_SKEWED, detail),))


def _registry(stack: Stack, options: RunOptions) -> Finding:
    """Read a release registry, and return the finding.

    Whether it can be written, only `apply` finds out.
    """
    from provisioner.providers import open_releases, releases_at

    told: list[Diagnostic] = []
    try:
        registry = open_releases(
            stack.target,
            stack.root,
            timeout=options.timeout,
            max_wait=options.max_wait,
            environ=options.environ,
            warn=told.append,
        )
        absence = registry.absence()
        count = len(registry.current(str(stack.owner)))
    except ProvisionerError as error:
        return _wrong("registry", error)
    said = (
        absence
        or f"{releases_at(stack.target, stack.root)} has {plural(count, 'current release')} of this stack."
    )
    return Finding("registry", Condition.WARNING if told else Condition.RIGHT, said, tuple(told))


def _ledger(stack: Stack, options: RunOptions) -> Finding:
    """Read the ledger, and return a finding with the holder of its lock."""
    from provisioner.ledger.opening import ledger_to_read
    from provisioner.ledger.presence import is_left

    try:
        where = location_of(options, stack)
        if where is None:
            return Finding(
                "ledger",
                Condition.SKIPPED,
                "There is none, because `none` was given as its location.",
            )
        with ledger_to_read(where) as opened:
            state = opened.leases.state(str(stack.owner))
            runs = opened.runs.newest(str(stack.owner), limit=1)
    except ProvisionerError as error:
        if any(one.code is ledger_codes.NO_LEDGER_YET for one in error.diagnostics):
            return Finding(
                "ledger", Condition.RIGHT, "There is no ledger yet. An apply creates it."
            )
        return _wrong("ledger", error)
    newest = f"its newest run is {runs[0].id}" if runs else "it has no run of this stack"
    held = ""
    if state.is_held and is_left(where.file, state):
        held = f" Its lock is free: {state.holder}, had it and is dead."
    elif state.is_held:
        held = f" Its lock is held: {state.holder}."
    return Finding("ledger", Condition.RIGHT, f"{where}; {newest}.{held}")


def _wrong(part: str, error: ProvisionerError) -> Finding:
    """Return the finding of a part that is wrong."""
    said = next((one.summary for one in error.diagnostics), str(error))
    return Finding(part, Condition.WRONG, f"{said[:1].upper()}{said[1:]}.", error.diagnostics)


def _skipped(part: str, why: str) -> Finding:
    """Return the finding of a part that was not checked."""
    return Finding(part, Condition.SKIPPED, f"This was not checked, because {why}.")
