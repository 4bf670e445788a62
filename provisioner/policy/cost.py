"""Rules about what an answer may cost: limits that are raised, and another price."""

import re
from collections.abc import Iterator
from typing import Final

from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import UNSET, FieldChange, Reason
from provisioner.model.risk import Meaning
from provisioner.policy.seen import Rule, each_field
from provisioner.policy.steps import is_number, schema_begins, steps

_MOST: Final = re.compile(
    r"max|limit|budget|spend|tokens|count|timeout|ttl|minutes|hours", re.IGNORECASE
)
_PRICED: Final = frozenset({"service_tier", "reasoning_effort", "quality"})


def raised(change: FieldChange) -> Iterator[str]:
    """Report a limit that is raised or removed. Limits in a JSON Schema are a part of a contract."""
    keys = steps(change)
    live, desired = change.live, change.desired
    if not _MOST.search(keys[-1]) or not is_number(live) or schema_begins(keys):
        return
    if desired is UNSET or desired is None:
        yield f"the limit of {live:,} is taken away"
    elif is_number(desired) and desired > live:
        yield f"raised from {live:,} to {desired:,}"


def priced(change: FieldChange) -> Iterator[str]:
    """Report another model, service tier, effort or quality: each has its own price."""
    keys = steps(change)
    is_model = keys[-1] == "model" and change.cause is not Reason.SERVER
    if (is_model or keys[-1] in _PRICED) and not schema_begins(keys):
        yield f"charged as {change.desired}, and not as {change.live}"


MEANING: Final = Meaning.COST
RULES: Final[tuple[tuple[Code, Rule], ...]] = (
    (codes.LIMIT_RAISED, each_field(raised)),
    (codes.PRICE_CHANGED, each_field(priced)),
)
