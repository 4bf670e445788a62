"""The command `provisioner compare` shows what differs between two environments, targets or runs."""

from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, PENDING
from provisioner.cli._shared.formats import printed, show
from provisioner.cli._shared.options import ADDRESS
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs._shared.session import RunOptions


@named(
    "compare",
    "provisioner compare staging prod",
    "provisioner compare staging prod assistant.policy-qa --live",
    "provisioner compare prod@compat prod@openai",
    "provisioner compare run-20261126-231501-7f3a prod",
    "provisioner compare ./manifests ../main/manifests",
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.argument("address", metavar="[ADDRESS]", type=ADDRESS, required=False)
@options.manifests(positional=False)
@options.ledger
@click.option("--live", is_flag=True, help="Compare the live objects, and not the manifests.")
@click.option("--exit-code", is_flag=True, help="Exit 3 if anything differs.")
@printed(Shape.COMPARISON)
def command(
    *,
    run_options: "RunOptions",
    first: str,
    second: str,
    address: "Address | None",
    live: bool,
    exit_code: bool,
    format: str,
) -> int:
    """Show what differs between two environments, targets, runs or folders, field by field.

    A and B are each an environment, a target, ENVIRONMENT@TARGET, a run, a folder of manifests, or
    `default`, which is the Stack without an environment. Manifests are compared after variables,
    files and patches are filled in, and no request is sent. With --live, the live objects of both
    are read. A run stands for what the ledger recorded when it ended.
    """
    from provisioner.verbs.compare.run import compare

    found = compare(run_options, first, second, address, live=live)
    show(Shape.COMPARISON, found, format)
    return PENDING if exit_code and not found.is_empty else DONE
