"""Opens a registry from its location, which is a folder, or a URL on an allowed host."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from provisioner.model.codes import registries as codes
from provisioner.model.codes import servers as server_codes
from provisioner.model.diagnostic import warning
from provisioner.model.errors import ProviderError
from provisioner.providers.releases.folder import Folder
from provisioner.providers.releases.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from provisioner.model.diagnostic import Diagnostic


def _say_nothing(_: Diagnostic) -> None:
    return


def open_registry(
    location: str | os.PathLike[str],
    root: Path | None = None,
    *,
    allowed: str | None = None,
    trace: Callable[[str], None] | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
    timeout: float = 600.0,
    max_wait: float = 900.0,
) -> Registry:
    """Return the registry at `location`: a folder, relative to `root`, or a URL that fsspec supports.

    Nothing is read yet. `allowed` is the value of PROVISIONER_ALLOWED_HOSTS, or None if it is not
    set. `trace` is called with a line for each request, and `warn` with a Diagnostic for each file
    that does not count. `timeout` is in seconds, for one request. If the storage asks for fewer
    requests, the run waits up to `max_wait` seconds more. Raises ProviderError if the location
    cannot be used, or its host is not allowed.
    """
    where, warn = os.fspath(location), warn or _say_nothing
    # A `Folder` publishes exclusively and loads fast, so `file://` is not left to fsspec.
    if "://" not in where or where.startswith("file://"):
        return Registry(_folder(where, root, warn), warn=warn)
    from provisioner.providers.releases.storage import Storage

    storage = Storage(
        where, trace, timeout=timeout, max_wait=max_wait, allowed=allowed, notice=warn
    )
    # To find the hosts, the storage's library must be opened, so it is done only if needed.
    if allowed is not None:
        _check_allowed(storage.place, storage.hosts(), allowed)
    return Registry(storage, warn=warn)


def _folder(location: str, root: Path | None, warn: Callable[[Diagnostic], None]) -> Folder:
    """Return the store of a folder, and warn if a symbolic link leads to it."""
    if location.startswith("file://"):
        from urllib.parse import unquote, urlsplit
        from urllib.request import url2pathname

        location = url2pathname(unquote(urlsplit(location).path))
    if link := _link_to(location, root):
        detail = (
            f"{link} leads to {os.path.realpath(link)}. Releases are published and loaded there."
        )
        warn(warning(codes.REGISTRY_LINKED, detail))
    return Folder(root / location if root else location)


def _link_to(location: str, root: Path | None) -> str:
    """Return a symbolic link on the path from `root` to a registry, or '' if there is none.

    Of an absolute path only the last part is examined, because its author chose the folders above
    it.
    """
    if root is None or os.path.isabs(location):
        return location if os.path.islink(location) else ""
    path = str(root)
    for part in location.split("/"):
        path = os.path.join(path, part)
        if os.path.islink(path):
            return path
    return ""


def _check_allowed(place: str, hosts: tuple[str, ...], allowed: str) -> None:
    """Raise ProviderError unless one of the hosts of a registry is allowed."""
    from provisioner.providers.hosts import ALLOWED_HOSTS, allowance, is_allowed

    if not hosts or any(is_allowed(host, allowed) for host in hosts):
        return
    raise ProviderError(
        server_codes.HOST_NOT_ALLOWED,
        f"The release registry {place} is on {' or '.join(hosts)}, and {allowance(allowed)}. "
        f"Nothing was sent. Use another registry, or have this host added to {ALLOWED_HOSTS}.",
    )
