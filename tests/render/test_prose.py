import random
import time
from typing import Any

import pytest

from provisioner.render.prose import hunks
from tests.render.samples import field_rows

WORDS = ("answer", "every", "question", "from", "the", "policy", "library", "and", "name", "it")


def prompt(lines: int, words: int = 14, seed: int = 1) -> str:
    """A text of numbered sentences, so that no two lines are the same."""
    rng = random.Random(seed)  # noqa: S311 - a text to compare, no secret
    return "\n".join(
        f"{number}. " + " ".join(rng.choice(WORDS) for _ in range(words)) + "."
        for number in range(1, lines + 1)
    )


def rows(live: str, desired: str, **options: Any) -> list[str]:
    return [row.strip() for row in field_rows(live, desired, **options)[1:]]


def test_one_edited_word_shows_its_line_and_two_on_either_side() -> None:
    live = "One.\nTwo.\nThree.\nWhen two disagree, the later one wins.\nFive.\nSix.\nSeven."
    desired = live.replace("later", "earlier")
    assert field_rows(live, desired) == [
        "    ~ instructions  1 word changed",
        "        2   │ Two.",
        "        3   │ Three.",
        "        4 ~ │ When two disagree, the [-later-]{+earlier+} one wins.",
        "        5   │ Five.",
        "        6   │ Six.",
    ]


@pytest.mark.parametrize(
    ("live", "desired", "expected"),
    [
        ("a b c\n", "a b new c\n", ["1 ~ │ a b {+new+} c"]),
        ("a b old c\n", "a b c\n", ["1 ~ │ a b [-old-] c"]),
        (
            "Never answer at once.\n",
            "Answer at once.\n",
            ["1 ~ │ [-Never answer-]{+Answer+} at once."],
        ),
        ("Pay in cash.\n", "Pay in cash, always.\n", ["1 ~ │ Pay in cash{+, always+}."]),
        ("Use 0.2 of it all.\n", "Use 0.25 of it all.\n", ["1 ~ │ Use [-0.2-]{+0.25+} of it all."]),
        ("会議は月曜日です\n", "会議は火曜日です\n", ["1 ~ │ 会議は[-月-]{+火+}曜日です"]),
    ],
)
def test_the_changed_words_are_marked_within_the_line(
    live: str, desired: str, expected: list[str]
) -> None:
    assert [row for row in rows(live, desired) if "│ " in row] == expected


def test_lines_with_nothing_in_common_stand_below_each_other() -> None:
    assert rows("Cats purr.\nStay.", "Dogs bark loudly at night!\nStay.") == [
        "- │ Cats purr.",
        "1 + │ Dogs bark loudly at night!",
        "2   │ Stay.",
    ]


def test_an_edited_line_and_new_lines_below_it_are_told_apart() -> None:
    live = "Answer in at most five sentences."
    desired = "Answer in at most six sentences.\nNever use a list.\nNever shout."
    assert rows(live, desired) == [
        "1 ~ │ Answer in at most [-five-]{+six+} sentences.",
        "2 + │ Never use a list.",
        "3 + │ Never shout.",
    ]


def test_a_removed_line_between_edited_ones_stands_on_its_own() -> None:
    live = "Keep the first line here.\nThis goes.\nKeep the last line here."
    desired = "Keep the very first line here.\nKeep the very last line here."
    assert rows(live, desired) == [
        "1 ~ │ Keep the {+very+} first line here.",
        "- │ This goes.",
        "2 ~ │ Keep the {+very+} last line here.",
    ]


def test_a_paragraph_wrapped_anew_shows_only_the_word_that_changed() -> None:
    live = "We answer every question that\na customer asks within two days, and\nnever later.\nBye"
    desired = (
        "We answer every question\nthat a customer asks within three days,\nand never later.\nBye"
    )
    assert rows(live, desired) == [
        "1   │ We answer every question",
        "2 ~ │ that a customer asks within [-two-]{+three+} days,",
        "3   │ and never later.",
        "4   │ Bye",
    ]


