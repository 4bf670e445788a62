"""Paths print as people read them, and read back as the keys that they were."""

import pytest

from provisioner.model.paths import covers, parse, parse_choice, render
from tests.engine.chance import chance

KEYED = (("tools",), ("tools", "*", "files"))
ODD = [
    "a",
    "ab",
    "a.b",
    "a b",
    "[",
    "]",
    "a[0]",
    "a[",
    "]a",
    '"',
    'a"b',
    "\\",
    "",
    "é",
    "0",
    "*",
    "'",
]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("temperature",), "temperature"),
        (("tools", "lookup", "parameters", "properties", "id", "type"), "tools[lookup].parameters.properties.id.type"),
        (("tools", "code_interpreter", "files", "table"), "tools[code_interpreter].files[table]"),
        (("metadata", "team"), "metadata.team"),
        (("metadata", "a.b"), "metadata[a.b]"),
        (("required", 0, "x"), "required[0].x"),
        (("metadata", "a["), 'metadata["a["]'),
        (("metadata", ""), 'metadata[""]'),
        (("tools", "a]"), 'tools["a]"]'),
    ],
)  # fmt: skip
def test_a_path_prints_as_it_is_written(keys: tuple[str | int, ...], text: str) -> None:
    assert render(keys, KEYED) == text


@pytest.mark.parametrize("seed", range(20))
def test_every_path_reads_back(seed: int) -> None:
    die = chance(seed)
    for _ in range(200):
        keys = tuple(die.choices(ODD, k=die.randint(1, 5)))

        assert parse(render(keys, KEYED)) == keys
        assert parse(render(keys)) == keys


def test_different_paths_never_print_alike() -> None:
    pairs = [(a, b) for a in ODD for b in ODD]

    assert len({render(("tools", *pair), KEYED) for pair in pairs}) == len(pairs)


@pytest.mark.parametrize("text", ['metadata["a.b"]', "metadata[a.b]"])
def test_a_key_with_a_dot_may_stand_in_quotes_or_in_brackets(text: str) -> None:
    assert parse(text) == ("metadata", "a.b")


@pytest.mark.parametrize(
    "text", ["", ".a", "a..b", "a.", "a[", "a[]", "a]b", 'a["b"', "a[b]c", 'a"b"']
)
def test_a_text_that_is_no_path_is_refused_and_never_half_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read|empty"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "keys", "value"),
    [
        ("reasoning_effort=xhigh", ("reasoning_effort",), "xhigh"),
        ('metadata["a=b"]', ("metadata", "a=b"), None),
        ("metadata[a=b]=c=d", ("metadata", "a=b"), "c=d"),
        ("tools[web_search].mode=", ("tools", "web_search", "mode"), ""),
    ],
)
def test_a_value_may_stand_behind_a_path(
    text: str, keys: tuple[str, ...], value: str | None
) -> None:
    assert parse_choice(text) == (keys, value)


def test_a_path_covers_itself_and_its_parts_and_no_namesake() -> None:
    assert covers("tools[a]", 'tools["a"].files[b]')
    assert covers('metadata["a.b"]', "metadata[a.b]")
    assert not covers("metadata.a", "metadata[a.b]")
    assert not covers("tool", "tools")
    assert not covers("tools[a].files", "tools[a]")
