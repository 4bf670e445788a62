"""Makes the Plan from the desired and the live side. `make_plan` calls all stages in their order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from provisioner.engine.both_sides import compared_object
from provisioner.engine.diff import diff
from provisioner.engine.guard import guarded
from provisioner.engine.keeping import keeping
from provisioner.engine.likely_renames import likely_renames
from provisioner.engine.marks import make_mark
from provisioner.engine.missing_secrets import missing_secret_warnings
from provisioner.engine.prepare import ignoring, keeping_names, restrict, without_unused_files
from provisioner.engine.resending import resend_refusals
from provisioner.engine.sorted_releases import sorted_before
from provisioner.engine.undeclared import has_none, undeclared
from provisioner.engine.unshown import unshown
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.mark_location import no_room
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change, Plan, Reason, Since, Undeclared, Unshown
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.model.schemas import Schemas
from provisioner.model.stack import IGNORE, Stack


@frozen
class PlanContext:
    """The facts that do not change during a run: the Stack, the kinds, and their bindings.

    `host` and `project` say in a plan where the target is; they are empty if that is not known.
    `settings` is a text of all settings that decide where requests are sent, secrets included.
    `bystanders` has the collections of objects that no manifest can declare.
    """

    stack: Stack
    kinds: Mapping[str, Kind]
    bindings: Mapping[str, Binding]
    host: str = ""
    project: str = ""
    settings: str = field(default="", repr=False)
    bystanders: Mapping[str, str] = field(default_factory=dict)

    @property
    def schemas(self) -> dict[str, Schemas]:
        """The places where JSON Schemas begin in specs, for each kind that has such places."""
        return {name: kind.schemas for name, kind in self.kinds.items() if kind.schemas.patterns}


def make_plan(
    context: PlanContext,
    desired: Desired,
    live: Live,
    *,
    chosen: frozenset[Address] | None = None,
    dropped: Mapping[Address, tuple[str, ...]] | None = None,
    overrides: Overrides = Overrides(),
    everything: Live | None = None,
) -> Plan:
    """Return the plan that makes `live` what `desired` says.

    If `chosen` is given, the plan is restricted to these addresses. The plan has a refusal for each
    guard that stands against it and that `overrides` does not lift. If `overrides` accepts
    undeclared values, each object that has any is updated, so that its mark records them. If `live`
    is only a part of the live side, `everything` is all of it, which is searched for referrers.
    """
    wanted, ours = restrict(_with_live_objects(desired, context), live, chosen)
    resend = frozenset(overrides.replace)
    # Values that must not change are copied into the desired side, so the diff needs no exceptions.
    wanted = ignoring(keeping_names(wanted, ours, context.kinds), ours)
    changes = diff(
        wanted, ours, context.kinds, context.bindings, context.stack.owner, resend=resend
    )
    found = _undeclared([change for change in changes if change.desired and change.live], context)
    # No-ops are included: the mark of an object without other changes may have to record such
    # values.
    if overrides.accept_undeclared:
        changes = [accepting(change, found) for change in changes]
    pairs = [change for change in changes if change.desired and change.live]
    # Everything that was read is searched, because an object that was not selected may be a
    # referrer.
    kept, still_used = keeping(
        (change for change in changes if change.action is not Action.NO_OP),
        everything or live,
        context.bindings,
        context.stack.owner,
    )
    planned = tuple(kept)
    plan = Plan(
        stack=context.stack.name,
        environment=context.stack.environment,
        target=context.stack.target.name,
        host=context.host,
        project=context.project,
        schemas=context.schemas,
        root=str(context.stack.root),
        changes=planned,
        # An object that could not be read completely must not be reported as unchanged.
        unchanged=sum(c.action is Action.NO_OP and not (c.live and c.live.odd) for c in changes),
        dropped={a: paths for a, paths in (dropped or {}).items() if chosen is None or a in chosen},
        # By these ids a saved plan is refused if a reference leads to another object by then.
        pinned=_pinned(planned, live),
        undeclared=found,
        unshown=_unshown(pairs, context),
        foreign=Counter(found.kind for found in (*live.foreign, *live.elsewhere)),
        foreign_documents=_foreign_documents(live),
        diagnostics=(
            *_unselected(planned, wanted, live, context.kinds),
            *_warnings(planned, changes, context),
            *still_used,
            # All changes are compared: in `planned` the delete of a renamed object may be a forget.
            *likely_renames(changes, context.kinds, context.bindings),
            *resend_refusals(resend, changes, context.bindings),
            *live.diagnostics,
        ),
    )
    return guarded(plan, live, context.stack, context.bindings, overrides)


def _warnings(
    planned: Sequence[Change], changes: Sequence[Change], context: PlanContext
) -> Iterator[Diagnostic]:
    """Yield warnings about the changes, and errors for marks that do not fit into their objects.

    The warnings are about secrets that are not set, values that the server resolved to a version,
    and releases whose properties version 0.1.0 sorted.
    """
    yield from missing_secret_warnings(planned)
    yield from _roomless(planned, context)
    # An object with no other difference is a no-op, so no-ops are searched too.
    yield from _resolved(changes)
    yield from sorted_before(planned, context.schemas)


def _with_live_objects(desired: Desired, context: PlanContext) -> Desired:
    """Return the resources that have, or will have, a live object of their own on this runtime."""
    used = without_unused_files(desired, context.kinds)
    return {address: one for address, one in used.items() if address.kind in context.bindings}


def agreed(plan: Plan) -> Plan:
    """Return the plan after a person who saw it has agreed to it.

    The person has also accepted the undeclared values that the plan shows. They are recorded only
    in the marks of objects that the plan changes anyway.
    """
    return replace(plan, changes=tuple(accepting(c, plan.undeclared) for c in plan.changes))


def accepting(change: Change, values: Iterable[Undeclared]) -> Change:
    """Return a change that records the present undeclared values of its object in the mark."""
    paths = tuple(value.path for value in values if value.address == change.address)
    if not paths or change.action not in (Action.UPDATE, Action.NO_OP):
        return change
    # Only the mark is written then, because of values that somebody changed on the live side.
    reason = Reason.DRIFT if change.action is Action.NO_OP else change.reason
    return replace(change, action=Action.UPDATE, reason=reason, accepted=paths)


def _undeclared(pairs: Iterable[Change], context: PlanContext) -> tuple[Undeclared, ...]:
    """Return the undeclared values that have changed, or may have changed.

    The result is empty if the Stack has `guards.undeclared: ignore`.
    """
    if context.stack.guards.undeclared == IGNORE:
        return ()
    found = [
        value
        for change in pairs
        if change.desired and change.live
        if not has_none(
            change.desired, change.live, context.bindings[change.address.kind].fields.defaults
        )
        for value in undeclared(
            change.address,
            compared_object(
                change.desired,
                change.live,
                context.kinds[change.address.kind],
                context.bindings[change.address.kind],
                context.stack.owner,
            ),
            whole=not change.live.odd,
        )
    ]
    return tuple(value for value in found if value.since is not Since.ACCEPTED)


def _unshown(pairs: Iterable[Change], context: PlanContext) -> tuple[Unshown, ...]:
    """Return the values that manifests set and that the server never returns."""
    return tuple(
        value
        for change in pairs
        if change.desired and change.live
        for value in unshown(
            change.desired,
            change.live,
            context.kinds[change.address.kind],
            context.bindings[change.address.kind],
        )
    )


def _foreign_documents(live: Live) -> dict[Address, int]:
    """Return the number of files of others in each store of ours that contains any."""
    counts: Counter[Address] = Counter()
    for found in live.ours:
        if found.address and found.foreign_documents:
            counts[found.address] += len(found.foreign_documents)
    return dict(counts)


def _pinned(changes: Sequence[Change], live: Live) -> dict[Address, str]:
    """Return the ids of the objects to which changes refer and that no change concerns."""
    touched = {change.address for change in changes}
    referred = {a for c in changes if c.desired for a in c.desired.references}
    return {a: live.objects[a].id for a in sorted(referred - touched) if a in live.objects}


def _unselected(
    changes: Sequence[Change], chosen: Desired, live: Live, kinds: Mapping[str, Kind]
) -> list[Diagnostic]:
    """Return an error for each reference to a resource that --select left out and that is not live."""
    return [
        Diagnostic(
            codes.NOT_SELECTED,
            f"It needs {address}. Select it too: --select {address}.",
            change.desired.origin,
            subject=str(change.address),
        )
        for change in changes
        if change.desired
        for address in sorted(change.desired.references)
        if not kinds[address.kind].inlined and address not in chosen and address not in live.objects
    ]


def _resolved(changes: Sequence[Change]) -> list[Diagnostic]:
    """Return a warning for each field that the server has changed by itself.

    Apply leaves it unchanged.
    """
    return [
        warning(
            codes.SERVER_RESOLVED,
            f"{field.path} was sent as {field.desired} and is {field.live} now. A server may "
            "resolve a name to a version, so this is not a difference and nothing is written. To "
            "pin the version, write its exact name into the manifest.",
            change.desired.origin if change.desired else None,
            str(change.address),
        )
        for change in changes
        for field in change.fields
        if field.cause is Reason.SERVER
    ]


def _roomless(changes: Sequence[Change], context: PlanContext) -> Iterator[Diagnostic]:
    """Yield an error for each mark that does not fit into the text field that must contain it.

    The plan reports this, because apply would fail only after it has made other objects.
    """
    for change in changes:
        binding = context.bindings[change.address.kind]
        before = change.live.mark if change.live else None
        if (
            change.desired is None
            or binding.mark_location is None
            or binding.mark_location.in_metadata
        ):
            continue
        generation = (before.generation if before else 1) + (change.action is Action.REPLACE)
        mark = make_mark(
            change.desired,
            context.kinds[change.address.kind],
            binding,
            context.stack.owner,
            before=before,
            generation=generation,
        )
        if (excess := binding.mark_location.excess(change.desired.spec, mark)) > 0:
            yield replace(no_room(change.address, excess), position=change.desired.origin)
