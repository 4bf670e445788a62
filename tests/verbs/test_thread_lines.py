"""Lines that register threads: every good line is read, and every bad one is told with its place."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from provisioner.model.ledger import Tracked
from provisioner.verbs.threads import lines
from provisioner.verbs.threads.lines import BadLine, Defaults, read_lines

NOW = 1_800_000_000.0
DEFAULTS = Defaults("api.example.com", NOW, kind="thread")


def read(text: str | bytes, defaults: Defaults = DEFAULTS) -> list[Tracked | str]:
    stream = BytesIO(text.encode() if isinstance(text, str) else text)
    found = read_lines(stream, "log", defaults)
    return [
        f"{one.diagnostic.position} {one.diagnostic.detail}" if isinstance(one, BadLine) else one
        for one in found
    ]


def one(id: str, **more: Any) -> Tracked:
    return replace(Tracked("api.example.com", "thread", id, registered=NOW), **more)


def test_json_lines_csv_and_objects_of_the_api_say_the_same() -> None:
    full = one(
        "conv_1", kind="conversation", subject="user:42", registered=NOW - 50, expires=NOW + 10
    )
    json_line = (
        f'{{"id": "conv_1", "kind": "conversation", "owner": "user:42", "ttl": "60s",'
        f' "registered": {NOW - 50}}}'
    )
    api = (
        f'{{"id":"conv_1","object":"conversation","created_at":{NOW - 50},"metadata":{{}},'
        f'"owner":"user:42","expires":{NOW + 10}}}'
    )
    csv = f'\ufeffid,kind,owner,ttl,registered\r\n"conv_1",conversation,user:42,60s,{NOW - 50}\r\n'

    assert read(f"\n{json_line}\n\n{api}") == [full, full]
    assert read(csv) == [full]
    assert read("id\nthread_1\nthread_2") == [one("thread_1"), one("thread_2")]
    assert read("id,expires\na,2027-01-15T08:00:01Z\nb,\n") == [one("a", expires=NOW + 1), one("b")]
    assert read('{"id": "a", "account": "other x"}') == [one("a", account="other x")]
    assert read('{"id": "a"}', Defaults("x", NOW, "response", 5.0)) == [
        Tracked("x", "response", "a", "", NOW, NOW + 5)
    ]
    assert read("") == read("\n \n") == read("id,ttl\n") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "a" 5}', "log:2:12 The line is not JSON: "),
        ("[1]", "log:2:1 The line is not a JSON object."),
        ('{"id": 5}', "log:2:2 `id` has to be "),
        ('{"kind": "thread"}', "log:2:1 `id` has to be "),
        ('{"id": "a/b"}', "log:2:2 `id` has to be "),
        (
            '{"id": "a", "kind": "run"}',
            "log:2:13 `kind` has to be the kind of the object: thread,",
        ),
        ('{"id": "a", "object": "assistant"}', "log:2:13 `object` has to be the kind"),
        (
            '{"id": "a", "exprires": 5}',
            "log:2:13 There is no field 'exprires'. Did you mean `expires`?",
        ),
        ('{"id": "a", "ttl": "30"}', "log:2:13 `ttl`: '30' is not a duration."),
        ('{"id": "a", "ttl": "1d", "expires": 5}', "log:2:13 `expires` and `ttl` mean the same"),
        ('{"id": "a", "expires": "tomorrow"}', "log:2:13 `expires` has to be unix seconds"),
        ('{"id": "a", "expires": "2026-11-27T12:00:00"}', "log:2:13 `expires` has no time zone"),
        ('{"id": "a", "expires": 1800000000000}', "log:2:13 `expires` has to be unix seconds"),
        ('{"id": "a", "registered": true}', "log:2:13 `registered` has to be unix seconds"),
        ('{"id": "a", "owner": "x\\ud800"}', "log:2:13 `owner` has to be a text of at most"),
        ('{"id": "a", "owner": "x\\u0000"}', "log:2:13 `owner` has to be a text of at most"),
        ('{"id": "a", "owner": ["x"]}', "log:2:13 `owner` has to be a text of at most"),
        ("{" * 100_000, "log:2:2 The line is not JSON"),
        ("[" * 100_000, "log:2:1 The line is nested too deeply."),
    ],
)
def test_a_bad_line_is_told_with_its_place_and_costs_no_other(line: str, said: str) -> None:
    found = read(f'{{"id": "before"}}\n{line}\n{{"id": "after"}}\n')

    assert (found[0], found[2]) == (one("before"), one("after"))
    assert str(found[1]).startswith(said)


def test_bytes_that_are_no_text_and_lines_without_end_are_bad_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 60)
    text = (
        b'{"id": "before"}\n{"id": "\xc3\xa4\xff"}\n{"id": "' + b"x" * 500 + b'"}\n{"id": "after"}'
    )

    assert read(text) == [
        one("before"),
        "log:2:10 The line is not UTF-8 text.",
        "log:3:1 The line is longer than 60 bytes.",
        one("after"),
    ]


def test_rows_of_a_table_are_told_with_the_column_of_the_cell() -> None:
    table = 'id,owner,ttl\na,"Last, First",1d\nb,"x,y",soon\nc,d\ne,"f\n'

    found = read(table)

    assert found[0] == one("a", subject="Last, First", expires=NOW + 86_400)
    assert str(found[1]).startswith("log:3:9 `ttl`: 'soon' is not a duration.")
    assert found[2] == "log:4:1 The row has 2 cells, but the first line names 3."
    assert str(found[3]).startswith("log:5:1 The line is not a row of CSV: ")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id,onwer", "There is no column 'onwer'. Did you mean `owner`? There are: id, kind,"),
        ("id,id", "A column is named twice."),
        ("kind,owner", "There is no column `id`."),
        ("thread_1", "There is no column 'thread_1'."),
    ],
)
def test_a_table_without_right_columns_registers_nothing(header: str, said: str) -> None:
    [only] = read(f"{header}\na,b\n")
    assert str(only).startswith(f"log:1:1 {said}")


def test_a_line_names_its_account_where_there_is_no_other() -> None:
    assert read('{"id": "a"}', Defaults("", NOW, "thread")) == [
        "log:1:1 The line has no `account`."
    ]
