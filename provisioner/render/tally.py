"""The sentences that sum up a plan, the same in every format for people."""

from typing import Final

from provisioner.model.plan import Plan
from provisioner.render.claims import is_partly_unread, match
from provisioner.render.values import plural

ADOPT: Final = "adopt"
"""The verb whose updates show the id of their object, because no earlier plan has shown it."""

_ASKED_FOR: Final = frozenset({ADOPT, "rollback", "forget", "gc"})
"""Verbs whose plans have only what was asked for, and compare no other resource."""

_NOTHING: Final = {
    ADOPT: "There is nothing to adopt.",
    "migrate": "There is nothing to do on this target.",
    "rollback": "There is nothing to roll back.",
    "gc": "No leak has one of these conditions and this age, so there is nothing to delete.",
}
"""The sentence for an empty plan, by verb. For other verbs, the sentence compares both sides."""


def counts_told(plan: Plan, *, zeros: bool = True) -> str:
    """Return the counts of a plan, such as `1 to create, 2 to update, …; documents: 3 added, …`.

    Without `zeros`, only the actions are named that the plan has.
    """
    counts = plan.counts
    counted = [name for name in ("create", "update", "replace", "delete") if zeros or counts[name]]
    parts = [f"{counts[action]:,} to {action}" for action in counted]
    parts += [f"{counts['forget']:,} to forget"] if counts["forget"] else []
    # The plan of these verbs concerns only the objects that they were asked for.
    compares = plan.verb not in _ASKED_FOR and (zeros or plan.unchanged)
    parts += [f"{plan.unchanged:,} unchanged"] if compares else []
    documents = plan.document_counts
    told = ", ".join(f"{n:,} {what}" for what, n in documents.items() if zeros or n)
    return ", ".join(parts) + (f"; documents: {told}" if any(documents.values()) else "")


def overwritten_told(plan: Plan) -> str:
    """Return a sentence about the changes that overwrite drift; empty if there are none."""
    drifting = sum(change.drifts for change in plan.changes)
    if not drifting:
        return ""
    which = "1 change overwrites" if drifting == 1 else f"{drifting} changes overwrite"
    return f"{which} what was changed on the live side."


def nothing_told(plan: Plan) -> str:
    """Return a sentence about a plan without changes, which claims only what was read."""
    if told := _NOTHING.get(plan.verb):
        return told
    if plan.verb == "destroy":
        return f"There is nothing of ours to delete{match(plan)}."
    # What could not be read may be ours, so the sentence below would claim too much.
    if not plan.unchanged and is_partly_unread(plan):
        return "Nothing is declared, and some live objects could not be read (see above)."
    if not plan.unchanged:
        return "Nothing is declared, and nothing of ours is live."
    what = plural(plan.unchanged, "resource matches", "resources match")
    return f"{what} the live side{match(plan)}."
