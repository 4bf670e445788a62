"""An HTTP/1.1 server for a WSGI application, with persistent connections and a thread for each.

The usual development servers close the connection after every answer. A client that sends a
thousand requests would then open a thousand connections.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from socket import AF_INET, AF_INET6, SHUT_WR
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

IN_MEMORY = 8 * 1024 * 1024
"""The most bytes of a body that are kept in memory. A larger body is written to a temporary file.
"""
PIECE = 64 * 1024
"""Bytes of a body that are read at once."""
LONGEST_LINE = 64 * 1024
"""The most bytes of a request line."""
LARGEST_BODY = 513 * 1024 * 1024
"""The most bytes of a body that the server reads. The application may have a lower limit."""
PASSED_OVER = 1024 * 1024
"""The most bytes of a refused body that the server reads and drops."""
PATIENCE = 1.0
"""Seconds that the server waits for the next bytes of a refused body."""
POLL_SECONDS = 0.1
"""Seconds between two looks of a server whether it is to end."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The host names under which only this machine can reach the server."""
NO_BODY = frozenset({"204", "304"})
"""The statuses of answers that have no body."""


class _TooLarge(Exception):
    """A body has more bytes than `LARGEST_BODY`."""


class Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection, calls the application and writes its answers."""

    protocol_version = "HTTP/1.1"
    # An answer is two writes; the kernel must not wait for the client between them.
    disable_nagle_algorithm = True
    timeout = 120  # seconds that an idle connection stays open
    server: _Socket

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        except (ConnectionError, TimeoutError):
            self.raw_requestline = b""
        if not self.raw_requestline:
            self.close_connection = True
            return
        if len(self.raw_requestline) > LONGEST_LINE:
            # The rest of the line would be taken for headers.
            self.requestline = self.request_version = self.path = ""
            self.command = "?"
            self._refuse(414)
            self._pass_over()
            return
        if not self.parse_request():
            return
        if not self._is_addressed():
            # A web page can let its own host name point to this machine, and then send requests here
            # from the user's browser. The Host header of such a request has the page's host name.
            self._refuse(421, "This server answers requests to localhost, 127.0.0.1 and ::1 only")
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                self._read_body(body)
            except _TooLarge:
                self._refuse(413)
                self._pass_over()
                return
            except (ValueError, ConnectionError, TimeoutError):
                self._refuse(400)
                return
            length = body.tell()
            body.seek(0)
            self._respond(self._environ(body, length))

    def _pass_over(self) -> None:
        """Read the rest of a body that was refused, up to `PASSED_OVER` bytes.

        If the server closed the connection at once, the system would reset it, and the client would
        not see the answer.
        """
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(SHUT_WR)
            self.connection.settimeout(PATIENCE)
            left = PASSED_OVER
            while left > 0 and (piece := self.rfile.read1(min(PIECE, left))):
                left -= len(piece)

    def _is_addressed(self) -> bool:
        """Return true if the Host header contains a loopback name.

        A server that listens on more than loopback accepts every name.
        """
        listens = str(self.server.server_address[0])
        if listens not in LOOPBACK:
            return True
        host = self.headers.get("Host", listens)
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name in LOOPBACK

    def _read_body(self, body: BinaryIO | tempfile.SpooledTemporaryFile[bytes]) -> None:
        """Write the request's body to `body`.

        Raises _TooLarge for too many bytes, and ValueError for a wrong length.
        """
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self._copy(body, size)
                self.rfile.readline()
            # After the last chunk, headers may follow up to an empty line. None of them is used here.
            while self.rfile.readline().strip():
                pass
        else:
            self._copy(body, int(self.headers.get("Content-Length") or 0))

    def _copy(self, body: BinaryIO | tempfile.SpooledTemporaryFile[bytes], size: int) -> None:
        """Copy `size` bytes of the request to `body`.

        Raises _TooLarge, or ValueError if the client stops.
        """
        # The announced size counts, so that a body that is too large is refused before it is received.
        if body.tell() + size > LARGEST_BODY:
            raise _TooLarge
        while size > 0:
            piece = self.rfile.read(min(PIECE, size))
            if not piece:
                raise ValueError
            body.write(piece)
            size -= len(piece)

    def _environ(self, body: tempfile.SpooledTemporaryFile[bytes], length: int) -> WSGIEnvironment:
        url = urlsplit(self.path)
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            # WSGI (PEP 3333) wants the bytes of the path as characters of Latin-1.
            "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": body,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            # The first two are above, under the names of WSGI. The body is no longer chunked here, and
            # Werkzeug must not take it for a stream without a length.
            if key not in {"CONTENT_TYPE", "CONTENT_LENGTH", "TRANSFER_ENCODING"}:
                environ[f"HTTP_{key}"] = value
        return environ

    def _respond(self, environ: WSGIEnvironment) -> None:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return written.append

        pieces = self.server.app(environ, start_response)
        try:
            self._send(*started[-1], chain(written, pieces))
        except (ConnectionError, TimeoutError):
            # The client left in the middle of a stream.
            self.close_connection = True
        finally:
            # PEP 3333 demands this call also after an error. It ends the generator of a stream whose
            # client has left.
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _send(self, status: str, headers: list[tuple[str, str]], pieces: Iterable[bytes]) -> None:
        code, _, reason = status.partition(" ")
        self._log(code)
        known = {name.lower() for name, _ in headers}
        unbounded = "content-length" not in known and code not in NO_BODY
        chunked = unbounded and self.request_version != "HTTP/1.0"
        if unbounded and not chunked:
            # An old client knows the end of an answer only by the end of the connection.
            self.close_connection = True
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        for piece in pieces:
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _log(self, code: str) -> None:
        """Log a request by method, path and status.

        Headers and queries are left out: they may contain secrets.
        """
        self.server.log(f"{self.command} {urlsplit(self.path).path} {code}")

    def _refuse(self, code: int, message: str | None = None) -> None:
        """Answer without the application, and close the connection.

        In an open connection the unread rest of the body would be taken for the next request.
        """
        self._log(str(code))
        self.send_error(code, message)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the base class would write to stderr, where it would disturb a terminal."""

    def version_string(self) -> str:
        return "provisioner"


