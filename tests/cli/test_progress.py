"""Progress: a line an event in a log, a board on a terminal; server text is shown, not obeyed."""

import pytest

from provisioner.cli._shared.progress import Board, progress
from provisioner.cli._shared.screen import Screen
from provisioner.model.address import Address
from provisioner.model.outcome import Outcome, Progress, Status
from provisioner.model.plan import Action

HELPER = Address("assistant", "helper")
STORE = Address("vector_store", "handbook")


def told(capsys: pytest.CaptureFixture[str], *events: Outcome | Progress) -> list[str]:
    with progress(Screen(environ={}), 2, live=False) as see:
        for event in events:
            see(event)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_log_has_a_line_for_each_start_and_each_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(
        capsys,
        Outcome(HELPER, Action.CREATE, Status.STARTED),
        Progress(HELPER, Action.CREATE, "uploading", 1, 2),
        Outcome(HELPER, Action.CREATE, Status.DONE, "asst_1", seconds=1.24),
        Outcome(STORE, Action.UPDATE, Status.FAILED, error="it said no\nand more", seconds=0.5),
        Outcome(STORE, Action.DELETE, Status.SKIPPED, error="it waits"),
    ) == [
        "  + assistant.helper  creating",
        "✓ + assistant.helper  created  asst_1  (1.2 s)",
        "✗ ~ vector_store.handbook  update failed: it said no  (0.5 s)",
        "· - vector_store.handbook  delete skipped: it waits",
    ]


def test_what_a_server_says_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = told(capsys, Outcome(HELPER, Action.CREATE, Status.FAILED, error="\x1b[2Jgone"))
    assert "\x1b" not in line
    assert "gone" in line


def test_nobody_reading_stops_no_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    def left(_screen: Screen, _line: str) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(Screen, "note", left)
    with progress(Screen(), 1, live=False) as see:
        see(Outcome(HELPER, Action.CREATE, Status.DONE, "asst_1"))


def test_the_board_shows_what_runs_with_a_bar_and_counts_what_is_done() -> None:
    board = Board(total=3, colour=False, room=5)
    board.see(Outcome(HELPER, Action.CREATE, Status.STARTED))
    board.see(Outcome(STORE, Action.UPDATE, Status.STARTED))
    board.see(Progress(STORE, Action.UPDATE, "ingesting \x1b[2J", 6, 12))
    rows = board.lines()
    assert rows[0] == "  + assistant.helper  creating  0:00"
    assert "6/12" in rows[1]
    assert "━" * 24 in rows[1]
    assert "\x1b" not in rows[1]
    assert rows[2] == "  0 of 3 done · 0:00"
    board.see(Outcome(HELPER, Action.CREATE, Status.DONE, "asst_1"))
    board.see(Outcome(STORE, Action.UPDATE, Status.FAILED))
    assert board.lines() == ["  2 of 3 done · tidying up · 0:00"]


def test_the_board_never_grows_beyond_the_screen() -> None:
    board = Board(total=9, colour=False, room=3)
    for index in range(9):
        board.see(Outcome(Address("assistant", f"a{index}"), Action.CREATE, Status.STARTED))
    assert len(board.lines()) == 5
    assert board.lines()[3] == "  … and 6 more"
