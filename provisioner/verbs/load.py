"""load: a live assistant for an application, with the settings that every run of it needs.

Applications import this file, most of them in front of their first request. So it imports next to
nothing, and what only some ways of loading need is imported on that way.
"""

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import field
from os import PathLike
from typing import TYPE_CHECKING, Any

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError, UsageError
from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from provisioner.providers.releases import CachedRelease

KIND = "assistant"
ASSISTANTS, RESPONSES, AGENTS = "assistants", "responses", "agents"
CALLS = {
    ASSISTANTS: "client.beta.threads.runs.create(thread_id=…, **assistant.run_params())",
    RESPONSES: "client.responses.create(**assistant.params(), input=…)",
    AGENTS: "client.beta.agents.sessions.create(**assistant.session_params(), input=…)",
}
"""What an application calls on each runtime."""
NOUNS = {ASSISTANTS: "runs", RESPONSES: "releases", AGENTS: "sessions"}


@frozen
class LiveAssistant:
    """A live assistant, as it was last applied.

    `run_settings` are what the wire has no place for on it: on `assistants` truncation, token
    limits and tool choice of a run; on `agents` the environment, limits and vaults of a session.
    They stand in its mark, so they are those of the live object, not of the files. On `responses`
    everything stands in `release`, which renews itself.
    """

    id: str
    address: Address
    name: str = ""
    model: str = ""
    run_settings: Mapping[str, Any] = field(default_factory=dict)
    release: "CachedRelease | None" = None
    runtime: str = ASSISTANTS

    def run_params(self) -> dict[str, Any]:
        """Arguments for `client.beta.threads.runs.create(thread_id=…, **params)`; a fresh dict.

        Raises ProvisionerError on another runtime than `assistants`.
        """
        self._check(ASSISTANTS)
        return {"assistant_id": self.id, **deepcopy(dict(self.run_settings))}

    def params(self) -> dict[str, Any]:
        """Arguments for `client.responses.create(**params, input=…)`; a fresh dict.

        They are those of the newest release that is known. Tokens that a tool takes from the
        environment are filled in; raises ProvisionerError where one is not set, and on another
        runtime than `responses`.
        """
        if self.release is None:
            raise self._elsewhere(RESPONSES)
        from provisioner.verbs.tokens import ready

        return ready(self.release.arguments(), os.environ)

    def session_params(self) -> dict[str, Any]:
        """Arguments for `client.beta.agents.sessions.create(**params, input=…)`; a fresh dict.

        Raises ProvisionerError on another runtime than `agents`.
        """
        self._check(AGENTS)
        return {"agent_id": self.id, **deepcopy(dict(self.run_settings))}

    def _check(self, runtime: str) -> None:
        if self.runtime != runtime:
            raise self._elsewhere(runtime)

    def _elsewhere(self, runtime: str) -> ProvisionerError:
        detail = (
            f"{self.address} was loaded from a target of the runtime {self.runtime}. There it is: "
            f"{CALLS[self.runtime]}"
        )
        return ProvisionerError(
            Diagnostic(codes.NO_SUCH_PARAMETERS, detail, subject=NOUNS[runtime])
        )


def load(
    name: str,
    *,
    manifests: str | PathLike[str] = "manifests",
    environment: str | None = None,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    releases: str | PathLike[str] | None = None,
    owner: str | None = None,
    timeout: float = 60.0,
    look_every: float = 30.0,
) -> LiveAssistant:
    """The live assistant of the manifest `name`: `policy-qa`, or `assistant.policy-qa`.

    Reads the Stack in the folder `manifests` for where to look, and asks that target once; on the
    `responses` runtime it asks the release registry alone.

    With `releases`, a folder or a URL such as `s3://acme/releases`, it needs no manifests: it asks
    that registry. `owner` says whose release is meant, as `k3v9q0x7dp/prod`: the Stack's id and the
    environment (`default` where there is none). It may be left out where the registry holds that
    assistant once.

    A release is looked for anew at most every `look_every` seconds. `timeout` is in seconds. Raises
    ProvisionerError: the Stack cannot be used, the target or registry does not answer, or the
    assistant has not been applied there.
    """
    address = Address(KIND, name.removeprefix(f"{KIND}."))
    if releases is not None:
        unused = {"environment": environment, "target": target, "variables": variables}
        _refuse(unused, "`releases` says where to look; whose it is, `owner` says.")
        return find_release(releases, owner or "", address, look_every, timeout)
    _refuse({"owner": owner}, "Whose it is, the Stack says; `owner` goes with `releases`.")
    from provisioner.verbs.load_live import Wanted, load_live

    wanted = Wanted(address, manifests, environment, target, variables or {}, timeout, look_every)
    return load_live(wanted)


def find_release(
    location: str | PathLike[str], owner: str, address: Address, look_every: float, timeout: float
) -> LiveAssistant:
    """The current release in the registry at `location`. `owner` is '' where nobody else can be meant.

    `look_every` and `timeout` are in seconds; the timeout is that of one request to object storage.
    Raises ProvisionerError where none was published, or where the registry cannot be read.
    """
    from provisioner.providers.releases import CachedRelease, owner_of

    owner = owner or owner_of(location, address.name, timeout=timeout)
    stack, _, environment = owner.partition("/")
    if not stack or not environment:
        detail = f"{owner!r} is none; one looks like k3v9q0x7dp/default."
        raise UsageError(Diagnostic(codes.NOT_AN_OWNER, detail))
    kept = CachedRelease(
        location, stack, environment, address.name, every=look_every, timeout=timeout
    )
    current = kept.release
    return LiveAssistant(
        current.id,
        address,
        current.name,
        str(current.params.get("model") or ""),
        release=kept,
        runtime=RESPONSES,
    )


def _refuse(arguments: Mapping[str, Any], why: str) -> None:
    given = [name for name, value in arguments.items() if value]
    if given:
        raise UsageError(
            Diagnostic(codes.LOAD_ARGUMENTS, f"load takes no {' and '.join(given)} here. {why}")
        )
