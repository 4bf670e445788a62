"""The runtimes: the places where assistants can live, in one table.

A new runtime is one file or folder in this package and one line in the table.
"""

from collections.abc import Mapping
from typing import Final

from provisioner.model.runtime import Runtime
from provisioner.runtimes import agents, assistants, responses

RUNTIMES: Final[Mapping[str, Runtime]] = {
    runtime.name: runtime for runtime in (assistants.RUNTIME, responses.RUNTIME, agents.RUNTIME)
}
"""All runtimes, by the name in `runtime:` of a target."""
