"""Opens the connection to a `Target`. Only this package sends requests to servers.

Importing it loads almost nothing. `open_target` imports the HTTP library when it is called, so that
commands that work offline, and applications that only load a release, start fast.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from provisioner.model.diagnostic import Diagnostic
    from provisioner.model.provider import Provider, Row
    from provisioner.model.stack import Target
    from provisioner.providers.releases.registry import Registry

__all__ = ["account", "describe", "home", "open_releases", "open_target", "releases_at"]

RELEASES = ".provisioner/releases"
"""The folder of releases if a target names none."""


def describe(target: Target, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return (host, project) of a target, which the head of a plan shows.

    It needs no key and raises nothing.
    """
    from provisioner.providers import settings

    return settings.describe(target, environ)


def account(
    target: Target, root: Path, environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return values that identify the account of a target. It needs no key and raises nothing.

    `root` is the folder of the manifests.
    """
    from provisioner.providers import settings

    return settings.account(target, root, environ)


def home(target: Target, root: Path, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return values that identify the place where a target's assistants are stored.

    Two targets with equal values have the same objects.
    """
    from pathlib import Path

    if not target.publishes:
        return target.runtime, *account(target, root, environ)
    # Assistants are stored in the registry, whatever account their stores and files are in.
    place = releases_at(target, root)
    return target.runtime, place.rstrip("/") if "://" in place else str(Path(place).resolve())


def open_target(
    target: Target,
    root: Path,
    *,
    timeout: float = 600,
    parallelism: int = 8,
    max_wait: float = 900,
    trace: Callable[[str], None] | None = None,
    tell: Callable[[str, float], None] | None = None,
    environ: Mapping[str, str] | None = None,
    provenance: Callable[[], Mapping[str, str]] = dict,
    origins: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    hidden: Collection[str] = (),
    warn: Callable[[Diagnostic], None] | None = None,
    heard: Callable[[float], None] | None = None,
) -> Provider:
    """Return a provider for `target`. No request is sent yet.

    `timeout` is in seconds, for one request from its first byte to its last. At most `parallelism`
    requests run at once in all threads together, and no faster than the server accepts. If no
    request succeeds for `max_wait` seconds, the run is given up. `trace` is called with one
    redacted line for each request. `tell` is called with a text that says what is being read or
    waited for, and with the seconds of the wait. `environ` replaces the environment of the process;
    a `.env` file in the current folder is added to it. `hidden` are secrets that manifests name: no
    error and no trace shows them, even if a server repeats one. The caller may add more later.

    `server: embedded` stores its data at `Target.data`, relative to `root`, the folder of the
    manifests; without that setting at `.provisioner/embedded.sqlite` in the current folder.

    `provenance` returns the facts that a release records about its origin. It is called once,
    before the first release is published. `origins` adds such facts for single assistants, by name.
    `warn` is called with a Diagnostic for everything that a release registry cannot do, and for
    each damaged release. `heard` is called, for each answer with a date, with the seconds by which
    that date is ahead of this machine's clock.

    Raises ProviderError if the settings cannot be used, or the host is not allowed.
    """
    from provisioner.providers.settings import resolve

    # Settings are checked before the HTTP library is imported, so a wrong one is reported at once.
    settings = resolve(target, root, environ)
    from provisioner.providers.client import open_provider

    provider = open_provider(
        settings,
        timeout=timeout,
        parallelism=parallelism,
        max_wait=max_wait,
        trace=trace,
        tell=tell,
        hidden=hidden,
        heard=heard,
    )
    if not target.publishes:
        return provider
    from provisioner.providers.releases.provider import ReleasesProvider

    releases = open_releases(
        target,
        root,
        timeout=timeout,
        max_wait=max_wait,
        trace=trace,
        environ=environ,
        warn=warn,
    )
    return ReleasesProvider(provider, releases, provenance, target.retire_after, origins)


def open_releases(
    target: Target,
    root: Path,
    *,
    timeout: float = 600,
    max_wait: float = 900,
    trace: Callable[[str], None] | None = None,
    environ: Mapping[str, str] | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
) -> Registry:
    """Return the release registry that `target` publishes to. Nothing is read yet.

    `timeout` is in seconds, for one request to object storage. If a storage asks for fewer
    requests, the registry waits up to `max_wait` seconds more. Raises ProviderError.
    """
    from provisioner.providers.releases.opening import open_registry

    where = releases_at(target, root)
    # A relative folder is passed on as it is written, so that links on its path can be named.
    if "://" not in where:
        return open_registry(target.releases or where, root, trace=trace, warn=warn)
    from provisioner.providers.variables import allowed_hosts

    allowed = allowed_hosts(environ)
    return open_registry(
        where, allowed=allowed, trace=trace, warn=warn, timeout=timeout, max_wait=max_wait
    )


def kept_releases(
    target: Target,
    root: Path,
    *,
    timeout: float = 600,
    max_wait: float = 900,
    trace: Callable[[str], None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> list[Row]:
    """Return a row for each release that the retention rule of `target` keeps, of all owners.

    It also returns a row for each file of the registry that does not count as a release. Objects
    that these releases and files name may be in use by applications. The parameters are those of
    `open_releases`. Raises ProviderError.
    """
    from provisioner.providers.releases.provider import history_rows

    registry = open_releases(
        target, root, timeout=timeout, max_wait=max_wait, trace=trace, environ=environ
    )
    rows = history_rows(registry, "", target.retire_after)
    return [row for row in rows if row["retained"]]


def releases_at(target: Target, root: Path) -> str:
    """Return the place where `target` publishes: a URL, or the path of a folder.

    A relative path begins at `root`, the folder of the manifests. If the target names no place, it
    is `.provisioner/releases` in the current folder.
    """
    from pathlib import Path

    if "://" in target.releases:
        return target.releases
    return str(root / target.releases if target.releases else Path.cwd() / RELEASES)
