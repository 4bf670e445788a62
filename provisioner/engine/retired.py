"""Retains what was replaced or let go for a while: applications may be running that use it."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from provisioner.model.binding import Binding
from provisioner.model.remote import Live, RemoteObject


def with_retained(
    live: Live, bindings: Mapping[str, Binding], named: Collection[str], since: float
) -> Live:
    """Return `live` with everything marked that must not be deleted yet.

    That is what a binding retires and a retained release names (`named` are ids), or what was replaced
    after `since`, in unix seconds; and the files that it holds. What has lapsed is of use to nobody.
    A file that was let go after `since` needs no date of its own: the release that named it was
    current until then, so it is retained.
    """
    retained = {
        found.id: found
        for found in (*live.objects.values(), *live.surplus)
        if bindings[found.kind].retires and not found.expired
        if found.id in named or _replaced_at(found, live) > since
    }
    held = {doc.file_id for found in retained.values() for doc in found.documents.values()}

    def marked(found: RemoteObject) -> RemoteObject:
        stays = found.id in retained or found.id in held
        return replace(found, retained=True) if stays else found

    return replace(
        live,
        objects={address: marked(found) for address, found in live.objects.items()},
        surplus=tuple(marked(found) for found in live.surplus),
        held=frozenset(named),
    )


def with_everything_retained(live: Live, bindings: Mapping[str, Binding]) -> Live:
    """Return `live` with everything retained that a binding retires, where no history is there.

    A registry that is not there, such as a disk that is not mounted, looks like one that nobody has
    published to.
    """

    def marked(found: RemoteObject) -> RemoteObject:
        return replace(found, retained=True) if bindings[found.kind].retires else found

    objects = {address: marked(found) for address, found in live.objects.items()}
    surplus = tuple(marked(found) for found in live.surplus)
    retained = any(found.retained for found in (*objects.values(), *surplus))
    return replace(live, objects=objects, surplus=surplus, unpublished=retained)


def is_retired(found: RemoteObject, live: Live, bindings: Mapping[str, Binding]) -> bool:
    """Return true if one of ours that goes had stayed for the sake of running applications alone."""
    return bindings[found.kind].retires and (found.former or is_superseded(found, live))


def is_superseded(found: RemoteObject, live: Live) -> bool:
    """Return true if a newer generation has its address; a mere duplicate is of the same one."""
    successor = live.objects.get(found.address) if found.address else None
    return successor is not None and _generation(found) < _generation(successor)


def _replaced_at(found: RemoteObject, live: Live) -> float:
    """Return when the next generation of it was made, not the newest; 0.0 where there is none."""
    if found.address is None or not is_superseded(found, live):
        return 0.0
    everything = (*live.objects.values(), *live.surplus)
    later = [
        (_generation(one), one.created_at)
        for one in everything
        if one.address == found.address and _generation(one) > _generation(found)
    ]
    following = min(generation for generation, _ in later)
    return max(at for generation, at in later if generation == following)


def _generation(found: RemoteObject) -> int:
    return found.mark.generation if found.mark else 0
