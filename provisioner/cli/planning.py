"""What `plan`, `drift`, `apply` and `destroy` show alike: a plan, and what stands against it."""

import sys
from collections.abc import Sequence
from typing import TextIO

from provisioner.cli.options import screen
from provisioner.cli.screen import is_terminal
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.plan import Plan
from provisioner.render.formats import FORMATS, TEXT, Layout
from provisioner.render.text import diagnostics_text
from provisioner.render.view import view_of


def show(plan: Plan, stream: TextIO, *, everything: bool = False, format: str = TEXT.name) -> None:
    """Print the plan. Long texts are folded only where a person reads on a terminal."""
    layout = Layout(
        screen().colour(stream), screen().width, everything, whole_texts=not is_terminal(stream)
    )
    render = FORMATS[format].plan or TEXT.plan
    if render:
        (screen().out if stream is sys.stdout else screen().err)(render(view_of(plan), layout))


def show_refusals(refusals: Sequence[Diagnostic], plan: Plan) -> None:
    """Those that the plan did not show already, on stderr."""
    fresh = [one for one in refusals if one not in plan.diagnostics]
    if fresh:
        screen().err(f"\n{diagnostics_text(fresh, colour=screen().colour(sys.stderr))}\n")
