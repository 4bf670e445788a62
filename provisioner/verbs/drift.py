"""drift: show what somebody changed on the live side since the last apply. Changes nothing."""

from collections.abc import Sequence

from provisioner.engine.drift import drift_of
from provisioner.model.drift import Drift
from provisioner.verbs._shared.risks import with_risks_of_drift
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.plan import planned


def drift(options: RunOptions, *, select: Sequence[str] = ()) -> Drift:
    """Read both sides and return what moved on the live side. Raises the errors of `planned`."""
    with planned(options, select=select) as found:
        return with_risks_of_drift(drift_of(found.plan, found.live), found.session.loaded)
