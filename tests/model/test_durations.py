"""Lengths of time are read from a number and a unit, and shown in one unit."""

import pytest

from provisioner.model.durations import duration_text, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("90s", 90),
        ("45m", 2700),
        ("12h", 43_200),
        (" 30d ", 2_592_000),
        ("2w", 1_209_600),
    ],
)
def test_a_number_and_a_unit_are_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "30", "d", "-1d", "1.5h", "30 d", "1h30m", "30D", "٣d", "999999w"]
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a duration|hundred years"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (59.9, "59 s"), (60, "1 min"), (7199, "1 h"), (86_400 * 90, "90 d")],
)
def test_a_length_of_time_is_told_in_one_unit(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
