"""Bounds on the HTTP session of an S3 client: where its requests go, and how much is read of answers.

The client follows redirects of its own accord, to another region and to wherever a server points, and
reads the whole body of a list. What it sends is signed with this machine's credentials, so every
request is checked here, and the body of every answer that is no object is bounded.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError
from provisioner.providers.hosts import allowance, is_allowed
from provisioner.providers.releases.faults import InCircles, NoListing

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 32 * 1024 * 1024
"""Bytes of a list or an error that are ever read: some thirty times a page of 1,000 long names."""
PIECE = 64 * 1024
FAILED = 300
MOST_SENT = 10
"""Requests that one request of ours may become; a bucket in another region makes it three."""


def fence(url: str, place: str, allowed: str | None) -> Callable[[str], None]:
    """Return the check of hosts for a bucket at `url`, which messages call `place`.

    `allowed` is what PROVISIONER_ALLOWED_HOSTS says, None where it is not set. The check raises
    ProviderError for a host that it does not name, with or without the bucket before it.
    """
    bucket = urlsplit(url).hostname or ""

    def check(host: str) -> None:
        names = (host, host.removeprefix(f"{bucket}."), f"{bucket}.{host}")
        if any(is_allowed(name, allowed) for name in names):
            return
        detail = (
            f"{place} is redirected to {host}, and {allowance(allowed)}. Nothing was sent there. Name "
            "the bucket's own region (AWS_REGION) and endpoint (AWS_ENDPOINT_URL_S3), or have the "
            "host added."
        )
        raise ProviderError(codes.HOST_NOT_ALLOWED, detail)

    return check


def bound(client: Any, check: Callable[[str], None]) -> None:
    """Let every request of an S3 client go only to hosts that `check` lets pass, and bound answers.

    `check` is given the host of each request and raises for one that is not allowed. A redirect by
    an HTTP status is not followed at all: S3 answers one where a bucket lies in another region.
    """
    session = client._endpoint.http_session
    opened, send = session._get_session, session.send
    sent: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    async def get_session(proxy: str | None) -> _WithoutRedirects:
        return _WithoutRedirects(await opened(proxy))

    async def checked(request: Any) -> Any:
        check(urlsplit(request.url).hostname or "")
        asked = asyncio.current_task()
        sent[asked] = sent.get(asked, 0) + 1
        if sent[asked] > MOST_SENT:
            raise InCircles("it redirects in circles")
        is_object, request.stream_output = request.stream_output, True
        response = await send(request)
        if not is_object or response.status_code >= FAILED:
            response._content = await _body(response.raw)
        return response

    session._get_session, session.send = get_session, checked


class _WithoutRedirects:
    """The HTTP library's session, which would follow every redirect otherwise."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def request(self, method: str, **given: Any) -> Any:
        return await self._session.request(method, allow_redirects=False, **given)


async def _body(answer: Any) -> bytes:
    """Return the whole body of an answer. Raises NoListing for one that is too long."""
    data = bytearray()
    async for piece in answer.content.iter_chunked(PIECE):
        data += piece
        if len(data) > LONGEST:
            answer.close()
            raise NoListing(f"an answer of more than {LONGEST // 1024 // 1024} MiB")
    return bytes(data)
