"""destroy: the same path with nothing desired. Only what is ours goes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from provisioner.engine.guard import refusals
from provisioner.model.plan import Reason
from provisioner.model.stack import Guards
from provisioner.verbs.plan import Allowances, Planned, plan_session
from provisioner.verbs.session import Setup, open_session

EVERYTHING = Guards(max_delete_percent=100)


@contextmanager
def planned_destroy(
    setup: Setup, *, select: Sequence[str] = (), allowances: Allowances = Allowances()
) -> Iterator[Planned]:
    """A plan that deletes every live object of this stack and environment on the target.

    How much may go is no question here: that is asked of whoever types the owner. What is protected
    stays protected. Nobody has to be told why an object goes that is asked to go, so the changes
    have no other reason than the manifest's.
    """
    with open_session(setup) as session:
        planned = plan_session(session, {}, select=select, allowances=allowances)
        changes = tuple(
            replace(c, reason=Reason.MANIFEST) if c.reason is Reason.ORPHAN else c
            for c in planned.plan.changes
        )
        planned = replace(planned, plan=replace(planned.plan, changes=changes))
        stand = refusals(planned.plan.changes, planned.live, EVERYTHING, allowances.unprotect)
        yield replace(planned, refusals=tuple(stand))
