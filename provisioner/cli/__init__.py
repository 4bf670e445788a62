"""The command line, one file for each command: it parses, calls one verb, renders and exits.

A command imports what it needs only when it runs, so that `--help` is instant.
"""

import gc as collector
import os
import sys

INTERRUPTED = (129, 130, 143)
"""The exit codes of a command that SIGHUP, SIGINT or SIGTERM ended: 128 and the signal's number."""


def main() -> None:
    """Run the command `provisioner` and exit."""
    # Nearly every object of a command lives until the command ends, so the garbage collector finds
    # almost nothing, and takes a third of the time at 10,000 objects. `serve` runs on and enables
    # it again.
    collector.disable()
    for stream in (sys.stdout, sys.stderr):
        # A terminal whose encoding lacks a character shows its number, in place of an error.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    from provisioner.cli.root import provisioner

    try:
        provisioner(prog_name="provisioner")
    except SystemExit as end:
        if end.code in INTERRUPTED:
            _leave(int(end.code))
        raise
    finally:
        # Python collects once more as it ends. It leaves frozen objects out.
        collector.freeze()


def _leave(code: int) -> None:
    """Exit at once, without waiting for requests that still run in other threads."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue
    os._exit(code)
