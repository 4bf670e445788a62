"""Report what a migration from one target to another would change: `migrate` without `--apply`.

The report reads only manifests and the runtimes' own tables. It needs no key and no network,
because the source may be gone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from provisioner.engine.migration import with_references
from provisioner.engine.prepare import selected
from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.codes import moves as codes
from provisioner.model.codes.commands import SELECTS_NOTHING
from provisioner.model.codes.policies import MODEL_GOES, MODEL_GONE
from provisioner.model.codes.stacks import UNKNOWN_TARGET
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.errors import ManifestErrors, UsageError
from provisioner.model.frozen import frozen
from provisioner.model.migration import AssistantMigration, FieldEffect, Migration, Side
from provisioner.model.remote import Live
from provisioner.model.stack import Stack
from provisioner.model.value import RemoteId, leaves
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded
from provisioner.source.metadata_schema import ID
from provisioner.source.migration import Comparison, Endpoint
from provisioner.source.suggest import did_you_mean, listed
from provisioner.source.support import TOO_LONG, UNSUPPORTED
from provisioner.verbs._shared import lifecycle
from provisioner.verbs._shared.session import RunOptions, read


@frozen
class Route:
    """The names of the source and the target, and the terms that select what migrates; empty for all."""

    source: str
    target: str
    select: Sequence[str] = ()


@frozen
class MigrationManifests:
    """The manifests as they are for the source and for the target of a migration.

    `source` and `target` are the Stack with each of the two targets chosen. `chosen` are the
    addresses that migrate. `one_account` is true if both targets are the same account.
    """

    source_manifests: Loaded
    target_manifests: Loaded
    source: Stack
    target: Stack
    chosen: frozenset[Address]
    one_account: bool
    select: Sequence[str] = ()


def migration_report(options: RunOptions, route: Route) -> Migration:
    """Return the report. Raises ManifestErrors, or UsageError for a route that makes no sense."""
    both = loads(options, route)
    found = compared(options, both)
    moved = (_with_end(one, found.diagnostics, both) for one in found.assistants)
    return replace(found, assistants=tuple(moved))


def _with_end(
    one: AssistantMigration, told: Sequence[Diagnostic], both: MigrationManifests
) -> AssistantMigration:
    """Return an assistant's report, which says if its model is or will be switched off.

    A model that is switched off already blocks the migration of the assistant.
    """
    about = [d for d in told if d.subject == str(one.address) and d.code in _ENDS]
    if not about:
        return one
    gone = about[0].severity is Severity.ERROR
    fields = [
        replace(
            field,
            effect=FieldEffect.LOST if gone else FieldEffect.CHANGED,
            note=about[0].detail,
            position=both.target_manifests.position(one.address, field.path),
        )
        if field.path == lifecycle.MODEL
        else field
        for field in one.fields
    ]
    return replace(one, fields=tuple(fields))


_ENDS: Final = (MODEL_GONE, MODEL_GOES)


def loads(options: RunOptions, route: Route) -> MigrationManifests:
    """Read the manifests for both targets. A field that one of the targets lacks is no error yet.

    Raises UsageError for a route that makes no sense, and ManifestErrors for all other errors.
    """
    from provisioner.providers import account, home

    if route.source == route.target:
        raise _no_way(
            codes.SAME_TARGET_TWICE,
            "Name two targets: --from is the source of the migration, --to is its target.",
        )
    source_manifests = _load(options, route.source)
    target_manifests = _load(options, route.target)
    source, target = _stack(source_manifests), _stack(target_manifests)
    # Two targets with other names or settings may still lead to the same objects. A migration could
    # then delete what it has just created.
    places = [home(s.target, s.root, options.environ) for s in (source, target)]
    if places[0] == places[1]:
        raise _no_way(
            codes.ONE_PLACE,
            f"The targets {route.source} and {route.target} have the same live objects, so there is "
            "nothing to migrate. Give the new target a place of its own (`data`, `releases`, a "
            "project, a host), or apply to it.",
        )
    accounts = [account(s.target, s.root, options.environ) for s in (source, target)]
    chosen = _chosen(route.select, target_manifests)
    return MigrationManifests(
        source_manifests,
        target_manifests,
        source,
        target,
        chosen,
        accounts[0] == accounts[1],
        route.select,
    )


def compared(options: RunOptions, both: MigrationManifests) -> Migration:
    """Return the report: the effect on each assistant, and on every resource that it refers to."""
    source, target = (_end(stack) for stack in (both.source, both.target))
    declared, where = both.target_manifests.declared, both.target_manifests.position
    comparison = Comparison(declared, both.chosen, source, target, where)
    return Migration(
        both.target.name,
        both.target.environment,
        _side(options, both.source),
        _side(options, both.target),
        comparison.assistants(),
        comparison.resources(one_account=both.one_account),
        both.target.target.drop,
        (*_ending(options, both), *_borrowed_elsewhere(both)),
    )


def _borrowed_elsewhere(both: MigrationManifests) -> Iterator[Diagnostic]:
    """Yield a warning for each borrowed object that the target may lack, since it does not migrate."""
    if both.one_account:
        return
    chosen = [both.target_manifests.declared[address] for address in both.chosen]
    used = {leaf.id for one in chosen for leaf in leaves(one.spec, RemoteId)}
    for address, lent in sorted(both.target_manifests.borrowed.items()):
        if lent.spec[ID] in used:
            detail = (
                f"{lent.spec[ID]} is an id on {both.source.target.name}, and a migration does not"
                f" move that object. The plan for {both.target.target.name} looks for this id on"
                f" {both.target.target.name} before anything is made."
            )
            yield Diagnostic(codes.BORROWED_ELSEWHERE, detail, lent.origin, subject=str(address))


def _ending(options: RunOptions, both: MigrationManifests) -> tuple[Diagnostic, ...]:
    """Return warnings about models, and about the target's API, with an announced end."""
    from provisioner.providers import describe

    chosen = {a: both.target_manifests.declared[a] for a in sorted(both.chosen)}
    target = both.target.target
    host, _ = describe(target, options.environ)
    return lifecycle.of_declared(target, host, chosen, lifecycle.today(), makes=both.chosen)


