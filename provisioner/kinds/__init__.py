"""The kinds a manifest can declare. A new one is a file here and a line in the table."""

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
"""By the name that stands in addresses."""
