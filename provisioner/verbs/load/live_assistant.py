"""The value that `load` returns. Applications wait for its import, so it imports little."""

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import field
from typing import TYPE_CHECKING, Any

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from provisioner.providers.releases import CachedRelease

RUNS, RELEASES, SESSIONS = "run_params", "params", "session_params"
NOUNS = {RUNS: "runs", RELEASES: "releases", SESSIONS: "sessions"}
"""The noun of the API's call, by the method that returns its arguments, for messages."""


@frozen
class LiveAssistant:
    """A live assistant, as it was last applied.

    `arguments` are those of the call with which its runtime is asked, without the question. `loads`
    is the method that returns them, and `call` a line of code that uses it. They are read from the
    live object and its mark, and not from the manifests. If the runtime publishes releases,
    everything is in `release`, which renews itself.
    """

    id: str
    address: Address
    name: str = ""
    model: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    release: "CachedRelease | None" = None
    runtime: str = ""
    loads: str = RELEASES
    call: str = ""

    def run_params(self) -> dict[str, Any]:
        """Return the arguments of `client.beta.threads.runs.create(thread_id=…, **params)`.

        The dict is a new one at each call. Raises ProvisionerError on a runtime that has no runs.
        """
        return self._parameters(RUNS)

    def params(self) -> dict[str, Any]:
        """Return the arguments of `client.responses.create(**params, input=…)`.

        The dict is a new one at each call, from the newest release that is known, with the tokens
        that tools take from the environment. Raises ProvisionerError if a token is not set, and on
        a runtime that does not take these parameters.
        """
        return self._parameters(RELEASES)

    def session_params(self) -> dict[str, Any]:
        """Return the arguments of `client.beta.agents.sessions.create(**params, input=…)`.

        The dict is a new one at each call. Raises ProvisionerError on a runtime that has no
        sessions.
        """
        return self._parameters(SESSIONS)

    def _parameters(self, method: str) -> dict[str, Any]:
        """Return the arguments if `method` is the one for this runtime. Raises ProvisionerError."""
        if self.loads != method:
            raise self._elsewhere(method)
        if self.release is None:
            return deepcopy(dict(self.arguments))
        from provisioner.model.tokens import from_environment, with_tokens

        return with_tokens(self.release.arguments(), from_environment(os.environ))

    def _elsewhere(self, method: str) -> ProvisionerError:
        """Return the error for a method of another runtime."""
        detail = (
            f"{self.address} was loaded from a target of the runtime {self.runtime}. Call instead: "
            f"{self.call}"
        )
        return ProvisionerError(Diagnostic(codes.NO_SUCH_PARAMETERS, detail, subject=NOUNS[method]))
