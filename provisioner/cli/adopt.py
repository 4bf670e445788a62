"""The command `provisioner adopt` writes our mark on objects that exist already."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import writes
from provisioner.cli._shared.options import ADDRESS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from provisioner.model.address import Address
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.plan import Planned


@named(
    "adopt",
    "provisioner adopt assistant.policy-qa asst_abc123",
    "provisioner adopt --owner k3v9q0x7dp/default",
)
@click.argument("address", type=ADDRESS, required=False)
@click.argument("id", required=False)
@click.option(
    "--owner",
    metavar="ID/ENV",
    help="Adopt all objects of this other owner: a stack's id and an environment.",
)
@options.manifests(positional=False)
@writes
def command(
    *,
    run_options: "RunOptions",
    address: "Address | None",
    id: str | None,
    owner: str | None,
    yes: bool,
    out: Path | None,
    format: str,
) -> int:
    """Make the existing object ID the live object of ADDRESS.

    Only our mark is written onto the object. The next plan shows where it differs from the
    manifest.

    With --owner, adopt every object that carries the mark of that other owner and whose address is
    declared here. Use it when a stack was renamed or lost its id.
    """
    from provisioner.cli._shared.perform import offer

    with _planned(run_options, address, id, owner) as found:
        return offer(found, out, format, "Adopt these objects?", yes=yes)


def _planned(
    run_options: "RunOptions", address: "Address | None", id: str | None, owner: str | None
) -> "AbstractContextManager[Planned]":
    """Return the plan of the adoption that was asked for. Raises a usage error of click."""
    from provisioner.model.mark import Owner
    from provisioner.verbs.adopt.run import planned_adoption, planned_adoption_of

    if owner and not address:
        try:
            return planned_adoption_of(run_options, Owner.parse(owner))
        except ValueError as error:
            raise click.BadParameter(f"{error}.", param_hint="--owner") from error
    if owner or not (address and id):
        raise click.UsageError("Give ADDRESS and ID, or --owner ID/ENV alone.")
    return planned_adoption(run_options, address, id)
