"""The command line: one file a command. Parse, call one verb, render, exit; no decisions.

Nothing that a command needs is imported before that command runs, so that `--help` is instant.
"""

import gc as collector
import os
import sys

INTERRUPTED = (129, 130, 143)


def main() -> None:
    """Run the `provisioner` command."""
    # Nearly every object of a command lives until the command ends. The garbage collector finds next
    # to nothing and takes a third of the time at 10,000 objects. `serve` runs on and turns it on.
    collector.disable()
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal's encoding lacks is written as its number.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    from provisioner.cli.root import provisioner

    try:
        provisioner(prog_name="provisioner")
    except SystemExit as end:
        if end.code in INTERRUPTED:
            _leave(int(end.code))
        raise
    finally:
        # Python collects once more as it ends. Frozen objects are left out of that.
        collector.freeze()


def _leave(code: int) -> None:
    """Exit without waiting for requests that still run in other threads."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue
    os._exit(code)
