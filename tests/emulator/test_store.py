from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import openai
import pytest

from provisioner.emulator import create_app
from provisioner.emulator.core.store import Store, _switch_to_wal

from .conftest import client_of

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import io, json, sys
from provisioner.emulator import create_app

app = create_app(sys.argv[1])
for number in range(int(sys.argv[2])):
    body = json.dumps({"name": f"{sys.argv[3]}-{number}"}).encode()
    status = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/v1/vector_stores", "QUERY_STRING": "",
        "SERVER_NAME": "embedded", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": "Bearer any", "wsgi.input": io.BytesIO(body),
    }
    answer = b"".join(app(environ, lambda line, headers: status.append(line)))
    assert status == ["200 OK"], answer
    print(json.loads(answer)["id"], flush=True)
"""


def writer(data: Path, count: int, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(data), str(count), name],
        stdout=subprocess.PIPE,
        text=True,
    )


def store_ids(client: openai.OpenAI) -> list[str]:
    return [store.id for store in client.vector_stores.list(limit=100, order="asc")]


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "down" / "data.db"
    first = create_app(data)
    made = client_of(first).vector_stores.create(name="kept")
    first.close()

    second = create_app(data)
    kept = client_of(second).vector_stores.retrieve(made.id)
    second.close()

    assert kept.name == "kept"


def test_two_servers_in_memory_know_nothing_of_each_other(client: openai.OpenAI) -> None:
    app = create_app()
    client_of(app).vector_stores.create()
    app.close()

    assert store_ids(client) == []


def test_many_threads_write_at_once(tmp_path: Path) -> None:
    app = create_app(tmp_path / "data.db")
    client = client_of(app)
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda n: client.vector_stores.create(name=str(n)).id, range(100)))

    listed = store_ids(client)
    app.close()

    assert len(set(made)) == 100
    assert sorted(listed) == sorted(made)


def test_several_processes_share_one_file(tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    processes = [writer(data, 40, str(number)) for number in range(3)]
    made = [line for process in processes for line in process.communicate()[0].split()]

    app = create_app(data)
    listed = store_ids(client_of(app))
    app.close()

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(made) == 120
    assert sorted(listed) == sorted(made)


def test_a_killed_process_leaves_every_answered_write_and_a_whole_file(tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    answered: list[str] = []
    for _ in range(3):
        process = writer(data, 100_000, "killed")
        assert process.stdout is not None
        answered.append(process.stdout.readline().strip())
        time.sleep(random.uniform(0.0, 0.2))  # noqa: S311 - a moment to be killed at, no secret
        process.kill()
        answered += process.stdout.read().split()
        process.wait()
        process.stdout.close()

    app = create_app(data)
    listed = store_ids(client_of(app))
    app.close()

    # The last line of a killed process can be cut short: it is no promise.
    whole = {name for name in answered if len(name) == len(listed[0])}
    assert whole <= set(listed)
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("table", ["provisioner_runs (id TEXT)", "objects (id TEXT, name TEXT)"])
def test_the_database_of_another_program_is_refused_and_stays_as_it_is(
    tmp_path: Path, table: str
) -> None:
    """A ledger, and a database that happens to have a table of the same name."""
    file = tmp_path / "theirs.db"
    theirs = sqlite3.connect(file)
    theirs.execute(f"CREATE TABLE {table}")
    theirs.close()
    before = file.read_bytes()

    with pytest.raises(sqlite3.DatabaseError, match="of another program"):
        create_app(file)

    assert (file.read_bytes(), list(tmp_path.iterdir())) == (before, [file])


def test_an_answer_says_that_the_data_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(tmp_path / "data.sqlite")
    with app._store.transaction(write=False) as db:
        db.run("PRAGMA query_only = ON")

    with pytest.raises(openai.InternalServerError, match="attempt to write a readonly database"):
        client_of(app).conversations.create()

    assert not caplog.records
    app.close()


def test_a_full_disk_is_told_as_that_and_the_next_request_is_answered(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.sqlite")
    with store.transaction(write=True) as db:
        db.run("PRAGMA cache_size = 2")
        pages = db.run("PRAGMA page_count").fetchone()[0]
        db.run(f"PRAGMA max_page_count = {pages + 2}")

    with (
        pytest.raises(sqlite3.OperationalError, match="disk is full"),
        store.transaction(write=True) as db,
    ):
        db.put_content("file-large", b"x" * 100_000)

    with store.transaction(write=True) as db:
        db.put_content("file-small", b"x")
        assert db.content_size("file-small") == 1
    store.close()


def test_a_transaction_that_sqlite_has_rolled_back_keeps_its_own_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.sqlite")
    with (
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        store.transaction(write=True) as db,
    ):
        db.run("ROLLBACK; ").connection.execute("SELECT 1 FROM nowhere")
    store.close()


def test_a_file_that_takes_no_writes_is_told_at_once(tmp_path: Path) -> None:
    """It is no lock that somebody else will give back, so nobody waits for it."""
    file = tmp_path / "data.sqlite"
    create_app(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    read_only = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    began = time.monotonic()

    with pytest.raises(sqlite3.OperationalError, match="readonly database"):
        _switch_to_wal(read_only)

    assert time.monotonic() - began < 1
    read_only.close()
