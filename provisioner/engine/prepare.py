"""Prepares the desired side of a plan: values that must not change are copied into it from live.

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
    """Return the addresses that terms name, None where there are no terms.

    A term is an address (`assistant.policy-qa`), a bare name or id that means one address, a kind
    (`assistant.*`), the rows of a manifest (`assistant.support[*]`) or a label of a declared resource
    (`team=people-ops`). One that begins with `!` is taken away from the others, or from
    everything where there are no others. Raises ValueError for one that is none of these, or that
    names nothing declared and nothing of ours on the live side: such a term is a typing error. Raises
    ValueError too where the terms exclude everything that they select, because an empty plan would
    read as "no changes".
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
    everything = all(term.startswith(EXCLUDED) for term in terms)
    left = frozenset((known if everything else chosen) - excluded)
    if not left:
        raise ValueError("--exclude leaves nothing of what is selected.")
    return left


def _named(term: str, declared: Desired, live: Live, known: frozenset[Address]) -> set[Address]:
    """Return the addresses that one term names. Raises ValueError where it names none."""
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
    """Return only what is selected. The rest is neither desired nor an orphan."""
    if chosen is None:
        return desired, live
    return {a: r for a, r in desired.items() if a in chosen}, replace(
        live,
        objects={address: found for address, found in live.objects.items() if address in chosen},
        surplus=tuple(found for found in live.surplus if found.address in chosen),
    )


def without_unused_files(desired: Desired, kinds: Mapping[str, Kind]) -> Desired:
    """Return desired without the Files that no resource refers to.

    A file carries no mark. Without an object that attaches it, no later plan could find it again.
    """
    used = {address for resource in desired.values() for address in resource.references}
    return {a: r for a, r in desired.items() if not kinds[a.kind].is_file or a in used}


def ignoring(desired: Desired, live: Live) -> Desired:
    """Return desired with every path of `ignore_changes` as it is on the live side."""
    return {
        address: _ignoring(resource, live.objects[address])
        if resource.lifecycle.ignore_changes and address in live.objects
        else resource
        for address, resource in desired.items()
    }


def keeping_names(desired: Desired, live: Live, kinds: Mapping[str, Kind]) -> Desired:
    """Return desired with the live name of each renamed object whose kind cannot change its name.

    This is done only where no manifest sets the name. The live name is then only the default from the
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
    """Return a copy of `value` with `new` at `keys`, or without it where `new` is UNSET.

    A key that `value` lacks is put at the place that it has in `like`, because the order of properties
    in a schema has a meaning.
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
    """Return the mapping with `key` moved behind the key that precedes it in `order`."""
    before = [name for name in order[: order.index(key)] if name in mapping]
    names = [name for name in mapping if name != key]
    at = names.index(before[-1]) + 1 if before else 0
    return {name: mapping[name] for name in (*names[:at], key, *names[at:])}
