"""The runtimes: places where assistants live.

A new runtime is one file here and one line in the table.
"""

from collections.abc import Mapping
from typing import Final

from provisioner.model.runtime import Runtime
from provisioner.runtimes import agents, assistants, responses

RUNTIMES: Final[Mapping[str, Runtime]] = {
    runtime.name: runtime for runtime in (assistants.RUNTIME, responses.RUNTIME, agents.RUNTIME)
}
"""All runtimes, by the name that a target gives."""
