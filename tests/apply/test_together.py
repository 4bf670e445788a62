"""Several requests of one step at once: bounded, in order, and ended by a failure or Ctrl-C."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.apply.run import Limits, StepFailed
from provisioner.apply.together import together
from provisioner.model.outcome import Progress
from tests.apply.account import LIMITS, store
from tests.support.servers import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request, Response

    from tests.apply.account import Account


def run(parallelism: int = 4, stop: Callable[[], bool] = lambda: False) -> Any:
    return SimpleNamespace(limits=Limits(parallelism=parallelism), stop=stop)


@pytest.mark.parametrize("parallelism", [1, 3, 50])
def test_the_results_stand_in_the_order_of_the_items(parallelism: int) -> None:
    told: list[int] = []

    def work(item: int) -> int:
        time.sleep(0.002 * (5 - item % 5))
        return item * 2

    assert together(run(parallelism), range(20), work, "", told.append) == [*range(0, 40, 2)]
    assert sorted(told) == [*range(1, 21)]


def test_nothing_to_do_is_done() -> None:
    assert together(run(), [], str, "") == []


@pytest.mark.parametrize("parallelism", [1, 4])
def test_once_one_fails_no_other_begins_and_its_failure_is_raised(parallelism: int) -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        if item == 5:
            raise StepFailed("the fifth")
        time.sleep(0.01)

    with pytest.raises(StepFailed, match="the fifth"):
        together(run(parallelism), range(100), work, "")
    assert len(begun) <= 6 + parallelism


@pytest.mark.parametrize("parallelism", [1, 4])
def test_an_interruption_lets_those_end_that_run_and_begins_no_other(parallelism: int) -> None:
    stopped, begun, ended = threading.Event(), [], []

    def work(item: int) -> None:
        begun.append(item)
        if item == 5:
            stopped.set()
        time.sleep(0.01)
        ended.append(item)

    with pytest.raises(StepFailed, match=r"interrupted: \d+ of 100 were sent\. Apply again"):
        together(run(parallelism, stopped.is_set), range(100), work, "{done} of {total} were sent")
    assert sorted(begun) == sorted(ended)
    assert len(ended) < 6 + parallelism


def test_the_documents_of_one_store_go_up_at_once_and_no_more_than_allowed(
    account: Account,
) -> None:
    """With a server that takes its time, a store of many documents takes its share of it."""
    waiting, most = set(), [0]

    class Slow(Wrapper):
        def answer(self, request: Request) -> Response:
            if request.method == "POST" and request.path.endswith("/v1/files"):
                waiting.add(request)
                most[0] = max(most[0], len(waiting))
                time.sleep(0.02)
                waiting.discard(request)
            return self.forward(request)

    account.app = Slow(account.server)
    wanted = store(*(account.document(f"{n}.md") for n in range(16)))

    applied = account.apply(wanted)

    assert applied.succeeded, applied.errors
    assert most == [LIMITS.parallelism]
    bars = [e for e in applied.events if isinstance(e, Progress) and e.note == "uploading"]
    assert [bars[-1].done, bars[-1].total] == [15, 15]  # the first one went alone, as a trial
    account.app = account.server
    assert account.work(wanted) == []
    assert len(account.rows("files")) == 16
