"""The command line: one file a command. Parse, call one verb, render, exit; no decisions.

Nothing that a command needs is imported before that command runs, so that `--help` is instant.
"""

import os
import sys

INTERRUPTED = (129, 130, 143)


def main() -> None:
    """The `provisioner` command."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot draw a character gets its number, not a crash.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    from provisioner.cli.root import provisioner

    try:
        provisioner(prog_name="provisioner")
    except SystemExit as end:
        if end.code in INTERRUPTED:
            _leave(int(end.code))
        raise


def _leave(code: int) -> None:
    """Exit without waiting for requests that still run in other threads."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue
    os._exit(code)
