"""JSON that is nested deeper than the parser goes hides nothing that stands beside it."""

import json
from typing import Any

import pytest

from provisioner.providers.deep import DEEPEST, parsed


@pytest.mark.parametrize("levels", [1, 100, 3_000, 100_000])
def test_rows_beside_a_deep_one_are_read(levels: int) -> None:
    deep = '{"x":[' * levels + '"]}\\""' + "]}" * levels
    text = f'{{"data":[{{"id":"a","deep":{deep}}},{{"id":"b","n":[1,{{"y":null}}]}}]}}'

    rows = parsed(text.encode())["data"]

    assert [row["id"] for row in rows] == ["a", "b"]
    assert rows[1] == {"id": "b", "n": [1, {"y": None}]}


def test_what_is_not_too_deep_is_read_as_it_is() -> None:
    value: Any = "end"
    for _ in range(DEEPEST - 10):
        value = [value]

    assert parsed(json.dumps(value).encode()) == value


@pytest.mark.parametrize("text", ["", "{", "[" * 5_000, "]" * 5_000, '{"a": "' + "[" * 5_000])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Extra data|Unterminated|ends inside"):
        parsed(text.encode())
