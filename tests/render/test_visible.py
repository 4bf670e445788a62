import json

import pytest

from provisioner.render.visible import columns, escaped, head, tail, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zoë, café 漢字 👍🏽", "Zoë, café 漢字 👍🏽"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\tb", "a    b"),
        ("a\r\nb", "a␍␊b"),
        ("\x7f\x9b2J", "␡<U+009B>2J"),
        ("evil\u202egnp.exe", "evil<U+202E>gnp.exe"),
        ("pass\u200bword", "pass<U+200B>word"),
        ("\U000e0041\ufeff", "<U+E0041><U+FEFF>"),
        ("half \ud83d", "half <U+D83D>"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::all is lost", "\\::error::all is lost"),
        ("  ::error file=a.py,line=1::x", "  \\::error file=a.py,line=1::x"),
        ("::stop-commands::token", "\\::stop-commands::token"),
        ("##[group]mine", "#\\#[group]mine"),
        ("said ##vso[task.setvariable variable=a]b", "said #\\#vso[task.setvariable variable=a]b"),
        ("##teamcity[buildStop]", "#\\#teamcity[buildStop]"),
        ("::1 is an address", "::1 is an address"),
        ("std::vector::size", "std::vector::size"),
        ("## [a heading](with a link)", "## [a heading](with a link)"),
    ],
)
def test_what_a_pipeline_would_obey_is_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_json_holds_no_command_of_a_pipeline_and_still_says_it() -> None:
    text = escaped(json.dumps({"answer": "##[error]x\n::error::y"}, indent=2))

    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert json.loads(text) == {"answer": "##[error]x\n::error::y"}


def test_json_keeps_its_meaning_and_loses_its_power_over_a_terminal() -> None:
    document = {"name": "a\u202eb\x9b\U000e0041\ud83d", "text": "line\nbreak Zoë"}
    text = escaped(json.dumps(document, indent=2, ensure_ascii=False))
    assert json.loads(text) == document
    assert "Zoë" in text
    assert visible(text.replace("\n", "")) == text.replace("\n", "")


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("", 0)])
def test_width_is_what_a_terminal_draws(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize("text", ["a few words that go on and on", "漢字" * 20, "x" * 90])
@pytest.mark.parametrize("room", [5, 12, 20])
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, room: int) -> None:
    assert columns(head(text, room)) <= room
    assert columns(tail(text, room)) <= room
    assert head(text, room).endswith("…")
    assert tail(text, room).startswith("…")
    assert head(text, 200) == tail(text, 200) == text
