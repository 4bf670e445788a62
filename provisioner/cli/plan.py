"""`provisioner plan`."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli import options
from provisioner.cli.boundary import DONE, FAILED, PENDING
from provisioner.cli.command import command as named
from provisioner.cli.formats import formats
from provisioner.cli.options import TEXT, screen
from provisioner.render.formats import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.model.overrides import Overrides
    from provisioner.verbs.session import Setup


@named(
    "plan",
    "provisioner plan",
    "provisioner plan --env prod --out plan.json",
    "provisioner plan --select assistant.policy-qa",
)
@options.manifests()
@options.select
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the plan, for `apply FILE`.",
)
@click.option("--exit-code", is_flag=True, help="Exit 3 if there is anything to change.")
@click.option("--all", "everything", is_flag=True, help="Every document, every line of long texts.")
@options.replace
@options.overrides
@formats(Shape.PLAN)
@options.screen_options
def command(
    *,
    setup: "Setup",
    select: Sequence[str],
    out: Path | None,
    exit_code: bool,
    everything: bool,
    again: Sequence["Address"],
    overrides: "Overrides",
    format: str,
) -> int:
    """Show what would change on the live side, field by field. Changes nothing."""
    from provisioner.cli.planning import show, show_refusals
    from provisioner.verbs.plan import planned
    from provisioner.verbs.save import save

    asked = replace(overrides, replace=again)
    with planned(setup, select=select, overrides=asked) as found:
        plan, refusals = found.plan, found.plan.unsettled
        if out and not refusals:
            save(found, out)
    show(plan, sys.stdout, everything=everything, format=format)
    if format == TEXT:
        show_refusals(refusals, plan)
    if refusals:
        if out:
            screen().err(f"{out} was not written: this plan may not be applied.\n")
        return FAILED
    if out:
        screen().err(f"Saved. To do exactly this: provisioner apply {out}\n")
    return PENDING if exit_code and not plan.is_empty else DONE
