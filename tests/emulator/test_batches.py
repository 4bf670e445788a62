from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from openai.types import Batch

    from .conftest import Clock


def line(number: int, **fields: Any) -> dict[str, Any]:
    body = {"model": "m", "input": f"Question {number}?"}
    return {
        "custom_id": f"n{number}", "method": "POST", "url": "/v1/responses", "body": body, **fields,
    }  # fmt: skip


def begun(client: openai.OpenAI, *lines: Any, **fields: Any) -> Batch:
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    file = client.files.create(file=("in.jsonl", text.encode()), purpose="batch")
    return client.batches.create(
        **{
            "input_file_id": file.id,
            "endpoint": "/v1/responses",
            "completion_window": "24h",
            "metadata": {"a": "b"},
            **fields,
        }
    )


def read(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    assert file_id is not None
    return [json.loads(one) for one in client.files.content(file_id).text.splitlines()]


def test_a_batch_answers_each_request_in_the_time_of_the_clock(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    client = start(run_seconds=100)
    wrong = line(3, body={"model": "m", "input": "x", "temperature": 3})
    made = begun(client, line(1), line(2), wrong)
    assert (made.status, made.expires_at) == ("validating", made.created_at + 86_400)

    clock.forward(seconds=50)
    during = client.batches.retrieve(made.id)
    clock.forward(seconds=50)
    done = client.batches.retrieve(made.id)

    assert (during.status, during.request_counts and during.request_counts.total) == (
        "in_progress",
        3,
    )
    assert done.status == "completed"
    assert done.request_counts is not None
    assert done.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    answers = read(client, done.output_file_id)
    assert [answer["custom_id"] for answer in answers] == ["n1", "n2"]
    text = answers[0]["response"]["body"]["output"][0]["content"][0]["text"]
    assert "You asked: Question 1?" in text
    (failed,) = read(client, done.error_file_id)
    assert failed["response"]["status_code"] == 400
    assert failed["response"]["body"]["error"]["param"] == "temperature"
    assert client.files.retrieve(str(done.output_file_id)).purpose == "batch_output"
    assert client.responses.retrieve(answers[0]["response"]["body"]["id"]).status == "completed"
    assert done.usage is not None
    assert done.usage.total_tokens > 0


@pytest.mark.parametrize(
    ("lines", "code", "number"),
    [
        (["{"], "invalid_json_line", 1),
        ([line(1), line(1)], "duplicate_custom_id", 2),
        ([line(1), line(2, url="/v1/chat/completions")], "mismatched_url", 2),
        ([line(1, method="GET")], "invalid_method", 1),
        ([line(1, body="x")], "invalid_request", 1),
        ([line(1, custom_id=1)], "missing_required_parameter", 1),
        ([], "empty_file", None),
    ],
)
def test_a_file_with_a_line_that_is_no_request_fails_as_a_whole(
    client: openai.OpenAI, lines: list[Any], code: str, number: int | None
) -> None:
    failed = client.batches.retrieve(begun(client, *lines).id)

    assert failed.status == "failed"
    assert failed.failed_at is not None
    assert failed.errors is not None
    assert failed.errors.data is not None
    assert [(error.code, error.line) for error in failed.errors.data] == [(code, number)]


def test_another_endpoint_answers_that_it_is_not_here(client: openai.OpenAI) -> None:
    url = "/v1/embeddings"
    made = begun(client, line(1, url=url), endpoint=url)
    done = client.batches.retrieve(made.id)
    (answer,) = read(client, done.error_file_id)
    assert answer["response"]["body"]["error"]["message"] == f"The embedded server has no '{url}'."
    assert done.output_file_id is None


def test_a_batch_is_cancelled_or_expires(start: Callable[..., openai.OpenAI], clock: Clock) -> None:
    client = start(run_seconds=1_000_000)
    cancelled, expired = (begun(client, line(1)) for _ in range(2))

    assert client.batches.cancel(cancelled.id).status == "cancelling"
    assert client.batches.retrieve(cancelled.id).status == "cancelled"
    with pytest.raises(openai.ConflictError, match="Cannot cancel batch with status 'cancelled'"):
        client.batches.cancel(cancelled.id)
    clock.forward(days=2)
    client.batches.retrieve(expired.id)
    clock.forward(days=10)
    assert client.batches.retrieve(expired.id).status == "expired"
    assert [batch.id for batch in client.batches.list()] == [expired.id, cancelled.id]


def test_an_input_that_is_no_batch_file_is_refused(client: openai.OpenAI) -> None:
    file = client.files.create(file=("in.jsonl", b"{}"), purpose="user_data")
    for file_id in (file.id, "file-none"):
        with pytest.raises(openai.BadRequestError) as caught:
            begun(client, line(1), input_file_id=file_id)
        assert caught.value.param == "input_file_id"
    with pytest.raises(openai.BadRequestError) as caught:
        begun(client, line(1), completion_window="1h")
    assert caught.value.param == "completion_window"
    with pytest.raises(openai.NotFoundError, match="No batch found with id 'batch_none'"):
        client.batches.retrieve("batch_none")


def test_an_output_may_expire(client: openai.OpenAI, clock: Clock) -> None:
    life: Any = {"anchor": "created_at", "seconds": 3600}
    made = begun(client, line(1), output_expires_after=life)
    output = str(client.batches.retrieve(made.id).output_file_id)
    assert client.files.retrieve(output).expires_at == int(clock.now) + 3600
    clock.forward(seconds=3601)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(output)
