"""Make the plan of a saved rollback again, from its arguments."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from provisioner.model.address import Address
from provisioner.model.overrides import Overrides
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.plan import Planned
from provisioner.verbs.rollback.applied import planned_return
from provisioner.verbs.rollback.deleted import planned_restoration
from provisioner.verbs.rollback.release import planned_rollback


def replanned(
    options: RunOptions, arguments: Mapping[str, Any], overrides: Overrides
) -> AbstractContextManager[Planned]:
    """Return a context manager that makes the plan of a saved rollback again, from its arguments.

    Raises KeyError or ValueError if `arguments` are not those that a saved rollback has.
    """
    if "address" not in arguments:
        return planned_restoration(options, str(arguments["run"]), overrides)
    address = Address.parse(str(arguments["address"]))
    if "run" in arguments:
        return planned_return(options, address, str(arguments["run"]), overrides)
    return planned_rollback(options, address, int(str(arguments["to"])), overrides)
