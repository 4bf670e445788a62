"""Texts that are put together: which parts of the whole are secret."""

import pytest

from provisioner.model.value import Sensitive, Spans
from provisioner.source.joining import Text, cut, joined, without_blank_ends
from tests.source.folders import STACK, Folder, only

HUSH = Sensitive("hush")
VARIABLES = """\
  variables:
    key: {default: hush, sensitive: true}
    line: {default: "Key ${var:key}."}
"""


def parts(text: Text) -> tuple[str, Spans]:
    assert isinstance(text, Sensitive)
    return text.value, text.spans


@pytest.mark.parametrize(
    ("pieces", "between", "expected"),
    [
        ([HUSH], "", ("hush", ())),
        (["a ", HUSH, " b"], "", ("a hush b", ((2, 6),))),
        ([HUSH, HUSH], "", ("hushhush", ())),
        ([HUSH, "x", HUSH], "\n", ("hush\nx\nhush", ((0, 4), (7, 11)))),
        # The same secret is one wherever it stands, unless it is as short as any word.
        (["hush, ", HUSH, "!"], "", ("hush, hush!", ((0, 4), (6, 10)))),
        (["is ", Sensitive("is"), "."], "", ("is is.", ((3, 5),))),
        # What is joined already keeps its own parts.
        (["1: ", Sensitive("a hush", spans=((2, 6),))], "", ("1: a hush", ((5, 9),))),
        (["a", Sensitive("")], "", ("a", ((1, 1),))),
    ],
)
def test_the_secret_parts_of_a_joined_text(
    pieces: list[Text], between: str, expected: tuple[str, Spans]
) -> None:
    assert parts(joined(pieces, between)) == expected


def test_a_text_without_secrets_stays_a_text() -> None:
    assert joined(["a", "b"], "-") == "a-b"
    assert without_blank_ends("\na\n\n") == "a"
    assert without_blank_ends("\n\n") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (Sensitive("\nx hush\n", spans=((3, 7),)), ("x hush", ((2, 6),))),
        (Sensitive("\nhush\n"), ("hush", ())),
        (Sensitive("a hush\n", spans=((2, 7),)), ("a hush", ((2, 6),))),
    ],
)
def test_the_secret_parts_move_with_what_is_cut_off(
    text: Sensitive, expected: tuple[str, Spans]
) -> None:
    assert parts(without_blank_ends(text)) == expected


def test_a_piece_of_a_secret_is_secret() -> None:
    assert parts(cut(Sensitive("a hush b", spans=((2, 6),)), 3, 7)) == ("ush ", ((0, 3),))


@pytest.mark.parametrize(
    ("instructions", "expected"),
    [
        ("'Key ${var:key}.'", ("Key hush.", ((4, 8),))),
        # A variable that another one went into is secret where that one stands.
        ("'${var:line} Twice: ${var:key}'", ("Key hush. Twice: hush", ((4, 8), (17, 21)))),
        ("'${var:line}'", ("Key hush.", ((4, 8),))),
        ("{parts: [{text: Be kind.}, {text: 'Key ${var:key}.'}]}", ("Be kind.\n\nKey hush.", ((14, 18),))),
        ("{parts: [{file: p.md, variables: true}, {text: End.}]}", ("One\nkey hush\n\nEnd.", ((8, 12),))),
    ],
)  # fmt: skip
def test_in_a_manifest_only_the_variable_is_secret(
    folder: Folder, instructions: str, expected: tuple[str, Spans]
) -> None:
    manifest = (
        "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: a}\n"
        f"spec:\n  model: m\n  instructions: {instructions}\n"
    )
    folder.write(
        **{"stack.yaml": STACK + VARIABLES, "a.yaml": manifest, "p.md": "One\nkey ${var:key}\n"}
    )

    assert parts(only(folder.load(), "assistant.a").spec["instructions"]) == expected
