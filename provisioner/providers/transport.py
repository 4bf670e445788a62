"""The HTTP library's transport, with a total deadline for each request and a limit for each body.

The library limits only the pauses between bytes, so a server that sends one byte every second could
keep it waiting for ever. Here every operation on a socket, from connecting to the last byte, gets
only the time that is left of its request. The bytes of a body are counted while they arrive,
compressed and decompressed, so that an endless body does not fill the memory.
"""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2
from httpcore2 import NetworkBackend, NetworkStream

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError
from provisioner.providers.retries import Delivery, Fault
from provisioner.providers.route import trusted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from provisioner.providers.route import Route

MOST_BYTES = 256 * 1024 * 1024
"""The most bytes of a body that are read, counted compressed and decompressed."""
AT_ONCE = 256 * 1024
"""The most bytes that are received at once. The library would receive at most 64 kB."""
PIECE = 1024 * 1024
"""The most bytes that are decompressed at once."""
ENCODINGS = "gzip, deflate"
"""The encodings that requests accept."""
GZIP = b"\x1f"
"""The first byte of everything that gzip compressed."""
PACKED = frozenset({"gzip", "x-gzip", "deflate"})
"""The values of `Content-Encoding` that are decompressed."""
# The most open connections, and the most that stay open without a request.
CONNECTIONS, KEPT_ALIVE = 1000, 100


class Deadline(threading.local):
    """The time at which the present request of this thread must have ended."""

    until: float | None = None
    seconds: float = 0.0

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """Open a block in which this thread may send and receive for `seconds` in total."""
        before = self.until, self.seconds
        self.until, self.seconds = time.monotonic() + seconds, seconds
        try:
            yield
        finally:
            self.until, self.seconds = before

    def left(self, timeout: float | None, late: type[Exception]) -> float | None:
        """Return the seconds that are left, at most `timeout`. Raises `late` if no time is left."""
        if self.until is None:
            return timeout
        left = self.until - time.monotonic()
        if left <= 0:
            raise late(f"no whole answer within {self.seconds:g} s")
        return left if timeout is None else min(timeout, left)


class Backend(NetworkBackend):
    """Opens connections. Every operation on one of them fails after the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._inner = httpcore2.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        left = self._deadline.left(timeout, httpcore2.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return Stream(stream, self._deadline)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class Stream(NetworkStream):
    """A connection. Every operation on it fails after the deadline."""

    def __init__(self, inner: NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadline.left(timeout, httpcore2.ReadTimeout)
        return self._inner.read(max(max_bytes, AT_ONCE), left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStream:
        left = self._deadline.left(timeout, httpcore2.ConnectTimeout)
        return Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Transport(httpx2.HTTPTransport):
    """The connections to one host, along `route`. Raises ProviderError if the route is unusable."""

    def __init__(self, route: Route, deadline: Deadline, *, secure: bool) -> None:
        # The parent's `__init__` has no parameter for the network backend, so it is not called.
        context = trusted(route) if secure or route.proxy.startswith("https") else None
        shared: dict[str, Any] = {
            "ssl_context": context,
            "max_connections": CONNECTIONS,
            "max_keepalive_connections": KEPT_ALIVE,
            "keepalive_expiry": 5.0,
            "network_backend": Backend(deadline),
        }
        self._pool = _pool(route, context, shared)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        # A GET changes nothing, so it counts as not performed. Any other request may have been performed.
        delivery = Delivery.REFUSED if request.method == "GET" else Delivery.UNKNOWN
        return bounded(response, MOST_BYTES, delivery)


def _pool(
    route: Route, context: ssl.SSLContext | None, shared: dict[str, Any]
) -> httpcore2.ConnectionPool:
    """Return the pool of connections, directly to the host or through the proxy of the route."""
    if not route.proxy:
        return httpcore2.ConnectionPool(**shared)
    proxy = httpx2.Proxy(route.proxy)
    url = httpcore2.URL(
        scheme=proxy.url.raw_scheme,
        host=proxy.url.raw_host,
        port=proxy.url.port,
        target=proxy.url.raw_path,
    )
    if proxy.url.scheme.startswith("socks"):
        return httpcore2.SOCKSProxy(proxy_url=url, proxy_auth=proxy.raw_auth, **shared)
    own = context if proxy.url.scheme == "https" else None
    return httpcore2.HTTPProxy(
        proxy_url=url, proxy_auth=proxy.raw_auth, proxy_ssl_context=own, **shared
    )


def bounded(response: httpx2.Response, most: int, delivery: Delivery) -> httpx2.Response:
    """Return `response` with a body that is decompressed here, and that fails beyond `most` bytes.

    `delivery` says, for that error, whether the request may have been performed. Raises Fault for
    an unknown encoding.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in PACKED and encoding not in {"identity", ""}:
        response.close()
        raise _unreadable(
            response, delivery, f"is encoded as {encoding!r}, which was not asked for"
        )
    headers = response.headers.copy()
    # Both headers describe the compressed body, and the library must not decompress it again.
    if encoding in PACKED:
        for name in ("content-encoding", "content-length"):
            headers.pop(name, None)
    stream = Body(response, most, delivery, packed=encoding in PACKED)
    return httpx2.Response(
        response.status_code, headers=headers, stream=stream, extensions=response.extensions
    )


