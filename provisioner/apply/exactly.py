"""Performs updates whose content is not in a manifest: the mark of an adopted object, an older release.

Such an update is sent, read again and recorded like every other write (see `writing`). Only the
mark of the answer is compared. The other fields are those that the object had before, or those of
the older release.
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
"""The name of the request that publishes a copy of an older release."""


def write_exactly(run: Run, change: Change, exact: Exact) -> str:
    """Write the mark of `exact`, and publish the older release if it has one.

    Returns the id of the live object, which is a new one if a release gets another owner. Raises
    StepFailed if the server did not store the mark, and every ProviderError.
    """
    live = change.live
    if live is None:
        raise StepFailed("there is no live object to update")
    writing = _writing(run, change, exact, live)
    row = _published(writing, live, exact.copy_of) if exact.copy_of else writing.update({})
    writing = replace(writing, id=str(row["id"]))
    writing.settled(row)
    run.learn(change.address, writing.id)
    return writing.id


def write_digests(run: Run, address: Address, id: str, exact: Exact) -> None:
    """Write the digests of `exact` into the mark of an object that was just written.

    A rollback writes older values, which the manifests do not have. With the digests from before
    the rollback, the older values differ from what the mark records, so plans report them as drift.
    Raises StepFailed if the server did not store the mark, and every ProviderError.
    """
    binding = run.binding(address)
    # The row has the metadata of others, which the next write must keep.
    row = run.provider.get(binding.collection, id)
    mark = binding.mark_of(row)
    if mark is None:
        raise StepFailed(
            f"the mark of {id} is gone: somebody else wrote to it at the same time. Plan again to see "
            "what is live"
        )
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

    `Written.last`, the former mark, is left out. So an answer that still shows the former mark
    leads to another read, and not to a second write of the whole object.
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

    Raises ProviderError if another release is current by now, and StepFailed if the published
    release differs from the older one.
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
            f"release {row.get('number')} was published, but it differs from release {number}. "
            "Plan again to see what is live"
        )
    return row


def _number(found: RemoteObject) -> int:
    return found.published.number if found.published else 0
