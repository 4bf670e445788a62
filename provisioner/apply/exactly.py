"""Performs updates that follow no manifest: the mark of an adopted object, and an older release.

Such an update is sent, read again and remembered like every other write (see `writing`). Only the
mark of the answer is compared. The other fields are those of the object before the update, or those
of the older release.
"""

from dataclasses import replace

from provisioner.apply.run import Run, StepFailed
from provisioner.apply.writing import Writing
from provisioner.engine.answers import Written
from provisioner.engine.marks import room_for
from provisioner.model.address import Address
from provisioner.model.mark import user_metadata
from provisioner.model.plan import Change, Exact
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource

ROLLBACK = "rollback"


def write_exactly(run: Run, change: Change, exact: Exact) -> str:
    """Write the mark of `exact`, and publish the older release where it names one.

    Returns the id of the live object, which is a new one where a release moves to another owner.
    Raises StepFailed where the server did not take it, and every ProviderError.
    """
    live = change.live
    if live is None:
        raise StepFailed("an update needs a live object")
    writing = _writing(run, change, exact, live)
    row = _published(writing, live, exact.copy_of) if exact.copy_of else writing.update({})
    writing = replace(writing, id=str(row["id"]))
    writing.settled(row)
    run.learn(change.address, writing.id)
    return writing.id


def write_digests(run: Run, address: Address, id: str, exact: Exact) -> None:
    """Give the mark of an object that was just written the digests of `exact`.

    A rollback writes older values, which the manifests do not have. With the digests from before it,
    these values count as moved: they are drift from then on. Raises StepFailed where the server did
    not take the mark, and every ProviderError.
    """
    binding = run.binding(address)
    row = run.provider.get(binding.collection, id)
    mark = binding.mark_of(row)
    if mark is None:
        raise StepFailed(f"the mark of {id} is gone: somebody else wrote at the same moment")
    spec = binding.from_wire(row).spec
    mark = replace(mark, applied=exact.mark.applied)
    resource = Resource(address, spec)
    room = room_for(resource, binding, mark)
    written = Written({}, mark, frozenset(), before=binding.complete(spec), room=room)
    others = user_metadata(row.get("metadata") or {})
    writing = Writing(run, resource, written, id=id, others=others)
    writing.settled(writing.update({}))


def _writing(run: Run, change: Change, exact: Exact, live: RemoteObject) -> Writing:
    """Return the write of a mark, without any field of the spec.

    The write does not get the mark from before. So an answer that still shows the former mark is read
    again, and does not cause a second write of the whole object.
    """
    binding, resource = run.binding(change.address), Resource(change.address, live.spec)
    written = Written(
        wanted={},
        mark=exact.mark,
        sent=frozenset(),
        before=binding.complete(live.spec),
        room=room_for(resource, binding, exact.mark),
    )
    others = user_metadata((exact.copy_of or live).metadata)
    return Writing(run, resource, written, id=live.id, parent=live.parent, others=others)


def _published(writing: Writing, live: RemoteObject, older: RemoteObject) -> Row:
    """Publish a copy of an older release, if the release that the plan showed is still current.

    Raises ProviderError where another release is current by now, and StepFailed where the published
    release is not equal to the older one.
    """
    run, binding = writing.run, writing.binding
    shown, number = _number(live), _number(older)
    body = {
        "number": number,
        "based_on": shown,
        "metadata": {**writing.others, **writing.written.mark.to_metadata()},
    }
    row = run.provider.action(binding.collection, live.id, ROLLBACK, body, "")
    if older.published and row.get("digest") != older.published.digest:
        raise StepFailed(
            f"release {row.get('number')} was published, and it does not say what release {number} "
            "says. Plan again to see what is there"
        )
    return row


def _number(found: RemoteObject) -> int:
    return found.published.number if found.published else 0
