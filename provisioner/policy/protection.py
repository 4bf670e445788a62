"""Defines rules about the protection of objects against deletion."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import UNSET, FieldChange
from provisioner.model.risk import Meaning
from provisioner.policy.seen import Rule, each_field
from provisioner.policy.steps import is_number, steps

_PROTECTION: Final = ("lifecycle", "prevent_destroy")
_EXPIRY: Final = "expires_after"
_DAYS: Final = "days"


def unprotected(change: FieldChange) -> Iterator[str]:
    """Report that an object loses its protection."""
    if steps(change) == _PROTECTION and change.desired is not True:
        yield "is not protected any more"


def expiring(change: FieldChange) -> Iterator[str]:
    """Report that a store will expire, or will expire sooner."""
    keys = steps(change)
    if keys[0] != _EXPIRY:
        return
    before, after = (_days(side) for side in (change.live, change.desired))
    # A store without a limit never expires, so any limit is a shortening.
    if is_number(after) and (change.live is UNSET or change.live is None):
        yield f"expires after {after:,} days without use"
    elif is_number(before) and is_number(after) and after < before:
        yield f"expires after {after:,} days without use, instead of {before:,}"


def _days(side: Any) -> Any:
    return side.get(_DAYS) if isinstance(side, Mapping) else side


MEANING: Final = Meaning.PROTECTION
RULES: Final[tuple[tuple[Code, Rule], ...]] = (
    (codes.PROTECTION_OFF, each_field(unprotected)),
    (codes.EXPIRY_SHORTENED, each_field(expiring)),
)
