"""ask: a real run on the embedded server, with the settings of the manifest, leaving nothing."""

import json
import signal
import time
from pathlib import Path

import pytest
from openai import NotFoundError
from werkzeug.wrappers import Request, Response

from provisioner.emulator import create_app
from tests.cli.conftest import PATIENCE, SECRET, Project
from tests.support.habits import reply
from tests.support.servers import Wrapper, serving


def asked(project: Project, *args: str, code: int = 0) -> dict[str, object]:
    result = project.run("ask", "assistant.helper", *args, "--format", "json", code=code)
    document: dict[str, object] = json.loads(result.stdout)
    return document


def test_the_answer_is_on_stdout_and_all_else_on_stderr(applied: Project) -> None:
    result = applied.run("ask", "assistant.helper", "How many days off are there?")
    assert "28 days off" in result.stdout
    assert "thread_" not in result.stdout
    lines = result.stderr.splitlines()
    assert lines[0].startswith("Thread thread_")
    assert "Source  handbook.md" in lines
    assert lines[-1].startswith("Run     run_")
    assert "completed, tokens:" in lines[-1]


def test_the_thread_is_gone_afterwards_unless_it_is_kept(applied: Project) -> None:
    document = asked(applied, "Hello?")
    with applied.live() as client:
        with pytest.raises(NotFoundError):
            client.beta.threads.retrieve(str(document["thread_id"]))
        kept = asked(applied, "Hello?", "--keep-thread")
        thread = client.beta.threads.retrieve(str(kept["thread_id"]))
    assert kept["thread_kept"] is True
    assert thread.metadata == {
        "provisioner.owner": "k3v9q0x7dp/default",
        "provisioner.address": "assistant.helper",
        "provisioner.source": "ask",
    }


def test_the_run_has_the_settings_of_the_manifest_and_says_whose_it_is(applied: Project) -> None:
    document = asked(applied, "Hello?", "--keep-thread")
    with applied.live() as client:
        run = client.beta.threads.runs.retrieve(
            str(document["run_id"]), thread_id=str(document["thread_id"])
        )
    assert run.max_prompt_tokens == 20000
    assert run.truncation_strategy is not None
    assert run.truncation_strategy.last_messages == 7
    assert run.metadata is not None
    assert run.metadata["provisioner.source"] == "ask"


def test_a_thread_is_continued_and_never_deleted(applied: Project) -> None:
    first = asked(applied, "Hello?", "--keep-thread")
    second = asked(applied, "And again?", "--thread", str(first["thread_id"]))
    assert second["thread_id"] == first["thread_id"]
    assert "And again?" in str(second["answer"])
    with applied.live() as client:
        messages = client.beta.threads.messages.list(str(first["thread_id"])).data
    assert len(messages) == 4


def test_steps_are_shown(applied: Project) -> None:
    result = applied.run("ask", "assistant.helper", "How many days off?", "--steps")
    assert "Step    file_search" in result.stderr
    assert asked(applied, "How many days off?", "--steps")["steps"]


def test_made_files_are_saved_beside_what_is_there(applied: Project) -> None:
    for _ in range(2):
        result = applied.run(
            "ask", "assistant.helper", "Plot a chart and save it", "--save-files", "out"
        )
        assert "saved as out/" in result.stderr
    names = sorted(file.name for file in (applied.folder / "out").iterdir())
    assert names == ["stand-in-chart-1.png", "stand-in-chart.png"]
    assert all((applied.folder / "out" / name).read_bytes()[:4] == b"\x89PNG" for name in names)
    unsaved = applied.run("ask", "assistant.helper", "Plot a chart and save it")
    assert "not saved: use --save-files DIR to keep it" in unsaved.stderr


def test_a_function_call_is_answered(applied: Project) -> None:
    document = asked(applied, "Please use lookup", "--tool-output", 'lookup={"name": "Ada"}')
    assert document["status"] == "completed"
    assert document["calls"] == [
        {
            "name": "lookup",
            "arguments": document["calls"][0]["arguments"],  # type: ignore[index]
            "output": '{"name": "Ada"}',
        }
    ]
    assert "Ada" in str(document["answer"])


def test_a_function_call_without_an_answer_is_shown_and_the_run_cancelled(
    applied: Project,
) -> None:
    result = applied.run("ask", "assistant.helper", "Please use lookup", code=1)
    assert "lookup({" in result.stderr
    assert "cancelled: no output for the function lookup: pass --tool-output" in result.stderr


