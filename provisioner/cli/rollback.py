"""`provisioner rollback`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli import options
from provisioner.cli.command import command as named
from provisioner.cli.formats import formats
from provisioner.cli.options import ADDRESS
from provisioner.render.formats import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs.session import Setup


@named(
    "rollback",
    "provisioner rollback assistant.policy-qa",
    "provisioner rollback assistant.policy-qa --to 7 --yes",
)
@click.argument("address", type=ADDRESS)
@click.option("--to", type=int, metavar="N", help="Which release. Default: the one before.")
@options.manifests(positional=False)
@options.yes
@options.out
@formats(Shape.PLAN)
@options.everything
@options.screen_options
def command(
    *,
    setup: "Setup",
    address: "Address",
    to: int | None,
    yes: bool,
    out: Path | None,
    format: str,
) -> int:
    """Publish an older release of an assistant again, on a `responses` target.

    Shows what becomes different and asks. Applications take it up at once. The manifests have not
    moved: from then on it is drift, which plan shows and a plain apply does not undo.

    The releases there are: provisioner show --history ADDRESS
    """
    from provisioner.cli.changing import offer
    from provisioner.verbs.rollback import planned_rollback

    with planned_rollback(setup, address, to) as found:
        return offer(found, out, format, "Roll back?", yes=yes)
