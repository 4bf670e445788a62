"""Decide whether the plan of a merged proposal is the one that was approved. Pure."""

from collections.abc import Sequence
from typing import Final

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.pipelines.host import Proposal, Record, Reviews

NEXT: Final = (
    "Nothing was changed. The plan of the next proposal shows these changes again: approve and merge "
    "that one."
)


def refusal(
    digest: str,
    proposal: Proposal | None,
    reviews: Reviews,
    records: Sequence[Record],
    *,
    require_approval: bool,
) -> Diagnostic | None:
    """Return the reason why the plan with this digest may not be applied; None if it may be.

    The plan that somebody approved is the last one that was recorded, before the approval, at the
    commit that they approved. Without `require_approval`, it is the last one recorded at the commit
    that was merged.
    """
    if proposal is None:
        return Diagnostic(
            codes.NOT_REVIEWED,
            f"This commit is no merge of a proposal, so nobody saw this plan. {NEXT}",
        )
    if proposal.is_foreign:
        return Diagnostic(
            codes.NOT_REVIEWED,
            f"{proposal.name} came from another repository. Such proposals are validated and not planned, "
            f"so nobody saw this plan. {NEXT}",
        )
    if require_approval and reviews.objections:
        who = ", ".join(reviews.objections)
        return Diagnostic(
            codes.NOT_REVIEWED,
            f"{who} asked for changes of {proposal.name}, and that review stands. {NEXT}",
        )
    if not require_approval:
        seen = {_last(records, proposal.head)} - {None}
        return None if digest in seen else _other(digest, proposal, seen, "was planned")
    if not reviews.approvals:
        return Diagnostic(
            codes.NOT_REVIEWED,
            f"{proposal.name} was merged, and nobody who may write to the repository approved it. "
            f"{NEXT}",
        )
    # A plan that was recorded after an approval was not seen by the person who approved.
    seen = {_last(records, one.commit, one.at) for one in reviews.approvals} - {None}
    return None if digest in seen else _other(digest, proposal, seen, "was approved")


def stale(proposal: Proposal, reviews: Reviews) -> Diagnostic | None:
    """Return the reason why no approval is of the last commit of a proposal; None if one is."""
    if any(one.commit == proposal.head for one in reviews.approvals):
        return None
    return Diagnostic(
        codes.NOT_REVIEWED,
        f"{proposal.name} was approved before its last commit, {proposal.head[:12]}, and changes where "
        f"requests go. {NEXT}",
    )


def _last(records: Sequence[Record], commit: str, before: float | None = None) -> str | None:
    """Return the digest of the last record at `commit`, made no later than `before`; None if there is none."""
    found = [r for r in records if r.commit == commit and (before is None or r.at <= before)]
    return max(found, key=lambda one: one.at).digest if found else None


def _other(digest: str, proposal: Proposal, seen: set[str | None], how: str) -> Diagnostic:
    if not seen:
        return Diagnostic(
            codes.NOT_REVIEWED,
            f"No plan of {proposal.name} was recorded before it {how}. {NEXT}",
        )
    digests = " and ".join(sorted(filter(None, seen)))
    return Diagnostic(
        codes.OTHER_PLAN_APPROVED,
        f"The digest of the plan that {how} with {proposal.name}: {digests}. Made again now, the plan has "
        f"another digest: {digest}. {NEXT}",
    )
