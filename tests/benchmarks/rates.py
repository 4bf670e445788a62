"""A rate-limited server, over HTTP: `python -m tests.benchmarks.rates [--count N]`.

Prints the table of limits, bursts, hints and parallelism: requests a second in per cent of the limit,
and the share of 429s. 90 % and 15 % are what is promised.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from provisioner.providers.client import open_provider
from provisioner.providers.settings import Settings
from tests.support.rates import HEADERS, Bucket, Limited, Result
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


def created(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return Response('{"id": "asst_1"}', content_type="application/json")(environ, start_response)


def measured(rate: float, burst: float, hint: str, parallelism: int, count: int) -> Result:
    """`count` creates at a server that lets `rate` a second through. Raises if one is given up."""
    limited = Limited(created, Bucket(rate, burst, at=time.monotonic()), hint)
    with serving(limited) as base_url, ThreadPoolExecutor(parallelism) as pool:
        settings = Settings("rates", base_url, "sk-test")
        provider = open_provider(settings, timeout=30, parallelism=parallelism)
        began = time.monotonic()
        body = {"model": "m"}
        list(pool.map(lambda _: provider.create("assistants", body), range(count)))
        seconds = time.monotonic() - began
        provider.close()
    return Result(count, limited.refused, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rates")
    parser.add_argument("--count", type=int, default=150, help="creates for each line")
    parser.add_argument("--rate", type=float, action="append", help="only these limits")
    given = parser.parse_args()
    sys.stdout.write("a second  burst  Retry-After   parallelism  of the limit    429s\n")
    rates = given.rate or (5.0, 20.0, 50.0)
    for rate, at_once, hint, parallelism in itertools.product(
        rates, (False, True), HEADERS, (8, 32)
    ):
        result = measured(rate, rate if at_once else 1, hint, parallelism, given.count)
        sys.stdout.write(
            f"{rate:8g}  {rate if at_once else 1:5g}  {hint:12}  {parallelism:11}  "
            f"{result.rate / rate:12.0%}  {result.share:6.1%}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
