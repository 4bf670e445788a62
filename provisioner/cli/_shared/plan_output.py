"""Print a plan and its refusals in the same way for every command that makes a plan."""

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
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.format import Shape
from provisioner.render.formats import TEXT, rendered
from provisioner.render.view import view_of

if TYPE_CHECKING:
    from provisioner.verbs.plan import Planned

_READ: Final = ("text", "json", "markdown", "html")
"""The formats that show the changed words of documents."""


def show(
    plan: Plan, stream: TextIO, *, format: str = TEXT.name, is_done_at_once: bool = False
) -> None:
    """Print a plan to a stream.

    With `is_done_at_once`, a plan with many changes is shortened: it is carried out at once, and
    each change is printed then.
    """
    how = replace(layout(stream), brief=is_done_at_once)
    text = rendered(Shape.PLAN, view_of(plan), format, how)
    (screen().out if stream is sys.stdout else screen().err)(text)


def show_refusals(refusals: Sequence[Diagnostic], plan: Plan) -> None:
    """Print on stderr the refusals that are not among the plan's diagnostics, which were shown."""
    fresh = [one for one in refusals if one not in plan.diagnostics]
    if fresh:
        screen().err(f"\n{diagnostics_text(fresh, colour=screen().colour(sys.stderr))}\n")


def saved_as(out: Path, root: str, overrides: Overrides) -> None:
    """Print on stderr the command that carries out a saved plan.

    A saved plan lifts no guard: the options that do are given to `apply` again, so they are part of
    the command. The plan names its folder, `root`. The command names the folder too if it is not
    below the current one, because `apply` then does not take it from the file.
    """
    words = [*(f"--unprotect={address}" for address in overrides.unprotect)]
    words += [f"--new-object={address}" for address in overrides.new_objects]
    words += ["--new"] if overrides.new else []
    percent = overrides.max_delete_percent
    words += [] if percent is None else [f"--max-delete-percent={percent}"]
    is_below = not Path(root).is_absolute() and ".." not in Path(root).parts
    only = (*VARIABLES, *KEY_ONLY) if is_below else (*FOLDER, *VARIABLES, *KEY_ONLY)
    line = command_line("apply", str(out), *words, only=only)
    screen().err(f"Saved. To carry it out: {line}\n")


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
    """Print a plan with its digest, and save it if `out` names a file. Return the exit code.

    `overrides` are those with which the plan was made. The file is written before anything is
    printed, so that a program never gets a plan and then an error. A plan with an
    error that a review of the saved plan could not lift is not saved.
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
            screen().err(f"{out} was not written, because this plan cannot be applied.\n")
        return FAILED
    if out:
        saved_as(out, plan.root, overrides)
    return DONE
