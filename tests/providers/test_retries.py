"""A request is only sent again if that can make no second object, and a 429 slows requests down."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from provisioner.emulator import create_app
from provisioner.model import hints
from provisioner.model.errors import (
    Ambiguous,
    Invalid,
    ProviderError,
    RateLimited,
    Unreachable,
)
from provisioner.providers.bodies import announced_wait, least_wait, seconds_to_wait
from provisioner.providers.client import open_provider
from provisioner.providers.gate import Gate
from provisioner.providers.retries import Delivery, Fault, Patience, Retries
from tests.providers.conftest import HASTY, SETTINGS
from tests.support import faults
from tests.support.codes import code
from tests.support.faults import (
    Faulty,
    always,
    ask_to_wait,
    creating,
    cut_body,
    drop,
    fail,
    garble,
    hang,
    method,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.emulator import App
    from provisioner.providers.openai import OpenAIProvider
    from tests.providers.conftest import Connected
    from tests.support.faults import Effect

BODY = {"model": "gpt-4o", "name": "one"}
LOSSES = {
    "a 500 after it": fail(500),
    "a 500 before it": fail(500, performed=False),
    "a 503": fail(503),
    "a 408": fail(408),
    "a drop after it": drop(),
    "a drop before it": drop(performed=False),
    "a timeout": hang(1),
    "a body cut short": cut_body(),
    "a body that is no JSON": garble(),
}
each_loss = pytest.mark.parametrize("effect", LOSSES.values(), ids=LOSSES.keys())


@pytest.fixture
def app() -> Iterator[App]:
    app = create_app()
    yield app
    app.close()


@each_loss
@pytest.mark.parametrize("way", ["in process", "over a socket"])
def test_a_create_that_was_lost_is_never_sent_again(
    connected: Connected, over_a_socket: Connected, app: App, effect: Effect, way: str
) -> None:
    faulty = Faulty(app, faults.Fault(creating("assistants"), effect))
    provider = (connected if way == "in process" else over_a_socket)(faulty, timeout=0.4)

    with pytest.raises(Ambiguous, match="Whether it was performed is not known"):
        provider.create("assistants", BODY)

    assert faulty.count("POST") == 1
    assert provider.requests["POST"] == 1
    assert len(provider.list("assistants")) <= 1


@each_loss
@pytest.mark.parametrize("way", ["in process", "over a socket"])
def test_reads_updates_and_deletes_are_sent_again(
    connected: Connected, over_a_socket: Connected, app: App, effect: Effect, way: str
) -> None:
    id = str(connected(app).create("assistants", BODY)["id"])
    faulty = Faulty(
        app, *(faults.Fault(method(name), effect) for name in ("GET", "POST", "DELETE"))
    )
    provider = (connected if way == "in process" else over_a_socket)(faulty, timeout=0.4)

    assert provider.get("assistants", id)["name"] == "one"
    assert provider.update("assistants", id, {"name": "two"})["name"] == "two"
    provider.delete("assistants", id)

    assert provider.list("assistants") == []


def test_a_read_that_never_succeeds_fails_with_what_the_server_said(
    connected: Connected, app: App
) -> None:
    provider = connected(Faulty(app, faults.Fault(always, fail(503), times=100)))

    with pytest.raises(ProviderError, match="the server failed") as caught:
        provider.list("assistants")

    assert not isinstance(caught.value, Ambiguous)
    assert caught.value.status == 503
    assert provider.requests["GET"] == HASTY.tries


def test_a_create_turned_away_by_429_is_sent_again(connected: Connected, app: App) -> None:
    provider = connected(Faulty(app, faults.Fault(creating("assistants"), ask_to_wait(), times=3)))

    provider.create("assistants", BODY)

    assert provider.requests["POST"] == 4
    assert len(provider.list("assistants")) == 1


def test_429s_use_up_no_try(connected: Connected, app: App) -> None:
    faulty = Faulty(app, faults.Fault(always, ask_to_wait(), times=HASTY.tries + 1))
    provider = connected(faulty)

    provider.create("assistants", BODY)

    assert provider.requests["POST"] == HASTY.tries + 2


def test_429_without_end_is_given_up_after_max_wait(connected: Connected, app: App) -> None:
    provider = connected(Faulty(app, faults.Fault(always, ask_to_wait(), times=1000)), max_wait=0.3)

    with pytest.raises(RateLimited, match="asks for fewer requests") as caught:
        provider.create("assistants", BODY)

    assert "--max-wait allows 0.3 s" in str(caught.value)
    assert caught.value.status == 429


def test_a_wait_beyond_max_wait_is_not_begun(connected: Connected, app: App) -> None:
    hour = Faulty(app, faults.Fault(always, ask_to_wait(3600), times=1000))
    provider = connected(hour)

    with pytest.raises(RateLimited, match="no request would have been accepted for 3599"):
        provider.create("assistants", BODY)
    with pytest.raises(RateLimited):
        provider.get("assistants", "asst_1")

    assert len(hour.calls) == 1


def test_waiting_is_said(connected: Connected, app: App) -> None:
    lines: list[str] = []
    throttled = faults.Fault(creating("assistants"), ask_to_wait(1.2))
    provider = connected(Faulty(app, throttled), trace=lines.append)

    provider.create("assistants", BODY)

    assert lines[1].startswith("waiting 1 s: the server asks for fewer requests")


def test_a_create_that_never_connected_was_not_sent() -> None:
    # Nothing listens on port 9 of this machine.
    settings = _at("http://127.0.0.1:9/v1")
    provider = open_provider(settings, timeout=1, parallelism=1, patience=HASTY)

    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9"):
        provider.create("assistants", BODY)

    assert provider.requests["POST"] == HASTY.tries
    provider.close()


def _at(base_url: str) -> Any:
    return replace(SETTINGS, base_url=base_url)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_what_was_refused_is_not_asked_again(connected: Connected, app: App, status: int) -> None:
    provider = connected(Faulty(app, faults.Fault(always, fail(status, performed=False), times=9)))

    with pytest.raises(ProviderError):
        provider.get("assistants", "asst_1")

    assert provider.requests["GET"] == 1


def test_an_upload_that_was_lost_is_not_sent_again(
    connected: Connected, app: App, tmp_path: Any
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text")
    faulty = Faulty(app, faults.Fault(creating("files"), drop()))
    digest = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"

    with pytest.raises(Ambiguous):
        connected(faulty).upload(path, "a.txt", digest)

    assert faulty.count("POST") == 1


def retries(
    gate: Gate | None = None, patience: Patience | None = None
) -> tuple[Retries, list[float]]:
    slept: list[float] = []
    return Retries(gate or Gate(8), slept.append, patience), slept


def failing(*found: Fault) -> Callable[[], str]:
    left = list(found)

    def send() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return send


def lost(wait: float | None = None) -> Fault:
    return Fault(Delivery.UNKNOWN, ProviderError(code("lost")), wait)


def throttled(wait: float | None = None) -> Fault:
    return Fault(Delivery.THROTTLED, RateLimited(code("slower")), wait)


def test_pauses_double_with_jitter() -> None:
    runner, slept = retries()

    assert runner.run(failing(lost(), lost(), lost()), repeatable=True) == "done"
    for pause, longest in zip(slept, (0.5, 1, 2), strict=True):
        assert longest / 2 <= pause <= longest


def test_what_the_server_asks_for_is_waited_for() -> None:
    runner, slept = retries()

    runner.run(failing(lost(7), lost(0)), repeatable=True)

    assert slept[0] == 7
    assert slept[1] > 0


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "3"}, 3, 3),
        ({"Retry-After": "2.5"}, 2.5, 2.5),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5, 1.5),
        ({"Retry-After": "-5"}, 0, 0),
    ],
)
def test_every_way_to_count_a_pause_is_understood(
    headers: dict[str, str], least: float, most: float
) -> None:
    wait = seconds_to_wait(httpx2.Response(429, headers=headers))

    assert wait is not None
    assert least <= wait <= most


def test_a_moment_to_wait_for_is_understood() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=100))

    wait = seconds_to_wait(httpx2.Response(429, headers={"Retry-After": moment}))

    assert wait is not None
    assert 0 < wait <= 100


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01"])
def test_a_pause_that_nobody_understands_is_none(text: str) -> None:
    assert seconds_to_wait(httpx2.Response(429, headers={"Retry-After": text})) is None


def test_nobody_waits_for_an_hour() -> None:
    runner, slept = retries()

    with pytest.raises(ProviderError):
        runner.run(failing(lost(3600)), repeatable=True)
    assert slept == []


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "1"}, 0),
        ({"Retry-After": "30"}, 29),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after-ms": "180", "Retry-After": "1"}, 0.18),
        ({"retry-after-ms": "nan", "Retry-After": "inf"}, None),
        (
            {
                "Date": "Thu, 26 Nov 2026 10:00:00 GMT",
                "Retry-After": "Thu, 26 Nov 2026 10:00:20 GMT",
            },
            19,
        ),
        ({}, None),
    ],
)
def test_whole_seconds_are_taken_for_rounded_up(
    headers: dict[str, str], least: float | None
) -> None:
    assert least_wait(httpx2.Response(429, headers=headers)) == least


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "1s"}, 0),
        (
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "1m0s",
            },
            1,
        ),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms"}, 0.12),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, 1),
        (
            {"RateLimit-Remaining": "0", "RateLimit-Limit": "10, 10;w=1", "RateLimit-Reset": "1"},
            0.1,
        ),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 0),
        ({}, 0),
    ],
)
def test_a_refusal_that_is_announced_is_waited_out(headers: dict[str, str], seconds: float) -> None:
    assert announced_wait(httpx2.Response(200, headers=headers)) == pytest.approx(seconds)


def test_all_threads_share_what_one_is_told() -> None:
    gate = Gate(8)
    runner, _ = retries(gate)
    turned_away_at: list[float] = []
    started: list[float] = []
    once = threading.Lock()

    def send() -> str:
        if once.acquire(blocking=False):
            turned_away_at.append(time.monotonic())
            raise throttled(0.2)
        started.append(time.monotonic())
        return "done"

    runner.run(send, repeatable=True)
    assert started[0] - turned_away_at[0] >= 0.19
    assert gate.pace.rate < 100


def test_no_more_requests_run_at_once_than_were_given() -> None:
    gate = Gate(3)
    runner, _ = retries(gate)
    lock = threading.Lock()
    running = most = 0

    def send() -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return "done"

    _in_threads(12, lambda: runner.run(send, repeatable=True))

    assert most == 3


def test_whoever_waits_gives_up_when_the_connection_is_closed(app: App) -> None:
    faulty = Faulty(app, faults.Fault(always, ask_to_wait(60), times=100))
    provider = open_provider(SETTINGS, timeout=1, parallelism=1, app=faulty, max_wait=3600)
    thread = threading.Thread(target=lambda: _ignore(provider))
    thread.start()
    while not faulty.calls:
        time.sleep(0.001)

    provider.close()
    thread.join(5)

    assert not thread.is_alive()


def _ignore(provider: OpenAIProvider) -> None:
    with pytest.raises(ProviderError):
        provider.list("assistants")


def test_a_conflict_that_passes_is_waited_out(connected: Connected, app: App) -> None:
    id = str(connected(app).create("assistants", BODY)["id"])
    locked = faults.answer({"error": {"message": "The object is locked, try again."}}, 409)
    provider = connected(Faulty(app, faults.Fault(method("POST"), locked, times=2)))

    assert provider.update("assistants", id, {"name": "two"})["name"] == "two"


def test_an_empty_account_is_not_waited_for(connected: Connected, app: App) -> None:
    empty = faults.answer({"error": {"message": "No.", "code": "insufficient_quota"}}, 429)
    provider = connected(Faulty(app, faults.Fault(always, empty, times=100)))

    with pytest.raises(RateLimited, match="no quota left"):
        provider.list("assistants")
    assert provider.requests["GET"] == 1


def test_an_unknown_field_is_refused_by_name(connected: Connected, app: App) -> None:
    with pytest.raises(Invalid, match="nonsense"):
        connected(app).create("assistants", {**BODY, "nonsense": 1})


def _in_threads(count: int, work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_failure_says_how_often_it_was_tried_and_what_to_do(
    connected: Connected, app: App
) -> None:
    provider = connected(Faulty(app, faults.Fault(always, fail(500), times=100)))
    with pytest.raises(ProviderError) as caught:
        provider.list("assistants")
    detail = caught.value.diagnostics[0].detail
    assert "The server itself failed. Run again later. If it fails again, report it" in detail
    assert detail.endswith(f"It was tried {HASTY.tries} times.")


@pytest.mark.parametrize(
    ("collection", "shown"),
    [("assistants", True), ("vector_stores", True), ("threads", False)],
)
def test_a_request_that_may_have_been_performed_says_what_shows_it(
    connected: Connected, app: App, collection: str, shown: bool
) -> None:
    provider = connected(Faulty(app, faults.Fault(method("POST"), fail(502), times=100)))
    hints.note(env="prod")
    try:
        with pytest.raises(Ambiguous) as caught:
            provider.create(collection, BODY)
    finally:
        hints.reset()
    detail = caught.value.diagnostics[0].detail
    way = ": `provisioner plan --env prod` shows it." if shown else "."
    assert detail.endswith(f"Whether it was performed is not known{way}")
