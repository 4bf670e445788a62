"""An account of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.emulator import create_app
from tests.apply.account import Account


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    clock = [1_800_000_000.0]
    server = create_app(tmp_path / "account.sqlite", clock=lambda: clock[0])
    root = tmp_path / "manifests"
    root.mkdir()
    yield Account(root, server, server, clock)
    server.close()
