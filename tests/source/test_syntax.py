"""YAML text -> values, and what is refused."""

import pytest

from provisioner.source.syntax import parse
from provisioner.source.trees import MAX_DEPTH, NotYaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-10-01", "2026-10-01"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-7", -7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("+", "+"),
        ("1.2.3", "1.2.3"),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("!!int 5", 5),
        ("<<", "<<"),
        ("9" * 400, "9" * 400),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    (document,) = parse(f"key: {text}\n")

    assert document.value == {"key": value}
    assert type(document.value["key"]) is type(value)


def test_keys_are_always_text() -> None:
    (document,) = parse("404: a\ntrue: b\nnull: c\n")

    assert document.value == {"404": "a", "true": "b", "null": "c"}


def test_anchors_aliases_and_merge_keys_work_and_own_keys_win() -> None:
    text = "base: &b {x: 1, y: 2}\nc: {<<: *b, y: 3}\nd: {<<: [*b, {z: 4, x: 9}]}\n"
    (document,) = parse(text)

    assert document.value["c"] == {"x": 1, "y": 3}
    assert document.value["d"] == {"x": 1, "y": 2, "z": 4}
    assert document.flaws == ()


@pytest.mark.parametrize(
    ("text", "place", "summary"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "duplicate key"),
        ("a: {x: 1, x: 2}\n", (1, 11), "duplicate key"),
        ("a: 1\r\na: 2\r\n", (2, 1), "duplicate key"),
        ("a: !Ref b\n", (1, 4), "unknown YAML tag"),
        ("a: !!python/object:os.system {}\n", (1, 4), "unknown YAML tag"),
        ("a: !!binary aGk=\n", (1, 4), "unknown YAML tag"),
        ("a: !!int five\n", (1, 4), "unknown YAML tag"),
        ("? [a, b]\n: c\n", (1, 3), "a key must be text"),
        ("a: {<<: 5}\n", (1, 9), "nothing to merge"),
    ],
)
def test_what_is_wrong_inside_a_document_has_its_place(
    text: str, place: tuple[int, int], summary: str
) -> None:
    (document,) = parse(text)

    assert [(f.line, f.column, f.code.summary) for f in document.flaws] == [(*place, summary)]


_BOMB = "a: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"b{i}: &a{i + 1} [{','.join([f'*a{i}'] * 10)}]\n" for i in range(8)
)


@pytest.mark.parametrize(
    ("text", "line", "summary"),
    [
        ("a: [\n", 2, "this is not YAML"),
        ("a: b: c\n", 1, "this is not YAML"),
        ("a:\n\tb: 1\n", 2, "this is not YAML"),
        ("a: *nobody\n", 1, "this is not YAML"),
        ("a: \x00\n", 1, "this is not YAML"),
        ("[" * 200_000, 1, "nested too deeply"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), 1, "nested too deeply"),
        ("a: &a [*a]\n", 1, "nested too deeply"),
        (_BOMB, 1, "too many values"),
    ],
    ids=["open", "colon", "tab", "alias", "nul", "deep", "one too deep", "itself", "bomb"],
)
def test_what_cannot_be_read_on_is_refused(text: str, line: int, summary: str) -> None:
    with pytest.raises(NotYaml) as caught:
        list(parse(text))

    assert (caught.value.flaw.line, caught.value.flaw.code.summary) == (line, summary)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("a: b\nc: d\x00e\n", (2, 5), "U+0000"),
        ("a: b\n\nc: \x07\n", (3, 4), "U+0007"),
        ("a: \ufffe\n", (1, 4), "U+FFFE"),
        ("a: b\n".encode("utf-16-le").decode("latin-1"), (1, 2), "save the file as UTF-8"),
    ],
)
def test_a_character_that_yaml_does_not_take_has_its_place(
    text: str, place: tuple[int, int], told: str
) -> None:
    with pytest.raises(NotYaml) as caught:
        list(parse(text))

    assert (caught.value.flaw.line, caught.value.flaw.column) == place
    assert told in caught.value.flaw.detail


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("spec: {model: m, name: @x}\n", "Text that begins with @ needs quotes."),
        ("name: `x`\n", "Text that begins with ` needs quotes."),
        ("a: b: c\n", "Text with `: ` in it needs quotes."),
        ("spec: {instructions: Note: this}\n", "Text with `: ` in it needs quotes."),
    ],
)
def test_the_sign_that_needs_quotes_is_named(text: str, told: str) -> None:
    with pytest.raises(NotYaml) as caught:
        list(parse(text))

    assert caught.value.flaw.detail.endswith(told)


def test_a_tab_is_named() -> None:
    with pytest.raises(NotYaml) as caught:
        list(parse("a:\n\tb: 1\n"))

    assert "The indentation contains a tab" in caught.value.flaw.detail


def test_documents_before_a_broken_one_are_read() -> None:
    documents = parse("a: 1\n---\nb: [\n")

    assert next(documents).value == {"a": 1}
    with pytest.raises(NotYaml):
        next(documents)


def test_empty_documents_have_no_value_and_every_document_its_line() -> None:
    found = list(parse("# only a comment\n---\n---\nx: 1\n...\n"))

    assert [(d.value, d.line) for d in found if d.value] == [({"x": 1}, 4)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude00"', "😀"),
        (r'"\uD83D\uDE00 and \ud83d\ude00\ud83d\ude01"', "😀 and 😀😁"),
        (r'{"k": ["\ud83d\ude00", "\" \ud83d\ude00"]}', {"k": ["😀", '" 😀']}),
        (r'"\\ud83d\\ude00 \ud83d\ude00"', r"\ud83d\ude00 😀"),
        (r"'\ud83d\ude00'", r"\ud83d\ude00"),
        (r"\ud83d\ude00", r"\ud83d\ude00"),
        (r'"\u00e9"', "é"),
    ],
)
def test_a_surrogate_pair_in_double_quotes_is_one_character(text: str, value: object) -> None:
    (document,) = parse(f"key: {text}\nother: '\\ud83d\\ude00'\n")

    assert document.value == {"key": value, "other": r"\ud83d\ude00"}


@pytest.mark.parametrize("text", [r'"\ud83d"', r'"\ude00\ud83d"', r'"\ud83d \ude00"'])
def test_half_a_surrogate_pair_is_called_that(text: str) -> None:
    with pytest.raises(NotYaml) as raised:
        list(parse(f"key: {text}\n"))

    assert "surrogate pair" in raised.value.flaw.detail


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a: 0400\n",
            'If this is a text, quote it: "0400". If it is a number, it means 400 here: write `400`.',
        ),
        ("a: 0400\n", "For the octal number write `0o400`."),
        ("a: [1, -007]\n", "write `-7`"),
        ("a: 0089\n", "write `89`"),
    ],
)
def test_a_number_that_begins_with_zero_is_told(text: str, told: str) -> None:
    ((flaw,),) = (document.flaws for document in parse(text))

    assert flaw.code.name == "leading-zero"
    assert told in flaw.detail
    assert "0o89" not in flaw.detail


@pytest.mark.parametrize("text", ["a: 0\n", "a: 0.5\n", "a: 0o400\n", "a: '0400'\n", "a: 04-00\n"])
def test_other_zeros_are_no_flaw(text: str) -> None:
    assert [document.flaws for document in parse(text)] == [()]


def test_a_nul_in_a_text_is_told_at_its_place() -> None:
    ((flaw,),) = (document.flaws for document in parse('a: 1\nb: [x, "y\\0z"]\n'))

    assert (flaw.line, flaw.column, flaw.code.name) == (2, 8, "nul-in-text")
