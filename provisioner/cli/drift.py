"""`provisioner drift`."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from provisioner.cli import options
from provisioner.cli.boundary import DONE, PENDING
from provisioner.cli.command import command as named
from provisioner.cli.options import JSON, TEXT, screen

if TYPE_CHECKING:
    from provisioner.verbs.session import Setup


@named("drift", "provisioner drift --env prod")
@options.manifests()
@options.select
@options.formats(TEXT, JSON)
@options.screen_options
def command(*, setup: "Setup", select: Sequence[str], format: str) -> int:
    """Show what was changed on the live side though no manifest says so. Changes nothing.

    Exits 3 when there is any, 0 when there is none.
    """
    from provisioner.cli.planning import show, show_document
    from provisioner.render.text import diagnostics_text
    from provisioner.verbs.drift import ABSENT, drift

    plan = drift(setup, select=select)
    if format == JSON:
        show_document(plan)
    elif plan.is_empty:
        if plan.diagnostics:
            screen().err(f"{diagnostics_text(plan.diagnostics)}\n")
        absent = any(d.code == ABSENT for d in plan.diagnostics)
        what = "What is live" if absent else "The live side"
        screen().out(f"No drift. {what} is as it was last applied.\n")
    else:
        show(plan, sys.stdout)
    return DONE if plan.is_empty else PENDING
