"""Plans small enough to read, for more than one test module."""

from typing import Any

from provisioner.model.address import Address
from provisioner.model.plan import Action, Change, FieldChange, Plan, Reason
from tests.support.views import plan_text

ASSISTANT = Address("assistant", "policy-qa")
STORE = Address("vector_store", "policies")


def plan(*changes: Change, **more: Any) -> Plan:
    return Plan("acme", "prod", "local", host="embedded", changes=changes, **more)


def update(*fields: FieldChange, address: Address = ASSISTANT) -> Change:
    return Change(address, Action.UPDATE, fields=fields)


def field_rows(
    live: Any,
    desired: Any,
    cause: Reason = Reason.MANIFEST,
    *,
    path: str = "instructions",
    **options: Any,
) -> list[str]:
    """The lines that a plan prints for one field."""
    text = plan_text(plan(update(FieldChange(path, live, desired, cause))), **options)
    return body(text)


def body(text: str) -> list[str]:
    """Every line below the first change's heading, down to the blank line before the summary."""
    return text.split("\n\n", 1)[1].rsplit("\n\n", 1)[0].split("\n")[1:]
