"""An account of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apply.account import Account, open_account


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with open_account(tmp_path) as opened:
        yield opened
