"""Puts earlier addresses back into a value that refers to renamed resources.

A mark that was written before the renaming has digests of the value with the earlier addresses.
With these addresses in the value, a plan sees that the value has not changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import Any

from provisioner.model.address import Address
from provisioner.model.value import Reference, RemoteId, references


def with_former(
    value: Any, formerly: Mapping[Address, tuple[Address, ...]], most: int = 64
) -> Iterator[Any]:
    """Yield `value`, and a copy for each combination of earlier addresses of its references.

    At most `most` values are yielded, because the combinations grow fast. The files of the code
    interpreter are a mapping whose keys are the names of Files: these keys become the earlier names
    too.
    """
    named = sorted(references(value) & formerly.keys()) if formerly else []
    every = product(*((address, *formerly[address]) for address in named))
    # The first combination has the present addresses, so `value` itself comes first.
    for chosen in islice(every, most):
        yield _readdressed(value, dict(zip(named, chosen, strict=True))) if named else value


def _readdressed(value: Any, addresses: Mapping[Address, Address]) -> Any:
    if isinstance(value, Mapping):
        return {
            _key(key, item, addresses): _readdressed(item, addresses) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_readdressed(item, addresses) for item in value]
    if isinstance(value, Reference):
        return Reference(addresses.get(value.address, value.address))
    if isinstance(value, RemoteId) and value.address:
        return replace(value, address=addresses.get(value.address, value.address))
    return value


def _key(key: Any, item: Any, addresses: Mapping[Address, Address]) -> Any:
    is_named = isinstance(item, Reference) and item.address.name == key
    return addresses[item.address].name if is_named and item.address in addresses else key
