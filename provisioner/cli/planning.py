"""What `plan`, `drift`, `apply` and `destroy` show alike: a plan, and what stands against it."""

import sys
from collections.abc import Sequence
from typing import TextIO

from provisioner.cli.options import screen
from provisioner.cli.screen import is_terminal
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.plan import Plan
from provisioner.render.document import plan_document, to_json
from provisioner.render.text import diagnostics_text, plan_text


def show(plan: Plan, stream: TextIO, *, everything: bool = False) -> None:
    """Print the plan as text. Long texts are folded only where a person reads on a terminal."""
    text = plan_text(
        plan,
        colour=screen().colour(stream),
        width=screen().width,
        all_documents=everything,
        whole_texts=not is_terminal(stream),
    )
    (screen().out if stream is sys.stdout else screen().err)(text)


def show_document(plan: Plan) -> None:
    """Print the plan as JSON."""
    screen().out(to_json(plan_document(plan)))


def show_refusals(refusals: Sequence[Diagnostic], plan: Plan) -> None:
    """Those that the plan did not show already, on stderr."""
    fresh = [one for one in refusals if one not in plan.diagnostics]
    if fresh:
        screen().err(f"\n{diagnostics_text(fresh, colour=screen().colour(sys.stderr))}\n")
