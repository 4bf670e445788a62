"""Each rule by which a check judges an answer."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.checks import Expectation
from provisioner.model.conversation import Answer, Call
from provisioner.policy.expectations import MOST_SHOWN, failures

SCHEMA = {"type": "object", "properties": {"days": {"type": "integer"}}, "required": ["days"]}
CALLS = (
    Call("1", "look", '{"id": 7, "deep": true}'),
    Call("2", "look", "no JSON"),
    Call("3", "odd", "[]"),
)


def answer(text: str = "", **facts: Any) -> Answer:
    known = {"status": "completed", **facts}
    return Answer(
        Address("assistant", "qa"), "asst_1", "thread_1", False, "run_1", text=text, **known
    )


def told(rule: str, value: Any, given: Answer, seconds: float = 0.0) -> str:
    return " ".join(failures((Expectation(rule, value),), given, seconds))


@pytest.mark.parametrize(
    ("rule", "value", "given"),
    [
        ("contains", "28 days", answer("You have 28 days.")),
        ("lacks", "maybe", answer("You have 28 days.")),
        ("matches", r"\d+ days", answer("You have 28 days.")),
        ("schema", SCHEMA, answer('{"days": 28}')),
        ("calls", {"name": "look"}, answer(calls=CALLS)),
        ("calls", {"name": "look", "arguments": {"id": 7}}, answer(calls=CALLS)),
        ("cites", "leave.md", answer(citations=("people/leave.md",))),
        ("cites", "people/leave.md", answer(citations=("leave.md",))),
        ("max_tokens", 100, answer(usage={"total_tokens": 100})),
        ("max_tokens", 100, answer(usage={"prompt_tokens": 90, "completion_tokens": 10})),
        ("max_seconds", 2.0, answer()),
        ("command", "judge", answer()),
    ],
)
def test_what_holds_is_no_failure(rule: str, value: Any, given: Answer) -> None:
    assert told(rule, value, given, seconds=2.0) == ""


@pytest.mark.parametrize(
    ("rule", "value", "given", "expected"),
    [
        ("contains", "30", answer("28"), "The answer does not contain '30': '28'"),
        ("lacks", "28", answer("28"), "The answer contains '28': '28'"),
        ("matches", "^x", answer("a\n b"), "The answer does not match '^x': 'a b'"),
        ("contains", "x", answer("a" * 100), f"The answer does not contain 'x': '{'a' * MOST_SHOWN}…'"),
        ("schema", SCHEMA, answer("28"), "At $ the answer does not match the schema: 28 is not of type 'object'"),
        ("schema", SCHEMA, answer("no"), "The answer is not JSON (Expecting value: line 1 column 1 (char 0)): 'no'"),
        ("calls", {"name": "pay"}, answer(calls=CALLS), "The answer does not call pay; it calls look, look, odd."),
        ("calls", {"name": "pay"}, answer(), "The answer does not call pay; it calls nothing."),
        (
            "calls",
            {"name": "odd", "arguments": {"id": 7}},
            answer(calls=CALLS),
            "The answer calls odd with other arguments: []",
        ),
        ("cites", "b.md", answer(citations=("a.md", "a.md")), "The answer does not cite b.md; it cites a.md."),
        ("cites", "b.md", answer(), "The answer does not cite b.md; it cites nothing."),
        ("max_tokens", 100, answer(usage={"total_tokens": 101}), "The run used 101 tokens, more than 100."),
        (
            "max_tokens",
            100,
            answer(usage={"prompt_tokens": 90, "completion_tokens": 11}),
            "The run used 101 tokens, more than 100.",
        ),
        (
            "max_tokens",
            100,
            answer(usage={"prompt_tokens": 0, "completion_tokens": 0}),
            "The server did not report the tokens of the run, so `max_tokens` cannot be judged.",
        ),
        ("max_tokens", 100, answer(), "The server did not report the tokens of the run, so `max_tokens` cannot be judged."),
        ("max_seconds", 1.5, answer(), "The answer took 2.0 s, more than 1.5 s."),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told(rule: str, value: Any, given: Answer, expected: str) -> None:
    assert told(rule, value, given, seconds=2.0) == expected


def test_arguments_that_are_no_json_are_none() -> None:
    given = answer(calls=(CALLS[1],))
    assert "with other arguments: no JSON" in told(
        "calls", {"name": "look", "arguments": {"id": 7}}, given
    )


def test_a_schema_that_cannot_be_used_is_told() -> None:
    assert "The expected schema cannot be used" in told("schema", {"type": 5}, answer("{}"))


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"$ref": "#/definitions/nope"}, "PointerToNowhere: '/definitions/nope'"),
        ({"$ref": "#nope"}, "NoSuchAnchor: 'nope'"),
        ({"$ref": "http://127.0.0.1:9/x.json"}, "nothing is fetched"),
        ({"$ref": "file:///etc/passwd"}, "nothing is fetched"),
        ({"patternProperties": {"(": {}}}, "cannot be used"),
        ({"$ref": "#"}, "a `$ref` has no end"),
    ],
)
def test_a_schema_that_refers_to_nothing_fails_its_check_and_is_not_fetched(
    schema: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetched(*_args: object, **_values: object) -> None:
        raise AssertionError("a schema was fetched")

    monkeypatch.setattr("urllib.request.urlopen", fetched)
    assert reason in told("schema", schema, answer('{"a": 1}'))


@pytest.mark.parametrize(
    ("rule", "value"),
    [("contains", "x"), ("matches", "^x"), ("schema", {}), ("lacks", "rosebud"), ("lacks", "a")],
)
def test_a_sentence_quotes_only_the_answer_whose_secrets_are_masked(rule: str, value: Any) -> None:
    # The secret begins before the end of the quotation, so half of it would be quoted.
    given, shown = answer("a" * 76 + "rosebud"), answer("a" * 76 + "***")

    said = " ".join(failures((Expectation(rule, value),), given, 0.0, shown))

    assert said
    assert "rose" not in said


def test_an_answer_that_is_nested_without_end_is_no_json() -> None:
    assert "The answer is not JSON" in told("schema", {}, answer("[" * 200_000))


def test_a_run_that_did_not_complete_fails_by_that_alone() -> None:
    failed = answer("28", status="failed", why="rate limit")
    assert told("lacks", "28", failed) == "The run ended with status failed: rate limit"
    assert told("lacks", "28", answer(status="expired")).endswith("no reason is known")
