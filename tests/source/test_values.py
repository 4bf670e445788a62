"""Files of one value: JSON and YAML, and the place of whatever is wrong with one."""

import pytest

from provisioner.source.values import value_in


@pytest.mark.parametrize(
    ("text", "is_yaml", "value"),
    [
        (
            '{"b": [1, 2.5, null], "a": "\\ud83d\\ude00 NaN"}',
            False,
            {"b": [1, 2.5, None], "a": "😀 NaN"},
        ),
        ("b: [1, 2.5]\na: NaN\n", True, {"b": [1, 2.5], "a": "NaN"}),
        ("# nothing\n---\n---\nx: 1\n", True, {"x": 1}),
        ("", True, None),
        ("[" * 100 + "]" * 100, False, ...),
    ],
)
def test_a_value_is_read(text: str, is_yaml: bool, value: object) -> None:
    found, flaws = value_in(text, is_yaml=is_yaml)

    assert not flaws
    assert value in (..., found)


@pytest.mark.parametrize(
    ("text", "place", "code", "told"),
    [
        ('{"a": 1,\n "b": {"a": 1,\n  "a": 2}}', (3, 3), "duplicate-key", "on line 2"),
        ('{"a": 1,\n\t"a": 2}', (2, 2), "duplicate-key", "on line 1"),
        ('{"a": 1, "a": "\\ud83d"}', (1, 1), "duplicate-key", "twice"),
        ('["NaN", \n NaN]', (2, 2), "not-json", "JSON has no `NaN`"),
        ('["-Infinity", -Infinity]', (1, 15), "not-json", "JSON has no `-Infinity`"),
        (f'["{"9" * 301}", {"9" * 301}]', (1, 307), "not-json", "at most 300 digits"),
        ('{"a": 1e999}', (1, 7), "not-json", "too large for a computer"),
        ("[" * 101 + "]" * 101, (1, 1), "nested-too-deeply", "100 levels"),
        ("[" * 100_000, (1, 1), "nested-too-deeply", "100 levels"),
        ('{"a": "x",\n "b": "\\ud83d"}', (2, 8), "not-json", "one half of a surrogate pair"),
        ('{"\\udc00": 1}', (1, 3), "not-json", "one half of a surrogate pair"),
        ("{", (1, 2), "not-json", "property name"),
    ],
)
def test_what_is_wrong_with_json_has_its_place(
    text: str, place: tuple[int, int], code: str, told: str
) -> None:
    (flaw,) = value_in(text, is_yaml=False)[1]

    assert ((flaw.line, flaw.column), flaw.code.name) == (place, code)
    assert told in flaw.detail


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\na: 2\n", [(2, 1, "duplicate-key")]),
        ("a: 1\n---\nb: 2\n---\nc: 3\n", [(3, 1, "second-document")]),
        ("a: [\n", [(2, 1, "not-yaml")]),
    ],
)
def test_what_is_wrong_with_yaml_is_not_passed_over(
    text: str, found: list[tuple[int, int, str]]
) -> None:
    flaws = value_in(text, is_yaml=True)[1]

    assert [(flaw.line, flaw.column, flaw.code.name) for flaw in flaws] == found