def _load(options: RunOptions, name: str) -> Loaded:
    """Return the manifests for one target. Raises UsageError for an unknown target."""
    loaded = read(replace(options, target=name))
    if loaded.targets and name not in loaded.targets:
        raise _no_way(
            UNKNOWN_TARGET,
            f"There is no target {name}. The Stack has {listed(loaded.targets)}.{did_you_mean(name, loaded.targets)}",
        )
    return loaded


def _stack(loaded: Loaded) -> Stack:
    """Return the Stack. Raises ManifestErrors without one, or if an error `is_wrong`."""
    errors = [d for d in loaded.diagnostics if is_wrong(d)]
    if loaded.stack is None or errors:
        raise ManifestErrors(errors or loaded.diagnostics)
    return loaded.stack


def is_wrong(one: Diagnostic) -> bool:
    """Return true for an error of the manifests that no other target could remove."""
    return one.severity is Severity.ERROR and one.code not in (UNSUPPORTED, TOO_LONG)


def _chosen(terms: Sequence[str], loaded: Loaded) -> frozenset[Address]:
    """Return the addresses that migrate: all, or the selected ones and those that they refer to."""
    try:
        chosen = selected(terms, loaded.declared, Live())
    except ValueError as error:
        raise UsageError(Diagnostic(SELECTS_NOTHING, f"{error}")) from error
    bindings = (item for runtime in RUNTIMES.values() for item in runtime.bindings.items())
    inside = {kind: binding.parent for kind, binding in bindings if binding.parent}
    return with_references(loaded.declared if chosen is None else chosen, loaded.declared, inside)


def _end(stack: Stack) -> Endpoint:
    """Return one endpoint of a migration: the runtime of a Stack's target, and its `drop` list."""
    return Endpoint(RUNTIMES[stack.target.runtime], stack.target.drop)


def _side(options: RunOptions, stack: Stack) -> Side:
    """Return the names of a target, its runtime, host and project, for the report."""
    from provisioner.providers import describe

    host, project = describe(stack.target, options.environ)
    return Side(stack.target.name, stack.target.runtime, host, project)


def _no_way(code: Code, detail: str) -> UsageError:
    """Return the error for a route that makes no sense."""
    return UsageError(Diagnostic(code, detail))
