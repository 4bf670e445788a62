"""`provisioner adopt`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli import options
from provisioner.cli.boundary import DONE, FAILED
from provisioner.cli.command import command as named
from provisioner.cli.options import ADDRESS, TEXT, screen

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from provisioner.model.address import Address
    from provisioner.verbs.adoptions import Adoption, Adoptions
    from provisioner.verbs.session import Setup


@named(
    "adopt",
    "provisioner adopt assistant.policy-qa asst_abc123",
    "provisioner adopt --owner k3v9q0x7dp/default",
)
@click.argument("address", type=ADDRESS, required=False)
@click.argument("id", required=False)
@click.option("--owner", metavar="ID/ENV", help="Take over all of a stack that this one was.")
@options.manifests(positional=False)
@options.yes
@options.out
@options.screen_options
def command(
    *,
    setup: "Setup",
    address: "Address | None",
    id: str | None,
    owner: str | None,
    yes: bool,
    out: Path | None,
) -> int:
    """Make the existing object ID the live object of ADDRESS.

    Only our mark is written onto it. What differs from the manifest shows in the next plan.

    With --owner: the same for every object that another stack's mark is on and whose address is
    declared here, for when a stack was renamed or lost its id.
    """
    from provisioner.cli.planning import present

    with _prepared(setup, address, id, owner) as found:
        if out and found.items:
            return present(found, found.plan, out, TEXT)
        return carried_out(found, yes)


def carried_out(found: "Adoptions", yes: bool) -> int:
    """Show, ask, and write the marks. Returns the exit code."""
    from provisioner.cli.changing import approval
    from provisioner.verbs.adopt import adopt

    _show(found)
    if not found.items:
        screen().err("There is nothing to adopt.\n")
        return FAILED
    if not yes and not approval("\nMake these ours? [y/N] ", ("y", "yes")):
        return FAILED
    adopt(found)
    screen().out("Adopted. See what the manifest would change: provisioner plan\n")
    return DONE


def _prepared(
    setup: "Setup", address: "Address | None", id: str | None, owner: str | None
) -> "AbstractContextManager[Adoptions]":
    from provisioner.model.mark import Owner
    from provisioner.verbs.adopt import adoption, adoption_of_owner

    if owner and not address:
        try:
            return adoption_of_owner(setup, Owner.parse(owner))
        except ValueError as error:
            raise click.BadParameter(f"{error}.", param_hint="--owner") from error
    if owner or not (address and id):
        raise click.UsageError("Give ADDRESS and ID, or --owner ID/ENV alone.")
    return adoption(setup, address, id)


def _show(found: "Adoptions") -> None:
    from provisioner.render.tables import table
    from provisioner.render.text import diagnostics_text

    if found.items:
        rows = [(one.address, one.id, one.name, _about(one)) for one in found.items]
        screen().out(f"{table(rows)}\n")
    if found.skipped:
        screen().err(f"\n{diagnostics_text(found.skipped)}\n")


def _about(one: "Adoption") -> str:
    if one.before:
        return f"until now of {one.before}"
    told = f"differs in {', '.join(one.differing)}" if one.differing else "as declared"
    if one.documents:
        told += f"; its {one.documents} files stay, and what is declared is added beside them"
    return told
