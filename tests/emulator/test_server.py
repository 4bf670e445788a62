from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import openai
import pytest

from provisioner.emulator import create_app, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
HEADERS = {"Authorization": "Bearer any", "OpenAI-Beta": "assistants=v2"}


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    app = create_app(run_seconds=1.0)
    server = make_server(app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield connection
    connection.close()
    server.shutdown()
    thread.join()
    app.close()


def test_a_connection_stays_open_from_answer_to_answer(
    connection: http.client.HTTPConnection,
) -> None:
    sockets = set()
    for path in ("/v1/models", "/v1/nothing", "/v1/vector_stores"):
        connection.request("GET", path, headers=HEADERS)
        connection.getresponse().read()
        sockets.add(connection.sock)

    assert len(sockets) == 1
    assert sockets != {None}


def test_an_answer_comes_without_waiting_for_the_network(
    connection: http.client.HTTPConnection,
) -> None:
    fastest = 1.0
    for _ in range(20):
        started = time.perf_counter()
        connection.request("GET", "/v1/vector_stores", headers=HEADERS)
        connection.getresponse().read()
        fastest = min(fastest, time.perf_counter() - started)

    # Two small writes that wait for a delayed acknowledgement would take 40 ms.
    assert fastest < 0.03


def test_a_chunked_request_is_read(connection: http.client.HTTPConnection) -> None:
    parts = iter([b'{"name":', b' "chunked"}'])
    connection.request("POST", "/v1/vector_stores", body=parts, headers=HEADERS)

    answer = connection.getresponse()

    assert answer.status == 200
    assert b'"chunked"' in answer.read()


def test_events_arrive_while_the_run_is_at_work(
    connection: http.client.HTTPConnection,
) -> None:
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{connection.port}/v1", api_key="any")
    assistant = client.beta.assistants.create(model="m")
    arrived: dict[str, float] = {}
    with client.beta.threads.create_and_run(assistant_id=assistant.id, stream=True) as stream:
        for event in stream:
            arrived.setdefault(event.event, time.monotonic())
    client.close()

    # Buffered, both would arrive in the same moment, a second after the request.
    assert arrived["thread.run.completed"] - arrived["thread.run.created"] > 0.1


def test_many_clients_are_served_at_once(socket_client: openai.OpenAI) -> None:
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _: socket_client.vector_stores.create().id, range(50)))

    assert len(set(made)) == 50
    assert len(socket_client.vector_stores.list(limit=100).data) == 50


def test_a_large_upload_passes_through_the_socket(socket_client: openai.OpenAI) -> None:
    content = bytes(range(256)) * 40_000

    made = socket_client.files.create(file=("big.png", content), purpose="vision")

    assert made.bytes == len(content)
    assert socket_client.files.content(made.id).read() == content


def test_a_server_can_be_shut_down_before_it_serves() -> None:
    app = create_app()
    server = make_server(app)
    server.shutdown()
    server.serve_forever()
    app.close()

    assert server.port > 0


def test_the_emulator_imports_no_client_and_nothing_of_the_rest() -> None:
    program = (
        "import sys, provisioner.emulator\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('openai', 'httpx2')"
        " or name.startswith('provisioner.') and not name.startswith('provisioner.emulator')])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert printed.stdout.strip() == "[]"
