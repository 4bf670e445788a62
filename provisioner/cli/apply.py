"""`provisioner apply`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli import options
from provisioner.cli.command import command as named
from provisioner.cli.formats import formats
from provisioner.render.formats import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.model.overrides import Overrides
    from provisioner.verbs.plan import Planned
    from provisioner.verbs.session import Setup


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
@options.screen_options
def command(
    *,
    setup: "Setup",
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
    from provisioner.cli.changing import approval, carry_out

    saved = what is not None and what.is_file()
    if saved and select:
        raise click.UsageError(
            "A saved plan has chosen already: --select and --exclude do not go with FILE."
        )
    if saved and again:
        raise click.UsageError("A saved plan has chosen already: --replace does not go with FILE.")
    if saved and expect:
        raise click.UsageError("A saved plan is what it is: --expect does not go with FILE.")
    if saved and what and (carried := _by_another_verb(what, setup, yes, format)) is not None:
        return carried
    # Whoever gives the digest has seen the drift that the plan of this digest shows.
    seen = overwrite_drift or expect is not None
    overrides = replace(overrides, overwrite_drift=seen, replace=again)
    with _planned(setup, what, saved, select, overrides) as planned:
        found = planned if expect is None else _expected(planned, expect)
        ask = None if yes else lambda: approval("\nApply these changes? [y/N] ", ("y", "yes"))
        return carry_out(found, ask, format)


def _expected(planned: "Planned", digest: str) -> "Planned":
    from provisioner.verbs.expected import expected

    return expected(planned, digest)


def _by_another_verb(file: Path, setup: "Setup", yes: bool, format: str) -> int | None:
    """Carry out a saved rollback or adoption. Returns the exit code, None for any other plan."""
    from provisioner.cli import adopt, rollback
    from provisioner.verbs.adopt import adoption_from_file
    from provisioner.verbs.rollback import rollback_from_file
    from provisioner.verbs.saved import read_plan

    verb = read_plan(file).verb
    if verb == "rollback":
        with rollback_from_file(file, setup) as found:
            return rollback.carried_out(found, yes, format)
    if verb == "adopt":
        with adoption_from_file(file, setup) as adoptions:
            return adopt.carried_out(adoptions, yes)
    return None


@contextmanager
def _planned(
    setup: "Setup",
    what: Path | None,
    saved: bool,
    select: Sequence[str],
    overrides: "Overrides",
) -> "Iterator[Planned]":
    from provisioner.verbs.plan import planned

    if what is not None and saved:
        from provisioner.verbs.apply import planned_from_file

        with planned_from_file(what, setup, overrides) as found:
            yield found
        return
    folder = setup if what is None else replace(setup, path=what)
    with planned(folder, select=select, overrides=overrides) as found:
        yield found
