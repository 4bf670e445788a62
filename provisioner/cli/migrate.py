"""The command `provisioner migrate` reports on a migration to another target, and performs it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import guard_options, options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import printed, show
from provisioner.cli._shared.options import TEXT, screen
from provisioner.model.hints import command_line
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.model.overrides import Overrides
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.migrate.report import Route


@named(
    "migrate",
    "provisioner migrate --from compat --to openai",
    "provisioner migrate --from compat --to openai --format markdown >> report.md",
    "provisioner migrate --from compat --to openai --apply",
    "provisioner migrate --from compat --to openai --out move.json",
    "provisioner migrate --from compat --to openai --select assistant.policy-qa --apply",
)
@click.option("--from", "source", required=True, metavar="TARGET", help="The target to leave.")
@click.option("--to", "goal", required=True, metavar="TARGET", help="The target to migrate to.")
@options.manifests(one_target=False)
@options.select
@click.option("--apply", "applies", is_flag=True, help="Migrate after the report.")
@click.option("--keep-source", is_flag=True, help="Delete nothing on the --from target.")
@options.yes
@options.locks
@options.out
@options.overwrite_drift
@guard_options.overrides
@printed(Shape.MIGRATION)
def command(
    *,
    run_options: "RunOptions",
    source: str,
    goal: str,
    select: Sequence[str],
    applies: bool,
    keep_source: bool,
    yes: bool,
    out: Path | None,
    overwrite_drift: bool,
    overrides: "Overrides",
    format: str,
) -> int:
    """Report what a migration to another target keeps, changes, loses and gains. Offline.

    Exits 1 if an assistant uses something that the other target lacks and that its `drop:` does not
    list, or if the other target does not have its model.

    With --apply, migrates: everything is created and verified on the new target first, and only
    then deleted on the old one. After an interruption, the same command continues.

    With --out, saves the migration: `apply FILE` performs exactly that, or refuses.
    """
    from provisioner.model.diagnostic import has_errors
    from provisioner.model.migration import Verdict
    from provisioner.verbs.migrate.report import Route, migration_report

    route = Route(source, goal, tuple(select))
    if not applies and out is None:
        report = migration_report(run_options, route)
        show(Shape.MIGRATION, report, format)
        refused = report.verdict is Verdict.BLOCKED or has_errors(report.diagnostics)
        if format == TEXT and not refused:
            line = command_line("migrate", "--from", source, "--to", goal, "--apply")
            screen().err(f"Nothing was changed. To migrate: {line}\n")
        return FAILED if refused else DONE
    overrides = replace(overrides, overwrite_drift=overwrite_drift)
    if out:
        return _saved(run_options, route, overrides, format, keep_source=keep_source, out=out)
    return _carried_out(run_options, route, overrides, format, keep_source=keep_source, yes=yes)


def _saved(
    run_options: "RunOptions",
    route: "Route",
    overrides: "Overrides",
    format: str,
    *,
    keep_source: bool,
    out: Path,
) -> int:
    from provisioner.cli._shared.migrate_output import present
    from provisioner.verbs.migrate.plan import planned_migration

    with planned_migration(
        run_options, route, overrides=overrides, keep_source=keep_source
    ) as found:
        return present(found, out, format)


def _carried_out(
    run_options: "RunOptions",
    route: "Route",
    overrides: "Overrides",
    format: str,
    *,
    keep_source: bool,
    yes: bool,
) -> int:
    from provisioner.cli._shared.migrate_output import carry_out, show_report
    from provisioner.cli._shared.perform import approval
    from provisioner.verbs.migrate.plan import planned_migration
    from provisioner.verbs.migrate.report import migration_report

    show_report(migration_report(run_options, route), format)
    with planned_migration(
        run_options, route, overrides=overrides, keep_source=keep_source
    ) as found:
        question = f"\nMigrate all of this from {route.source} to {route.target}? [y/N] "
        ask = None if yes else lambda: approval(question, ("y", "yes"))
        return carry_out(found, ask, format)