class _Socket(ThreadingHTTPServer):
    """The listening socket.

    Each connection has a daemon thread, so that no connection keeps the process alive.
    """

    daemon_threads = True
    # A client may open many connections at the same moment. The default is 5.
    request_queue_size = 128

    def __init__(
        self, app: WSGIApplication, host: str, port: int, log: Callable[[str], None]
    ) -> None:
        self.app = app
        self.log = log
        self.address_family = AF_INET6 if ":" in host else AF_INET
        super().__init__((host, port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the traceback of an error, unless the client left before it was answered."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)

    def server_bind(self) -> None:
        # HTTPServer's own method looks up the name of the host, which can ask a name server.
        super(ThreadingHTTPServer, self).server_bind()


class Server:
    """An application that listens on a socket.

    `serve_forever` blocks until another thread calls `shutdown`.
    """

    def __init__(
        self, app: WSGIApplication, host: str, port: int, log: Callable[[str], None]
    ) -> None:
        self._socket = _Socket(app, host, port, log)
        self._lock = threading.Lock()
        self._serving = self._closed = False

    @property
    def port(self) -> int:
        return int(self._socket.server_address[1])

    def serve_forever(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._serving = True
        try:
            # `shutdown` waits for the end of the current interval, which is half a second by default.
            self._socket.serve_forever(poll_interval=POLL_SECONDS)
        finally:
            self._serving = False
            self._socket.server_close()

    def shutdown(self) -> None:
        with self._lock:
            self._closed = True
            serving = self._serving
        # `shutdown` waits until the loop ends, which would be forever for a loop that never ran.
        if serving:
            self._socket.shutdown()
        self._socket.server_close()


def make_server(
    app: WSGIApplication,
    host: str = "127.0.0.1",
    port: int = 0,
    log: Callable[[str], None] = lambda _line: None,
) -> Server:
    """Bind `app` to a socket and return the server.

    Port 0 takes a free port, which `.port` returns.

    `log` is called with one line for each request, such as `POST /v1/assistants 200`.
    """
    return Server(app, host, port, log)
