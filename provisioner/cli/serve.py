"""The command `provisioner serve` runs the embedded server on a port."""

import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.numbers import WholeNumber
from provisioner.cli._shared.options import screen, screen_options


@named(
    "serve",
    "provisioner serve --port 8765",
    "OPENAI_BASE_URL=http://127.0.0.1:8765/v1 OPENAI_API_KEY=any python app.py",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=WholeNumber(0, 65535),
    default=8765,
    show_default=True,
    help="The port to listen on; 0 takes a free one.",
)
@click.option(
    "--data",
    default=".provisioner/embedded.sqlite",
    show_default=True,
    metavar="FILE",
    help="The SQLite file, by default that of `server: embedded`; `:memory:` stores nothing on disk.",
)
@screen_options
def command(*, host: str, port: int, data: str) -> int:
    """Run the embedded server, for your application and its tests. Ctrl-C stops it.

    The server has the Assistants v2, Responses and Agents APIs of the platform. A stand-in answers
    in place of a model.
    """
    from provisioner.verbs.serve import serving

    gc.enable()  # `main` turns it off, for commands that end soon
    log = screen().trace or (lambda _line: None)
    with serving(host, port, data, log) as base_url, _stopped() as stop:
        screen().out(f"{base_url}\n")
        screen().err("Any bearer token is accepted. Ctrl-C stops.\n")
        stop.wait()
    screen().err("\nStopped.\n")
    return DONE


@contextmanager
def _stopped() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C or SIGTERM sets.

    That is the normal end of a server, and no failure.
    """
    stop = threading.Event()
    # The handlers of every other command raise KeyboardInterrupt, which ends with 130 or 143.
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stop.set()) for number in signals]
    try:
        yield stop
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
