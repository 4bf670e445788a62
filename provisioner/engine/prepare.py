"""What is not to be touched is copied from live into desired before anything is compared.

So "leave this alone" is never an `if` inside the diff.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.engine import paths
from provisioner.model.address import Address
from provisioner.model.plan import UNSET
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired, Resource

Selector = Callable[[Address, Mapping[str, str]], bool]


def selector(terms: Sequence[str]) -> Selector:
    """Addresses (`assistant.policy-qa`), kinds (`assistant.*`) and labels (`team=people-ops`).

    No terms select everything. Raises ValueError for a term that is none of these.
    """
    addresses = {Address.parse(term) for term in terms if "=" not in term}
    labels = [term.split("=", 1) for term in terms if "=" in term]

    def selected(address: Address, of: Mapping[str, str]) -> bool:
        named = address in addresses or Address(address.kind, "*") in addresses
        return not terms or named or any(of.get(key) == value for key, value in labels)

    return selected


def restrict(desired: Desired, live: Live, selected: Selector) -> tuple[Desired, Live]:
    """Only what is selected: the rest is neither desired nor an orphan."""
    kept = {a: r for a, r in desired.items() if selected(a, r.labels)}

    def stays(found: RemoteObject) -> bool:
        address = found.address
        if address is None:
            return False
        return address in kept or (address not in desired and selected(address, {}))

    objects = {address: found for address, found in live.objects.items() if stays(found)}
    surplus = tuple(found for found in live.surplus if stays(found))
    return kept, replace(live, objects=objects, surplus=surplus)


def without_unused_files(desired: Desired) -> Desired:
    """Files that nothing refers to have no live object: there is no place to know them by."""
    used = {address for resource in desired.values() for address in resource.references}
    return {a: r for a, r in desired.items() if a.kind != "file" or a in used}


def ignoring(desired: Desired, live: Live) -> Desired:
    """Desired, with every path of `ignore_changes` as it is on the live side."""
    return {
        address: _ignoring(resource, live.objects[address])
        if resource.lifecycle.ignore_changes and address in live.objects
        else resource
        for address, resource in desired.items()
    }


def _ignoring(resource: Resource, live: RemoteObject) -> Resource:
    spec: Any = resource.spec
    for path in resource.lifecycle.ignore_changes:
        keys = paths.parse(path)
        there = _at(live.spec, keys)
        if there is not UNSET or _at(spec, keys) is not UNSET:
            spec = _put(spec, keys, there)
    return resource.with_spec(spec)


def _at(value: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return UNSET
        value = value[key]
    return value


def _put(value: Any, keys: Sequence[str], new: Any) -> Any:
    """A copy of `value` with `new` at `keys`, or without it where `new` is UNSET."""
    if not keys:
        return new
    mapping = dict(value) if isinstance(value, Mapping) else {}
    inner = _put(mapping.get(keys[0], {}), keys[1:], new)
    if inner is UNSET:
        mapping.pop(keys[0], None)
    else:
        mapping[keys[0]] = inner
    return mapping
