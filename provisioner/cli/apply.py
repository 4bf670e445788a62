"""`provisioner apply`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import formats
from provisioner.render.formats import Shape

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
)
@click.argument("what", metavar="[PATH|FILE]", required=False, type=click.Path(path_type=Path))
@options.manifests(positional=False)
@options.select
@options.yes
@click.option(
    "--expect",
    metavar="DIGEST",
    help="Go on only if the plan is the one whose digest `plan` printed.",
)
@options.overwrite_drift
@options.replace
@options.overrides
@formats(Shape.PLAN)
@options.everything
@options.screen_options
def command(
    *,
    run_options: "RunOptions",
    what: Path | None,
    select: Sequence[str],
    yes: bool,
    expect: str | None,
    overwrite_drift: bool,
    again: Sequence["Address"],
    overrides: "Overrides",
    format: str,
) -> int:
    """Make the changes that the manifests in PATH (default: manifests) ask for.

    With FILE, written by `--out FILE` of any command: exactly those changes, or none.

    Asks before it changes anything; where there is no terminal, --yes has to answer.
    """
    from provisioner.cli._shared.perform import approval, carry_out

    saved = what is not None and _means_a_file(what)
    if saved and select:
        raise click.UsageError(
            "A saved plan has chosen already: --select and --exclude do not go with FILE."
        )
    if saved and again:
        raise click.UsageError("A saved plan has chosen already: --replace does not go with FILE.")
    if saved and expect:
        raise click.UsageError("A saved plan is what it is: --expect does not go with FILE.")
    if saved and what and _is_move(what):
        return _moved(what, run_options, overrides, yes, format)
    # Whoever gives the digest has seen the drift that the plan of this digest shows.
    seen = overwrite_drift or expect is not None
    overrides = replace(overrides, overwrite_drift=seen, replace=again)
    with _planned(run_options, what, saved, select, overrides) as planned:
        found = planned if expect is None else _expected(planned, expect)
        ask = None if yes else lambda: approval("\nApply these changes? [y/N] ", ("y", "yes"))
        return carry_out(found, ask, format)


def _expected(planned: "Planned", digest: str) -> "Planned":
    from provisioner.verbs.apply.expect import expected

    return expected(planned, digest)


def _means_a_file(what: Path) -> bool:
    """Whether the argument is a saved plan: a file, or a name like one's where there is nothing."""
    return what.is_file() or (what.suffix == ".json" and not what.exists())


def _is_move(file: Path) -> bool:
    from provisioner.verbs._shared.plan_file.read import read_plan

    return bool(read_plan(file).parts)


def _moved(
    file: Path, run_options: "RunOptions", overrides: "Overrides", yes: bool, format: str
) -> int:
    """Carry out a saved move. Returns the exit code."""
    from provisioner.cli._shared.migrate_output import carry_out
    from provisioner.cli._shared.perform import YES, approval
    from provisioner.verbs.migrate.from_file import migration_from_file

    with migration_from_file(file, run_options, overrides) as found:
        sessions = found.sessions
        question = (
            f"\nMove all of this from {sessions.source_name} to {sessions.target_name}? [y/N] "
        )
        return carry_out(found, None if yes else lambda: approval(question, YES), format)


@contextmanager
def _planned(
    run_options: "RunOptions",
    what: Path | None,
    saved: bool,
    select: Sequence[str],
    overrides: "Overrides",
) -> "Iterator[Planned]":
    from provisioner.verbs.plan import planned

    if what is not None and saved:
        from provisioner.verbs.apply.run import planned_from_file

        with planned_from_file(what, run_options, overrides) as found:
            yield found
        return
    folder = run_options if what is None else replace(run_options, path=what)
    with planned(folder, select=select, overrides=overrides) as found:
        yield found
