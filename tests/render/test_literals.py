"""Literals: whatever a text holds, it comes out of the code as it went in."""

from __future__ import annotations

import ast
import json
import os
import shlex
import subprocess
from typing import Any

import pytest

from provisioner.render.literals import FromEnvironment, python, shell_json

TEXTS = [
    "",
    "plain",
    "a \"quoted\" and a 'quoted' word",
    "back\\slash, \\n is no line, and a last one\\",
    "$HOME `id` $(id) ${HOME} !! %s {braces}",
    "several\nlines\n\nof \"prose\", long enough to be shown a line each, with 'quotes' in them\n",
    "no line at the end of what is long enough\nto be shown in several lines, as this one is",
    "\r\n\t\x00\x07\x1b[31m \x7f \x85 \u2028 \u202e \ufeff",
    "Grüße, 你好, 👩‍👩‍👧, ￿, \U000e0041",
    "half \ud83d a character",
    "@ @@ @@@NAME@@@ @NAME@",
    '"""',
    "'''",
    "# no comment",
    "-d @file",
]
VALUES: list[Any] = [
    *TEXTS,
    {},
    [],
    {"a": [1, 2.5, -1, 1e300, True, False, None], "b": {"c": {}}},
    {text: {"nested": [text, {text: text}]} for text in TEXTS},
    [["long enough to be shown on lines of their own"] * 4, "x" * 200],
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
@pytest.mark.parametrize("depth", [0, 3])
def test_python_evaluates_to_the_value(value: Any, depth: int) -> None:
    code = python(value, depth)

    assert ast.literal_eval(code) == value
    assert all(line.isprintable() for line in code.split("\n"))


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_shell_hands_on_the_same_json(value: Any) -> None:
    word = shell_json({"text": value, "token": FromEnvironment("TOKEN")})

    done = subprocess.run(
        ["sh", "-c", f"printf %s {word}"],
        env={**os.environ, "TOKEN": "t0 $k 'e' n"},
        capture_output=True,
        check=True,
    )

    assert json.loads(done.stdout) == {"text": value, "token": "t0 $k 'e' n"}


@pytest.mark.parametrize(
    "value",
    [
        {"zz_reasoning": 1, "answer": 2},
        {"schema": {"properties": {"zz_reasoning": {"type": "string"}, "answer": {}}}},
        [{"zz_reasoning": "long enough for lines of their own " * 2, "answer": "x" * 60}],
    ],
)
def test_keys_stand_in_their_order(value: Any) -> None:
    text = json.dumps(value)

    assert json.dumps(ast.literal_eval(python(value))) == text
    assert json.dumps(json.loads(shlex.split(shell_json(value))[0])) == text


def test_what_comes_from_the_environment_is_looked_up() -> None:
    tools = {"tools": [{"authorization": FromEnvironment("CRM_TOKEN")}]}

    assert python(tools) == '{"tools": [{"authorization": os.environ["CRM_TOKEN"]}]}'
    assert '"\'"$CRM_TOKEN"\'"' in shell_json(tools)


def test_what_is_long_is_shown_an_item_a_line() -> None:
    value = {"type": "file_search", "vector_store_ids": ["vs_" + "0" * 24] * 3}

    lines = python(value).splitlines()

    assert lines[:3] == ["{", '    "type": "file_search",', '    "vector_store_ids": [']
    assert lines[-1] == "}"
    assert max(map(len, lines)) <= 88
