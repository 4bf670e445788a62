"""The last handler of every error of a command: it prints a sentence and returns the exit code."""

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from errno import EBADF, EDQUOT, EFBIG, EIO, ENOSPC, EPIPE
from pathlib import Path
from typing import Any, Final

import click

from provisioner.cli._shared.screen import Screen, discard_output
from provisioner.cli._shared.signals import leaving
from provisioner.model import hints
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError, UsageError
from provisioner.model.hints import hint

# The promised exit codes: done, failed or refused, wrong usage, changes are pending, interrupted.
DONE, FAILED, USAGE, PENDING, INTERRUPTED = 0, 1, 2, 3, 130
# The errors of the system that mean that stdout cannot be written to.
_STUCK: Final = frozenset({EBADF, EDQUOT, EFBIG, EIO, ENOSPC, EPIPE})
# The most characters of a path in a message.
_SHOWN: Final = 200
_CURE: Final = "Give yourself access to this path, or name another path."
_NOWHERE: Final = (
    "The current folder was deleted. Go to a folder that exists, and run the command there."
)
REPORT = "This is a bug in provisioner. Please report it with the command that you ran"


def guarded(run: Callable[[], Any], screen: Screen) -> int:
    """Run a command and report what went wrong. Return the exit code.

    If the reader of stdout has left, as `head` does, that is no failure: `Screen.out` discards the
    rest of the output.
    """
    hints.reset()
    try:
        with leaving(screen):
            code = run()
            _flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        with suppress(OSError):
            screen.err("Interrupted.\n")
        return interrupted(screen)
    except ProvisionerError as error:
        return _refused(error, screen)
    except OSError as error:
        return _of_the_system(error, screen)
    except Exception as error:  # noqa: BLE001 - the last stop before the user
        return _unexpected(error, screen)
    finally:
        hints.reset()
    return code if isinstance(code, int) else DONE


def interrupted(screen: Screen) -> int:
    """Return the exit code of a command that a signal ended: 130, 143 or 129."""
    return 128 + screen.signal if screen.signal else INTERRUPTED


def _flush() -> None:
    # Python flushes stdout as it ends, too late to report a failure. Stdout is None if it is
    # closed.
    if sys.stdout is not None:
        sys.stdout.flush()


def _of_the_system(error: OSError, screen: Screen) -> int:
    """Report an error of the operating system. Return the exit code."""
    if _is_of_output(error):
        return _unwritten(error, screen)
    # With -vv the traceback is wanted, which only `_unexpected` prints.
    told = None if screen.verbosity > 1 else of_a_file(error)
    return _refused(told, screen) if told else _unexpected(error, screen)


def of_a_file(error: BaseException) -> ProvisionerError | None:
    """Return a message about an error of the system that concerns a file; None for every other error.

    Commands report such errors where they read and write. This message is for places that expect
    none, such as a parent folder without permission, or a name that is too long.
    """
    if isinstance(error, FileNotFoundError) and error.filename is None and _is_nowhere():
        return ProvisionerError(Diagnostic(codes.FILE_REFUSED, _NOWHERE))
    if not isinstance(error, OSError) or error.filename is None or not error.strerror:
        return None
    # An error about an open file has the number of its descriptor as `filename`.
    name = os.fsdecode(error.filename) if not isinstance(error.filename, int) else ""
    short = name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"
    return ProvisionerError(Diagnostic(codes.FILE_REFUSED, f"{short}: {error.strerror}. {_CURE}"))


def _is_nowhere() -> bool:
    """Return true if the current folder was deleted, so that no relative path leads anywhere."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _is_of_output(error: OSError) -> bool:
    """Return true if an error means that stdout could not be written. Such an error names no file."""
    return error.errno in _STUCK and error.filename is None


def _unwritten(error: OSError, screen: Screen) -> int:
    """Report that the output could not be written. Return the exit code."""
    discard_output()
    if screen.signal:  # after a hang-up there is no terminal to write to
        return interrupted(screen)
    if not isinstance(error, BrokenPipeError):
        screen.err(
            "error: the output could not be written\n"
            f"  {error.strerror}. What was done until then stays done: "
            f"{hint('plan')} shows what is left to do. Free some space, or send the output elsewhere.\n"
        )
    return FAILED


def _refused(error: ProvisionerError, screen: Screen) -> int:
    """Print the diagnostics of an error. Return the exit code."""
    from provisioner.render.diagnostics import diagnostics_text

    text = diagnostics_text(error.diagnostics, colour=screen.colour(sys.stderr))
    screen.err(f"{text}\n")
    return USAGE if isinstance(error, UsageError) else FAILED


def _unexpected(error: Exception, screen: Screen) -> int:
    """Print a sentence about an error that nobody expected. Return the exit code.

    The text of the error may quote secrets, so only `-vv` shows it.
    """
    if screen.verbosity > 1:
        screen.err("".join(traceback.format_exception(error)))
        screen.err(f"{REPORT}, and with the lines above.\n")
    else:
        kind = type(error).__name__
        screen.err(f"error: unexpected {kind}\n  {REPORT}, and with the output of -vv.\n")
    return FAILED
