"""The command `provisioner rollback` publishes an older release again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import writes
from provisioner.cli._shared.numbers import WholeNumber
from provisioner.cli._shared.options import ADDRESS

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs._shared.session import RunOptions


@named(
    "rollback",
    "provisioner rollback assistant.policy-qa",
    "provisioner rollback assistant.policy-qa --to 7 --yes",
)
@click.argument("address", type=ADDRESS)
@click.option("--to", "number", type=WholeNumber(), metavar="N", help="Default: the one before.")
@options.manifests(positional=False)
@writes
def command(
    *,
    run_options: "RunOptions",
    address: "Address",
    number: int | None,
    yes: bool,
    out: Path | None,
    format: str,
) -> int:
    """Publish an older release of an assistant again, on a `responses` target.

    Shows what becomes different and asks. Applications take it up at once. The manifests have not
    moved: from then on it is drift, which plan shows and a plain apply does not undo.

    `provisioner show --releases ADDRESS` lists the releases that there are.
    """
    from provisioner.cli._shared.perform import offer
    from provisioner.verbs.rollback import planned_rollback

    with planned_rollback(run_options, address, number) as found:
        return offer(found, out, format, "Roll back?", yes=yes)
