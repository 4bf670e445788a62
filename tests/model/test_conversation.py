"""A conversation by itself: names, arguments for any version of the SDK, ends of runs."""

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.conversation import Answer, AppliedAssistant, Conversation, Question

QA = Address("assistant", "qa")
NOBODY: Any = None
"""In the place of a provider: no request is sent."""
APPLIED = AppliedAssistant(QA, {"id": "asst_1"}, {}, {}, NOBODY, str, lambda _label, name: name)


def conversation(*beside: str) -> Conversation:
    return Conversation(
        noun="runs",
        loads="run_params",
        call="run(…)",
        parameters=lambda assistant: {"id": assistant.id, "model": "m", "tomorrow": 1},
        prints=bool,
        beside=frozenset(beside),
    )


@pytest.mark.parametrize(
    ("beside", "arguments"),
    [
        ((), {"id": "asst_1", "model": "m", "tomorrow": 1}),
        (("tomorrow", "never"), {"id": "asst_1", "model": "m", "extra_body": {"tomorrow": 1}}),
    ],
)
def test_what_an_sdk_may_lack_goes_beside(
    beside: tuple[str, ...], arguments: dict[str, Any]
) -> None:
    assert conversation(*beside).arguments(APPLIED) == arguments


def test_an_object_is_called_by_its_id_where_nothing_else_is_said() -> None:
    assert conversation().described({"id": "asst_1"}) == "asst_1"


@pytest.mark.parametrize(
    ("question", "keeps"),
    [
        (Question("Hi"), False),
        (Question("Hi", keep_thread=True), True),
        (Question("Hi", thread="thread_1"), True),
    ],
)
def test_a_thread_that_was_there_stays(question: Question, keeps: bool) -> None:
    assert question.keeps_thread is keeps


@pytest.mark.parametrize(("status", "completed"), [("completed", True), ("failed", False)])
def test_a_run_is_completed_by_its_status_alone(status: str, completed: bool) -> None:
    assert Answer(QA, "asst_1", "thread_1", False, "run_1", status, "Hi").completed is completed
