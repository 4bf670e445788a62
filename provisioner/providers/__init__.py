"""Opens a connection to a `Target`: this is the only room that sends requests to anybody.

Importing it loads almost nothing. `open_target` imports the HTTP library, so that commands which work
offline, and applications that only load a release, start fast.
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


def describe(target: Target, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return (host, project) of a target, for a plan's head. Needs no key and raises nothing."""
    from provisioner.providers import settings

    return settings.describe(target, environ)


def account(
    target: Target, root: Path, environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return values that identify a target's account. It needs no key and raises nothing."""
    from provisioner.providers import settings

    return settings.account(target, root, environ)


def home(target: Target, root: Path, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return values that identify the place of a target's assistants.

    Two targets with equal values hold the same objects.
    """
    from pathlib import Path

    if not target.publishes:
        return target.runtime, *account(target, root, environ)
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
    requests run at once, however many threads ask, and no faster than the server bears; `max_wait` is
    for how many seconds the run goes on while nothing goes through. `trace` is given one redacted
    line a request, `tell` what is being read, or waited for and for how many seconds. `environ` stands for the
    process environment, which a `.env` file in the current folder completes. `hidden` are secrets
    that manifests name: no error and no trace shows them, should a server repeat one. More may be
    added to it later.

    `server: embedded` keeps its data at `Target.data`, relative to `root`, the manifest folder;
    without one at `.provisioner/embedded.sqlite` in the current folder.

    `provenance` says where releases come from, and is asked once, before the first is published.
    `origins` have more of it for single assistants, by their names.
    `warn` is told what a release registry cannot do, and of releases that are damaged. `heard` is
    given, for each answer with a date, by how many seconds that is ahead of this machine's clock.

    Raises ProviderError when the settings lead nowhere, or PROVISIONER_ALLOWED_HOSTS forbids it.
    """
    from provisioner.providers.settings import resolve

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
    """Return the registry that `target` publishes to. Nothing is read yet.

    `timeout` is in seconds, for one request to object storage; a storage that asks for fewer requests
    is waited for `max_wait` seconds beyond that. Raises ProviderError.
    """
    from provisioner.providers.releases.opening import open_registry

    where = releases_at(target, root)
    if "://" not in where:
        return open_registry(target.releases or where, root, trace=trace, warn=warn)
    from provisioner.providers.settings import allowed_hosts

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
    """Return the releases of all owners that `target` keeps, and files that do not count as releases.

    What these name may be in use. The settings are as for `open_releases`. Raises ProviderError.
    """
    from provisioner.providers.releases.provider import history_rows

    registry = open_releases(
        target, root, timeout=timeout, max_wait=max_wait, trace=trace, environ=environ
    )
    rows = history_rows(registry, "", target.retire_after)
    return [row for row in rows if row["retained"]]


def releases_at(target: Target, root: Path) -> str:
    """Return where `target` publishes: a URL, or a folder relative to `root`, the manifest folder.

    Where the target does not say, it is `.provisioner/releases` in the current folder.
    """
    from pathlib import Path

    if "://" in target.releases:
        return target.releases
    return str(root / target.releases if target.releases else Path.cwd() / RELEASES)
