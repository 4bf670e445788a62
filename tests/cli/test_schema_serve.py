"""schema prints what editors and pipelines build on; serve is the embedded server on a port."""

import json
import signal
import socket
from pathlib import Path

import pytest
from openai import OpenAI

from provisioner.verbs.schema import schemas
from tests.cli.conftest import PATIENCE, SECRET, Project, environment


@pytest.mark.parametrize("name", schemas())
def test_each_schema_is_printed_by_its_name(project: Project, name: str) -> None:
    assert project.run("schema", name).stdout == schemas()[name]


@pytest.mark.parametrize("name", ["VectorStore", "vector-store", "vector_store"])
def test_a_kind_may_be_spelled_as_in_a_manifest(project: Project, name: str) -> None:
    assert json.loads(project.run("schema", name).stdout)["title"] == "VectorStore"


def test_without_a_name_it_is_the_schema_of_every_manifest(project: Project) -> None:
    assert project.run("schema").stdout == schemas()["manifest"]


def test_all_are_written_into_a_folder(project: Project) -> None:
    project.run("schema", "--out", "deep/schemas")
    written = {path.name: path.read_text("utf-8") for path in Path("deep/schemas").iterdir()}
    assert written == {f"{name}.schema.json": text for name, text in schemas().items()}


def test_a_folder_that_cannot_be_written_is_named(project: Project) -> None:
    (project.folder / "taken").write_text("a file", encoding="utf-8")
    result = project.run("schema", "--out", "taken/schemas", code=1)
    assert "the schemas could not be written" in result.stderr


def test_serve_answers_the_sdk_shares_the_embedded_data_and_stops_on_ctrl_c(
    applied: Project,
) -> None:
    server = applied.start("serve", "--port", "0", "-v")
    assert server.stdout is not None
    base_url = server.stdout.readline().strip()
    assert base_url.startswith("http://127.0.0.1:")
    with (
        OpenAI(base_url=base_url, api_key="any") as client,
        pytest.warns(DeprecationWarning, match="deprecated"),
    ):
        assert [a.name for a in client.beta.assistants.list().data] == ["Helper"]
    there = {"env": environment(REMOTE_URL=base_url, REMOTE_KEY=SECRET)}
    code, output, error = applied.finish("plan", "--exit-code", "--target", "remote", **there)
    assert (code, error) == (0, "")
    assert "No changes." in output
    server.send_signal(signal.SIGINT)
    _, error = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert "Any bearer token is accepted" in error
    assert "GET /v1/assistants 200\n" in error
    assert error.endswith("Stopped.\n")


def test_the_folder_of_its_data_keeps_itself_out_of_version_control(project: Project) -> None:
    server = project.start("serve", "--port", "0")
    assert server.stdout is not None
    server.stdout.readline()
    assert (project.folder / ".provisioner" / ".gitignore").read_text("utf-8") == "*\n"
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=PATIENCE)
    assert server.returncode == 0


def test_a_port_that_is_taken_is_refused(project: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = project.run("serve", "--port", str(taken.getsockname()[1]), code=1)
    assert "is not free" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--host", "no.such.host.invalid"), "--host no.such.host.invalid cannot be listened on"),
        # An address that is kept for documentation: no machine has it.
        (("--host", "192.0.2.7"), "--host 192.0.2.7 cannot be listened on"),
        (("--host", ""), "--host is empty"),
        (("--data", ""), "--data is empty"),
    ],
)
def test_what_cannot_be_listened_on_is_told_and_no_port_is_blamed(
    project: Project, words: tuple[str, ...], said: str
) -> None:
    result = project.run("serve", "--port", "0", *words, code=1)
    assert said in result.stderr
    assert "is not free" not in result.stderr


def test_a_file_that_is_no_database_is_refused(project: Project) -> None:
    (project.folder / "data").write_text("no database, whatever else it may be", encoding="utf-8")
    result = project.run("serve", "--port", "0", "--data", "data", code=1)
    assert "the server cannot start" in result.stderr
