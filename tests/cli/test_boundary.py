"""Every failure becomes a sentence and an exit code, and never shows a secret."""

from errno import EACCES, ENAMETOOLONG, ENOENT, EPIPE
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from provisioner.cli import root
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.options import screen_options
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.errors import PlanRefused, Unauthorized, UsageError
from tests.support.codes import code as coded


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[int, str]:
    """Exit code and stderr of a command that raises `error`."""

    @named("plan", "provisioner plan")
    @screen_options
    def command() -> None:
        raise error

    monkeypatch.setattr(root.Commands, "get_command", lambda *_: command)
    result = CliRunner().invoke(root.provisioner, ["plan", *args])
    assert result.stdout == ""
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (
            PlanRefused(Diagnostic(coded("no"), "Because of that.", Position("a.yaml", 3, 5))),
            1,
            "a.yaml:3:5: error: no [no]\n  Because of that.\n",
        ),
        (
            Unauthorized(coded("refused"), "Mend it.", 401),
            1,
            "error: refused [refused]\n  Mend it.\n",
        ),
        (UsageError(Diagnostic(coded("odd"))), 2, "error: odd [odd]\n"),
        (KeyboardInterrupt(), 130, "\nInterrupted.\n"),
        (click.Abort(), 130, "Interrupted.\n"),
        (BrokenPipeError(EPIPE, "Broken pipe"), 1, ""),
    ],
)
def test_each_error_has_its_exit_code_and_its_words(
    error: BaseException, code: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert raising(error, monkeypatch) == (code, says)


def test_what_nobody_expected_is_one_sentence_that_asks_to_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, error = raising(RuntimeError("sk-secret"), monkeypatch, "-v")
    assert code == 1
    assert error.startswith("error: unexpected RuntimeError\n")
    assert "report" in error
    assert "sk-secret" not in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(EACCES, "Permission denied", "kb/x"), "kb/x: Permission denied."),
        (OSError(ENAMETOOLONG, "File name too long", "x" * 900), "x…: File name too long."),
        (FileNotFoundError(ENOENT, "No such file or directory", b"kb/\xff"), "kb/"),
    ],
)
def test_what_the_system_refuses_is_told_with_its_name(
    error: OSError, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = raising(error, monkeypatch)

    assert code == 1
    assert told.startswith("error: the operating system refused a file or a folder [file-refused]")
    assert says in told
    assert "Give yourself access to this path" in told
    assert len(told) < 400
    assert "Traceback" in raising(error, monkeypatch, "-vv")[1]


def test_a_folder_that_was_deleted_is_told_and_no_other_missing_file_is_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nameless = FileNotFoundError(ENOENT, "No such file or directory")
    assert "unexpected FileNotFoundError" in raising(nameless, monkeypatch)[1]
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    code, told = raising(nameless, monkeypatch)

    assert code == 1
    assert "The current folder was deleted" in told


def test_with_vv_it_has_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    code, error = raising(RuntimeError("at the bottom"), monkeypatch, "-vv")
    assert code == 1
    assert "Traceback" in error
    assert "at the bottom" in error


def test_control_characters_of_an_error_are_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    _, error = raising(PlanRefused(Diagnostic(coded("gone"), subject="\x1b[2J")), monkeypatch)
    assert "\x1b" not in error
    assert "gone" in error
