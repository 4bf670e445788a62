"""The command `provisioner apply` makes the planned changes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import guard_options, options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import printed
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.model.overrides import Overrides
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.plan import Planned


@named(
    "apply",
    "provisioner apply",
    "provisioner apply --env prod --yes",
    "provisioner apply plan.json",
    "provisioner apply --env prod --release staging:7 --select assistant.policy-qa",
)
@options.manifests(takes_file=True)
@options.select
@options.yes
@options.locks
@options.key_only
@click.option(
    "--expect",
    metavar="DIGEST",
    help="Apply only if the plan still has this digest, which `plan` printed.",
)
@click.option(
    "--tested",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Apply only if this report of `test` says that the checks of this very plan passed.",
)
@options.overwrite_drift
@options.release
@options.replace
@guard_options.overrides
@printed(Shape.PLAN, Shape.OUTCOME)
def command(
    *,
    run_options: "RunOptions",
    file: Path | None,
    select: Sequence[str],
    yes: bool,
    expect: str | None,
    tested: Path | None,
    overwrite_drift: bool,
    release: str,
    again: Sequence["Address"],
    overrides: "Overrides",
    format: str,
) -> int:
    """Make the changes that the manifests in PATH (default: manifests) ask for.

    With FILE, a plan that --out of any command saved, make exactly its changes, or refuse.

    Asks before it changes anything. Without a terminal, --yes has to answer.
    """
    from provisioner.cli._shared.perform import approval, carry_out

    if file:
        _check_alone(
            select=bool(select),
            replace=bool(again),
            expect=bool(expect),
            tested=bool(tested),
            release=bool(release),
        )
        if _is_move(file):
            return _migrated(file, run_options, overrides, yes, format)
    # The plan with this digest showed the drift, so whoever gives the digest has agreed to it.
    seen = overwrite_drift or expect is not None
    overrides = replace(overrides, overwrite_drift=seen, replace=again)
    with _planned(run_options, file, select, overrides, release) as planned:
        found = planned if expect is None else _expected(planned, expect)
        found = found if tested is None else _tested(found, tested)
        question, answers = _question(found)
        ask = None if yes else lambda: approval(question, answers)
        return carry_out(found, ask, format)


def _question(found: "Planned") -> tuple[str, Sequence[str]]:
    """Return the question before a plan is carried out, and the answers that agree to it.

    If the plan deletes objects that nothing proves to be ours, the user has to type their number
    and the target.
    """
    from provisioner.cli._shared.perform import YES
    from provisioner.verbs.gc.plan import nobodys

    count, plan = nobodys(found.plan), found.plan
    if not count:
        return "\nApply these changes? [y/N] ", YES
    answer = f"{count} {plan.project or plan.host}"
    told = (
        f"{count} of these objects belong to nobody"
        if count != 1
        else "One of these objects belongs to nobody"
    )
    question = f"\n{told}, and cannot be restored once deleted. Type {answer} to go ahead: "
    return question, (answer.lower(),)


def _expected(planned: "Planned", digest: str) -> "Planned":
    """Return the plan if it has this digest. Raises PlanRefused, with what differs, if it has not."""
    from provisioner.verbs.apply.expect import expected

    return expected(planned, digest)


def _tested(planned: "Planned", report: Path) -> "Planned":
    """Return the plan if it is the one that the report of `test` has tested.

    Raises PlanRefused if not.
    """
    from provisioner.verbs.apply.tested import tested

    return tested(planned, report)


def _check_alone(**given: bool) -> None:
    """Raise UsageError if an option is given that does not go with a saved plan."""
    told = {
        "select": "--select and --exclude do",
        "replace": "--replace does",
        "expect": "--expect does",
        "release": "--release does",
        "tested": "--tested does",
    }
    for name, is_given in given.items():
        if is_given:
            raise click.UsageError(
                f"A saved plan already says what is done: {told[name]} not go with FILE."
            )


def _is_move(file: Path) -> bool:
    """Return true if a file is a saved migration, which has two plans."""
    from provisioner.verbs._shared.plan_file.read import read_plan

    return bool(read_plan(file).parts)


def _migrated(
    file: Path, run_options: "RunOptions", overrides: "Overrides", yes: bool, format: str
) -> int:
    """Carry out a saved migration. Return the exit code."""
    from provisioner.cli._shared.migrate_output import carry_out
    from provisioner.cli._shared.perform import YES, approval
    from provisioner.verbs.migrate.from_file import migration_from_file

    with migration_from_file(file, run_options, overrides) as found:
        sessions = found.sessions
        question = (
            f"\nMigrate all of this from {sessions.source_name} to {sessions.target_name}? [y/N] "
        )
        return carry_out(found, None if yes else lambda: approval(question, YES), format)


@contextmanager
def _planned(
    run_options: "RunOptions",
    file: Path | None,
    select: Sequence[str],
    overrides: "Overrides",
    release: str,
) -> "Iterator[Planned]":
    """Yield the plan to carry out: from FILE if that is given, else a new one."""
    from provisioner.verbs.plan import planned

    if file is not None:
        from provisioner.verbs.apply.run import planned_from_file

        with planned_from_file(file, run_options, overrides) as found:
            yield found
        return
    with planned(run_options, select=select, overrides=overrides, release=release) as found:
        yield found
