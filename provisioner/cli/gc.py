"""The command `provisioner gc` finds leaked objects, says what they cost, and deletes those of ours."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provisioner.cli._shared import guard_options, options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED, PENDING
from provisioner.cli._shared.formats import fitting, printed, show
from provisioner.cli._shared.numbers import Age
from provisioner.model.leaks import Condition
from provisioner.render.format import Shape
from provisioner.render.formats import names_for

if TYPE_CHECKING:
    from provisioner.gc.candidates import Wanted
    from provisioner.model.overrides import Overrides
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.gc.bare import Bare

CLASSES = [one.option for one in Condition if one.is_a_class]


class ConditionsType(click.ParamType[frozenset[Condition]]):
    """The type of `--class`: names of conditions of leaks, separated by commas."""

    name = "conditions"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[Condition]:
        words = [word.strip() for word in str(value).split(",") if word.strip()]
        known = {one.option: one for one in Condition if one.is_a_class}
        for word in words:
            if word == Condition.UNKNOWABLE.option:
                self.fail("Unknowable objects can only be deleted one by one: --id ID.", param, ctx)
            if word not in known:
                self.fail(f"{word!r} is not one of {', '.join(known)}.", param, ctx)
        return frozenset(known[word] for word in words)


@named(
    "gc",
    "provisioner gc",
    "provisioner gc --class dangling,expired,empty --older-than 7d --apply",
    "provisioner gc --class dangling --older-than 30d --out clean.json",
    "provisioner gc --runtime responses --format csv > leaks.csv",
    "provisioner gc --class dangling --quarantine 14d --apply",
    "provisioner gc --class idle --older-than 30d --metadata app=helpdesk --out clean.json",
)
@options.manifests()
@options.bare
@click.option(
    "--class",
    "conditions",
    type=ConditionsType(),
    multiple=True,
    metavar="CLASS,…",
    help=f"Show or delete only leaks of these conditions: {', '.join(CLASSES)}.",
)
@click.option(
    "--older-than",
    type=Age(),
    metavar="AGE",
    help="Show or delete only objects that were not used for this time: 7d, 12h, 0.  [default for deleting: 1h]",
)
@click.option(
    "--metadata",
    multiple=True,
    metavar="KEY=VALUE",
    callback=options.pairs,
    help="Show or delete only objects with this value in their metadata. Repeatable.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="KIND",
    help="Do not list objects of this kind, such as eval. Use it if you are sure that there are none. Repeatable.",
)
@click.option(
    "--id", "ids", multiple=True, metavar="ID", help="Delete the object with this id. Repeatable."
)
@click.option("--apply", "applies", is_flag=True, help="Delete the leaks after the report.")
@click.option(
    "--quarantine",
    type=Age(),
    metavar="AGE",
    help="Delete only leaks that an earlier run noted at least AGE ago, and note the others. Needs a ledger.",
)
@options.yes
@options.locks
@options.out
@guard_options.unprotect_and_percent
@click.option("--exit-code", is_flag=True, help="Exit 3 if there is anything to change.")
@printed(Shape.LEAKS, beside=(Shape.PLAN,))
def command(
    *,
    run_options: "RunOptions",
    bare: "Bare | None",
    conditions: Sequence[frozenset[Condition]],
    older_than: float | None,
    metadata: Mapping[str, str],
    without: tuple[str, ...],
    ids: Sequence[str],
    applies: bool,
    quarantine: float | None,
    yes: bool,
    out: Path | None,
    overrides: "Overrides",
    exit_code: bool,
    format: str,
) -> int:
    """Show what leaked in the account, who owns it, how that is known, and what it costs a day.

    Without manifests, --runtime and a key are enough. Nothing is changed without --apply or --out.

    --apply deletes leaks that a mark or the ledger proves to be ours. Leaks that belong to nobody
    are deleted only by a saved plan: --out FILE lists each id, and `apply FILE` deletes exactly
    these.
    """
    run_options = _leaving_out(run_options, without)
    chosen = frozenset().union(*conditions)
    if Condition.IDLE in chosen and older_than is None:
        raise click.UsageError(
            "--class idle needs --older-than AGE, because an object that is idle now may still be"
            " in use."
        )
    if not (applies or out):
        if ids or quarantine is not None:
            raise click.UsageError("--id and --quarantine need --apply or --out.")
        shown = {"conditions": chosen, "older_than": older_than, "metadata": metadata}
        return _shown(run_options, bare, shown, format, exit_code=exit_code)
    known = names_for(Shape.PLAN) if out else names_for(Shape.PLAN, Shape.OUTCOME)
    format = fitting(format, known)
    if format not in known:
        option = "--out" if out else "--apply"
        raise click.UsageError(f"With {option}, --format takes one of: {', '.join(known)}.")
    from provisioner.gc.candidates import GRACE, Wanted

    age = GRACE if older_than is None else older_than
    wanted = Wanted(chosen, tuple(ids), age, quarantine, metadata)
    return _planned(run_options, bare, wanted, overrides, format, out=out, yes=yes)


def _leaving_out(run_options: "RunOptions", nouns: tuple[str, ...]) -> "RunOptions":
    """Return the options of a run that does not list objects of the kinds `nouns`.

    Raises UsageError for a kind that does not exist.
    """
    from dataclasses import replace

    from provisioner.runtimes.account import ACCOUNT

    for noun in nouns:
        if noun not in ACCOUNT.listables:
            known = ", ".join(ACCOUNT.listables)
            raise click.UsageError(f"There is no kind {noun!r} to leave out. Kinds are: {known}.")
    return replace(run_options, without=nouns)


def _shown(
    run_options: "RunOptions",
    bare: "Bare | None",
    shown: Mapping[str, Any],
    format: str,
    *,
    exit_code: bool,
) -> int:
    """Print the leaks of the account that pass the filters `shown`. Return the exit code."""
    from provisioner.model.diagnostic import has_errors
    from provisioner.render.leaks.view import pending, view_of_survey
    from provisioner.verbs.gc.survey import surveyed

    format = fitting(format, names_for(Shape.LEAKS))
    if format not in names_for(Shape.LEAKS):
        raise click.UsageError(f"--format {format} shows a plan: add --out FILE.")
    with surveyed(run_options, bare) as found:
        view = view_of_survey(found.survey, **shown)
    show(Shape.LEAKS, view, format)
    if has_errors(view.diagnostics):
        return FAILED
    return PENDING if exit_code and pending(view) else DONE


def _planned(
    run_options: "RunOptions",
    bare: "Bare | None",
    wanted: "Wanted",
    overrides: "Overrides",
    format: str,
    *,
    out: Path | None,
    yes: bool,
) -> int:
    """Make the plan that deletes the chosen leaks, and save it or carry it out.

    Return the exit code.
    """
    from provisioner.cli._shared.perform import offer
    from provisioner.verbs.gc.plan import planned_gc

    with planned_gc(
        run_options, wanted, bare=bare, saves=out is not None, overrides=overrides
    ) as found:
        return offer(found, out, format, "Delete these?", overrides=overrides, yes=yes)
