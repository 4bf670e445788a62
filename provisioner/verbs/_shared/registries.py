"""Read the releases that other targets of the Stack keep for the same account.

Targets of one Stack may share an account: the assistants of one target are objects in it, and those
of another are releases in a registry. A release refers to vector stores and files that no object in
the account refers to. So these releases are read before a plan deletes anything.
"""

from typing import Final

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProviderError
from provisioner.model.inventory import Inventory
from provisioner.model.provider import Row
from provisioner.source.stack_only import stacks_of
from provisioner.source.varfiles import Chosen
from provisioner.verbs._shared.session import Session, environ_of

RELEASE: Final = "release"


def releases_elsewhere(session: Session) -> Inventory:
    """Return an inventory whose bystanders are the kept releases of other targets, of all owners.

    A registry that cannot be read is noted in `unread`. Raises nothing.
    """
    from provisioner.providers import account, home, kept_releases

    options, stack = session.options, session.stack
    others = [name for name in session.loaded.targets if name != stack.target.name]
    chosen = Chosen(options.variables, options.var_files, options.ambient)
    here = account(stack.target, stack.home, options.environ)
    read = {home(stack.target, stack.home, options.environ)}
    rows: list[Row] = []
    unread: dict[str, Diagnostic] = {}
    for other in stacks_of(
        options.trusted.path if options.trusted else options.path,
        others,
        environment=options.environment,
        variables=chosen,
        environ=environ_of(options),
    ):
        target = other.target
        place = home(target, other.root, options.environ)
        is_shared = account(target, other.root, options.environ) == here
        if not target.publishes or place in read or not is_shared:
            continue
        read.add(place)
        try:
            rows += kept_releases(
                target,
                other.root,
                timeout=options.timeout,
                max_wait=options.max_wait,
                trace=options.trace,
                environ=options.environ,
            )
        except ProviderError as error:
            unread[RELEASE] = error.diagnostics[0]
    return Inventory(bystanders={RELEASE: tuple(rows)} if rows else {}, unread=unread)