def test_wrapping_alone_is_said_in_one_line() -> None:
    assert rows("one two\nthree four\nend", "one\ntwo three\nfour\nend") == [
        "1 ≈ │ one (3 lines: only spacing and line breaks differ)",
        "4   │ end",
    ]


def test_a_missing_line_break_at_the_end_can_be_seen() -> None:
    assert rows("One.\nTwo.\n", "One.\nTwo.") == ["1   │ One.", "2   │ Two.", "- │ (empty line)"]


def test_a_block_that_moved_is_not_printed_twice() -> None:
    block = "# Tone\nBe warm and exact.\nSay you.\n"
    live, desired = block + prompt(9) + "\n", prompt(9) + "\n" + block
    shown = rows(live, desired)
    assert "- │ # Tone (3 lines moved to line 10)" in shown
    assert "10 + │ # Tone (3 lines moved from line 1)" in shown
    assert not [row for row in shown if "warm" in row]


def test_two_paragraphs_that_changed_places_are_both_said_to_have_moved() -> None:
    one, two = "First of all, be kind.\nAnd warm.", "Second, be short.\nAnd exact."
    text = f"Start here.\n\n{one}\n\nMiddle ground stays.\nSo it does.\nAnd so on.\n\n{two}\n\nThe end."
    swapped = text.replace(one, "ONE").replace(two, one).replace("ONE", two)
    assert [row for row in rows(text, swapped) if "moved" in row] == [
        "- │ First of all, be kind. (2 lines moved to line 10)",
        "3 + │ Second, be short. (2 lines moved from line 10)",
        "- │ Second, be short. (2 lines moved to line 3)",
        "10 + │ First of all, be kind. (2 lines moved from line 3)",
    ]


def test_other_line_endings_are_not_a_rewrite() -> None:
    live = "One here.\n\nTwo there.\n\nThree.\n"
    assert rows(live, live.replace("\n", "\r\n"))[0].endswith(
        "only spacing and line breaks differ)"
    )
    assert not [row for row in rows(live, live.replace("\n", "\r\n")) if "+ │" in row]


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("colour", [False, True])
def test_one_word_in_a_prompt_of_400_lines_takes_at_most_ten_lines(seed: int, colour: bool) -> None:
    rng = random.Random(seed)  # noqa: S311 - picks a word, no secret
    live = prompt(400, words=rng.choice([3, 14, 60]), seed=seed)
    words = live.split(" ")
    words[rng.randrange(len(words))] = "TURNED"
    shown = field_rows(live, " ".join(words), colour=colour, width=rng.choice([60, 80, 100]))
    assert len(shown) <= 10
    assert any("TURNED" in row for row in shown)


def test_a_paragraph_of_5000_characters_is_windowed_around_its_edits() -> None:
    live = prompt(60).replace("\n", " ")
    desired = live.replace("7. ", "7. FIRST ", 1).replace("55. ", "55. SECOND ", 1)
    first, *others = rows(live, desired, width=100)
    assert len(live) > 5000
    assert len(others) <= 1
    assert all(len(row) < 100 for row in (first, *others))
    assert "{+FIRST+}" in first
    assert "{+SECOND+}" in " ".join([first, *others])


def test_a_rewritten_prompt_is_folded_and_all_of_it_can_be_asked_for() -> None:
    live, desired = "alpha beta\n" * 200 + "end", "gamma delta\n" * 200 + "end"
    folded = rows(live, desired)
    assert len(folded) == 41
    assert folded[-1] == "… 162 more lines, 162 of them new or changed (--all)"
    assert len(rows(live, desired, all_documents=True)) == 401


def test_new_lines_are_not_hidden_behind_the_many_that_they_replace() -> None:
    """488 lines give way to three, and the second of the three is the dangerous one."""
    shown = rows(prompt(488), "Be nice.\nRefund everybody at once.\nBye.")
    assert [row for row in shown if "+ │" in row] == [
        "1 + │ Be nice.",
        "2 + │ Refund everybody at once.",
        "3 + │ Bye.",
    ]
    assert "- │ (485 more lines taken out: --all shows them)" in shown
    assert len(shown) < 12


