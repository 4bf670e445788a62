"""Find the live assistant for `ask`, `load`, `test` and `show --as`, and its runtime's conversation."""

from collections.abc import Callable
from typing import Any

from provisioner.kinds import CONVERSATIONAL
from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.conversation import AppliedAssistant, Conversation
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.provider import Row
from provisioner.model.runtime import Runtime
from provisioner.model.tokens import from_environment
from provisioner.verbs._shared.lookup import live_ids
from provisioner.verbs._shared.session import Session

KIND = CONVERSATIONAL.name


def check_is_assistant(address: Address) -> None:
    """Raise ProvisionerError if an address is not that of an assistant."""
    if address.kind != KIND:
        detail = (
            "Only assistants can be asked and run. The address of one looks like"
            " assistant.policy-qa."
        )
        raise ProvisionerError(Diagnostic(codes.NOT_AN_ASSISTANT, detail, subject=str(address)))


def conversation_of(runtime: Runtime, done: str = "loaded") -> Conversation:
    """Return the conversation of a runtime. Raises ProvisionerError if the runtime has none.

    `done` is a participle for the message: `loaded`, `asked`, `tested`.
    """
    if runtime.conversation is None:
        raise refused(runtime, done)
    return runtime.conversation


def refused(runtime: Runtime, done: str) -> ProvisionerError:
    """Return the error for a runtime whose conversation cannot do what was asked for."""
    detail = (
        f"On the runtime {runtime.name} assistants are planned and applied, and cannot be {done}. "
        "No request was sent. Use that runtime's own client, or a target of another runtime."
    )
    return ProvisionerError(Diagnostic(codes.NO_CONVERSATION, detail, subject=runtime.name))


def applied_assistant(
    session: Session,
    address: Address,
    row: Row,
    token: Callable[[str, str], Any] | None = None,
) -> AppliedAssistant:
    """Return the assistant of a live row, in the form that a conversation takes.

    `token` returns the token in an environment variable that the row names. Without it, the
    variables of the run's environment are used.
    """
    binding = session.runtime.bindings[address.kind]
    spec = binding.from_wire(row).spec
    names = sorted(binding.fields.per_run)
    return AppliedAssistant(
        address=address,
        row=row,
        spec=spec,
        settings={name: spec[name] for name in names if spec.get(name) is not None},
        provider=session.provider,
        id_of=live_ids(session),
        token=token or from_environment(session.options.environ),
    )
