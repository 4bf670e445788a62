"""Finds the places where two specs differ. Only this module imports deepdiff.

deepdiff is slow, so it compares only values that are already known to differ. A plan without
changes never calls it.
"""

from collections.abc import Iterator
from typing import Any

from provisioner.model.frozen import frozen
from provisioner.model.plan import UNSET
from provisioner.model.schemas import NOWHERE, Schemas, reordered, with_sorted_sets
from provisioner.model.value import (
    Content,
    MissingSecret,
    Placeholder,
    Reference,
    RemoteId,
    Sensitive,
    is_outdated,
    same,
    walk,
)


@frozen
class Difference:
    """A place where two values differ: the keys that lead there, and both values.

    A value is UNSET if its side does not have the place.
    """

    keys: tuple[str | int, ...]
    live: Any
    desired: Any


def differences(live: Any, desired: Any, schemas: Schemas = NOWHERE) -> list[Difference]:
    """Return every place where two values differ, ordered by path. Empty if they are equal.

    Mappings are compared key by key, and lists in their order. If only one side has a key, its
    whole value is one difference. In the JSON Schemas at `schemas`, another order of the same
    properties is a difference too.
    """
    # Values are compared by addresses, so the id of an older object equals a reference to its
    # address. It is still a difference, because the new id must be sent.
    if same(live, desired, schemas) and not is_outdated(live):
        return []
    found: list[Difference] = []
    if _is_container(live) and type(live) is type(desired):
        plain = (with_sorted_sets(side, schemas) for side in (live, desired))
        found = [*_structural(*plain), *_reordered(live, desired, schemas)]
        found.sort(key=lambda place: [str(k) for k in place.keys])
    # Two texts have no inner place, nor has an id that is outdated: the whole value differs.
    return found or [Difference((), live, desired)]


def _reordered(live: Any, desired: Any, schemas: Schemas) -> Iterator[Difference]:
    """Yield a difference for each schema whose properties have another order on the other side."""
    for keys, *sides in reordered(live, desired, schemas):
        before, after = (Placeholder(f"(in the order {', '.join(names)})") for names in sides)
        yield Difference(keys, before, after)


def _structural(live: Any, desired: Any) -> Iterator[Difference]:
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    tokens = _Tokens()
    tree = DeepDiff(
        tokens.hide(live),
        tokens.hide(desired),
        view="tree",
        ignore_private_variables=False,  # a JSON Schema may have a property named `__typename`
        threshold_to_diff_deeper=0,  # compare key by key, even two mappings that share little
    )
    for level in (level for report in tree.values() for level in report):
        sides = [
            UNSET if side is notpresent else tokens.show(side) for side in (level.t1, level.t2)
        ]
        yield Difference(tuple(level.path(output_format="list")), *sides)


def _is_container(value: Any) -> bool:
    return isinstance(value, dict | list) and bool(value)


class _Tokens:
    """Replaces leaves of our own types by unique strings, and puts the leaves back afterwards.

    Otherwise deepdiff would compare the attributes of these leaves. A sensitive string is compared
    by its text, and put back as a masked leaf.
    """

    def __init__(self) -> None:
        self._hidden: dict[str, Any] = {}

    def hide(self, value: Any) -> Any:
        return walk(value, self._token)

    def show(self, value: Any) -> Any:
        return walk(value, lambda leaf: self._hidden.get(leaf, leaf) if _is_text(leaf) else leaf)

    def _token(self, leaf: Any) -> Any:
        match leaf:
            case Reference(address):
                token = f"\0ref {address}"
            case RemoteId(id=id):
                token = f"\0id {id}"
            case Sensitive(secret):
                token = secret
            case MissingSecret(variable):
                token = f"\0env {variable}"
            case Content():
                token = f"\0sha256 {leaf.said}"
            # JSON does not tell 1.0 from 1, but deepdiff does.
            case float() if leaf.is_integer():
                return int(leaf)
            case _:
                return leaf
        self._hidden[token] = leaf
        return token


def _is_text(leaf: Any) -> bool:
    return isinstance(leaf, str)
