"""destroy: plan without resources, so that every object of ours is deleted, and no other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from provisioner.model.overrides import Overrides
from provisioner.model.plan import Reason
from provisioner.verbs._shared.session import RunOptions, open_session
from provisioner.verbs.apply.run import ALL, DESTROY
from provisioner.verbs.plan import Planned, plan_session


@contextmanager
def planned_destroy(
    options: RunOptions, *, select: Sequence[str] = (), overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that deletes every live object of this stack and environment on the target.

    The guard on the share of deletions does not apply, because the user types the owner instead.
    Protected objects stay. The reason of every change is `manifest`.
    """
    with open_session(options) as session:
        asked = replace(overrides, max_delete_percent=ALL)
        planned = plan_session(session, {}, select=select, overrides=asked)
        # Nothing is desired, so every object looks like an orphan to the plan. But manifests may
        # still declare it, and it goes because the user asked for that.
        changes = tuple(
            replace(c, reason=Reason.MANIFEST) if c.reason is Reason.ORPHAN else c
            for c in planned.plan.changes
        )
        yield replace(planned, plan=replace(planned.plan, changes=changes, verb=DESTROY))
