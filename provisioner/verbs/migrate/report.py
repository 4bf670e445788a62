"""migrate: what a move from one target to another would mean; and, in `moving`, the move itself.

The report reads manifests and the runtimes' own tables. It needs no key and no network, for the
target that is left may be gone.
"""

from collections.abc import Sequence
from dataclasses import replace

from provisioner.engine.migration import with_references
from provisioner.engine.prepare import selected
from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.codes import moves as codes
from provisioner.model.codes.commands import SELECTS_NOTHING
from provisioner.model.codes.stacks import UNKNOWN_TARGET
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.errors import ManifestErrors, UsageError
from provisioner.model.frozen import frozen
from provisioner.model.migration import Migration, Side
from provisioner.model.remote import Live
from provisioner.model.stack import Stack
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded
from provisioner.source.migration import Comparison, End
from provisioner.source.suggest import did_you_mean, listed
from provisioner.source.support import TOO_LONG, UNSUPPORTED
from provisioner.verbs._shared.session import RunOptions, read


@frozen
class Route:
    """From which target to which, and of what; without a choice, everything."""

    source: str
    target: str
    select: Sequence[str] = ()


@frozen
class Loads:
    """The manifests as both targets have them, and what of them moves."""

    there: Loaded
    here: Loaded
    source: Stack
    target: Stack
    chosen: frozenset[Address]
    one_account: bool
    select: Sequence[str] = ()


def migration_report(options: RunOptions, route: Route) -> Migration:
    """Return the report. Raises ManifestErrors, or UsageError where the route makes no sense."""
    return compared(options, loads(options, route))


def loads(options: RunOptions, route: Route) -> Loads:
    """Read the manifests for both ends. What a target cannot hold is no error yet."""
    from provisioner.providers import account, home

    if route.source == route.target:
        raise _no_way(
            codes.SAME_TARGET_TWICE,
            "Name two targets: --from the one that is left, --to the one that is to be lived on.",
        )
    there = _load(options, route.source)
    here = _load(options, route.target)
    source, target = _stack(there), _stack(here)
    places = [home(s.target, s.root, options.environ) for s in (source, target)]
    if places[0] == places[1]:
        raise _no_way(
            codes.ONE_PLACE,
            f"What {route.source} and {route.target} hold are the same live objects, so there is "
            "nothing to move. Give the new target a place of its own (`data`, `releases`, a "
            "project, a host), or apply to it.",
        )
    accounts = [account(s.target, s.root, options.environ) for s in (source, target)]
    chosen = _chosen(route.select, here)
    return Loads(there, here, source, target, chosen, accounts[0] == accounts[1], route.select)


def compared(options: RunOptions, both: Loads) -> Migration:
    """Return the report: the fate of each assistant, and of what it refers to."""
    there, here = (_end(stack) for stack in (both.source, both.target))
    declared, where = both.here.declared, both.here.position
    comparison = Comparison(declared, both.chosen, there, here, where)
    return Migration(
        both.target.name,
        both.target.environment,
        _side(options, both.source),
        _side(options, both.target),
        comparison.assistants(),
        comparison.resources(one_account=both.one_account),
        both.target.target.drop,
    )


def _load(options: RunOptions, name: str) -> Loaded:
    loaded = read(replace(options, target=name))
    if loaded.targets and name not in loaded.targets:
        raise _no_way(
            UNKNOWN_TARGET,
            f"There is no target {name}. The Stack has {listed(loaded.targets)}.{did_you_mean(name, loaded.targets)}",
        )
    return loaded


def _stack(loaded: Loaded) -> Stack:
    """Return the Stack of a folder in which nothing is wrong but what this target cannot hold."""
    errors = [d for d in loaded.diagnostics if is_wrong(d)]
    if loaded.stack is None or errors:
        raise ManifestErrors(errors or loaded.diagnostics)
    return loaded.stack


def is_wrong(one: Diagnostic) -> bool:
    """Return true for an error of the manifests themselves, which no other target mends."""
    return one.severity is Severity.ERROR and one.code not in (UNSUPPORTED, TOO_LONG)


def _chosen(terms: Sequence[str], loaded: Loaded) -> frozenset[Address]:
    """Return the addresses that move: all declared ones, or the selected ones and what they refer to."""
    try:
        chosen = selected(terms, loaded.declared, Live())
    except ValueError as error:
        raise UsageError(Diagnostic(SELECTS_NOTHING, f"{error}")) from error
    bindings = (item for runtime in RUNTIMES.values() for item in runtime.bindings.items())
    inside = {kind: binding.parent for kind, binding in bindings if binding.parent}
    return with_references(loaded.declared if chosen is None else chosen, loaded.declared, inside)


def _end(stack: Stack) -> End:
    return End(RUNTIMES[stack.target.runtime], stack.target.drop)


def _side(options: RunOptions, stack: Stack) -> Side:
    from provisioner.providers import describe

    host, project = describe(stack.target, options.environ)
    return Side(stack.target.name, stack.target.runtime, host, project)


def _no_way(code: Code, detail: str) -> UsageError:
    return UsageError(Diagnostic(code, detail))