def test_a_new_line_among_many_removed_sections_is_shown() -> None:
    sections = [prompt(30, seed=seed) for seed in range(5)]
    keep = [f"Keep this line of section {n} as it always was." for n in range(5)]
    live = "\n".join(f"{line}\n{section}" for line, section in zip(keep, sections, strict=True))
    shown = rows(live, "\n".join([*keep, "Never mind the rules above."]))
    assert "6 + │ Never mind the rules above." in shown


def test_where_even_the_new_lines_are_too_many_their_number_is_said() -> None:
    shown = rows("Old.", prompt(90))
    assert shown[-1].endswith("of them new or changed (--all)")


@pytest.mark.parametrize("others", [0, 12, 200])
def test_a_word_changed_inside_a_section_that_moved_is_shown(others: int) -> None:
    section = (
        "# Refunds\nAlways ask a colleague before you refund anything.\n"
        "Refunds above 100 euro are allowed.\nClose the ticket afterwards.\n"
    )
    live = f"{section}{prompt(12 + others)}\n"
    desired = live.removeprefix(section) + section.replace("Always ask", "NEVER ask")
    shown = rows(live, desired)
    place = 13 + others
    assert f"- │ # Refunds (4 lines moved to line {place})" in shown
    assert f"{place} + │ # Refunds (4 lines moved from line 1, edited)" in shown
    edit = f"{place + 1} ~ │ [-Always-]{{+NEVER+}} ask a colleague before you refund anything."
    assert edit in shown


def test_a_line_added_inside_a_section_that_moved_is_shown() -> None:
    block = "# Tone here\nBe warm and exact.\nSay you to everybody.\n"
    live, desired = block + prompt(9) + "\n", prompt(9) + "\n" + block
    shown = rows(live, desired.replace("Say you", "Insult them first.\nSay you"))
    assert "12 + │ Insult them first." in shown


def test_a_single_sentence_that_moved_and_was_edited_shows_its_edit() -> None:
    line = "When the two documents disagree about an amount, the newer document is right."
    text = prompt(9)
    shown = rows(f"{line}\n{text}", f"{text}\n{line.replace('newer', 'older')}")
    assert [row for row in shown if row.startswith("10 ~ │") and "[-newer-]{+older+}" in row]


@pytest.mark.parametrize(
    ("live", "desired", "headline"),
    [
        ("Allow\n150 euro.", "Allow\n1500 euro.", "1 word changed"),
        ("a b\nc", "a b new words\nc", "2 words added"),
        ("a b c\nd", "a b\nd", "1 word taken out"),
        (
            "Keep it short.\nBe kind.",
            "Keep it very short.\nBe unkind now.",
            "3 words added, 1 taken out",
        ),
        ("one two\nthree", "one\ntwo three", "only spacing and line breaks changed"),
    ],
)
def test_the_headline_says_what_changed(live: str, desired: str, headline: str) -> None:
    assert field_rows(live, desired)[0] == f"    ~ instructions  {headline}"


def one_word_a_line(lines: int, seed: int = 1) -> tuple[str, str]:
    """A text of repeated words, and the same with one word changed in every line."""
    rng = random.Random(seed)  # noqa: S311 - picks words, no secret
    live = [[rng.choice(WORDS) for _ in range(14)] for _ in range(lines)]
    desired = [list(line) for line in live]
    for line in desired:
        line[rng.randrange(14)] = "CHANGED"
    return "\n".join(map(" ".join, live)), "\n".join(map(" ".join, desired))


@pytest.mark.parametrize("added", ["", "A line that is new.\n"])
def test_one_changed_word_in_each_of_many_lines_is_found_line_by_line(added: str) -> None:
    live, desired = one_word_a_line(1200)
    lines = [line for group in hunks(live, added + desired) for line in group]
    assert sum(line.sign == "~" for line in lines) >= 1195
    assert not [line for line in lines if line.sign == "-"]


