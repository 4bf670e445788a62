"""A place in words becomes a registry: a folder, or a URL within the hosts that are allowed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError
from provisioner.providers.releases.folder import Folder
from provisioner.providers.releases.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from provisioner.model.diagnostic import Diagnostic
    from provisioner.providers.releases.store import Store


def open_registry(
    location: str | os.PathLike[str],
    root: Path | None = None,
    *,
    allowed: str | None = None,
    trace: Callable[[str], None] | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
) -> Registry:
    """The registry at `location`: a folder, relative to `root`, or any URL that fsspec knows.

    Nothing is read yet. `allowed` is what PROVISIONER_ALLOWED_HOSTS says, None where it is not set.
    `trace` is given a line a request. Raises ProviderError when the location leads nowhere, or to
    a host not allowed.
    """
    store = _store(os.fspath(location), root, allowed, trace)
    return Registry(store, warn=warn) if warn else Registry(store)


def _store(
    location: str,
    root: Path | None,
    allowed: str | None,
    trace: Callable[[str], None] | None,
) -> Store:
    if location.startswith("file://"):
        from urllib.parse import unquote, urlsplit
        from urllib.request import url2pathname

        return Folder(url2pathname(unquote(urlsplit(location).path)))
    if "://" not in location:
        return Folder(root / location if root else location)
    from provisioner.providers.releases.storage import Storage

    storage = Storage(location, trace)
    if allowed is not None:
        _check_allowed(storage.place, storage.hosts(), allowed)
    return storage


def _check_allowed(place: str, hosts: tuple[str, ...], allowed: str) -> None:
    from provisioner.providers.settings import allowance, is_allowed

    if not hosts or any(is_allowed(host, allowed) for host in hosts):
        return
    raise ProviderError(
        codes.HOST_NOT_ALLOWED,
        f"The release registry {place} is on {' or '.join(hosts)}, and {allowance(allowed)}. "
        "Nothing was sent. Use another registry, or have the host added.",
    )
