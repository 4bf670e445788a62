"""Finds the proxy between this machine and a host, and the certificates to trust.

Both come from the environment, as for other programs. They are looked up once for each target. So
an error can name the variable that causes it, and an unusable setting is reported before the first
request.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError
from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""The variables that name the certificates to trust, in the order in which they are looked up."""
SCHEMES = ("http", "https", "socks5", "socks5h")
"""The schemes of proxies that can be used."""


@frozen
class Route:
    """The way to one host: a proxy, if there is one, and the certificates to trust.

    `proxy` is a URL that may contain a password. `variable` is the environment variable that names
    the proxy. `certificates` are the name and the value of the variable that names the
    certificates.
    """

    proxy: str = ""
    variable: str = ""
    certificates: tuple[str, str] = ("", "")

    @property
    def named(self) -> str:
        """The host and port of the proxy, which may be shown."""
        return _split(self.proxy).netloc.rpartition("@")[2]

    @property
    def password(self) -> str:
        """The password of the proxy, which must never be shown."""
        return _split(self.proxy).password or ""

    def proxied(self) -> str:
        """Return a sentence that names the proxy, or '' if there is none."""
        if not self.proxy:
            return ""
        return f"Requests go through the proxy {self.named}, which {self.variable} names."


def route_to(url: str, environ: Mapping[str, str] | None = None) -> Route:
    """Return the route to the host of `url`. Raises ProviderError if a proxy variable is unusable."""
    known = os.environ if environ is None else environ
    proxy, variable = _proxy(_split(url), known)
    if proxy:
        _check_proxy(proxy, variable)
    certificates = next(((name, known[name]) for name in CERTIFICATES if known.get(name)), ("", ""))
    return Route(proxy, variable, certificates)


def trusted(route: Route) -> ssl.SSLContext:
    """Return a TLS context with the certificates to trust.

    Raises ProviderError if the file or folder that a variable names cannot be read.
    """
    import httpx2

    name, path = route.certificates
    try:
        if name == "SSL_CERT_DIR":
            # OpenSSL silently ignores a folder that it cannot read, so the folder is read here
            # first.
            next(Path(path).iterdir(), None)
        # The library reads the same two variables by itself.
        return httpx2.create_ssl_context()
    except (OSError, ssl.SSLError) as error:
        no_file = isinstance(error, OSError) and not isinstance(error, ssl.SSLError)
        why = error.strerror if no_file else "it contains no certificates in PEM form"
        detail = (
            f"{name} is set to {path}: {why}. Nothing was sent. Set {name} to the file or folder of "
            "the certificates to trust, or unset it to trust what the system trusts."
        )
        raise ProviderError(codes.CERTIFICATES_UNREADABLE, detail) from None


def _proxy(url: SplitResult, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return (the proxy for `url`, the variable that names it), or two empty texts.

    For a proxy from the settings of the system, the second text says so.
    """
    if _is_direct(url, environ):
        return "", ""
    for name in (f"{url.scheme}_proxy", "all_proxy"):
        # The lower-case spelling takes precedence, as in Python's `getproxies`.
        for spelling in (name, name.upper()):
            if value := environ.get(spelling, "").strip():
                return (value if "://" in value else f"http://{value}"), spelling
    # An environment that the caller gives replaces the settings of this machine too.
    system = getproxies() if environ is os.environ else {}
    found = system.get(url.scheme) or system.get("all") or ""
    return (found, "the system's settings") if found else ("", "")


def _is_direct(url: SplitResult, environ: Mapping[str, str]) -> bool:
    """Return true if NO_PROXY is `*` or lists the host by name, domain, address or network."""
    host = (url.hostname or "").lower()
    for entry in _entries(environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        domain = entry.removeprefix("*").removeprefix(".")
        if entry == "*" or host == domain or host.endswith(f".{domain}"):
            return True
        if url.netloc.lower().rpartition("@")[2] == entry:
            return True
        with suppress(ValueError):
            if ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False):
                return True
    return False


def _entries(text: str) -> Iterator[str]:
    """Yield the entries of NO_PROXY."""
    for entry in text.lower().split(","):
        bare = entry.strip().removeprefix("http://").removeprefix("https://").removeprefix("all://")
        if bare:
            yield bare.strip("[]")


def _check_proxy(proxy: str, variable: str) -> None:
    """Raise ProviderError if a proxy has a scheme that cannot be used."""
    parts = _split(proxy)
    if parts.scheme not in SCHEMES or not parts.hostname:
        kinds = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        detail = (
            f"{variable} names no proxy that can be used. It should look like http://HOST:PORT, and "
            f"begin with one of: {kinds}. Nothing was sent. Correct or unset it."
        )
        raise ProviderError(codes.PROXY_UNUSABLE, detail)
    if parts.scheme.startswith("socks") and find_spec("socksio") is None:
        detail = (
            f"{variable} names the SOCKS proxy {parts.netloc.rpartition('@')[2]}, which can only be "
            "used with the Python package socksio. Nothing was sent. Install it with: "
            f"pip install socksio. Or unset {variable}, or list the host in NO_PROXY."
        )
        raise ProviderError(codes.NO_SOCKS_LIBRARY, detail)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError for a port that is no number
    except ValueError:
        return urlsplit("")
    return parts
