"""The one error boundary: whatever is raised becomes a sentence and an exit code."""

import sys
import traceback
from collections.abc import Callable
from typing import Any

import click

from provisioner.cli.screen import Screen
from provisioner.model.errors import ProvisionerError, UsageError

DONE, FAILED, USAGE, PENDING, INTERRUPTED = 0, 1, 2, 3, 130
REPORT = "This is a fault of provisioner. Please report it with what you ran"


def guarded(run: Callable[[], Any], screen: Screen) -> int:
    """Run a command and say what went wrong. Returns the exit code.

    A reader that left (EPIPE) is click's to handle: it exits 1 without a word.
    """
    try:
        code = run()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        screen.err("Interrupted.\n")
        return INTERRUPTED
    except ProvisionerError as error:
        return _refused(error, screen)
    except Exception as error:  # noqa: BLE001 - the last stop before the user
        return _unexpected(error, screen)
    return code if isinstance(code, int) else DONE


def _refused(error: ProvisionerError, screen: Screen) -> int:
    from provisioner.render.text import diagnostics_text

    text = diagnostics_text(error.diagnostics, colour=screen.colour(sys.stderr))
    screen.err(f"{text}\n")
    return USAGE if isinstance(error, UsageError) else FAILED


def _unexpected(error: Exception, screen: Screen) -> int:
    """One sentence. What the error holds may be anything, so only -vv shows it."""
    if screen.verbosity > 1:
        screen.err("".join(traceback.format_exception(error)))
        screen.err(f"{REPORT} and the lines above.\n")
    else:
        kind = type(error).__name__
        screen.err(f"error: unexpected {kind}\n  {REPORT}, and with the output of -vv.\n")
    return FAILED
