"""The width of a text on a terminal is known, and no letter is cut in the middle."""

import pytest

from provisioner.model.text_change import Line, Span
from provisioner.render.columns import Column
from provisioner.render.matching import words
from provisioner.render.palette import Palette
from provisioner.render.widths import columns, fits, head, letters, padded, pieces, tail

PERSIAN = "می\u200cخواهم که پاسخ\u200cها کوتاه باشند"
HINDI = "हिन्दी में क्षत्रिय का उत्तर दीजिए"
FAMILIES = "👩\u200d👩\u200d👧👍🏽🏳\ufe0f\u200d🌈🇩🇪1\ufe0f\u20e3" * 6
ACCENTS = "e\u0301" * 30
STACKED = "a" + "\u0301" * 500 + "b" * 40
TEXTS = [PERSIAN, HINDI, FAMILIES, ACCENTS, "漢字" * 20, "ภาษาไทยไม่มีช่องว่าง" * 3]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("Zoë – „é“ → …", 13),
        ("漢字", 4),
        ("e\u0301", 1),
        ("می\u200cخواهم", 7),
        ("हिन्दी", 4),
        ("👩\u200d👩\u200d👧", 2),
        ("👍🏽", 2),
        ("🏳\ufe0f\u200d🌈", 2),
        ("🇩🇪", 2),
        ("1\ufe0f\u20e3", 2),
        ("⚠", 1),
        ("⚠\ufe0f", 2),
        ("", 0),
    ],
)  # fmt: skip
def test_width_is_what_a_terminal_draws(text: str, width: int) -> None:
    assert columns(text) == width
    assert padded(text, 20) == text + " " * (20 - width)


@pytest.mark.parametrize("text", [*TEXTS, "a few words that go on and on and on", "x" * 90])
@pytest.mark.parametrize("room", [5, 12, 20])
def test_a_cut_text_fits_is_cut_between_letters_and_says_that_it_was_cut(
    text: str, room: int
) -> None:
    beginning, end = head(text, room), tail(text, room)

    assert columns(beginning) <= room
    assert columns(end) <= room
    assert beginning.endswith("…")
    assert end.startswith("…")
    whole = [*letters(text)]
    kept = [*letters(beginning[:-1])]
    assert kept == whole[: len(kept)]
    kept = [*letters(end[1:])]
    assert kept == whole[len(whole) - len(kept) :]
    assert head(text, 200) == tail(text, 200) == text


@pytest.mark.parametrize("text", TEXTS)
def test_a_word_wider_than_a_row_is_cut_between_letters(text: str) -> None:
    found = [*pieces(text, 7)]

    assert "".join(found) == text
    assert all(columns(piece) <= 7 for piece in found)
    assert [letter for piece in found for letter in letters(piece)] == [*letters(text)]


def test_of_a_letter_with_hundreds_of_accents_only_some_are_looked_at() -> None:
    assert columns(head(STACKED, 12)) <= 12
    assert columns(tail(STACKED, 12)) <= 12
    assert "".join(pieces(STACKED, 7)) == STACKED


def test_a_letter_wider_than_a_row_stays_whole() -> None:
    assert [*pieces("漢字", 1)] == ["漢", "字"]


def test_a_long_text_is_not_measured_to_know_that_it_does_not_fit() -> None:
    assert not fits("é" * 10_000_000, 10)
    assert fits("👩\u200d👩\u200d👧" * 5, 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("می\u200cخواهم که", ["می\u200cخواهم", "که"]),
        ("हिन्दी में, क्षत्रिय।", ["हिन्दी", "में", ",", "क्षत्रिय", "।"]),
        ("e\u0301te\u0301 x", ["e\u0301te\u0301", "x"]),
        ("ok 👩\u200d👩\u200d👧👍🏽 🇩🇪🇫🇷!", ["ok", "👩\u200d👩\u200d👧", "👍🏽", "🇩🇪", "🇫🇷", "!"]),
        ("1\ufe0f\u20e3 ⚠\ufe0f", ["1\ufe0f\u20e3", "⚠\ufe0f"]),
        ("ภาษาไทย ที่", ["ภาษาไทย", "ที่"]),
    ],
)  # fmt: skip
def test_words_are_compared_whole(text: str, expected: list[str]) -> None:
    assert [word.text for word in words([text])] == expected


@pytest.mark.parametrize("text", [PERSIAN * 4, HINDI * 4])
def test_rows_break_between_words(text: str) -> None:
    column = Column(30, "", Palette(False))

    rows = [row.partition("│ ")[2] for row in column.rows([Line("+", (Span("+", text),), 1)])]

    assert all(columns(row) <= 30 for row in rows)
    assert " ".join(rows).split() == text.split()
