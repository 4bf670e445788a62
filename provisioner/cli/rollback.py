"""The command `provisioner rollback` goes back to a release or a run, or restores what a run deleted."""

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
    help="The number of a release, or a run.  [default: the release before the current one]",
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
    """Go back: restore ADDRESS as it was, or everything that RUN deleted.

    With an ADDRESS: with --to RUN, the object becomes what it was after that run, on every runtime.
    With --to N, an older release becomes current, on a `responses` target. The manifests stay as
    they are, so the result is drift: plan shows it, and apply does not undo it by itself.

    With a RUN: creates again what that run deleted, from the receipts in the ledger, and says what
    cannot be restored. `provisioner history` lists the runs, and `provisioner show --releases
    ADDRESS` the releases.
    """
    from provisioner.cli._shared.perform import offer

    question = "Create these again?" if _is_run(what) else "Roll back?"
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
