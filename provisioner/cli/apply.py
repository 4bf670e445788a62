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
    overwrite_drift: bool,
    again: Sequence["Address"],
    overrides: "Overrides",
    format: str,
) -> int:
    """Make the changes that the manifests in PATH (default: manifests) ask for.

    With FILE, written by `plan --out FILE`: exactly those changes, or none.

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
    overrides = replace(overrides, overwrite_drift=overwrite_drift, replace=again)
    with _planned(setup, what, saved, select, overrides) as found:
        ask = None if yes else lambda: approval("\nApply these changes? [y/N] ", ("y", "yes"))
        return carry_out(found, ask, format)


@contextmanager
def _planned(
    setup: "Setup",
    what: Path | None,
    saved: bool,
    select: Sequence[str],
    overrides: "Overrides",
) -> "Iterator[Planned]":
    from provisioner.verbs.apply import planned_from_file
    from provisioner.verbs.plan import planned

    if what is not None and saved:
        with planned_from_file(what, setup, overrides) as found:
            yield found
        return
    folder = setup if what is None else replace(setup, path=what)
    with planned(folder, select=select, overrides=overrides) as found:
        yield found
