from __future__ import annotations

from typing import Any

import pytest

from provisioner.model.timestamps import seconds

MOMENT = 1_764_000_000


@pytest.mark.parametrize(
    "written",
    [
        MOMENT,
        float(MOMENT),
        str(MOMENT),
        MOMENT * 1000,
        MOMENT * 1_000_000,
        f" {MOMENT * 1000} ",
        "2025-11-24T16:00:00Z",
        "2025-11-24T16:00:00",
        "2025-11-24T17:00:00+01:00",
        "2025-11-24 16:00:00.000000+00:00",
    ],
)
def test_one_moment_in_every_spelling_is_one_number(written: Any) -> None:
    assert seconds(written) == MOMENT


def test_fractions_of_a_second_survive() -> None:
    assert seconds(MOMENT * 1000 + 250) == MOMENT + 0.25


@pytest.mark.parametrize(
    "written",
    [None, "", "yesterday", True, [], {}, float("nan"), float("inf"), "-Infinity", 10**400],
)
def test_what_says_no_moment_is_zero(written: Any) -> None:
    assert seconds(written) == 0.0
