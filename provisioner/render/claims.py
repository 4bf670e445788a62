"""Limit claims about the live side to what a plan could see."""

from typing import Final

from provisioner.model.codes.plans import NOT_READ, ODD_SHAPE
from provisioner.model.plan import Plan

_UNSEEN: Final = (NOT_READ, ODD_SHAPE)
"""Codes of what a plan could not read, and says so among its diagnostics."""


def is_partly_unread(plan: Plan) -> bool:
    """Returns true where something of the target could not be read."""
    return any(one.code in _UNSEEN for one in plan.diagnostics)


def match(plan: Plan) -> str:
    """Return what limits the words "matches the live side", with the comma or semicolon before it."""
    limits = ["the server shows it"] if plan.unshown else []
    limits += ["it could be read (see above)"] if is_partly_unread(plan) else []
    text = f", as far as {' and '.join(limits)}" if limits else ""
    return f"{text}; the undeclared values above are not touched" if plan.undeclared else text


def no_drift(plan: Plan) -> str:
    """Return the claim that nothing moved, and the part of the live side that it holds for."""
    limits = ["in what the server shows"] if plan.unshown else []
    limits += ["in what could be read"] if is_partly_unread(plan) else []
    limits += ["in what the manifests declare"] if plan.undeclared else []
    return " ".join(["No drift", " and ".join(limits)]).strip() + "."
