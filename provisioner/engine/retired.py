"""Keeps replaced and unused objects for a while, because running applications may still use them."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from provisioner.model.binding import Binding
from provisioner.model.remote import Live, RemoteObject


def with_retained(
    live: Live, bindings: Mapping[str, Binding], named: Collection[str], since: float
) -> Live:
    """Return `live` with `retained` set on every object that must not be deleted yet.

    An object of a kind to which releases refer is retained if its id is in `named`, the ids in kept
    releases, or if it was replaced after `since`, in unix seconds. The files in it are retained
    too. An expired object is not retained, because nobody can use it.

    The moment at which a file was last used is not needed: the release that referred to it was
    current until then, so that release is itself kept and refers to the file.
    """
    retained = {
        found.id: found
        for found in (*live.objects.values(), *live.surplus)
        if bindings[found.kind].retires and not found.expired
        if found.id in named or _replaced_at(found, live) > since
    }
    # A store without its files would be useless to the applications for which it is kept.
    held = {doc.file_id for found in retained.values() for doc in found.documents.values()}

    def marked(found: RemoteObject) -> RemoteObject:
        stays = found.id in retained or found.id in held
        return replace(found, retained=True) if stays else found

    return replace(
        live,
        objects={address: marked(found) for address, found in live.objects.items()},
        surplus=tuple(marked(found) for found in live.surplus),
        named_by_releases=frozenset(named),
    )


def with_everything_retained(live: Live, bindings: Mapping[str, Binding]) -> Live:
    """Return `live` with `retained` set on every object of a kind to which releases refer.

    It is called if the registry contains no release. A registry that cannot be reached, such as a
    disk that is not mounted, looks the same, and then it is not known to which objects the releases
    refer.
    """

    def marked(found: RemoteObject) -> RemoteObject:
        return replace(found, retained=True) if bindings[found.kind].retires else found

    objects = {address: marked(found) for address, found in live.objects.items()}
    surplus = tuple(marked(found) for found in live.surplus)
    retained = any(found.retained for found in (*objects.values(), *surplus))
    return replace(live, objects=objects, surplus=surplus, unpublished=retained)


def is_retired(found: RemoteObject, live: Live, bindings: Mapping[str, Binding]) -> bool:
    """Return true if an object of ours was kept only because running applications may use it.

    It is an upload of an earlier release, or an older generation of a kind to which releases refer.
    """
    return bindings[found.kind].retires and (found.former or is_superseded(found, live))


def is_superseded(found: RemoteObject, live: Live) -> bool:
    """Return true if the current object of its address is a newer generation.

    A duplicate is not superseded, because it has the same generation as the current object.
    """
    successor = live.objects.get(found.address) if found.address else None
    return successor is not None and _generation(found) < _generation(successor)


def _replaced_at(found: RemoteObject, live: Live) -> float:
    """Return the unix time at which the next generation of an object was created, 0.0 if there is none.

    Later generations do not count: the object went out of use when its direct successor was
    created.
    """
    if found.address is None or not is_superseded(found, live):
        return 0.0
    everything = (*live.objects.values(), *live.surplus)
    later = [
        (_generation(one), one.created_at)
        for one in everything
        if one.address == found.address and _generation(one) > _generation(found)
    ]
    following = min(generation for generation, _ in later)
    # A lost answer may have left two objects of that generation. The later one keeps this longer.
    return max(at for generation, at in later if generation == following)


def _generation(found: RemoteObject) -> int:
    return found.mark.generation if found.mark else 0
