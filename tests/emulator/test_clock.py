from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

from provisioner.emulator import create_app

from .conftest import client_of

if TYPE_CHECKING:
    from pathlib import Path

CLOCK = "/embedded/clock"


def advance(client: openai.OpenAI, seconds: float) -> Any:
    return client.post(CLOCK, body={"seconds": seconds}, cast_to=object)


def test_a_store_expires_when_the_clock_is_moved_ahead(client: openai.OpenAI) -> None:
    life: Any = {"anchor": "last_active_at", "days": 1}
    used, left = (client.vector_stores.create(expires_after=life).id for _ in range(2))

    moved = advance(client, 80_000)
    client.vector_stores.search(used, query="x")
    advance(client, 80_000)

    assert (moved["object"], moved["ahead_seconds"]) == ("embedded.clock", 80_000)
    assert client.vector_stores.retrieve(used).status == "completed"
    assert client.vector_stores.retrieve(left).status == "expired"


def test_a_clock_that_was_moved_stays_so_in_its_file(tmp_path: Path) -> None:
    for expected in (100, 200):
        app = create_app(tmp_path / "data.sqlite", clock=lambda: 1_800_000_000.0)
        client = client_of(app)
        advance(client, 100)
        shown: Any = client.get(CLOCK, cast_to=object)
        app.close()
        assert shown == {
            "object": "embedded.clock",
            "now": 1_800_000_000 + expected,
            "ahead_seconds": expected,
        }


@pytest.mark.parametrize("body", [{"seconds": -1}, {"seconds": "1"}, {}, {"now": 1}])
def test_a_clock_is_not_moved_back_or_elsewhere(wire: httpx2.Client, body: dict[str, Any]) -> None:
    assert wire.post(CLOCK, json=body).status_code == 400
    assert wire.get(CLOCK).json()["ahead_seconds"] == 0
