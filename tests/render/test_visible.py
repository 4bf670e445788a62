import json

import pytest

from provisioner.render.visible import escaped, visible

PERSIAN = "می\u200cخواهم"
HINDI = "क्\u200dष क्\u200cष"
FAMILY = "👩\u200d👩\u200d👧"
RAINBOW = "🏳\ufe0f\u200d🌈"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


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
        # A joiner stays where its neighbours need it, and nowhere else.
        (PERSIAN, PERSIAN),
        (HINDI, HINDI),
        ("රාජ්‍ය", "රාජ්‍ය"),
        (FAMILY, FAMILY),
        (RAINBOW, RAINBOW),
        (ENGLAND, ENGLAND),
        ("pass\u200cword\u200d", "pass<U+200C>word<U+200D>"),
        ("می\u200c\u200c\u200cخ", "می<U+200C><U+200C><U+200C>خ"),
        ("می\u200c.", "می<U+200C>."),
        ("12\u200d3", "12<U+200D>3"),
        ("👩\u200dx", "👩<U+200D>x"),
        ("\U0001f3f4\U000e0067\U000e0075", "\U0001f3f4<U+E0067><U+E0075>"),
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


@pytest.mark.parametrize("text", [PERSIAN, HINDI, FAMILY, RAINBOW, ENGLAND])
def test_json_keeps_what_is_not_whole_without_its_joiners(text: str) -> None:
    assert escaped(json.dumps(text, ensure_ascii=False)) == f'"{text}"'
