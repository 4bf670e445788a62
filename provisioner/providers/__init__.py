"""The live side: where a `Target` becomes a `Provider`.

The only room that speaks to the outside. Importing it loads next to nothing; `open_target` loads
the HTTP library. So offline verbs start fast, and applications that load a release faster still.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from provisioner.model.provider import Provider
    from provisioner.model.stack import Target

__all__ = ["describe", "open_target"]


def describe(target: Target, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """(host, project) of a target, for a plan's head. Needs no key and raises nothing."""
    from provisioner.providers import settings

    return settings.describe(target, environ)


def open_target(
    target: Target,
    root: Path,
    *,
    timeout: float = 600,
    parallelism: int = 8,
    trace: Callable[[str], None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Provider:
    """A provider for `target`. No request is sent yet.

    `timeout` is in seconds, for one request. At most `parallelism` requests run at once, however
    many threads ask. `trace` is given one redacted line a request. `environ` stands for the
    process environment, which a `.env` file in the current folder completes.

    `server: embedded` keeps its data at `Target.data`, relative to `root`, the manifest folder;
    without one at `.provisioner/embedded.sqlite` in the current folder.

    Raises ProviderError when the settings lead nowhere, or PROVISIONER_ALLOWED_HOSTS forbids it.
    """
    from provisioner.providers.settings import resolve

    settings = resolve(target, root, environ)
    from provisioner.providers.client import open_provider

    return open_provider(settings, timeout=timeout, parallelism=parallelism, trace=trace)