@pytest.mark.parametrize(
    ("order", "says"),
    [("fail run", "failed: server_error"), ("rate limit run", "failed: rate_limit_exceeded")],
)
def test_a_run_that_fails_exits_1_and_says_why(applied: Project, order: str, says: str) -> None:
    question = f"@@provisioner-emulator: {order}@@"
    result = applied.run("ask", "assistant.helper", question, code=1)
    assert says in result.stderr


def test_what_is_not_applied_cannot_be_asked(project: Project) -> None:
    result = project.run("ask", "assistant.helper", "Hello?", code=1)
    assert "has not been applied yet" in result.stderr
    assert "Thread" not in result.stderr


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("vector_store.handbook", "is not an assistant"),
        ("assistant.helpr", "Did you mean `assistant.helper`?"),
    ],
)
def test_what_is_no_assistant_is_refused(applied: Project, address: str, says: str) -> None:
    assert says in applied.run("ask", address, "Hello?", code=1).stderr


def test_a_thread_that_does_not_exist_is_refused(applied: Project) -> None:
    result = applied.run("ask", "assistant.helper", "Hello?", "--thread", "thread_no", code=1)
    assert "thread_no" in result.stderr


def test_a_run_that_takes_too_long_is_cancelled(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(create_app(run_seconds=60)) as base_url:
        monkeypatch.setenv("REMOTE_URL", base_url)
        project.run("apply", "--yes", "--target", "remote")
        limits = ("--target", "remote", "--timeout", "0.3")
        result = project.run("ask", "assistant.helper", "Hi", *limits, code=1)
    assert "when the time was up (--timeout)" in result.stderr
    assert SECRET not in result.output


def test_ctrl_c_cancels_the_run_and_deletes_the_thread(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(tmp_path / "data.sqlite", run_seconds=60)
    with serving(app) as base_url:
        monkeypatch.setenv("REMOTE_URL", base_url)
        project.run("apply", "--yes", "--target", "remote")
        asking = project.start("ask", "assistant.helper", "Hi", "--target", "remote")
        assert asking.stderr is not None
        thread = asking.stderr.readline().split()[1].rstrip(",")
        assert thread.startswith("thread_")
        time.sleep(0.5)
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=PATIENCE)
        assert asking.returncode == 130
        again = ("--thread", thread, "--target", "remote")
        result = project.run("ask", "assistant.helper", "Hi", *again, code=None)
    assert f"No thread found with id '{thread}'" in result.stderr


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("",), "The QUESTION is empty."),
        ((" \n",), "The QUESTION is empty."),
        (("Hello?", "--thread", ""), "--thread is empty"),
    ],
)
def test_an_empty_question_or_thread_is_wrong_usage_and_begins_nothing(
    applied: Project, args: tuple[str, ...], says: str
) -> None:
    result = applied.run("ask", "assistant.helper", *args, code=2)

    assert says in result.stderr
    assert "Thread thread_" not in result.stderr


def test_an_answer_for_a_function_that_is_not_there_is_named(applied: Project) -> None:
    result = applied.run("ask", "assistant.helper", "Hello?", "--tool-output", "lokup={}")

    said = "warning: assistant.helper has no function lokup. Did you mean `lookup`?\n"
    assert result.stderr.startswith(said)


def test_what_ends_while_it_is_given_up_is_an_answer(applied: Project) -> None:
    document = asked(applied, "Hello?", "--timeout", "0.000001")

    assert document["status"] == "completed"


@pytest.mark.parametrize("text", [["28 days", "off"], [{"value": "28 days\noff"}]])
def test_an_answer_whose_text_is_a_list_is_not_lost(
    project: Project, monkeypatch: pytest.MonkeyPatch, text: object
) -> None:
    class Lists(Wrapper):
        def answer(self, request: Request) -> Response:
            answer = self.forward(request)
            if not request.path.endswith("/messages") or request.method != "GET":
                return answer
            body = answer.get_json()
            for row in body["data"]:
                row["content"] = [{"type": "text", "text": text}]
            return reply(body)

    with serving(Lists(create_app())) as base_url:
        monkeypatch.setenv("REMOTE_URL", base_url)
        project.run("apply", "--yes", "--target", "remote")
        result = project.run("ask", "assistant.helper", "Hello?", "--target", "remote")
    assert "28 days\noff" in result.stdout
    assert "unexpected" not in result.stderr
