"""A live row -> the assistant that `ask`, `load` and `show --as` speak of."""

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.provider import Row
from provisioner.runtimes import agents
from provisioner.verbs._shared.lookup import live_ids
from provisioner.verbs._shared.session import Session
from provisioner.verbs.load import AGENTS, KIND, LiveAssistant


def check_is_assistant(address: Address) -> None:
    """Raises ProvisionerError where nothing of that address could be asked."""
    if address.kind != KIND:
        detail = "Only assistants can be asked and run. assistant.policy-qa is an address of one."
        raise ProvisionerError(Diagnostic(codes.NOT_AN_ASSISTANT, detail, subject=str(address)))


def live_assistant(session: Session, address: Address, row: Row) -> LiveAssistant:
    """What a row of `assistants` or of `agents` says, references of its settings as live ids.

    Raises ProvisionerError where its settings refer to something that is not there.
    """
    binding = session.runtime.bindings[KIND]
    spec = binding.from_wire(row).spec
    settings = {
        key: spec[key] for key in sorted(binding.fields.per_run) if spec.get(key) is not None
    }
    if session.runtime.name == AGENTS:
        settings = agents.session_params(settings, live_ids(session))
    return LiveAssistant(
        id=str(row["id"]),
        address=address,
        name=str(spec.get("name") or ""),
        model=str(spec.get("model") or ""),
        run_settings=settings,
        runtime=session.runtime.name,
    )
