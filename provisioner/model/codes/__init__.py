"""The closed table of codes: every Diagnostic carries one of them.

The rows stand in one module for each theme. `docs/diagnostics.md` is generated from them.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from provisioner.model.code import Code
from provisioner.model.codes import (
    commands,
    fleets,
    kinds,
    leaks,
    ledgers,
    manifests,
    moves,
    names,
    pipelines,
    plans,
    policies,
    registries,
    restores,
    risks,
    servers,
    stacks,
    tests,
    threads,
)

THEMES: Final[Mapping[str, ModuleType]] = {
    "Manifests": manifests,
    "Names": names,
    "Fleets": fleets,
    "The Stack": stacks,
    "Kinds": kinds,
    "Policies": policies,
    "Plans": plans,
    "Risks": risks,
    "Moves": moves,
    "Rollbacks": restores,
    "Servers": servers,
    "Registries": registries,
    "The ledger": ledgers,
    "Threads": threads,
    "Leaks": leaks,
    "Tests": tests,
    "Pipelines": pipelines,
    "Commands": commands,
}


def rows(module: ModuleType) -> list[Code]:
    """Return the codes of one module, in the order in which they stand there."""
    return [value for value in vars(module).values() if isinstance(value, Code)]


TABLE: Final[Mapping[str, Code]] = {
    code.name: code for module in THEMES.values() for code in rows(module)
}
"""Every code, by its name."""
