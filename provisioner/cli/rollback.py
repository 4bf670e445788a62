"""The command `provisioner rollback` goes back: to a release, to a run, or to before a run's deletes."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import writes
from provisioner.cli._shared.options import ADDRESS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.plan import Planned


@named(
    "rollback",
    "provisioner rollback assistant.policy-qa",
    "provisioner rollback assistant.policy-qa --to 7 --yes",
    "provisioner rollback assistant.policy-qa --to run-20261126-231501-7f3a",
    "provisioner rollback run-20261126-231501-7f3a --out again.json",
)
@click.argument("what", metavar="ADDRESS|RUN")
@click.option(
    "--to",
    "to",
    metavar="N|RUN",
    help="A release's number, or a run that is known.  [default: the release before]",
)
@options.manifests(positional=False)
@writes
def command(
    *,
    run_options: "RunOptions",
    what: str,
    to: str | None,
    yes: bool,
    out: Path | None,
    format: str,
) -> int:
    """Go back: ADDRESS to what it was, or RUN to before it deleted anything.

    ADDRESS becomes again what it was after a run (--to RUN), on every runtime, or an older release (--to
    N), on a `responses` target. The manifests have not moved: from then on it is drift, which plan shows
    and a plain apply does not undo.

    RUN makes again what that run deleted, from the receipts in the ledger, and says what cannot be made
    again. `provisioner history` lists the runs, `provisioner show --releases ADDRESS` the releases.
    """
    from provisioner.cli._shared.perform import offer

    question = "Make it again?" if _is_run(what) else "Roll back?"
    with _planned(run_options, what, to) as found:
        return offer(found, out, format, question, yes=yes)


def _planned(
    run_options: "RunOptions", what: str, to: str | None
) -> "AbstractContextManager[Planned]":
    """Return the plan of the rollback that was asked for. Raises a usage error of click."""
    from provisioner.verbs.rollback.applied import planned_return
    from provisioner.verbs.rollback.deleted import planned_restoration
    from provisioner.verbs.rollback.release import planned_rollback

    if _is_run(what):
        if to is not None:
            raise click.UsageError("--to goes with an ADDRESS: a run is rolled back as a whole.")
        return planned_restoration(run_options, what)
    address = ADDRESS.convert(what, None, click.get_current_context())
    if to is not None and _is_run(to):
        return planned_return(run_options, address, to)
    if to is not None and not (to.isascii() and to.isdecimal()):
        raise click.BadParameter(
            f"{to!r} is neither the number of a release nor a run.", param_hint="--to"
        )
    return planned_rollback(run_options, address, int(to) if to else None)


def _is_run(text: str) -> bool:
    from provisioner.verbs.history import RUN

    return text.startswith(RUN)
