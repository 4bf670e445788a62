"""`provisioner.track` registers objects of the SDK, and never fails or delays an application."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

import provisioner
from provisioner.emulator import create_app
from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger
from provisioner.ledger.spool import WAITING, Spool
from provisioner.model.stack import Target
from provisioner.providers.settings import describe
from provisioner.verbs.threads import shipping
from provisioner.verbs.threads.track import account_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
DAY = 86_400


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("PROVISIONER_LEDGER", "PROVISIONER_SPOOL", "OPENAI_BASE_URL", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def client() -> Iterator[openai.OpenAI]:
    app = create_app()
    transport = httpx2.WSGITransport(app)
    with openai.OpenAI(
        base_url="https://Models.example.com:8443/v1",
        api_key="any",
        project="proj-a",
        http_client=openai.DefaultHttpxClient(transport=transport),
    ) as client:
        yield client
    app.close()


def spooled(folder: Path = Path(".provisioner", "spool")) -> list[dict[str, Any]]:
    text = (folder / WAITING).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def test_objects_of_the_sdk_are_registered_in_one_line(client: openai.OpenAI) -> None:
    thread = client.beta.threads.create()
    conversation = client.conversations.create()
    response = client.responses.create(model="gpt-6.1-terra", input="Hello")
    began = time.time()

    provisioner.track(thread, ttl="30d", owner="user:42", client=client)
    provisioner.track(conversation, ttl=timedelta(hours=1), client=client)
    provisioner.track(response, ttl=90, client=client)
    provisioner.track("thread_of_a_log", kind="thread")

    lines = spooled()
    assert [(one["kind"], one["id"]) for one in lines] == [
        ("thread", thread.id),
        ("conversation", conversation.id),
        ("response", response.id),
        ("thread", "thread_of_a_log"),
    ]
    assert [one["account"] for one in lines] == ["models.example.com:8443 proj-a"] * 3 + [
        "api.openai.com"
    ]
    assert lines[0]["owner"] == "user:42"
    assert [round(one["expires"] - one["registered"]) for one in lines[:3]] == [30 * DAY, 3600, 90]
    assert "expires" not in lines[3]
    assert began - 1 < lines[0]["registered"] < time.time() + 1


def test_a_block_registers_again_at_its_end_also_where_it_fails(client: openai.OpenAI) -> None:
    thread = client.beta.threads.create()

    with provisioner.track(thread, ttl="1h", owner="user:42") as same:
        assert same is thread
        assert len(spooled()) == 1
    with pytest.raises(KeyError), provisioner.track(thread, ttl="1h"):
        raise KeyError

    async def work() -> None:
        async with provisioner.track(thread, ttl="1h") as same:
            assert same is thread

    asyncio.run(work())
    lines = spooled()
    assert len(lines) == 6
    assert lines[0]["expires"] <= lines[1]["expires"]
    assert lines[1]["owner"] == "user:42"


@pytest.mark.parametrize(
    ("what", "more", "said"),
    [
        (object(), {}, "object has no id"),
        ("thread_1", {}, "Objects of kind '' are not tracked"),
        (
            {"id": "asst_1", "object": "assistant"},
            {},
            "Objects of kind 'assistant' are not tracked",
        ),
        ("t", {"kind": "thread", "ttl": "30"}, "'30' is not a duration"),
        ("t", {"kind": "thread", "ttl": -1}, "ttl=-1 is not a duration"),
        ("t", {"kind": "thread", "ttl": []}, "float()"),
        ("t", {"kind": "thread", "owner": "a\nb"}, "printable"),
        ("t", {"kind": "thread", "client": 5}, "base_url"),
    ],
)
def test_what_cannot_be_registered_is_logged_and_nothing_is_raised(
    what: object, more: dict[str, Any], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with provisioner.track(what, **more) as same:
        assert same is what

    assert said in caplog.text
    assert not Path(".provisioner").exists()


def test_without_a_place_for_the_spool_and_without_a_ledger_it_is_said(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PROVISIONER_SPOOL", str(tmp_path / "file" / "spool"))

    provisioner.track("thread_1", kind="thread")

    assert "PROVISIONER_LEDGER names no ledger" in caplog.text


def test_the_account_is_that_of_a_target_that_leads_there(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(target: Target) -> str:
        return " ".join(filter(None, describe(target, os.environ)))

    plain = Target("t", "responses")
    assert account_of() == told(plain) == "api.openai.com"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://user:secret@localhost:8080/v1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-b")
    assert account_of() == "localhost:8080 proj-b"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8080/v1")
    assert account_of() == told(plain)
    there = Target("t", "responses", base_url=str(client.base_url), project="proj-a")
    assert account_of(client) == told(there)


def _silent() -> socket.socket:
    """A port that takes connections and never answers."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


def test_a_database_that_does_not_answer_delays_nothing() -> None:
    """In a process of its own: a thread that waits for a database would outlast the test."""
    with _silent() as listening:
        url = f"postgresql://127.0.0.1:{listening.getsockname()[1]}/ledger"
        code = (
            "import time, provisioner\n"
            "slowest = 0\n"
            "for number in range(300):\n"
            "    began = time.perf_counter()\n"
            "    provisioner.track(f'thread_{number}', kind='thread', ttl='1h')\n"
            "    slowest = max(slowest, time.perf_counter() - began)\n"
            "    time.sleep(0.001)\n"
            "print(slowest)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PROVISIONER_LEDGER": url},
            capture_output=True,
            text=True,
            check=True,
        )

    # 50 ms are promised; the machine of the tests may be busy with other work.
    assert float(done.stdout) < 0.5
    assert len(spooled()) == 300


def test_with_a_ledger_the_background_writes_what_was_registered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shipping, "GATHER", 0.0)
    opened_with = Location(tmp_path / "ledger.db")
    with ledger(opened_with) as opened:
        provisioner.track("thread_1", kind="thread", ttl="1h", owner="user:42")
        # The work of the thread, without the thread: it would outlast the test.
        monkeypatch.setenv("PROVISIONER_LEDGER", str(tmp_path / "ledger.db"))
        (tmp_path / "file").touch()
        monkeypatch.setenv("PROVISIONER_SPOOL", str(tmp_path / "file" / "spool"))
        monkeypatch.setattr(shipping, "wake", lambda: None)
        provisioner.track("thread_2", kind="thread", ttl="1h", owner="user:42")
        monkeypatch.delenv("PROVISIONER_SPOOL")
        shipping._write(opened)
        known = opened.tracked.of_subject("user:42")

    assert {one.id for one in known} == {"thread_1", "thread_2"}
    assert Spool(Path(".provisioner", "spool")).is_empty


def test_a_script_with_a_ledger_imports_nothing_heavy_itself(tmp_path: Path) -> None:
    """The thread in the background, in a real process, which it does not outlast."""
    code = (
        "import sys, time, provisioner\n"
        "from pathlib import Path\n"
        "provisioner.track('thread_1', kind='thread', owner='user:42')\n"
        "print({'sqlalchemy', 'httpx2', 'openai', 'click', 'yaml'} & set(sys.modules))\n"
        "until = time.monotonic() + 60\n"
        "while any(Path('.provisioner/spool').glob('*.jsonl')) and time.monotonic() < until:\n"
        "    time.sleep(0.02)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PROVISIONER_LEDGER": "ledger.db"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("set()\n", "")
    with ledger(Location(tmp_path / "ledger.db")) as opened:
        assert [one.id for one in opened.tracked.of_subject("user:42")] == ["thread_1"]
