"""Recognises failures of proxies, certificates and gateways between this machine and a server.

Each failure has a diagnostic of its own, which names the variable or setting that causes it. If
another try cannot help, the delivery is `REFUSED`, and the request is not repeated.
"""

from __future__ import annotations

import re
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx2

from provisioner.model.codes import servers as codes
from provisioner.model.frozen import frozen
from provisioner.providers import bodies
from provisioner.providers.retries import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from provisioner.model.code import Code
    from provisioner.providers.route import Route

    Redact: TypeAlias = Callable[[str], str]


@frozen
class Obstacle:
    """A cause of a failed request that is not the server itself.

    `delivery` says whether the request may have been performed. If `lasts` is true, the request is
    not tried again unless another request of the run was answered.
    """

    delivery: Delivery
    code: Code
    detail: str
    lasts: bool = False


def obstacle(cause: BaseException, host: str, route: Route, redact: Redact) -> Obstacle | None:
    """Return the obstacle that made a request fail with `cause`, or None if none is recognised.

    Texts of libraries, proxies and servers pass through `redact` before they are quoted.
    """
    # A certificate error is an SSLError too, so the whole chain is searched for the narrower class first.
    for one in _chain(cause):
        if isinstance(one, ssl.SSLCertVerificationError):
            return _certificate(redact(one.verify_message), host, route)
    for one in _chain(cause):
        if isinstance(one, ssl.SSLError):
            return _no_tls(redact(one.reason or ""), host, route)
    if isinstance(cause, httpx2.TooManyRedirects):
        detail = (
            f"{host} redirects in circles. Check the target's base_url (it usually ends in /v1)."
        )
        return Obstacle(Delivery.REFUSED, codes.REDIRECTS_IN_CIRCLES, detail)
    if isinstance(cause, httpx2.ProxyError):
        return _proxy(redact(str(cause)), host, route)
    # With a proxy, the client opens connections to the proxy alone, so this failure is the proxy's.
    if route.proxy and isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        detail = (
            f"{route.variable} names the proxy {route.named}, which could not be connected to "
            f"({redact(reason(cause))}). Start it, correct {route.variable}, or list {host} in NO_PROXY."
        )
        return Obstacle(Delivery.NEVER_SENT, codes.PROXY_UNREACHABLE, detail, lasts=True)
    return None


def reason(error: BaseException) -> str:
    """Return the text of an error without its `[Errno N]`, or the error's class if it has no text."""
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__


def names_nobody(cause: BaseException) -> bool:
    """Return true if a request failed because the name service knows no host of this name."""
    missing = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
    return any(isinstance(one, socket.gaierror) and one.errno in missing for one in _chain(cause))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that led to it."""
    # The number of steps is limited, because an exception can be its own indirect cause.
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _certificate(why: str, host: str, route: Route) -> Obstacle:
    """Return the obstacle for a certificate that is not trusted."""
    name, path = route.certificates
    trusted = (
        f"The trusted certificates are those of {name} ({path})"
        if name
        else "The trusted certificates are the system's"
    )
    opened = f" {route.proxied()} The proxy may open TLS connections and present a certificate of its own."
    detail = (
        f"The certificate of {host} is not trusted here: {why.rstrip('.')}. Nothing was sent."
        f"{opened if route.proxy else ''} {trusted}. If your own authority issued it, set "
        "SSL_CERT_FILE to a file with the certificate of that authority. Otherwise check the "
        "base_url and the clock of this machine."
    )
    return Obstacle(Delivery.REFUSED, codes.CERTIFICATE_UNTRUSTED, detail)


def _no_tls(reason: str, host: str, route: Route) -> Obstacle:
    """Return the obstacle for a server that does not speak TLS."""
    why = reason.replace("_", " ").lower() or "the handshake failed"
    through = f" {route.proxied()}" if route.proxy else ""
    detail = (
        f"{host} does not speak TLS, which https:// needs ({why}). Nothing was sent.{through} If the "
        "server speaks plain HTTP, write http:// in the base_url."
    )
    return Obstacle(Delivery.REFUSED, codes.NO_TLS, detail)


def _proxy(said: str, host: str, route: Route) -> Obstacle:
    """Return the obstacle for a proxy that made no connection.

    `said` is the proxy's answer, which usually begins with a status.
    """
    status = int(said[:3]) if said[:3].isdigit() else 0
    begin = f"The proxy {route.named}, which {route.variable} names,"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return Obstacle(Delivery.REFUSED, codes.PROXY_PASSWORD, _wants_password(begin, route))
    detail = f"{begin} made no connection to {host} (it answered: {said}). Nothing was sent."
    # A status below 500 is a decision of the proxy, which stays. With 5xx the proxy could not reach the
    # host, which may pass, so the request may be sent again.
    if status and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        detail += f" Have the proxy allow this host, or list {host} in NO_PROXY."
        return Obstacle(Delivery.REFUSED, codes.PROXY_REFUSED, detail)
    return Obstacle(Delivery.NEVER_SENT, codes.PROXY_FAILED, detail)


def _wants_password(begin: str, route: Route) -> str:
    """Return the message for a proxy that asks for a user and a password.

    `begin` is the beginning of its first sentence, which names the proxy.
    """
    detail = f"{begin} answered 407: it asks for a user and a password. Nothing was sent on. "
    if route.password:
        return f"{detail}It does not accept the user and password in {route.variable}."
    return (
        f"{detail}Write them into {route.variable}, as http://USER:PASSWORD@HOST:PORT, with special "
        "characters percent-encoded."
    )


def refusal(
    response: httpx2.Response, target: str, route: Route, redact: Redact
) -> Obstacle | None:
    """Return the obstacle if a gateway or proxy refused the request, or None if the server itself did.

    The API answers `{"error": …}`, and compatible servers answer `{"detail": …}`. A 401 or 403 with
    any other body is taken for the answer of a gateway, a firewall or a proxy.
    """
    if response.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        begin = (
            f"The proxy {route.named}, which {route.variable} names," if route.proxy else "A proxy"
        )
        return Obstacle(Delivery.REFUSED, codes.PROXY_PASSWORD, _wants_password(begin, route))
    if response.status_code not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return None
    body = bodies.parsed(response)
    if isinstance(body, dict) and ({"error", "detail"} & body.keys()):
        return None
    who = redact(response.headers.get("server", ""))
    named = f" (it calls itself {who})" if who else ""
    # The API itself asks for `Bearer`, so only another scheme tells something about a gateway.
    asks = redact(response.headers.get("www-authenticate", "")).partition(" ")[0].strip(",")
    wants = f" It asks for: {asks}." if asks and asks.lower() != "bearer" else ""
    through = f" {route.proxied()}" if route.proxy else ""
    detail = (
        f"The answer does not look like the API's own{named}: a gateway, a firewall or a proxy may "
        f"stand before the server.{wants}{through} If it wants a header of its own, write it as "
        f'`headers:` of target {target}, such as `headers: {{X-Gateway-Key: "${{env:GATEWAY_KEY}}"}}`.'
    )
    return Obstacle(Delivery.REFUSED, codes.GATEWAY_REFUSED, detail)
