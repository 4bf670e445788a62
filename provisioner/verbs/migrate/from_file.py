"""Carry out a saved migration: plan it again, and compare both of its plans with the file.

The plan of the target and the plan of the source are each bound to the settings of their own target
and to the live objects against which they were made.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from provisioner.engine.saved import plan_digest
from provisioner.model.errors import PlanRefused
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.verbs._shared.plan_file.read import (
    PlanFile,
    check_same,
    check_settings,
    other_outcome,
    placed,
    read_plan,
)
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.migrate.plan import MigrationPlan, planned_migration
from provisioner.verbs.migrate.report import Route


@contextmanager
def migration_from_file(
    file: Path, options: RunOptions, overrides: Overrides = Overrides()
) -> Iterator[MigrationPlan]:
    """Yield a saved migration, planned again on the source and the target as they are now.

    Both targets come from the Stack on disk. Raises PlanRefused, with what moved, if either plan
    comes out different. Drift in the file was reviewed, so it may be left behind.
    """
    saved = read_plan(file)
    route, keep, agreed = _asked(saved, overrides)
    options = replace(placed(options, saved), target=None)
    with planned_migration(options, route, overrides=agreed, keep_source=keep) as found:
        for part, (plan, session) in zip(saved.parts, parts(found), strict=True):
            check_settings(session, part)
            check_same(plan, session, part)
        if saved.head["later"] != later(found) or saved.head["drift"] != plan_digest(found.drift):
            raise PlanRefused(other_outcome())
        if found.refusals:
            raise PlanRefused(*found.refusals)
        yield found


def _asked(saved: PlanFile, overrides: Overrides) -> tuple[Route, bool, Overrides]:
    """Return the arguments of a saved migration: its route, `keep_source`, and the overrides.

    Raises PlanRefused if the file has no such arguments.
    """
    asked = saved.arguments
    try:
        select = tuple(map(str, asked["select"]))
        route = Route(str(asked["from"]), str(asked["to"]), select)
        accepts, keep = bool(asked["accept_undeclared"]), bool(asked["keep_source"])
    except (KeyError, TypeError) as error:
        raise PlanRefused(other_outcome()) from error
    return route, keep, replace(overrides, overwrite_drift=True, accept_undeclared=accepts)


def parts(found: MigrationPlan) -> tuple[tuple[Plan, Session], tuple[Plan, Session]]:
    """Return the two plans of a migration in the order of their execution, each with its session."""
    sessions = found.sessions
    return (found.planned.plan, sessions.target), (found.retired, sessions.source)


def later(found: MigrationPlan) -> list[str]:
    """Return the ids of objects on the source that are deleted as soon as nothing refers to them."""
    return sorted(one.id for one in found.retirement.stays if one.later)
