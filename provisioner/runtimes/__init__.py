"""The runtimes: places where assistants live. A new one is a file here and a line in the table."""

from collections.abc import Mapping
from typing import Final

from provisioner.model.runtime import Runtime
from provisioner.runtimes import agents, assistants, responses

RUNTIMES: Final[Mapping[str, Runtime]] = {
    runtime.name: runtime for runtime in (assistants.RUNTIME, responses.RUNTIME, agents.RUNTIME)
}
"""The runtimes by the name that a target gives."""
