"""The survey of gc in every format: harmless for whoever reads it, and the same in all of them."""

import re
from typing import Any

import pytest

from provisioner.model.leaks import Condition, Judgement, Survey, Whose
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS, names_for
from provisioner.render.leaks.view import pending, view_of_survey
from provisioner.render.leaks.words import age, price, size

EVIL = "\x1b[2J\r| <script> `x` =1+1\u202e"
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def leak(id: str = "vs_1", condition: Condition = Condition.DANGLING, **more: Any) -> Judgement:
    return Judgement(
        "vector_store", id, Whose.NOBODY, condition, "Nothing names it.", created_at=0.0, **more
    )


def shown(format: str, *leaks: Judgement, **layout: Any) -> str:
    view = view_of_survey(Survey(leaks, taken_at=86_400.0 * 41, prices_of="2026-09-30", host="h"))
    return FORMATS[format].renderers[Shape.LEAKS](view, Layout(**layout))


@pytest.mark.parametrize("format", names_for(Shape.LEAKS))
def test_no_name_commands_a_terminal_a_table_or_a_spreadsheet(format: str) -> None:
    text = shown(format, leak(EVIL, name=EVIL, owner=EVIL, users=(EVIL,)))

    assert not FORBIDDEN.search(text)
    assert text.endswith("\n")
    if format == "markdown":
        assert "<script>" not in text


def test_leaks_stand_by_condition_the_most_expensive_first_and_what_is_needed_is_counted() -> None:
    text = shown(
        "text",
        leak("vs_cheap", price_per_day=0.1),
        leak("vs_dear", price_per_day=2.0),
        leak("vs_used", Condition.IN_USE, price_per_day=1.0),
        leak("vs_empty", Condition.EMPTY),
    )

    assert text.index("vs_dear") < text.index("vs_cheap") < text.index("vs_empty")
    assert "vs_used" not in text
    assert "Needed, as far as can be read: 1 vector store." in text
    assert "The account is charged $3.10 a day" in text
    assert "of which $2.10 for leaks" in text
    assert text.count("Nothing names it.") == 2, "neighbours with one proof show it once"
    assert "vs_used" in shown("text", leak("vs_used", Condition.IN_USE), everything=True)


def test_long_groups_are_folded_unless_everything_is_wanted() -> None:
    many = [leak(f"vs_{n:03}") for n in range(30)]

    assert "… and 10 more (--all)" in shown("text", *many)
    assert "vs_029" in shown("text", *many, everything=True)


def test_only_what_could_be_deleted_is_pending() -> None:
    leaks = (leak(), leak("b", deletable=False), leak("c", Condition.UNKNOWABLE))

    assert pending(view_of_survey(Survey(leaks))) == 1


def test_what_a_test_has_just_made_is_not_said_to_stay_for_ever() -> None:
    beside = leak("b", deletable=False, owner="k3v9/default.candidate-3f9a01bc")
    theirs = leak("c", deletable=False, owner="else/prod.candidate-3f9a01bc")
    survey = Survey((leak(), beside, theirs), owner="k3v9/default")

    text = FORMATS["text"].renderers[Shape.LEAKS](view_of_survey(survey), Layout())

    assert "1 of these was made by a test, and can be deleted here a day after that." in text
    assert "1 of these is never deleted here" in text


def test_a_markdown_table_is_cut_and_says_so() -> None:
    text = shown("markdown", *[leak(f"vs_{n:04}") for n in range(120)])

    assert "… and 20 more." in text
    assert len(text.encode()) < 65_536


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0, "0 B"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB")]
)
def test_sizes(value: int | None, text: str) -> None:
    assert size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (-5, "0 min"), (90, "1 min"), (7200, "2 h"), (86_400 * 41, "41 d")],
)
def test_ages(value: float | None, text: str) -> None:
    assert age(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.0, "$0.00"), (0.001, "<$0.01"), (1234.5, "$1,234.50")]
)
def test_prices(value: float | None, text: str) -> None:
    assert price(value) == text
