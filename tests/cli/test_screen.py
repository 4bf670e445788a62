"""The line of a terminal that says what is going on."""

import io
import time

import pytest

from provisioner.cli._shared.screen import PATIENCE, StatusLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + 10
        while text not in self.getvalue():
            assert time.monotonic() < end, self.getvalue()
            time.sleep(0.02)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_a_server_that_does_not_answer_is_seen_while_nothing_comes() -> None:
    there = Terminal()
    line = StatusLine(there)
    line.show("reading assistants", 80)
    assert there.getvalue() == ""
    there.wait_for("\r\x1b[2K  reading assistants\r\x1b[2K  reading assistants (1 s)")
    line.clear()
    seen = there.getvalue()
    assert seen.endswith("\r\x1b[2K")
    time.sleep(PATIENCE / 2)
    assert there.getvalue() == seen


def test_what_is_over_at_once_is_not_shown() -> None:
    there = Terminal()
    line = StatusLine(there)
    for count in range(100):
        line.show(f"reading assistants: {count}", 80)
    line.clear()
    time.sleep(PATIENCE)
    assert there.getvalue() == ""


def test_a_wait_is_shown_at_once_and_nothing_where_there_is_no_terminal() -> None:
    there = Terminal()
    StatusLine(there).show("the server asks to wait", 20, waits=True)
    assert there.getvalue() == "\r\x1b[2K  the server asks t"
    file = io.StringIO()
    StatusLine(file).show("the server asks to wait", 20, waits=True)
    assert file.getvalue() == ""
