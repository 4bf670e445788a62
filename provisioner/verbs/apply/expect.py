"""Carry out a plan only if its digest is that of the reviewed one: `apply --expect`."""

from dataclasses import replace

from provisioner.engine.saved import plan_digest
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.verbs.plan import Planned


def expected(found: Planned, digest: str) -> Planned:
    """Return the plan with its digest, and with a refusal if that is not `digest`."""
    now = plan_digest(found.plan, found.session.context.settings)
    plan = replace(found.plan, digest=now)
    if now != digest.strip():
        refusal = Diagnostic(
            codes.OTHER_DIGEST,
            f"The digest {digest} was expected, but that of the plan is now {now}. The plan above is what would "
            "be done now. Nothing was changed. Review the plan, and give its digest.",
        )
        plan = replace(plan, refusals=(*plan.refusals, refusal))
    return replace(found, plan=plan)
