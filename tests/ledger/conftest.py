"""Ledgers in both databases: SQLite in a folder, and PostgreSQL itself, started once a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger
from provisioner.model.ledger import Holder
from tests.support import postgres

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
def server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture
def database(server: str) -> Iterator[str]:
    with postgres.database(server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    if request.param == "sqlite":
        return Location(tmp_path / "folder" / "ledger.db")
    return Location(url=request.getfixturevalue("database"), is_chosen=True)


@pytest.fixture
def opened(location: Location, clock: Clock) -> Iterator[Ledger]:
    with ledger(location, clock=clock) as found:
        yield found
