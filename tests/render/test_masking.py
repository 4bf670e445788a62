"""Which sides of a field a view shows: a secret of today, and the one before it, never."""

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.plan import UNSET, Action, Change, FieldChange, Plan
from provisioner.model.value import Placeholder, Sensitive
from provisioner.render.values import MASK
from provisioner.render.view import view_of

SECRET = Sensitive("sk-1")
REMARK = Placeholder("(not shown by the server)")


def shown(field: FieldChange) -> tuple[Any, Any, Any]:
    change = Change(Address("assistant", "qa"), Action.UPDATE, fields=(field,))
    (found,) = view_of(Plan("acme", "", "local", changes=(change,))).changes[0].fields
    return found.live, found.desired, found.was


@pytest.mark.parametrize(
    ("live", "desired", "expected"),
    [
        ("sk-0", UNSET, (MASK, UNSET)),
        ("sk-0", "plain", (MASK, MASK)),
        ("sk-0", SECRET, (MASK, MASK)),
        ({"key": "sk-0"}, UNSET, (MASK, UNSET)),
        (REMARK, "plain", (REMARK, MASK)),
        (UNSET, "plain", (UNSET, MASK)),
    ],
)
def test_where_a_secret_was_applied_the_live_value_is_one(
    live: Any, desired: Any, expected: tuple[Any, Any]
) -> None:
    assert shown(FieldChange("instructions", live, desired, sensitive=True))[:2] == expected


def test_a_secret_of_the_manifest_masks_what_it_replaces() -> None:
    assert shown(FieldChange("instructions", "sk-0", SECRET))[:2] == (MASK, MASK)


def test_what_was_applied_before_is_masked_with_them() -> None:
    field = FieldChange("instructions", "new", "other", sensitive=True, was="sk-0")

    assert shown(field) == (MASK, MASK, MASK)
