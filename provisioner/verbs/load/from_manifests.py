"""Load an assistant by a folder of manifests, of which only the Stack is read.

If the runtime publishes releases, only the registry is read. Otherwise the object is read from the
target. The other manifests are read only if it does not exist, to find the reason.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.errors import ManifestErrors, UsageError
from provisioner.model.frozen import frozen
from provisioner.model.stack import Stack
from provisioner.runtimes import RUNTIMES
from provisioner.source.stack_only import stack_only
from provisioner.verbs.load.from_registry import Renewal, find_release
from provisioner.verbs.load.live_assistant import LiveAssistant

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions


@frozen
class Wanted:
    """The assistant that an application wants, and where to look for it."""

    address: Address
    manifests: str | PathLike[str]
    environment: str | None
    target: str | None
    variables: Mapping[str, str]
    timeout: float
    renewal: Renewal = Renewal()

    @property
    def options(self) -> "RunOptions":
        """The options of the run that looks for the assistant."""
        from provisioner.verbs._shared.session import RunOptions

        return RunOptions(
            path=Path(self.manifests),
            environment=self.environment,
            target=self.target,
            variables=self.variables,
            timeout=self.timeout,
        )


def from_manifests(wanted: Wanted) -> LiveAssistant:
    """Return the live assistant on the target that the Stack names. Raises ProvisionerError."""
    stack = stack_only(
        Path(wanted.manifests),
        environment=wanted.environment,
        target=wanted.target,
        variables=wanted.variables,
        environ=os.environ,
    )
    if stack is None or stack.target.runtime not in RUNTIMES:
        stack = _read_whole(wanted)
    return from_stack(wanted, stack)


def from_stack(wanted: Wanted, stack: Stack) -> LiveAssistant:
    """Return the live assistant on the target of a Stack that was read. Raises ProvisionerError."""
    if RUNTIMES[stack.target.runtime].publishes:
        from provisioner.providers import releases_at

        where = releases_at(stack.target, stack.root)
        return find_release(where, str(stack.owner), wanted.address, wanted.renewal, wanted.timeout)
    if wanted.renewal.number is not None:
        detail = (
            f"load takes no release here. On the runtime {stack.target.runtime} an assistant is one"
            " live object and has no releases. Leave out `release`."
        )
        raise UsageError(Diagnostic(codes.LOAD_ARGUMENTS, detail))
    return _ask_target(wanted, stack)


def _read_whole(wanted: Wanted) -> Stack:
    """Return the Stack of a folder that is read completely, to report what is wrong with it."""
    from provisioner.verbs._shared.session import read

    loaded = read(wanted.options)
    if loaded.stack is None or has_errors(loaded.diagnostics):
        raise ManifestErrors(loaded.diagnostics)
    return loaded.stack


def _chosen(options: "RunOptions") -> tuple[str, ...]:
    """Return the options of a command for the environment and the target that were named."""
    named = (("--env", options.environment), ("--target", options.target))
    return tuple(word for option, name in named if name for word in (option, name))


def _ask_target(wanted: Wanted, stack: Stack) -> LiveAssistant:
    """Return the live assistant as the target has it. Raises ProvisionerError."""
    from provisioner.source import Loaded
    from provisioner.verbs._shared.applied import applied_assistant, conversation_of
    from provisioner.verbs._shared.lookup import live_row, nothing_there
    from provisioner.verbs._shared.session import connected, read

    conversation = conversation_of(RUNTIMES[stack.target.runtime])
    options = wanted.options
    with connected(options, Loaded(stack), stack) as session:
        row = live_row(session, wanted.address)
        if row is None:
            whole = replace(session, loaded=read(options))
            raise nothing_there(whole, wanted.address, *_chosen(options))
        assistant = applied_assistant(session, wanted.address, row)
        return LiveAssistant(
            id=assistant.id,
            address=assistant.address,
            name=str(assistant.spec.get("name") or ""),
            model=str(assistant.spec.get("model") or ""),
            arguments=conversation.arguments(assistant),
            runtime=session.runtime.name,
            loads=conversation.loads,
            call=conversation.call,
        )