class Body(httpx2.SyncByteStream):
    """The body of `response`. It is decompressed while it is read, and its bytes are counted."""

    def __init__(
        self, response: httpx2.Response, most: int, delivery: Delivery, *, packed: bool
    ) -> None:
        self._response = response
        self._most = most
        self._delivery = delivery
        self._packed = packed

    def __iter__(self) -> Iterator[bytes]:
        length = 0
        for chunk in self._unpacked(self._counted()):
            length += len(chunk)
            self._check(length, "decompressed")
            yield chunk

    def close(self) -> None:
        self._response.close()

    def _counted(self) -> Iterator[bytes]:
        sent = 0
        for chunk in self._response.iter_raw():
            sent += len(chunk)
            self._check(sent, "sent")
            yield chunk

    def _unpacked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        if not self._packed:
            yield from chunks
            return
        unpacker = None
        for chunk in chunks:
            left = chunk
            while left:
                unpacker = unpacker or _unpacker(left)
                try:
                    piece = unpacker.decompress(left, PIECE)
                except zlib.error:
                    why = "is said to be compressed, and cannot be decompressed"
                    raise _unreadable(self._response, self._delivery, why) from None
                yield piece
                left = unpacker.unconsumed_tail
                if unpacker.eof:
                    # After the end of a gzip stream another one may follow. Other bytes are ignored.
                    left = unpacker.unused_data if unpacker.unused_data[:1] == GZIP else b""
                    unpacker = None

    def _check(self, length: int, how: str) -> None:
        """Raise Fault if a body is longer than the limit. `how` says in which form it was counted."""
        if length > self._most:
            mebibytes = self._most // 1024 // 1024
            why = f"is longer than {mebibytes} MiB as {how}, and was not read to its end"
            raise _unreadable(self._response, self._delivery, why)


def _unpacker(begin: bytes) -> Any:
    """Return a decompressor for gzip, or for deflate with or without a header.

    `begin` is the beginning of the body. By `deflate` some servers mean the raw stream, and others
    the stream with a zlib header.
    """
    plain = begin[:1] != GZIP and (begin[0] & 0x0F) != zlib.DEFLATED
    return zlib.decompressobj(-zlib.MAX_WBITS if plain else zlib.MAX_WBITS | 32)


def _unreadable(response: httpx2.Response, delivery: Delivery, why: str) -> Fault:
    detail = f"The body of the answer ({response.status_code}) {why}."
    return Fault(delivery, ProviderError(codes.ANSWER_UNREADABLE, detail, response.status_code))
