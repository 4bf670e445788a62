"""The command `provisioner history` lists past runs: who changed what and when."""

from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.numbers import WholeNumber
from provisioner.cli._shared.options import ADDRESS, JSON, screen
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions

MOST = 1000
"""The most runs that one call lists."""


@named(
    "history",
    "provisioner history",
    "provisioner history assistant.policy-qa",
    "provisioner history run-20261126-231501-7f3a",
)
@click.argument("what", metavar="[ADDRESS|RUN]", default="")
@options.manifests(positional=False, connects=False)
@options.ledger
@click.option(
    "--limit",
    type=WholeNumber(1, MOST),
    default=20,
    show_default=True,
    metavar="N",
    help="The number of runs to show.",
)
@formats(Shape.REPORT)
@options.screen_options
def command(*, run_options: "RunOptions", what: str, limit: int, format: str) -> int:
    """Show who changed what and when, and how each change ended.

    Lists the newest runs of this stack and environment. With ADDRESS, only those that changed it,
    under its former names too. With RUN, shows one run in full, with what it deleted. All of this
    is read from the ledger; no request is sent.
    """
    from provisioner.render import history as rendering
    from provisioner.render.document import to_json
    from provisioner.verbs.history import RUN, history, one_run

    if what.startswith(RUN):
        run = one_run(run_options, what)
        told = to_json(rendering.run_document(run)) if format == JSON else rendering.run_text(run)
    else:
        address = ADDRESS.convert(what, None, click.get_current_context()) if what else None
        runs = history(run_options, address, limit=limit)
        document = rendering.history_document
        told = to_json(document(runs)) if format == JSON else rendering.history_text(runs)
    screen().out(told)
    return DONE
