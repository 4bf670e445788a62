"""Prepares the desired side of a plan: selects resources, and copies live values that must stay.

Desired and live are then equal in these values, so the diff needs no exceptions for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.engine.addresses import known_addresses, matching, resolve, suggestion
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.hints import EXCLUDED
from provisioner.model.kind import Kind
from provisioner.model.plan import UNSET
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired, Resource


def selected(terms: Sequence[str], declared: Desired, live: Live) -> frozenset[Address] | None:
    """Return the addresses that the terms of `--select` and `--exclude` choose, None without terms.

    A term is an address (`assistant.policy-qa`), a bare name or id of one address, a kind
    (`assistant.*`), the rows of a manifest (`assistant.support[*]`), or a label of a declared
    resource (`team=people-ops`). A term that begins with `!` is removed from the others, or from
    everything if there are no others.

    Raises ValueError for any other term, and for one that matches no declared resource and no live
    object of ours, because such a term is a typing error. It also raises ValueError if nothing is
    left, because an empty plan would be read as "no changes".
    """
    if not terms:
        return None
    known = known_addresses(declared, live)
    chosen: set[Address] = set()
    excluded: set[Address] = set()
    for term in terms:
        wanted = term.removeprefix(EXCLUDED)
        try:
            named = _named(wanted, declared, live, known)
        except ValueError as error:
            option = "--exclude" if term.startswith(EXCLUDED) else "--select"
            raise ValueError(f"{option} {error}") from None
        (excluded if term.startswith(EXCLUDED) else chosen).update(named)
    # If every term is an exclusion, everything else is selected.
    everything = all(term.startswith(EXCLUDED) for term in terms)
    left = frozenset((known if everything else chosen) - excluded)
    if not left:
        raise ValueError(
            "--exclude excludes everything that is selected. Exclude less, or select more."
        )
    return left


def _named(term: str, declared: Desired, live: Live, known: frozenset[Address]) -> set[Address]:
    """Return the addresses that one term chooses. Raises ValueError if it chooses none."""
    if "=" in term:
        label, _, value = term.partition("=")
        labelled = {a for a, r in declared.items() if r.labels.get(label) == value}
        if not labelled:
            raise ValueError(f"{term} matches nothing: no declared resource has this label.")
        return labelled
    wanted = resolve(Address.given(term), declared, live)
    if named := matching(wanted, known):
        return named
    raise ValueError(f"{term} matches nothing: {suggestion(wanted, known)}")


def restrict(
    desired: Desired, live: Live, chosen: frozenset[Address] | None
) -> tuple[Desired, Live]:
    """Return those resources and objects that are `chosen`, all if it is None.

    The others are neither desired nor orphans.
    """
    if chosen is None:
        return desired, live
    # Foreign objects stay, because the guards search them for namesakes.
    return {a: r for a, r in desired.items() if a in chosen}, replace(
        live,
        objects={address: found for address, found in live.objects.items() if address in chosen},
        surplus=tuple(found for found in live.surplus if found.address in chosen),
    )


def without_unused_files(desired: Desired, kinds: Mapping[str, Kind]) -> Desired:
    """Return the desired resources without the Files to which no resource refers.

    An upload has no mark. Without an object that attaches it, no later plan could recognise it.
    """
    used = {address for resource in desired.values() for address in resource.references}
    return {a: r for a, r in desired.items() if not kinds[a.kind].is_file or a in used}


def ignoring(desired: Desired, live: Live) -> Desired:
    """Return the desired resources with the live value at every path of `ignore_changes`."""
    return {
        address: _ignoring(resource, live.objects[address])
        if resource.lifecycle.ignore_changes and address in live.objects
        else resource
        for address, resource in desired.items()
    }


def keeping_names(desired: Desired, live: Live, kinds: Mapping[str, Kind]) -> Desired:
    """Return the desired resources with the live name of a renamed object whose name cannot change.

    This is done only if no manifest sets the name. The live name is then only the default from the
    former address, and a new name would require a new object.
    """

    def kept(address: Address, resource: Resource) -> Resource:
        there = live.objects[address].spec.get("name")
        is_default = resource.spec.get("name") == address.name
        if not is_default or there not in {former.name for former in resource.formerly}:
            return resource
        return resource.with_spec({**resource.spec, "name": there})

    return {
        address: kept(address, resource)
        if resource.formerly and address in live.objects and "name" in kinds[address.kind].immutable
        else resource
        for address, resource in desired.items()
    }


def _ignoring(resource: Resource, live: RemoteObject) -> Resource:
    spec: Any = resource.spec
    for path in resource.lifecycle.ignore_changes:
        keys = paths.parse(path)
        there = _at(live.spec, keys)
        if there is not UNSET or _at(spec, keys) is not UNSET:
            spec = _put(spec, keys, there, live.spec)
    return resource.with_spec(spec)


def _at(value: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return UNSET
        value = value[key]
    return value


def _put(value: Any, keys: Sequence[str], new: Any, like: Any) -> Any:
    """Return a copy of `value` with `new` at `keys`, or without that place if `new` is UNSET.

    A new key gets the position that it has in `like`, because the order of properties in a schema
    has a meaning.
    """
    if not keys:
        return new
    key, *rest = keys
    mapping = dict(value) if isinstance(value, Mapping) else {}
    there = like if isinstance(like, Mapping) else {}
    inner = _put(mapping.get(key, {}), rest, new, there.get(key))
    if inner is UNSET:
        mapping.pop(key, None)
        return mapping
    is_new = key not in mapping
    mapping[key] = inner
    return _placed(mapping, key, list(there)) if is_new and key in there else mapping


def _placed(mapping: dict[str, Any], key: str, order: list[str]) -> dict[str, Any]:
    """Return the mapping with `key` moved after the key that precedes it in `order`."""
    before = [name for name in order[: order.index(key)] if name in mapping]
    names = [name for name in mapping if name != key]
    at = names.index(before[-1]) + 1 if before else 0
    return {name: mapping[name] for name in (*names[:at], key, *names[at:])}
