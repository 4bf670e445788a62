"""A receipt keeps the row of an object without secrets, and a text without what chunks repeat."""

from __future__ import annotations

import json

import pytest

from provisioner.engine.parsed_text import joined, parsed_text
from provisioner.engine.receipts import MASKED, is_masked, masked_text, without_secrets
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import Applied, Mark, Owner, tracked_key
from provisioner.runtimes import RUNTIMES

BINDING = RUNTIMES["assistants"].bindings["assistant"]


def test_known_secrets_are_masked_wherever_they_stand() -> None:
    row = {"id": "asst_1", "instructions": "Use s3cret, twice: s3cret.", "x": [{"y": "s3cret-b"}]}

    kept = without_secrets(row, {"s3cret", "s3cret-b", ""})

    assert kept["instructions"] == f"Use {MASKED}, twice: {MASKED}."
    assert kept["x"] == [{"y": MASKED}]
    assert is_masked(kept["x"])
    assert not is_masked(kept["id"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"headers": {"Authorization": "Bearer x"}}, {"headers": {"Authorization": MASKED}}),
        ({"authorization": "x"}, {"authorization": MASKED}),
        ({"env": None, "headers": {}}, {"env": None, "headers": {}}),
        ({"server_url": "https://a.example"}, {"server_url": "https://a.example"}),
    ],
)
def test_what_is_typed_into_a_tool_as_a_credential_is_masked(
    given: dict[str, object], kept: dict[str, object]
) -> None:
    assert without_secrets({"tools": [given]}, ()) == {"tools": [kept]}


def test_the_mark_says_which_fields_hold_a_secret_that_nobody_knows_any_more() -> None:
    applied = {
        tracked_key("instructions"): Applied("aaaaa", "aaaaa", sensitive=True),
        tracked_key("name"): Applied("bbbbb", "bbbbb"),
    }
    mark = Mark(Owner("k3v9q0x7dp", "prod"), Address("assistant", "clerk"), applied)
    row = {
        "id": "asst_1",
        "object": "assistant",
        "name": "clerk",
        "instructions": "Say the old one.",
        "model": "gpt-6.1-terra",
        "tools": [],
        "metadata": dict(mark.to_metadata()),
    }

    kept = without_secrets(row, (), KINDS["assistant"], BINDING)

    assert kept == {**row, "instructions": MASKED}


def test_a_text_is_masked_longest_secret_first() -> None:
    assert masked_text("ab abc", {"ab", "abc"}) == f"{MASKED} {MASKED}"


@pytest.mark.parametrize(
    ("chunks", "tokens", "text"),
    [
        ([], 100, ""),
        (["All about A.\n"], 100, "All about A.\n"),
        (["one two three four ", "three four five six", " five six"], 100, "one two three four five six"),
        (["one two three four ", "three four five six"], 0, "one two three four three four five six"),
        (["abc", "cde"], 100, "abcde"),
        (["abc", "xyz"], 100, "abcxyz"),
        # A text that repeats itself: of all lengths that fit, the usual one counts.
        (["-ab-" * 6, "-ab-" * 6], 2, "-ab-" * 10),
    ],
)  # fmt: skip
def test_what_a_chunk_repeats_stands_once(chunks: list[str], tokens: int, text: str) -> None:
    assert joined(chunks, tokens) == text
    page = json.dumps({"data": [{"type": "text", "text": one} for one in chunks]}).encode()
    assert parsed_text(page, tokens) == text


@pytest.mark.parametrize("page", [b"", b"[]", b"{}", b'{"data": [1]}', b'{"data": [{}]}'])
def test_an_answer_of_another_shape_is_refused(page: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parsed_text(page, 0)
