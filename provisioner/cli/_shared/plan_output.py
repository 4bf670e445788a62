"""Print a plan and its refusals, alike for every command that makes one."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import layout
from provisioner.cli._shared.options import screen
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.hints import FOLDER, KEY_ONLY, VARIABLES, command_line
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.render.format import Shape
from provisioner.render.formats import TEXT, rendered
from provisioner.render.text import diagnostics_text
from provisioner.render.view import view_of

if TYPE_CHECKING:
    from provisioner.verbs.plan import Planned

_READ: Final = ("text", "json", "markdown", "html")
"""The formats that show the changed words of documents."""


def show(
    plan: Plan, stream: TextIO, *, format: str = TEXT.name, is_done_at_once: bool = False
) -> None:
    """Print the plan. Long texts are folded only where a person reads on a terminal.

    Of many changes that are done at once each is told as it is made, so they are not shown before.
    """
    how = replace(layout(stream), brief=is_done_at_once)
    text = rendered(Shape.PLAN, view_of(plan), format, how)
    (screen().out if stream is sys.stdout else screen().err)(text)


def show_refusals(refusals: Sequence[Diagnostic], plan: Plan) -> None:
    """Print the refusals that the plan did not show already, on stderr."""
    fresh = [one for one in refusals if one not in plan.diagnostics]
    if fresh:
        screen().err(f"\n{diagnostics_text(fresh, colour=screen().colour(sys.stderr))}\n")


def saved_as(out: Path, root: str, overrides: Overrides) -> None:
    """Say on stderr how to carry a saved plan out.

    A file agrees to nothing: what lifts a guard has to be given to `apply` again, so it is named. The
    file names its folder, `root`, too, and `apply` takes none from there that is not below this one.
    """
    words = [*(f"--unprotect={address}" for address in overrides.unprotect)]
    words += [f"--new-object={address}" for address in overrides.new_objects]
    words += ["--new"] if overrides.new else []
    percent = overrides.max_delete_percent
    words += [] if percent is None else [f"--max-delete-percent={percent}"]
    is_below = not Path(root).is_absolute() and ".." not in Path(root).parts
    only = (*VARIABLES, *KEY_ONLY) if is_below else (*FOLDER, *VARIABLES, *KEY_ONLY)
    line = command_line("apply", str(out), *words, only=only)
    screen().err(f"Saved. To do exactly this: {line}\n")


def with_texts(plan: Plan, found: "Planned") -> Plan:
    """Return the plan with the changed words of its documents, for whoever reads it."""
    from provisioner.verbs._shared.document_texts import with_document_texts

    return with_document_texts(plan, found.session, found.inventory)


def present(
    found: "Planned",
    out: Path | None,
    format: str,
    *,
    overrides: Overrides = Overrides(),
) -> int:
    """Print a plan with its digest, and save it if `out` names a file. Returns the exit code.

    `overrides` are those that the plan was made with. It is saved first, so that a program never
    gets a plan and then an error. A plan is not saved while anything stands against it that no
    review settles.
    """
    from provisioner.engine.saved import plan_digest

    plan = replace(found.plan, digest=plan_digest(found.plan, found.session.context.settings))
    plan = with_texts(plan, found) if out or format in _READ else plan
    if out and not plan.unsettled:
        from provisioner.verbs._shared.plan_file.write import save

        save(replace(found, plan=plan), out)
    show(plan, sys.stdout, format=format)
    if format == TEXT.name:
        show_refusals(plan.unsettled, plan)
    if plan.unsettled:
        if out:
            screen().err(f"{out} was not written: this plan may not be applied.\n")
        return FAILED
    if out:
        saved_as(out, plan.root, overrides)
    return DONE
