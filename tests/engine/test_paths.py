"""Paths print as people read them, and read back as the keys that they were."""

import pytest

from provisioner.engine.paths import parse, render
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
