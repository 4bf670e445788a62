"""`provisioner rollback`."""

from typing import TYPE_CHECKING

import click

from provisioner.cli import options
from provisioner.cli.boundary import DONE
from provisioner.cli.command import command as named
from provisioner.cli.options import ADDRESS, screen

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs.session import Setup


@named(
    "rollback",
    "provisioner rollback assistant.policy-qa",
    "provisioner rollback assistant.policy-qa --to 7",
)
@click.argument("address", type=ADDRESS)
@click.option("--to", type=int, metavar="N", help="Which release. Default: the one before.")
@options.manifests(positional=False)
@options.screen_options
def command(*, setup: "Setup", address: "Address", to: int | None) -> int:
    """Publish an older release of an assistant again, on a `responses` target.

    Applications take it up at once. The manifests have not moved: the next plan shows the
    difference, and an apply would undo the rollback.
    """
    from provisioner.verbs.rollback import rollback

    done = rollback(setup, address, to)
    screen().out(f"{done.address}: release {done.number} says what release {done.to} said.\n")
    return DONE
