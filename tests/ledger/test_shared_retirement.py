"""Three workers retire the threads of one ledger over HTTP, under errors: each thread ends once.

The small twin of `python -m tests.soak`. Only here the workers' claims, the pace of their requests, and
the retries of each meet each other, on both databases.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app, make_server
from provisioner.ledger.opening import ledger
from provisioner.model.ledger import Tracked
from provisioner.model.stack import Target
from provisioner.providers import open_target, retries
from provisioner.verbs.threads import worker as workers
from provisioner.verbs.threads.worker import Worker
from tests.soak.server import Unreliable, names, seed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provisioner.ledger.location import Location
    from provisioner.model.retirement import Retired

COUNT, WORKERS = 150, 3


@pytest.fixture
def unreliable() -> Iterator[tuple[Unreliable, str]]:
    app = create_app()
    seed(app, names(COUNT))
    unreliable = Unreliable(app, errors=0.05, refusals=0.01, seed=1)
    server = make_server(unreliable)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(server.serve_forever)
        yield unreliable, f"http://127.0.0.1:{server.port}/v1"
        server.shutdown()
    app.close()


def test_three_workers_retire_each_thread_once(
    location: Location,
    unreliable: tuple[Unreliable, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, url = unreliable
    monkeypatch.setattr(
        retries.Patience, "pause", lambda self, tried, _asked: 0.001 if tried < self.tries else None
    )
    monkeypatch.setattr(workers, "FEWEST", 20)
    monkeypatch.setattr(workers, "EACH", 1)
    target = Target("live", "assistants", base_url=url)
    with ledger(location) as opened:
        opened.tracked.register(Tracked("here", "thread", id, expires=1.0) for id in names(COUNT))

        def retire(number: int) -> Retired:
            provider = open_target(target, tmp_path, parallelism=4, environ={})
            # The second one is stopped on the way, and others take over what it had claimed.
            stops = iter([False] * 30 + [True] * 9999)
            stop = (lambda: next(stops)) if number == 1 else (lambda: False)
            try:
                return Worker(provider, opened.claims(), "here", 4, stop=stop).run()
            finally:
                provider.close()

        with ThreadPoolExecutor(WORKERS) as pool:
            told = list(pool.map(retire, range(WORKERS)))
        told.append(retire(WORKERS))
        [count] = opened.tracked.counts()

    assert sum(one.deleted for one in told) == COUNT == count.retired
    assert [one.interrupted for one in told] == [False, True, False, False]
    counted = server.counted()
    assert (counted["deleted"], counted["twice"]) == (COUNT, [])
    assert (count.tracked, count.gone, count.failed) == (0, 0, 0)
