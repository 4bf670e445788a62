"""Limit claims about the live side to what a plan could see.

"No changes" and "no drift" are only as true as what was read. The functions here add what could not
be read.
"""

from typing import Final

from provisioner.model.codes.plans import NOT_READ, ODD_SHAPE
from provisioner.model.plan import Plan

_UNSEEN: Final = (NOT_READ, ODD_SHAPE)
"""The codes of diagnostics about objects that a plan could not read."""


def is_partly_unread(plan: Plan) -> bool:
    """Return true if some objects of the target could not be read."""
    return any(one.code in _UNSEEN for one in plan.diagnostics)


def match(plan: Plan) -> str:
    """Return the words that limit the claim "matches the live side", beginning with punctuation.

    Empty if the claim needs no limit.
    """
    limits = ["the server shows it"] if plan.unshown else []
    limits += ["it could be read (see above)"] if is_partly_unread(plan) else []
    text = f", as far as {' and '.join(limits)}" if limits else ""
    return f"{text}; the undeclared values above are not touched" if plan.undeclared else text


def no_drift(plan: Plan) -> str:
    """Return the claim that there is no drift, limited to what was read."""
    limits = ["in what the server shows"] if plan.unshown else []
    limits += ["in what could be read"] if is_partly_unread(plan) else []
    limits += ["in what the manifests declare"] if plan.undeclared else []
    return " ".join(["No drift", " and ".join(limits)]).strip() + "."
