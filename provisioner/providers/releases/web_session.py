"""Makes the clients of Google Cloud Storage and Azure Blob Storage refuse redirects and huge answers.

Both clients send their requests by aiohttp, follow redirects and read each answer whole, and their
requests contain this machine's credentials. The release registry therefore gives them sessions that
follow no redirect and read at most `LONGEST` bytes of an answer. The file systems of fsspec accept
such sessions as public arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provisioner.providers.releases.faults import NoListing, Redirected

if TYPE_CHECKING:
    from types import SimpleNamespace

GOOGLE = frozenset({"gs", "gcs"})
"""The URL schemes of Google Cloud Storage."""
AZURE = frozenset({"az", "abfs", "abfss"})
"""The URL schemes of Azure Blob Storage."""
LONGEST = 64 * 1024 * 1024
"""The most bytes of one answer that are read."""
PIECE = 64 * 1024
"""The number of bytes that are read at a time."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def settings_of_google() -> dict[str, Any]:
    """Return arguments for a Google file system that refuses redirects and answers over `LONGEST`."""
    import fsspec

    # Settings that the user has configured in fsspec stay, except those that are limited here.
    known = fsspec.config.conf.get("gs", {}).get("session_kwargs", {})
    return {"session_kwargs": {**known, **session_settings()}}


def session_settings() -> dict[str, Any]:
    """Return arguments for an `aiohttp.ClientSession` that refuses redirects and long answers.

    A redirect raises Redirected, and an answer of more than `LONGEST` bytes raises NoListing.
    """
    import aiohttp

    class Bounded(aiohttp.ClientResponse):
        """An answer whose body is a `_Content`."""

        async def start(self, connection: Any) -> aiohttp.ClientResponse:
            started = await super().start(connection)
            self.content: Any = _Content(self.content)
            return started

    async def refuse(_session: Any, _context: SimpleNamespace, given: Any) -> None:
        raise _redirected(given.response.headers.get("Location", ""))

    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(refuse)
    return {"response_class": Bounded, "trace_configs": [tracing]}


def azure_transport() -> Any:
    """Return a transport for Azure's client that refuses redirects and answers over `LONGEST`."""
    import aiohttp
    from azure.core.pipeline.transport import AioHttpTransport

    class Transport(AioHttpTransport):  # type: ignore[misc]  # the package may not be there
        async def open(self) -> None:
            if not getattr(self, "session", None):
                # The parent's `open` makes its session with the same arguments, and without ours.
                jar = aiohttp.DummyCookieJar()
                self.session = aiohttp.ClientSession(
                    trust_env=True, cookie_jar=jar, auto_decompress=False, **session_settings()
                )
            await super().open()

        async def send(self, request: Any, **config: Any) -> Any:
            answer = await super().send(request, **config)
            if answer.status_code in _REDIRECTS:
                raise _redirected(answer.headers.get("Location", ""))
            return answer

    return Transport()


def bound_azure(files: Any) -> None:
    """Replace the client of an Azure file system by one whose transport is `azure_transport`."""
    from azure.storage.blob.aio import BlobServiceClient

    made = files.service_client
    client = BlobServiceClient(made.url, credential=made.credential, transport=azure_transport())
    client.location_mode = made.location_mode
    files.service_client = client


def _redirected(location: str) -> Redirected:
    """Return the error for a redirect to a URL."""
    host = urlsplit(location).hostname
    return Redirected(f"it redirects{f' to {host}' if host else ''}, which is not followed")


class _Content:
    """The body of an aiohttp answer, whose `read()` raises NoListing once it has read `LONGEST` bytes."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def read(self, size: int = -1) -> bytes:
        if size >= 0:
            return bytes(await self._stream.read(size))
        data = bytearray()
        while piece := await self._stream.read(PIECE):
            data += piece
            if len(data) > LONGEST:
                raise NoListing(f"an answer of more than {LONGEST // 1024 // 1024} MiB")
        return bytes(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
