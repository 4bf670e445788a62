"""The pace on a clock that is only counted: it finds every limit, keeps to it, and follows it."""

from __future__ import annotations

import itertools
import math

import pytest

from provisioner.providers.pace import FIRST_WINDOW, Pace
from tests.support.rates import HINTS, Bucket, Simulation, Window

TABLE = list(itertools.product((5, 20, 50), ("none", "a second's worth"), HINTS, (8, 32)))


@pytest.mark.parametrize(("rate", "burst", "hint", "threads"), TABLE)
@pytest.mark.parametrize("seconds", [0, 30], ids=["150 requests", "half a minute"])
def test_a_limit_is_used_to_nine_tenths_with_few_refusals(
    rate: int, burst: str, hint: str, threads: int, seconds: int
) -> None:
    limit = Bucket(rate, 1 if burst == "none" else rate)
    count = rate * seconds or 150

    result = Simulation(limit, count, threads, HINTS[hint]).run()

    assert result.rate >= 0.9 * rate
    assert result.share <= 0.15


@pytest.mark.parametrize("latency", [0.05, 0.3])
@pytest.mark.parametrize("rate", [5, 20])
def test_a_server_that_is_far_away_is_found_out_as_well(rate: int, latency: float) -> None:
    result = Simulation(Bucket(rate, rate), rate * 60, 32, HINTS["none"], latency=latency).run()

    assert result.rate >= 0.9 * rate
    assert result.share <= 0.2


@pytest.mark.parametrize(("most", "seconds"), [(10, 1), (60, 10), (100, 60)])
def test_limits_by_windows_are_kept_as_well(most: int, seconds: float) -> None:
    count = int(most * max(6, 60 / seconds))

    result = Simulation(Window(most, seconds), count, 8, HINTS["seconds"]).run()

    assert result.rate >= 0.75 * most / seconds
    assert result.share <= 0.2


def test_a_limit_that_is_raised_is_followed_and_one_that_is_lowered_too() -> None:
    limit = Bucket(5, 5)
    simulation = Simulation(limit, 100, 8, HINTS["none"])
    simulation.run()
    for rate in (40, 4):
        limit.rate = limit.burst = rate
        simulation.count += rate * 60
        began, refused = simulation.now, simulation.refused
        result = simulation.run()
        assert rate * 60 / (result.seconds - began) >= 0.6 * rate
        assert result.refused - refused <= rate * 60 * 0.2


def test_a_server_without_a_limit_is_not_slowed_down() -> None:
    result = Simulation(Bucket(math.inf, math.inf), 1000, 8, HINTS["none"]).run()

    assert result.refused == 0
    assert result.rate >= 0.9 * 8 / 0.0035


def test_more_than_a_few_requests_run_at_once_only_after_answers() -> None:
    pace = Pace()
    assert pace.window == FIRST_WINDOW

    for _ in range(200):
        pace.start(0.0)
        pace.accepted(0.0, 0.0)

    assert pace.window >= 24


def test_what_a_server_asks_for_is_waited_for() -> None:
    pace = Pace()
    pace.start(10.0)

    pace.throttled(10.0, 10.1, 7.0)

    assert pace.delay(10.1) == pytest.approx(7.0)
    assert pace.delay(17.2) == 0


def test_while_all_is_turned_away_one_request_at_a_time_is_tried_ever_more_rarely() -> None:
    pace, now, pauses = Pace(), 0.0, []
    for _ in range(16):
        pace.start(now)
        assert pace.delay(now) > 0 or pace.rate == math.inf
        pace.throttled(now, now + 0.01)
        pauses.append(pace.delay(now + 0.01))
        now += 0.01 + pauses[-1]

    assert pauses == pytest.approx(sorted(pauses))
    assert pauses[0] < 0.05
    assert pauses[-1] == pytest.approx(30)


def test_an_old_answer_says_nothing_about_a_new_rate() -> None:
    pace = Pace()
    for _ in range(8):
        pace.start(0.0)
    pace.throttled(0.0, 0.1)
    delay = pace.delay(0.1)

    for _ in range(7):
        pace.throttled(0.0, 0.1)

    assert pace.delay(0.1) == delay


def test_a_try_without_an_answer_does_not_stop_the_others_for_ever() -> None:
    pace = Pace()
    pace.start(0.0)
    pace.throttled(0.0, 0.1)
    pace.start(1.0)

    assert 0 < pace.delay(1.0) <= 5
    assert pace.delay(6.0) == 0
