"""On a real terminal: approval, colour, interruption; and what happens where there is none."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from werkzeug.wrappers import Request, Response

from provisioner.cli._shared import perform
from provisioner.cli.root import provisioner
from provisioner.emulator import create_app
from tests.cli.conftest import PATIENCE, SECRET, Project, environment
from tests.support.habits import reply
from tests.support.servers import Wrapper, serving

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

LOGIN = "import os, sys; os.login_tty(0); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
"""Makes the terminal the controlling one, so that Ctrl-C typed there is an interruption."""


class Terminal:
    """The command on a pseudo-terminal: write what a person types, read what they see."""

    def __init__(self, project: Project, *args: str, **variables: str) -> None:
        self._main, side = pty.openpty()
        screen = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
        env = environment(**{**screen, **variables})
        command = [sys.executable, "-c", LOGIN, "-m", "provisioner", *args]
        self.process = subprocess.Popen(
            command, cwd=project.folder, env=env, stdin=side, stdout=side, stderr=side
        )
        os.close(side)
        project.processes.append(self.process)
        self.raw = ""

    @property
    def seen(self) -> str:
        return ANSI.sub("", self.raw)

    def read(self, until: str = "", seconds: float = PATIENCE) -> str:
        """Everything on the screen once `until` stands there, or once the command has ended."""
        deadline = time.monotonic() + seconds
        while not until or until not in self.seen:
            assert time.monotonic() < deadline, self.seen[-2000:]
            if not select.select([self._main], [], [], 0.05)[0]:
                continue
            try:
                piece = os.read(self._main, 65536)
            except OSError:
                break
            if not piece:
                break
            self.raw += piece.decode(errors="replace")
        return self.seen

    def type(self, text: str) -> None:
        os.write(self._main, text.encode())

    def end(self) -> int:
        self.read()
        code = self.process.wait(timeout=PATIENCE)
        os.close(self._main)
        return code


def test_apply_asks_and_a_yes_goes_ahead(project: Project) -> None:
    terminal = Terminal(project, "apply")
    assert "Plan: 2 to create" in terminal.read("[y/N] ")
    terminal.type("y\n")
    assert terminal.end() == 0
    assert "Apply: 2 created" in terminal.seen


@pytest.mark.parametrize(
    ("answer", "agrees"),
    [("yes\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("maybe\n", False)],
)
def test_only_a_yes_is_one(
    project: Project, monkeypatch: pytest.MonkeyPatch, answer: str, agrees: bool
) -> None:
    monkeypatch.setattr(perform, "interactive", lambda: True)
    result = CliRunner().invoke(provisioner, ["apply"], input=answer)
    assert result.exit_code == (0 if agrees else 1)
    assert ("Nothing was changed." in result.stderr) is not agrees
    assert ("2 resources match" in project.run("plan").stdout) is agrees


def test_the_end_of_input_changes_nothing(project: Project) -> None:
    terminal = Terminal(project, "apply")
    terminal.read("[y/N] ")
    terminal.type("\x04")
    assert terminal.end() == 1
    assert "Nothing was changed." in terminal.seen
    assert "2 to create" in project.run("plan").stdout


def test_ctrl_c_at_the_question_changes_nothing(project: Project) -> None:
    terminal = Terminal(project, "apply")
    terminal.read("[y/N] ")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert "2 to create" in project.run("plan").stdout


def test_nothing_is_asked_where_nothing_changes(applied: Project) -> None:
    terminal = Terminal(applied, "apply")
    assert terminal.end() == 0
    assert "[y/N]" not in terminal.seen


def test_destroy_wants_the_owner_typed(applied: Project) -> None:
    terminal = Terminal(applied, "destroy")
    terminal.read("Type k3v9q0x7dp/default to go ahead: ")
    terminal.type("yes\n")
    assert terminal.end() == 1
    assert "2 resources match" in applied.run("plan").stdout
    terminal = Terminal(applied, "destroy")
    terminal.read("to go ahead: ")
    terminal.type("k3v9q0x7dp/default\n")
    assert terminal.end() == 0
    assert "2 deleted" in terminal.seen


def test_adopt_asks(project: Project) -> None:
    with project.live() as client:
        store = client.vector_stores.create(name="Handbook")
    terminal = Terminal(project, "adopt", "vector_store.handbook", store.id)
    terminal.read("Adopt these objects? [y/N] ")
    terminal.type("y\n")
    assert terminal.end() == 0
    assert "Apply: 1 updated" in terminal.seen


def test_a_terminal_gets_colour_and_a_live_display(project: Project) -> None:
    terminal = Terminal(project, "apply", "--yes")
    assert terminal.end() == 0
    assert "\x1b[32m" in terminal.raw
    assert "of 2 done" in terminal.seen
    assert terminal.seen.count("✓ + assistant.helper  created") == 1


@pytest.mark.parametrize(
    ("args", "variables"),
    [
        (["--no-color"], {}),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}),
        ([], {"TERM": "dumb"}),
    ],
)
def test_a_terminal_gets_none_where_none_is_wanted(
    project: Project, args: list[str], variables: dict[str, str]
) -> None:
    terminal = Terminal(project, "plan", *args, **variables)
    assert terminal.end() == 0
    assert "\x1b[" not in terminal.raw


def test_a_pipe_gets_colour_only_if_forced(project: Project) -> None:
    _, plain, _ = project.finish("plan", env=environment())
    _, forced, _ = project.finish("plan", env=environment(FORCE_COLOR="1"))
    _, refused, _ = project.finish("plan", env=environment(FORCE_COLOR="0"))
    assert "\x1b[" not in plain + refused
    assert "\x1b[32m" in forced


def test_a_reader_that_leaves_is_no_error_worth_a_word(applied: Project) -> None:
    process = applied.start("schema")
    assert process.stdout is not None
    process.stdout.close()
    _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert error == ""


class Slow(Wrapper):
    """Every create of an assistant waits to be let go."""

    def __init__(self) -> None:
        super().__init__(create_app())
        self.arrived = threading.Event()
        self.go = threading.Event()
        self.writes = 0

    def answer(self, request: Request) -> Response:
        if request.method == "POST":
            self.writes += 1
            if request.path.endswith("/vector_stores"):
                self.arrived.set()
                self.go.wait(PATIENCE)
        return self.forward(request)


class SlowList(Wrapper):
    """A list that does not come before `go`; with `pages`, one page of it every so often does."""

    def __init__(self, *, pages: bool = False) -> None:
        super().__init__(create_app())
        self.pages = pages
        self.arrived, self.go = threading.Event(), threading.Event()
        self.count = 0

    def answer(self, request: Request) -> Response:
        if request.method != "GET" or request.path.rpartition("/")[2] != "assistants":
            return self.forward(request)
        self.arrived.set()
        if not self.pages:
            self.go.wait(PATIENCE)
            return self.forward(request)
        time.sleep(0.2)
        self.count += 1
        row = {"id": f"asst_{self.count}", "object": "assistant", "model": "m", "metadata": {}}
        return reply({"data": [row], "has_more": not self.go.is_set()})


Interrupt = Callable[[Terminal], None]


def by_key(terminal: Terminal) -> None:
    terminal.type("\x03")


def by_signal(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGINT)


@pytest.mark.parametrize("interrupt", [by_key, by_signal])
def test_the_first_ctrl_c_finishes_what_runs_and_starts_nothing(
    project: Project, interrupt: Interrupt
) -> None:
    app = Slow()
    with serving(app) as base_url:
        there = {"REMOTE_URL": base_url, "REMOTE_KEY": SECRET}
        terminal = Terminal(project, "apply", "--yes", "--target", "remote", **there)
        assert app.arrived.wait(PATIENCE)
        interrupt(terminal)
        terminal.read("Interrupted: no new change starts")
        app.go.set()
        assert terminal.end() == 130
        assert "Apply, interrupted: 1 failed, 1 skipped" in terminal.seen
        env = environment(**there)
        code, output, _ = project.finish("apply", "--yes", "--target", "remote", env=env)
    assert code == 0
    assert "1 created" in output


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_termination_and_a_hang_up_wind_down_as_ctrl_c_does(
    project: Project, number: signal.Signals, code: int
) -> None:
    app = Slow()
    with serving(app) as base_url:
        env = environment(REMOTE_URL=base_url, REMOTE_KEY=SECRET)
        process = project.start("apply", "--yes", "--target", "remote", env=env)
        assert app.arrived.wait(PATIENCE)
        process.send_signal(number)
        time.sleep(0.3)
        app.go.set()
        output, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert f"Interrupted by {number.name}: no new change starts" in error
    assert "Apply, interrupted: 1 failed, 1 skipped" in output


def test_a_second_signal_leaves_at_once(project: Project) -> None:
    app = Slow()
    with serving(app) as base_url:
        env = environment(REMOTE_URL=base_url, REMOTE_KEY=SECRET)
        process = project.start("apply", "--yes", "--target", "remote", env=env)
        assert app.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE)
        assert not app.go.is_set()
        app.go.set()
    assert process.returncode == 143
    assert "Apply, interrupted:" in output


def test_what_whoever_started_us_wants_ignored_stays_ignored(project: Project) -> None:
    app = Slow()
    with serving(app) as base_url:
        env = environment(REMOTE_URL=base_url, REMOTE_KEY=SECRET)
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            process = project.start("apply", "--yes", "--target", "remote", env=env)
        finally:
            signal.signal(signal.SIGHUP, before)
        assert app.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        app.go.set()
        _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Interrupted" not in error


def test_a_termination_while_reading_leaves_with_its_exit_code(project: Project) -> None:
    app = SlowList()
    with serving(app) as base_url:
        env = environment(REMOTE_URL=base_url, REMOTE_KEY=SECRET)
        process = project.start("plan", "--target", "remote", env=env)
        assert app.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=PATIENCE)
        app.go.set()
    assert process.returncode == 143
    assert "Interrupted." in error
    assert "Traceback" not in error


def test_a_terminal_shows_what_is_being_read(project: Project) -> None:
    app = SlowList(pages=True)
    with serving(app) as base_url:
        there = {"REMOTE_URL": base_url, "REMOTE_KEY": SECRET}
        terminal = Terminal(project, "plan", "--target", "remote", **there)
        terminal.read("reading ")
        app.go.set()
        terminal.end()
    assert re.search(r"reading (assistants|vector stores): \d+", terminal.seen)
    assert "\x1b[2K" in terminal.raw


def test_the_second_ctrl_c_leaves_at_once_with_what_is_known(project: Project) -> None:
    app = Slow()
    with serving(app) as base_url:
        there = {"REMOTE_URL": base_url, "REMOTE_KEY": SECRET}
        terminal = Terminal(project, "apply", "--yes", "--target", "remote", **there)
        assert app.arrived.wait(PATIENCE)
        by_key(terminal)
        terminal.read("Interrupted: no new change starts")
        by_key(terminal)
        code = terminal.end()
        assert not app.go.is_set()
        app.go.set()
    assert code == 130
    assert "Apply, interrupted: 1 failed, 1 skipped" in terminal.seen
    assert "whether it was performed is not known" in " ".join(terminal.seen.split())
    assert "nothing was done" not in terminal.seen


def test_an_interrupted_apply_as_json_says_so(project: Project) -> None:
    app = Slow()
    with serving(app) as base_url:
        env = environment(REMOTE_URL=base_url, REMOTE_KEY=SECRET)
        process = project.start("apply", "--yes", "--target", "remote", "--format", "json", env=env)
        assert app.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        app.go.set()
        output, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert json.loads(output)["interrupted"] is True
    assert SECRET not in output + error