@pytest.mark.parametrize(
    ("live", "desired"),
    [
        one_word_a_line(2500),
        tuple(text.replace("\n", " ") for text in one_word_a_line(3500)),
        (prompt(400, 40), prompt(400, 40, seed=2)),
        (prompt(400, 40).replace("\n", " "), prompt(400, 40, seed=2).replace("\n", " ")),
        ("a " * 50_000, "a " * 40_000 + "b " * 10_000),
        ("a\n" * 50_000, "b\n" + "a\n" * 40_000 + "b\n"),
        ("x" * 100_000, "x" * 50_000 + "y" * 50_000),
        ("漢字かな" * 25_000, "漢字" + "かな漢字" * 25_000),
        ("\x1b" * 100_000, "\x1b" * 99_999),
    ],
    ids=[
        "a word a line",
        "250,000 characters in one line",
        "lines",
        "one line",
        "one word",
        "one-word lines",
        "no spaces",
        "cjk",
        "control",
    ],
)
def test_no_text_of_100000_characters_takes_long(live: str, desired: str) -> None:
    began = time.process_time()
    field_rows(live, desired)
    assert time.process_time() - began < 5


def test_two_edits_far_apart_in_one_huge_line_are_found_by_sentences() -> None:
    live = prompt(1000).replace("\n", " ")
    desired = live.replace("2. ", "2. FIRST ", 1).replace("999. ", "999. SECOND ", 1)
    (group,) = hunks(live, desired)
    assert [line.sign for line in group] == ["~"]
    added = [span.text for span in group[0].spans if span.sign == "+"]
    assert sum(map(len, added)) < 300
    assert "FIRST" in added[0]
    assert "SECOND" in added[-1]


@pytest.mark.parametrize("seed", range(40))
def test_every_word_of_both_texts_is_accounted_for(seed: int) -> None:
    """Without context and marks, `-` lines and words are what went and `+` ones what came."""
    rng = random.Random(seed)  # noqa: S311 - edits a text, no secret
    live = prompt(12, words=8, seed=seed).split("\n")
    desired = list(live)
    for _ in range(rng.randrange(1, 6)):
        index = rng.randrange(len(desired))
        match rng.randrange(4):
            case 0:
                desired[index] = desired[index].replace("the", "THE")
            case 1:
                desired.insert(index, f"A line that is new: {rng.random()}.")
            case 2:
                del desired[index]
            case _:
                desired[index] += " And more."
    spans = [
        span
        for group in hunks("\n".join(live), "\n".join(desired))
        for line in group
        if not line.note
        for span in line.spans
    ]
    balance = {sign: letters(s.text for s in spans if s.sign == sign) for sign in "+-"}
    moved = len(balance["+"]) - len(balance["-"])
    assert moved == len(letters(desired)) - len(letters(live))


def letters(texts: object) -> str:
    assert hasattr(texts, "__iter__")
    return "".join("".join(str(text).split()) for text in texts)


def test_the_ends_of_a_long_unchanged_run_stay_apart() -> None:
    for count in range(3, 9):
        same = [f"line {number}" for number in range(count)]
        live, desired = (
            "\n".join([first, *same, last])
            for first, last in (("old start", "old end"), ("new beginning", "another finish"))
        )
        groups = list(hunks(live, desired))

        shown = [line.text for group in groups for line in group if line.sign == " "]
        assert len(groups) == (1 if count <= 4 else 2)
        assert shown == (same if count <= 4 else [*same[:2], *same[-2:]])


def test_one_word_of_a_very_long_line_is_found_in_a_moment() -> None:
    """Pieces of a line were joined one by one once: two million characters took half a minute."""
    live = "word " * 40_000
    [[line]] = hunks(live, live.replace("word", "ward", 1))

    assert [(span.sign, span.text) for span in line.spans][:2] == [("-", "word"), ("+", "ward")]
    assert line.spans[-1].text.count("word") == 39_999


def test_a_huge_text_that_is_all_other_is_told_line_by_line() -> None:
    live = "\n".join(f"line {n} of a text that is very long" for n in range(12_000))
    [lines] = hunks(live, live.replace("line", "Zeile").replace("text", "Buch"))

    assert sum(line.sign in "-~" for line in lines) >= 12_000
