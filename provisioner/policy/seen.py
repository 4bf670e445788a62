"""Defines Seen: a change of one object in the form that all rules take."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from typing import Any, TypeAlias

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change, DocumentChange, FieldChange
from provisioner.model.resource import Document
from provisioner.model.schemas import NOWHERE, Schemas
from provisioner.model.value import Spec


@frozen
class Seen:
    """One change for the rules. `before` and `after` are whole specs, empty if there is no object.

    In a plan, `before` is the live side and `after` the desired side. In drift, `before` is what
    was last applied and `after` is the live side. Each field has its earlier value as `live` and
    its later one as `desired`, and contains no secret; the specs may contain secrets, so no rule
    may quote their texts. `schemas` are the places of the specs where JSON Schemas begin.
    `declared` are the documents that the manifest declares, by path. `by_hand` is true for drift:
    no manifest asked for the change. `vendor` is true for an object on the vendor's own host, whose
    prices are known.
    """

    address: Address
    action: Action
    fields: tuple[FieldChange, ...] = ()
    before: Spec = field(default_factory=dict)
    after: Spec = field(default_factory=dict)
    schemas: Schemas = NOWHERE
    documents: tuple[DocumentChange, ...] = ()
    declared: dict[str, Document] = field(default_factory=dict)
    by_hand: bool = False
    vendor: bool = False

    @property
    def stays(self) -> bool:
        """True if the object exists before and after the change."""
        return self.action in (Action.UPDATE, Action.REPLACE)


Told: TypeAlias = tuple[str, str]
"""The path of a field, '' for the whole object, and a clause about it."""

Rule: TypeAlias = Callable[[Seen], Iterable[Told]]
"""A function that finds risks in a change. Each risk has the path of a field.

A rule must be pure, and must return nothing if there is no risk. Any value may be UNSET, a
placeholder or of an unexpected type: the rule must not raise for any of them. It must not repeat a
sensitive value, and it must not refuse a plan: only guards do that.
"""


def each_field(rule: Callable[[FieldChange], Iterable[str]]) -> Rule:
    """Return a rule that calls the given function for each changed field of an object that stays."""

    def of_change(seen: Seen) -> Iterator[Told]:
        for one in seen.fields if seen.stays else ():
            yield from ((one.path, told) for told in rule(one))

    return of_change


def of_plan(
    change: Change, fields: Iterable[FieldChange], schemas: Schemas, *, vendor: bool = False
) -> Seen:
    """Return a change of a plan in the form that rules take.

    `fields` are its fields without secrets. `schemas` and `vendor` are as in Seen.
    """
    return Seen(
        change.address,
        change.action,
        tuple(fields),
        _spec(change.live),
        _spec(change.desired),
        schemas,
        change.documents,
        dict(change.desired.documents) if change.desired else {},
        vendor=vendor,
    )


def of_drift(
    change: Change, fields: Iterable[FieldChange], schemas: Schemas, *, vendor: bool = False
) -> Seen:
    """Return a change on the live side in the form that rules take: from the earlier to the live value.

    `fields` are its fields without secrets. `schemas` and `vendor` are as in Seen.
    """
    # A plan shows the way back to the manifest. What somebody did is the other way round.
    turned = tuple(replace(one, live=one.was, desired=one.live) for one in fields)
    return Seen(
        change.address,
        Action.UPDATE,
        turned,
        _spec(change.desired),
        _spec(change.live),
        schemas,
        by_hand=True,
        vendor=vendor,
    )


def _spec(side: Any) -> Spec:
    return side.spec if side is not None else {}
