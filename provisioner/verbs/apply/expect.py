"""apply --expect: a plan made again is carried out only if it is the one that was reviewed."""

from dataclasses import replace

from provisioner.engine.saved import plan_digest
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.verbs.plan import Planned


def expected(found: Planned, digest: str) -> Planned:
    """Return the same plan, with a refusal where its digest is not `digest`."""
    now = plan_digest(found.plan, found.session.context.settings)
    plan = replace(found.plan, digest=now)
    if now != digest.strip():
        refusal = Diagnostic(
            codes.OTHER_DIGEST,
            f"{digest} was expected, and planned again it is {now}. The plan above is what would "
            "be done now. Nothing was changed. Review it, and give its digest.",
        )
        plan = replace(plan, refusals=(*plan.refusals, refusal))
    return replace(found, plan=plan)
