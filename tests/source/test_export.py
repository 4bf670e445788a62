"""Every value that is written as YAML reads back as the same value."""

import random
from typing import Any

import pytest

from provisioner.model.errors import ProvisionerError
from provisioner.source.export import comment, is_plain, literal, manifest
from provisioner.source.manifest import Report
from provisioner.source.syntax import parse
from provisioner.source.variables import Variables, fill

PIECES = [
    *(
        "a",
        "yes",
        "null",
        "~",
        "<<",
        "=",
        "0o7",
        "1e3",
        "0x1F",
        "012",
        "1_000",
        "12:30",
        "2026-01-01",
    ),
    *(
        "- x",
        "? x",
        ": ",
        "#",
        " #",
        "'",
        '"',
        "\\",
        "|",
        ">",
        "%",
        "@",
        "&a",
        "*a",
        "!t",
        "...",
        "---",
    ),
    *(
        "${",
        "$",
        "}",
        "${var:x}",
        "${env:HOME}",
        "\n",
        " ",
        "\t",
        " \n",
        "\n ",
        "\r",
        "\x1b",
    ),
    *("é", "😀", "\x85", "\u2028", "\ufeff", "\ufffe", "\U000e0041"),
]
VARIABLES = Variables(None, "", {}, {}, {}, Report())


def text(dice: random.Random) -> str:
    return "".join(dice.choices(PIECES, k=dice.randint(0, 7)))


def value(dice: random.Random, depth: int = 0) -> Any:
    chosen = dice.random()
    if depth > 3 or chosen < 0.6:
        return text(dice)
    if chosen < 0.7:
        return dice.choice([1, -3, 1.5, 1e-7, 1e22, 0.1, True, False, None])
    if chosen < 0.85:
        return [value(dice, depth + 1) for _ in range(dice.randint(0, 3))]
    return {text(dice): value(dice, depth + 1) for _ in range(dice.randint(0, 3))}


def read_back(written: str) -> Any:
    """As `read` and `resolve` take it: variables filled in."""
    [document] = parse(written)
    assert document.flaws == ()

    def complain(*said: Any) -> None:
        raise ProvisionerError(*said)

    return fill(document.value, lambda found, _: VARIABLES.text(found, complain))


@pytest.mark.parametrize("seed", range(25))
def test_anything_reads_back_as_it_was(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 (the same every time, that is the point)
    for _ in range(40):
        spec = {"one": value(dice), "other": text(dice)}

        back = read_back(manifest("Assistant", "a", spec, [text(dice), "x"]))

        assert back["spec"] == spec
        assert (back["kind"], back["metadata"]) == ("Assistant", {"name": "a"})


@pytest.mark.parametrize("word", ["yes", "0o7", "1e3", "null", "", "012", "<<"])
def test_a_text_that_looks_like_something_else_stays_text(word: str) -> None:
    assert read_back(manifest("Assistant", "a", {"x": word, word: 1}))["spec"] == {
        "x": word,
        word: 1,
    }


def test_a_person_can_read_it() -> None:
    spec = {"instructions": "One.\nTwo.\n", "tools": [{"type": "file_search"}], "temperature": 0.2}

    assert manifest("Assistant", "helper", spec, ["Pulled from asst_1."]) == (
        "# Pulled from asst_1.\n"
        "apiVersion: provisioner/v1\n"
        "kind: Assistant\n"
        "metadata:\n"
        "  name: helper\n"
        "spec:\n"
        "  instructions: |\n"
        "    One.\n"
        "    Two.\n"
        "  tools:\n"
        "    - type: file_search\n"
        "  temperature: 0.2\n"
    )


def test_variables_are_escaped_in_texts_however_deep_and_nowhere_else() -> None:
    assert literal({"${a}": ["${a} $${b}", 1]}) == {"${a}": ["$${a} $$${b}", 1]}


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\x85b", "a\u2028b", "a\x00b", "a\ud800b"])
def test_a_comment_is_one_line(text: str) -> None:
    assert comment(text) == "# a b\n"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Title\n\n\tcode\n", True),
        ("👨\u200d👩 é", True),
        ("a\r\nb", False),
        ("\ufeffa", False),
        ("a\x1b[31m", False),
        ("a\x00", False),
        ("a\x85", False),
    ],
)
def test_a_text_file_holds_what_reads_back_the_same(text: str, plain: bool) -> None:
    assert is_plain(text) is plain
