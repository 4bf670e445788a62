"""Defines the result of the command `validate`."""

from collections.abc import Mapping

from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.frozen import frozen


@frozen
class Validation:
    """The number of resources of each kind in a folder, the number of documents, and the problems."""

    resources: Mapping[str, int]
    documents: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        return not has_errors(self.diagnostics)
