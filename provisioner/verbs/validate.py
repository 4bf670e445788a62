"""validate: report every problem of every manifest, without a request to a server."""

from collections import Counter

from provisioner.kinds import KINDS
from provisioner.model.allowance import allowed
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.validation import Validation
from provisioner.providers import describe
from provisioner.verbs._shared import lifecycle
from provisioner.verbs._shared.schema_lines import stale
from provisioner.verbs._shared.session import RunOptions, read


def validate(options: RunOptions) -> Validation:
    """Read, check and resolve the manifests. Sends no request.

    Return the problems, and the numbers of resources and documents.
    """
    loaded = read(options)
    ends: tuple[Diagnostic, ...] = ()
    if loaded.stack is not None:
        target = loaded.stack.target
        host = describe(target, options.environ)[0]
        ends = lifecycle.of_declared(target, host, loaded.desired, lifecycle.today())
    if (old := stale(options.path)) is not None:
        ends = (*ends, old)
    return Validation(
        resources=Counter(address.kind for address in sorted(loaded.desired)),
        # A File is counted among the resources, and its content not again among the documents.
        documents=sum(
            len(resource.documents)
            for address, resource in loaded.desired.items()
            if not KINDS[address.kind].is_file
        ),
        diagnostics=tuple(allowed((*loaded.diagnostics, *ends), loaded.allowances, set())),
    )
