"""Create the assistants of a plan beside the live ones for a test, and delete them again.

Such a candidate has an owner of its own: the environment's name with an ending that no environment
can have. So no plan of the stack takes it for a current object or a duplicate, and the usual apply
and destroy create and delete it. Resources that the plan does not change are not created twice: a
candidate refers to their live objects.
"""

import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from provisioner.engine.references import reached
from provisioner.model.address import Address
from provisioner.model.codes import tests as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import ProvisionerError
from provisioner.model.mark import CANDIDATE
from provisioner.model.outcome import Report
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Plan
from provisioner.model.remote import Live
from provisioner.model.resource import Desired, Lifecycle, Resource
from provisioner.model.value import Reference, RemoteId, walk
from provisioner.source import Loaded
from provisioner.verbs._shared.session import Session, connected
from provisioner.verbs.apply.run import ALL, DESTROY, apply
from provisioner.verbs.plan import Planned, plan_session

NO_LEDGER = "none"


def changed(plan: Plan, desired: Desired) -> frozenset[Address]:
    """Return the addresses that a plan creates, updates or replaces, and those that refer to them.

    An assistant may answer differently when the documents of its vector store change, although no
    request is sent for the assistant itself.
    """
    makes = (Action.CREATE, Action.UPDATE, Action.REPLACE)
    own = (one.address for one in plan.changes if one.action in makes and one.desired)
    users: dict[Address, list[Address]] = {}
    for address, resource in desired.items():
        for named in resource.references:
            users.setdefault(named, []).append(address)
    return frozenset(reached(own, lambda each: users.get(each, ())))


def candidates_of(
    desired: Desired, live: Live, moved: frozenset[Address], wanted: Iterable[Address]
) -> Desired:
    """Return the resources of the candidates for `wanted`: the assistants, and what changes below them.

    A reference to a resource that is not in `moved` becomes the id of its live object. Candidates
    are not protected, so that they can be deleted.
    """
    found: dict[Address, Resource] = {}
    waiting = list(wanted)
    while waiting:
        address = waiting.pop()
        if address in found or address not in desired:
            continue
        resource = desired[address]
        found[address] = _loosened(resource, live, moved)
        waiting += [one for one in found[address].references if one in desired]
    return dict(sorted(found.items()))


def _loosened(resource: Resource, live: Live, moved: frozenset[Address]) -> Resource:
    """Return the resource of a candidate, with ids of live objects in place of references.

    References to resources in `moved` stay: these have candidates too.
    """

    def to_id(leaf: Any) -> Any:
        if not isinstance(leaf, Reference) or leaf.address in moved:
            return leaf
        there = live.objects.get(leaf.address) or live.borrowed.get(leaf.address)
        return RemoteId(there.kind, there.id) if there else leaf

    # A document of a candidate's vector store is uploaded again, even if a File declares it: the
    # live upload must not get a second owner.
    documents = {key: replace(one, source=None) for key, one in resource.documents.items()}
    return replace(
        resource,
        spec=walk(resource.spec, to_id),
        documents=documents,
        lifecycle=Lifecycle(),
        formerly=(),
    )


@contextmanager
def candidates(
    planned: Planned, resources: Desired, problems: list[Diagnostic]
) -> Iterator[Session]:
    """Create candidates, yield a session in which they are the live objects, and delete them.

    On a runtime that publishes releases, they are published to a temporary folder, so that no
    application can load one. `problems` gets a warning about objects that could not be deleted.
    Raises ProvisionerError if a candidate cannot be created; those that were created are deleted
    then too.
    """
    session = planned.session
    with ExitStack() as opened:
        target = session.stack.target
        if target.publishes:
            folder = opened.enter_context(tempfile.TemporaryDirectory())
            target = replace(target, releases=str(Path(folder)))
        environment = f"{session.stack.owner.environment}{CANDIDATE}{secrets.token_hex(4)}"
        stack = replace(session.stack, environment=environment, target=target)
        # Nothing of the stack changes, so its history gets no run and its lock stays free.
        options = replace(session.options, ledger=NO_LEDGER, wait=None)
        loaded = Loaded(stack=stack, desired=resources)
        beside = opened.enter_context(connected(options, loaded, stack))
        try:
            _made(beside, resources)
            yield beside
        finally:
            problems += _removed(beside)


def _made(session: Session, resources: Desired) -> None:
    """Create the candidates. Raises ProvisionerError."""
    # The live objects have the same names and addresses, which usually stops a create.
    kinds = {Address(address.kind, "*") for address in resources}
    overrides = Overrides(new=True, new_objects=kinds)
    report = apply(plan_session(session, resources, overrides=overrides))
    if not report.succeeded:
        raise ProvisionerError(Diagnostic(codes.NO_CANDIDATE, _said(report)), *report.diagnostics)


def _removed(session: Session) -> list[Diagnostic]:
    """Delete everything of the candidates' owner. Return a warning about what is left."""
    try:
        overrides = Overrides(max_delete_percent=ALL)
        planned = plan_session(session, {}, overrides=overrides)
        planned = replace(planned, plan=replace(planned.plan, verb=DESTROY))
        if not planned.plan.changes:
            return []
        report = apply(planned)
        why = "" if report.succeeded else _said(report)
    except ProvisionerError as error:
        why = str(error)
    return [warning(codes.CANDIDATE_LEFT, why, subject=str(session.stack.owner))] if why else []


def _said(report: Report) -> str:
    """Return the errors of a report in words."""
    failed = [f"{one.address}: {one.error}" for one in report.outcomes if one.error]
    return "\n".join(failed) or "The run was interrupted."
