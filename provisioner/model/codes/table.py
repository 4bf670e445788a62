"""Defines the table of all codes. Every Diagnostic has one of them.

`docs/diagnostics.md` is generated from it.
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
    """Return the codes that one module defines, in the order of its source."""
    return [value for value in vars(module).values() if isinstance(value, Code)]


TABLE: Final[Mapping[str, Code]] = {
    code.name: code for module in THEMES.values() for code in rows(module)
}
"""Every code, by its name."""
