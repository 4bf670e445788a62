"""Restricts the HTTP session of an S3 client: the hosts of its requests, and the length of answers.

The client follows every redirect by itself, and reads the whole body of a list. Its requests are
signed with this machine's credentials. So the host of every request is checked here, and so is the
length of every answer that is not an object.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError
from provisioner.providers.hosts import ALLOWED_HOSTS, allowance, is_allowed
from provisioner.providers.releases.faults import InCircles, NoListing

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 32 * 1024 * 1024
"""The most bytes of a list or an error that are read: about thirty pages of 1,000 long names."""
PIECE = 64 * 1024
FAILED = 300
"""The lowest status of an answer that is not a success."""
MOST_SENT = 10
"""The most requests that the client may send for one request of the registry.

A bucket in another region takes three.
"""


def fence(url: str, place: str, allowed: str | None) -> Callable[[str], None]:
    """Return a function that checks the hosts of requests to a bucket at `url`.

    Messages call the bucket `place`. `allowed` is the value of PROVISIONER_ALLOWED_HOSTS, or None
    if it is not set. The function raises ProviderError for a host that is not allowed, with or
    without the bucket's name before it.
    """
    bucket = urlsplit(url).hostname or ""

    def check(host: str) -> None:
        names = (host, host.removeprefix(f"{bucket}."), f"{bucket}.{host}")
        if any(is_allowed(name, allowed) for name in names):
            return
        detail = (
            f"{place} is redirected to {host}, and {allowance(allowed)}. Nothing was sent there. Set "
            "the bucket's own region (AWS_REGION) and endpoint (AWS_ENDPOINT_URL_S3), or have this "
            f"host added to {ALLOWED_HOSTS}."
        )
        raise ProviderError(codes.HOST_NOT_ALLOWED, detail)

    return check


def bound(client: Any, check: Callable[[str], None]) -> None:
    """Let an S3 client check the host of every request, and limit the length of its answers.

    `check` is called with the host of each request and raises for one that is not allowed. The HTTP
    library follows no redirect: if a bucket is in another region, S3 answers with a redirect, and
    the client then sends the request itself, through the same check.
    """
    # Public ways do not reach this. The hook `before-send` sees no redirect that the HTTP library
    # follows and no body, and a `http_session_cls` of our own, which older clients do not take, would
    # need the same private method.
    session = client._endpoint.http_session
    opened, send = session._get_session, session.send
    sent: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    async def get_session(proxy: str | None) -> _WithoutRedirects:
        return _WithoutRedirects(await opened(proxy))

    async def checked(request: Any) -> Any:
        check(urlsplit(request.url).hostname or "")
        # Each of our requests runs in a task of its own (see `objects`), so a task counts one of them.
        asked = asyncio.current_task()
        sent[asked] = sent.get(asked, 0) + 1
        if sent[asked] > MOST_SENT:
            raise InCircles("it redirects in circles")
        # With this flag the library leaves the body unread. It would read an endless body to its end.
        is_object, request.stream_output = request.stream_output, True
        response = await send(request)
        if not is_object or response.status_code >= FAILED:
            response._content = await _body(response.raw)
        return response

    session._get_session, session.send = get_session, checked


class _WithoutRedirects:
    """A session of the HTTP library that follows no redirect."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def request(self, method: str, **given: Any) -> Any:
        return await self._session.request(method, allow_redirects=False, **given)


async def _body(answer: Any) -> bytes:
    """Return the whole body of an answer. Raises NoListing for a body that is too long."""
    data = bytearray()
    async for piece in answer.content.iter_chunked(PIECE):
        data += piece
        if len(data) > LONGEST:
            answer.close()
            raise NoListing(f"an answer of more than {LONGEST // 1024 // 1024} MiB")
    return bytes(data)
