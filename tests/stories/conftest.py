"""A world of its own for every story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.stories import new_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.stories import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = new_world(tmp_path, monkeypatch)
    yield made
    made.server.close()
