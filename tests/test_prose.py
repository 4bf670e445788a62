"""Docstrings are sentences: their form is judged by rule, their sense by people who read a draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.draw import draw
from tests.prose import PACKAGE, SUPPORT, Text, comments, docstrings, faults, messages
from tests.sentences import has_verb

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("folder", [PACKAGE, SUPPORT], ids=lambda folder: folder.name)
def test_docstrings_are_sentences(folder: Path) -> None:
    said = [
        f"{one.place} {one.owner}: {fault}" for one in docstrings(folder) for fault in faults(one)
    ]

    assert said == []


def test_no_docstring_of_the_tests_begins_like_a_question() -> None:
    begun = re.compile(r'^ *r?"""(?:What|Whether|Where|Which|How|Who|Whose|Why)\b', re.MULTILINE)
    files = [*PACKAGE.rglob("*.py"), *SUPPORT.parent.rglob("*.py")]
    assert [str(file) for file in files if begun.search(file.read_text(encoding="utf-8"))] == []


def test_a_draw_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert draw(7, 5) == draw(7, 5) != draw(8, 5)
    assert len(re.findall(r"^ *\d+\. provisioner/", draw(7, 5), re.MULTILINE)) == 10


def test_messages_are_found_whole() -> None:
    found = {one.text for one in messages()}

    assert any(text.startswith("The server answered") for text in found)
    assert not found & {one.text for one in docstrings()}


def test_a_message_shows_what_is_filled_in_and_is_joined_from_its_pieces(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text(
        "class Reader:\n"
        "    def read(self, name: str) -> str:\n"
        '        """Return the text."""\n'
        "        more = f'{name} may be {self.kinds}. ' 'Write the kind ' + 'before it.'\n"
        "        return more or 'a heading of five words:' or {'Kind': 'Assistant'}\n",
        encoding="utf-8",
    )

    assert [(one.owner, one.text) for one in messages(source)] == [
        ("Reader.read", "{name} may be {self.kinds}. Write the kind before it.")
    ]
    assert docstrings(source)[0].signature == "def Reader.read(self, name: str) -> str"


def test_a_comment_is_shown_with_its_code(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("# One\n# and two.\nx = 1\ny = 2  # three\n", encoding="utf-8")

    assert [(one.text, one.signature) for one in comments(source)] == [
        ("One and two.", "x = 1"),
        ("three", "y = 2"),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("Return the rows of one page.", "function", 0),
        ("`path` leads to a part of `whole`.", "function", 0),
        ("The server keeps names for a day.", "function", 0),
        ("A frozen plan.", "class", 0),
        ("The rows of one page.", "function", 1),
        ("The rows that a page has.", "function", 1),
        ("What of it is ours.", "class", 1),
        ("Whether it is a plan.", "property", 1),
        ("Seconds between two tries", "value", 1),
    ],
)
def test_the_rule_tells_sentences_from_riddles(text: str, kind: str, count: int) -> None:
    assert len(list(faults(Text("provisioner/room/x.py:1", kind, "x", text)))) == count


def test_a_verb_inside_of_an_aside_makes_no_sentence() -> None:
    assert not has_verb("The plan that apply performs.")
    assert has_verb("The plan is performed by apply.")
