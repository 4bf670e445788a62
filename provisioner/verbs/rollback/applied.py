"""Make an object what it was after a run, on every runtime: `rollback ADDRESS --to RUN`.

If assistants are releases, the release of that run is published again. The manifests stay as they
are, so the older values are drift afterwards, which a plain apply does not undo.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from provisioner.engine.marks import make_mark
from provisioner.engine.records import from_record
from provisioner.engine.restored_documents import is_content, listed
from provisioner.engine.rollback import mark_of_copy
from provisioner.engine.sealing import Secrets
from provisioner.model.address import Address
from provisioner.model.codes import moves as move_codes
from provisioner.model.codes import restores as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import PlanRefused, ProvisionerError
from provisioner.model.hints import hint
from provisioner.model.ledger import ChangeRecord
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change, Exact
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Document, Resource
from provisioner.verbs._shared.ledgers import location_of
from provisioner.verbs._shared.lookup import whole_address
from provisioner.verbs._shared.session import RunOptions, Session, open_session
from provisioner.verbs.history import no_ledger, no_such_run
from provisioner.verbs.plan import Planned, plan_against
from provisioner.verbs.rollback.on_disk import measures
from provisioner.verbs.rollback.release import ROLLBACK, planned_rollback


@contextmanager
def planned_return(
    options: RunOptions, address: Address, run: str, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that makes the object of an address what it was after a run.

    Raises LedgerError if the ledger cannot be read, and ProvisionerError if it does not have the
    values that the address had after that run.
    """
    with open_session(options) as session:
        address = whole_address(session, address)
        record = _record(session, address, run)
        binding = session.runtime.bindings.get(address.kind)
        if binding is None or not binding.history:
            yield _planned(session, address, run, record, overrides)
            return
    with planned_rollback(options, address, record.release, overrides) as found:
        arguments = {"address": str(address), "run": run}
        yield replace(found, plan=replace(found.plan, arguments=arguments))


def _record(session: Session, address: Address, run: str) -> ChangeRecord:
    """Return the last change that was applied to an address in `run` or an earlier run.

    Raises ProvisionerError for an unknown run, or if there is no such change.
    """
    from provisioner.ledger.opening import ledger_to_read

    stack = session.stack
    where = location_of(session.options, stack)
    if where is None:
        raise no_ledger()
    owner, target = str(stack.owner), stack.target.name
    with ledger_to_read(where) as opened:
        if opened.runs.find(run) is None:
            raise no_such_run(where, run)
        found = opened.runs.applied(owner, target, str(address), run)
    known = found and (found.release if _is_published(session, address) else found.spec)
    if found is None or not known:
        why = (
            "The run deleted the object"
            if found and found.action == Action.DELETE.word
            else _UNKNOWN
        )
        detail = f"{why}. {hint('history', str(address))} lists the runs that touched it."
        raise ProvisionerError(
            Diagnostic(codes.NOTHING_APPLIED, detail, subject=f"{address} in {run}")
        )
    return found


def _is_published(session: Session, address: Address) -> bool:
    """Return true if the kind of an address publishes releases."""
    binding = session.runtime.bindings.get(address.kind)
    return bool(binding and binding.history)


def _planned(
    session: Session, address: Address, run: str, record: ChangeRecord, overrides: Overrides
) -> Planned:
    """Return the plan that gives an object the values of a recorded change."""
    data = record.spec or {}
    held = session.desired.get(address)
    inventory = session.read()
    live = session.live(inventory=inventory)
    makes = address not in live.objects
    secrets = Secrets(address, "", gives_missing=makes, takes_parts=True)
    try:
        older = from_record(address, data, held, secrets)
    except PlanRefused as error:
        raise ProvisionerError(
            Diagnostic(codes.NEEDS_SECRET, _NOT_HELD, subject=str(address))
        ) from error
    older, notes = _with_documents(session, replace(older, formerly=()), live)
    # Drift of the address is what a rollback is asked to overwrite.
    asked = replace(overrides, overwrite_drift=True)
    desired = {**session.desired, address: older}
    chosen = frozenset({address})
    made = plan_against(session, desired, live, chosen, asked, inventory=inventory)
    changes = [_as_rollback(session, change) for change in made.plan.changes]
    if not changes:
        notes = [warning(move_codes.SAME_RELEASE, _SAME, subject=str(address))]
    plan = replace(
        made.plan,
        changes=tuple(changes),
        verb=ROLLBACK,
        arguments={"address": str(address), "run": run},
        diagnostics=(*made.plan.diagnostics, *notes, *_becomes(changes, held, run)),
    )
    return replace(made, plan=plan, inventory=inventory)


def _as_rollback(session: Session, change: Change) -> Change:
    """Return a change whose update keeps the digests in the live object's mark.

    So the older values are drift afterwards. A change without such a mark is returned as it is.
    """
    live, resource = change.live, change.desired
    if change.action is not Action.UPDATE or live is None or resource is None:
        return change
    context = session.context
    kind, binding = context.kinds[change.address.kind], context.bindings[change.address.kind]
    if binding.versions or binding.parent or not binding.mark_location:
        return change
    mark = make_mark(resource, kind, binding, session.stack.owner)
    older = RemoteObject(live.kind, live.id, live.name, resource.spec, mark)
    kept = mark_of_copy(live, older, kind, binding)
    return replace(change, exact=Exact(kept)) if kept else change


def _with_documents(
    session: Session, older: Resource, live: Live
) -> tuple[Resource, list[Diagnostic]]:
    """Return the resource with the documents whose content is available, and a warning about others."""
    there = measures(session.stack.root, (one.path for one in older.documents.values()))
    now = live.objects.get(older.address)
    kept: dict[str, Document] = {}
    lost = []
    for key, document in older.documents.items():
        found, held = there.get(document.path), now.documents.get(key) if now else None
        if found and is_content(found, document.sha256):
            kept[key] = replace(
                document,
                sha256=found.sha256,
                size=found.size,
                content=found.content,
                windows=found.windows,
            )
        elif document.source or (held and held.sha256 == document.sha256):
            kept[key] = document
        else:
            lost.append(document.key)
            # With the live digest, the plan finds no change and leaves the document as it is.
            if held:
                kept[key] = replace(document, sha256=held.sha256)
    if not lost:
        return older, []
    detail = (
        f"{listed(lost)}: not on disk with the content of that run. Each stays as it is, or is left"
        " out where it is not live. To restore them, check out the commit that the run applied, and"
        " apply it."
    )
    note = warning(codes.RESTORED_IN_PART, detail, subject=str(older.address))
    return replace(older, documents=kept), [note]


def _becomes(changes: list[Change], held: Resource | None, run: str) -> Iterator[Diagnostic]:
    """Yield a warning about what the rollback makes of the object, and what the next apply does."""
    for change in changes:
        subject = str(change.address)
        if held is None:
            detail = "The next apply deletes the object again. Restore its manifest before that."
            yield warning(codes.RESTORED_UNDECLARED, detail, subject=subject)
        elif change.action is Action.UPDATE:
            yield warning(
                codes.BECOMES_OLDER, f"The object becomes what it was after {run}.", subject=subject
            )
        else:
            detail = (
                f"The new object has the values that the deleted one had after {run}. The next apply"
                " gives it those of its manifest."
            )
            yield warning(codes.BECOMES_OLDER, detail, subject=subject)


_UNKNOWN = "The ledger has no values of this address from that run or an earlier one"
_NOT_HELD = (
    "After that run the object had a secret, and the manifests on disk have none at the same place."
    " Check out the manifest of the commit that the run applied, and apply it."
)
_SAME = "The live object is already what it was after that run."
