"""The kinds of resources that a manifest can declare, in one table.

A new kind is one file in this package and one line in the table.
"""

from collections.abc import Mapping
from typing import Final

from provisioner.kinds import (
    assistant,
    automation,
    credential,
    environment_template,
    file,
    function,
    skill,
    vault,
    vector_store,
)
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        assistant.KIND,
        function.KIND,
        vector_store.KIND,
        file.KIND,
        environment_template.KIND,
        vault.KIND,
        credential.KIND,
        skill.KIND,
        automation.KIND,
    )
}
"""All kinds, by their names in addresses."""

CONVERSATIONAL: Final[Kind] = next(kind for kind in KINDS.values() if kind.is_conversational)
"""The one kind that people and applications talk to, the assistant. `ask` and `load` use it."""


def bindings_on(runtime: str) -> dict[str, Binding]:
    """Return, by kind, the bindings for one runtime that the kinds themselves define."""
    return {
        name: kind.bindings[runtime] for name, kind in KINDS.items() if runtime in kind.bindings
    }
