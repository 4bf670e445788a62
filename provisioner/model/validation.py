"""The result of the command `validate`: what a folder declares, and what is wrong with it."""

from collections.abc import Mapping

from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.frozen import frozen


@frozen
class Validation:
    """The content of a folder: the resources of each kind, the documents, and what is wrong."""

    resources: Mapping[str, int]
    documents: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        return not has_errors(self.diagnostics)
