"""serve: run the embedded server on a port, for applications under test."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, EADDRINUSE, EPERM
from pathlib import Path

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError

MEMORY = ":memory:"
OURS = ".provisioner"


@contextmanager
def serving(
    host: str, port: int, data: str, log: Callable[[str], None] = lambda _line: None
) -> Iterator[str]:
    """Run the server until the block ends, and yield its base URL.

    Port 0 takes a free one. `data` is an SQLite file that others may share, or `:memory:`. `log`
    gets one line for each request. Raises ProvisionerError if the port is taken or the file cannot
    be used.
    """
    from provisioner.emulator import create_app, make_server

    if not host:
        # For the system an empty address is every address of the machine.
        raise _cannot("--host is empty. To listen on every address, give --host 0.0.0.0.")
    if not data:
        raise _cannot("--data is empty. Give a file, or `:memory:`.")
    try:
        if data != MEMORY:
            _make_folder(Path(data).parent)
        app = create_app(data)
    except (OSError, sqlite3.Error) as error:
        raise _cannot(f"{data} cannot be used: {error}.") from error
    try:
        server = make_server(app, host, port, log)
    except OSError as error:
        app.close()
        raise _cannot(_unbound(host, port, error)) from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{_bracketed(host)}:{server.port}/v1"
    finally:
        server.shutdown()
        thread.join()
        app.close()


def _make_folder(folder: Path) -> None:
    """Create the database's folder. A `.provisioner` folder is kept out of version control."""
    if not folder.exists():
        folder.mkdir(parents=True)
        if folder.name == OURS:
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _unbound(host: str, port: int, error: OSError) -> str:
    """Return a sentence that says why a socket could not be bound to a host and port."""
    where = f"{_bracketed(host)}:{port}"
    if error.errno == EADDRINUSE:
        return f"{where} is not free: {error.strerror}. --port 0 takes a free one."
    if error.errno in {EACCES, EPERM}:
        return f"This user may not listen on {where}: {error.strerror}. --port 0 takes a free one."
    return (
        f"--host {host} cannot be listened on: {error.strerror}. Give an address of this machine."
    )


def _bracketed(host: str) -> str:
    """Return a host as a URL has it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def _cannot(detail: str) -> ProvisionerError:
    """Return the error for a server that cannot be started."""
    return ProvisionerError(Diagnostic(codes.SERVER_NOT_STARTED, detail))
