"""validate: every problem of every manifest, offline."""

from collections import Counter
from collections.abc import Mapping

from provisioner.kinds import KINDS
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.frozen import frozen
from provisioner.providers import describe
from provisioner.verbs._shared import lifecycle
from provisioner.verbs._shared.session import RunOptions, read


@frozen
class Validation:
    """The content of a folder: the resources of each kind, the documents, and what is wrong."""

    resources: Mapping[str, int]
    documents: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        return not has_errors(self.diagnostics)


def validate(options: RunOptions) -> Validation:
    """Read, check and resolve; touches no network and needs no key."""
    loaded = read(options)
    ends: tuple[Diagnostic, ...] = ()
    if loaded.stack is not None:
        target = loaded.stack.target
        host = describe(target, options.environ)[0]
        ends = lifecycle.of_declared(target, host, loaded.desired, lifecycle.today())
    return Validation(
        resources=Counter(address.kind for address in sorted(loaded.desired)),
        # A File is one document and is counted as what it is.
        documents=sum(
            len(resource.documents)
            for address, resource in loaded.desired.items()
            if not KINDS[address.kind].is_file
        ),
        diagnostics=(*loaded.diagnostics, *ends),
    )
