"""load: a live assistant for an application, with the settings that every run of it needs."""

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ManifestErrors, ProvisionerError
from provisioner.model.stack import Stack
from provisioner.verbs.lookup import find_row
from provisioner.verbs.session import Session, Setup, connected, read

if TYPE_CHECKING:
    from provisioner.providers.releases import CachedRelease

KIND, RESPONSES = "assistant", "responses"
RUNNABLE = "assistants"
"""The collection whose objects have threads and runs."""


@dataclass(frozen=True, slots=True)
class LiveAssistant:
    """A live assistant, as it was last applied.

    `run_settings` are what the wire has no place for on an assistant: truncation, token limits,
    tool choice. They stand in its mark, so they are those of the live object, not of the files.
    On the `responses` runtime everything stands in `release`, which renews itself.
    """

    id: str
    address: Address
    name: str = ""
    model: str = ""
    run_settings: Mapping[str, Any] = field(default_factory=dict)
    release: "CachedRelease | None" = None

    def run_params(self) -> dict[str, Any]:
        """Arguments for `client.beta.threads.runs.create(thread_id=…, **params)`; a fresh dict."""
        if self.release:
            raise _elsewhere("runs", "client.responses.create(**assistant.params(), input=…)")
        return {"assistant_id": self.id, **deepcopy(dict(self.run_settings))}

    def params(self) -> dict[str, Any]:
        """Arguments for `client.responses.create(**params, input=…)`; a fresh dict.

        They are those of the newest release that is known. Tokens that a tool takes from the
        environment are filled in; raises ProvisionerError where one is not set.
        """
        if not self.release:
            call = "client.beta.threads.runs.create(thread_id=…, **assistant.run_params())"
            raise _elsewhere("releases", call)
        from provisioner.verbs.ask_responses import ready

        return ready(self.release.arguments(), os.environ)


def _elsewhere(what: str, call: str) -> ProvisionerError:
    detail = f"The target that it was loaded from is of another runtime. There it is: {call}"
    return ProvisionerError(Diagnostic(f"this assistant has no {what}", detail))


def _no_runs(address: Address, id: str) -> Diagnostic:
    return Diagnostic(
        f"{address} is an agent, and agents have no runs",
        f"It works in sessions: client.beta.agents.sessions.create(agent_id={id!r}, …). `ask` and "
        "provisioner.load speak to assistants and to releases.",
    )


def load(
    name: str,
    *,
    manifests: str | PathLike[str] = "manifests",
    environment: str | None = None,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    timeout: float = 60.0,
    look_every: float = 30.0,
) -> LiveAssistant:
    """The live assistant of the manifest `name`: `policy-qa`, or `assistant.policy-qa`.

    Reads the Stack in the folder `manifests` for where to look, and asks that target once; on the
    `responses` runtime it asks the release registry alone, and then for a newer release at most
    every `look_every` seconds. `timeout` is in seconds. Raises ProvisionerError: the Stack cannot be
    used, the target does not answer, or the assistant has not been applied there.
    """
    setup = Setup(
        path=Path(manifests),
        environment=environment,
        target=target,
        variables=variables or {},
        timeout=timeout,
    )
    loaded, address = read(setup), Address(KIND, name.removeprefix(f"{KIND}."))
    if loaded.stack is None:
        raise ManifestErrors(loaded.diagnostics)
    if loaded.stack.target.runtime == RESPONSES:
        return find_release(loaded.stack, address, look_every)
    with connected(setup, loaded, loaded.stack) as session:
        return find_assistant(session, address)


def find_release(stack: Stack, address: Address, look_every: float) -> LiveAssistant:
    """Raises ProvisionerError where none was published, or where the registry cannot be read."""
    from provisioner.providers import releases_at
    from provisioner.providers.releases import CachedRelease

    where, owner = releases_at(stack.target, stack.root), stack.owner
    kept = CachedRelease(where, owner.stack, owner.environment, address.name, every=look_every)
    current = kept.release
    model = str(current.params.get("model") or "")
    return LiveAssistant(current.id, address, current.name, model, release=kept)


def find_assistant(session: Session, address: Address) -> LiveAssistant:
    """Raises ProvisionerError where it is no assistant, has no runs, or has not been applied."""
    if address.kind != KIND:
        detail = "Only assistants can be asked and run. assistant.policy-qa is an address of one."
        raise ProvisionerError(Diagnostic(f"{address} is not an assistant", detail))
    row, form = find_row(session, address), session.runtime.forms[KIND]
    if form.collection != RUNNABLE:
        raise ProvisionerError(_no_runs(address, str(row["id"])))
    spec = form.from_wire(row).spec
    return LiveAssistant(
        id=str(row["id"]),
        address=address,
        name=str(spec.get("name") or ""),
        model=str(spec.get("model") or ""),
        run_settings={key: spec[key] for key in sorted(form.per_run) if spec.get(key) is not None},
    )
