"""load: a live assistant for an application, with the settings that every run of it needs."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.verbs.lookup import find_row, open_live
from provisioner.verbs.session import Session, Setup

KIND = "assistant"


@dataclass(frozen=True, slots=True)
class LiveAssistant:
    """A live assistant, as it was last applied.

    `run_settings` are what the wire has no place for on an assistant: truncation, token limits,
    tool choice. They stand in its mark, so they are those of the live object, not of the files.
    """

    id: str
    address: Address
    name: str = ""
    model: str = ""
    run_settings: Mapping[str, Any] = field(default_factory=dict)

    def run_params(self) -> dict[str, Any]:
        """Arguments for `client.beta.threads.runs.create(thread_id=…, **params)`; a fresh dict."""
        return {"assistant_id": self.id, **deepcopy(dict(self.run_settings))}


def load(
    name: str,
    *,
    manifests: str | PathLike[str] = "manifests",
    environment: str | None = None,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> LiveAssistant:
    """The live assistant of the manifest `name`: `policy-qa`, or `assistant.policy-qa`.

    Reads the Stack in the folder `manifests` for where to look, and asks that target once.
    `timeout` is in seconds. Raises ProvisionerError: the Stack cannot be used, the target does not
    answer, or the assistant has not been applied there.
    """
    setup = Setup(
        path=Path(manifests),
        environment=environment,
        target=target,
        variables=variables or {},
        timeout=timeout,
    )
    with open_live(setup) as session:
        return find_assistant(session, Address(KIND, name.removeprefix(f"{KIND}.")))


def find_assistant(session: Session, address: Address) -> LiveAssistant:
    """Raises ProvisionerError where it is no assistant, or has not been applied."""
    if address.kind != KIND:
        detail = "Only assistants can be asked and run. assistant.policy-qa is an address of one."
        raise ProvisionerError(Diagnostic(f"{address} is not an assistant", detail))
    row, form = find_row(session, address), session.runtime.forms[KIND]
    spec = form.from_wire(row).spec
    return LiveAssistant(
        id=str(row["id"]),
        address=address,
        name=str(spec.get("name") or ""),
        model=str(spec.get("model") or ""),
        run_settings={key: spec[key] for key in sorted(form.per_run) if spec.get(key) is not None},
    )
