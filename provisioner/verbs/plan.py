"""plan: show the changes that an apply would make, field by field. Changes nothing."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import field, replace
from functools import partial
from typing import Any

from provisioner.engine.classify import with_referrers
from provisioner.engine.guard import guarded
from provisioner.engine.plan import make_plan
from provisioner.engine.prepare import selected
from provisioner.engine.proof import left_for_gc
from provisioner.model.address import Address
from provisioner.model.binding import is_upload
from provisioner.model.codes import plans as codes
from provisioner.model.codes.commands import SELECTS_NOTHING
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import UsageError
from provisioner.model.frozen import frozen
from provisioner.model.inventory import Inventory
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Change, Plan
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.verbs._shared import lifecycle
from provisioner.verbs._shared.lookup import whole_overrides
from provisioner.verbs._shared.promotion import FROM, tested, with_tested
from provisioner.verbs._shared.registries import releases_elsewhere
from provisioner.verbs._shared.risks import with_risks
from provisioner.verbs._shared.session import RunOptions, Session, open_session


@frozen
class Planned:
    """A plan, and what it was made from.

    With `retains` false, objects that are deleted are not kept for a while for running
    applications. `inventory` is what was read, if the plan was made from one reading. `materials`
    is a context in which the plan is carried out: it provides files that the plan uploads and that
    no manifest names. `look` reads the account again just before the first leak is deleted, and
    returns, by id, the reasons why objects must not be deleted any more.
    """

    session: Session
    plan: Plan
    live: Live
    retains: bool = True
    inventory: Inventory = field(default_factory=Inventory)
    materials: Callable[[], AbstractContextManager[None]] = nullcontext
    look: Callable[[], Mapping[str, str]] | None = None


@contextmanager
def planned(
    options: RunOptions,
    *,
    select: Sequence[str] = (),
    overrides: Overrides = Overrides(),
    release: str = "",
) -> Iterator[Planned]:
    """Read the manifests and the target, and yield the plan. The session stays open for an apply.

    With `release`, such as `staging:7`, the assistants get tested releases of that environment in
    place of what their manifests say. Raises ManifestErrors, ProviderError, or UsageError for a
    selector that matches nothing.
    """
    if release:
        with _promoted(options, release, select, overrides) as found:
            yield found
        return
    with open_session(options, lists=True) as session:
        yield plan_session(session, session.desired, select=select, overrides=overrides)


@contextmanager
def _promoted(
    options: RunOptions, release: str, select: Sequence[str], overrides: Overrides
) -> Iterator[Planned]:
    """Yield the plan that publishes tested releases of another environment."""
    found = tested(options, release, select)
    with open_session(replace(options, origins=found.origins), lists=True) as session:
        desired, notes = with_tested(session, found)
        made = plan_session(session, desired, select=select, overrides=overrides)
        diagnostics = (*made.plan.diagnostics, *notes)
        plan = replace(made.plan, arguments={FROM: found.origins}, diagnostics=diagnostics)
        yield replace(made, plan=plan)


def plan_session(
    session: Session,
    desired: Desired,
    *,
    select: Sequence[str] = (),
    overrides: Overrides = Overrides(),
) -> Planned:
    """Plan `desired` against what the session's target has now.

    If nothing is desired, nothing is retained for the sake of earlier releases.
    """
    # A destroy desires nothing. Its selectors and overrides still mean what the manifests declare.
    retains = bool(desired)
    inventory = session.read(desired)
    live = session.live(desired, inventory=inventory, retains=retains)
    try:
        chosen = selected(select, session.desired, live)
    except ValueError as error:
        raise UsageError(Diagnostic(SELECTS_NOTHING, f"{error}")) from error
    overrides = whole_overrides(overrides, session.desired, live)
    planned = plan_against(session, desired, live, chosen, overrides, inventory=inventory)
    return replace(planned, retains=retains, inventory=inventory)


def plan_against(
    session: Session,
    desired: Desired,
    live: Live,
    chosen: frozenset[Address] | None,
    overrides: Overrides,
    *,
    inventory: Inventory | None = None,
) -> Planned:
    """Plan `desired` against a live side that was read already.

    With the `inventory` that `live` was made from, vector stores of others are asked, before a file
    is deleted, whether they have it.
    """
    from provisioner.inventory.archives import with_archived_texts

    make = partial(
        make_plan,
        session.context,
        desired,
        chosen=chosen,
        dropped=session.loaded.dropped,
        overrides=overrides,
    )
    plan = make(live)
    # Most plans delete nothing. So the requests that look for further referrers are sent only after
    # a first plan, and the plan is made again if they found one.
    seen = asking_further(session, plan, live, inventory)
    if seen is not live:
        live, plan = seen, make(seen)
    plan = with_archived_texts(plan, session.provider, session.runtime.bindings)
    target, host = session.stack.target, session.context.host
    day = lifecycle.today()
    ends = lifecycle.of_planned(
        target, host, desired, plan.changes, provider=session.provider, day=day
    )
    plan = replace(
        plan,
        root=os.path.relpath(session.stack.root),
        diagnostics=(
            *session.loaded.diagnostics,
            *plan.diagnostics,
            *ends,
            *_unpublished(live),
            *left_for_gc(live.unproven_uploads),
        ),
    )
    # A plan of a part cannot show that a comment which allows a risk has become useless.
    is_whole = chosen is None and desired is session.desired
    return Planned(session, with_risks(plan, session.loaded, whole=is_whole), live)


def plan_of(
    session: Session,
    verb: str,
    arguments: Mapping[str, Any],
    changes: Sequence[Change],
    live: Live,
    *,
    overrides: Overrides = Overrides(),
    diagnostics: Sequence[Diagnostic] = (),
    unchanged: int = 0,
) -> Planned:
    """Return a plan of changes that a verb has made itself, with the guards that every plan has."""
    stack, context = session.stack, session.context
    overrides = whole_overrides(overrides, session.desired, live)
    plan = Plan(
        stack=stack.name,
        environment=stack.environment,
        target=stack.target.name,
        host=context.host,
        project=context.project,
        schemas=context.schemas,
        root=os.path.relpath(stack.root),
        changes=tuple(changes),
        unchanged=unchanged,
        diagnostics=tuple(diagnostics),
        verb=verb,
        arguments=arguments,
    )
    plan = guarded(plan, live, stack, session.runtime.bindings, overrides)
    return Planned(session, with_risks(plan, session.loaded), live)


def asking_further(
    session: Session, plan: Plan, live: Live, inventory: Inventory | None = None
) -> Live:
    """Return `live` with the referrers that are read only if a plan deletes something.

    If none are found, `live` itself is returned. Vector stores of others are asked for files only if
    `inventory` is given. Raises ProviderError.
    """
    from provisioner.inventory.referrers import read_bystanders, read_holders

    going = {c.live.id: c.live.kind for c in plan.changes if c.live and c.action.removes}
    seen = live
    if going and (collections := session.context.bystanders):
        seen = with_referrers(seen, read_bystanders(session.provider, collections))
    if going and (found := releases_elsewhere(session)) != Inventory():
        seen = with_referrers(seen, found)
    files = [id for id, kind in going.items() if is_upload(kind, session.runtime.bindings)]
    if files and inventory is not None:
        ours = {o.id: next((d.file_id for d in o.documents.values()), "") for o in live.ours}
        bindings, most = session.runtime.bindings, session.stack.guards.max_reads
        held = read_holders(session.provider, inventory, bindings, files, ours=ours, most=most)
        seen = with_referrers(seen, held) if held.documents else seen
    return seen


def _unpublished(live: Live) -> tuple[Diagnostic, ...]:
    """Return the warning that no store or file is deleted, because no release was found; else ()."""
    if not live.unpublished:
        return ()
    return (
        warning(
            codes.NOTHING_PUBLISHED,
            "It is unknown which stores and files applications use, so none is deleted. If the "
            "release registry is not where it was (a disk that is not mounted, another folder), "
            "correct that first: apply would begin a new registry.",
        ),
    )
