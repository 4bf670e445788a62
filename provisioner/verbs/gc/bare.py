"""Open a session without manifests, for users who have only a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.model.frozen import frozen
from provisioner.model.stack import Stack, Target, web_address
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded
from provisioner.verbs._shared.session import RunOptions, Session, connected

NO_STACK = "(no Stack)"
"""The name of the Stack if there is none. No mark can contain it, so no object is ever ours."""
EMBEDDED = "embedded"


@frozen
class Bare:
    """A target that no Stack defines. The SDK takes settings that are empty from the environment."""

    runtime: str
    base_url: str = ""
    api_key_env: str = ""

    def target(self) -> Target:
        """Return these settings as a target.

        Raises UsageError for an unknown runtime, or a base URL that cannot be used.
        """
        if self.runtime not in RUNTIMES:
            known = ", ".join(RUNTIMES)
            raise _wrong(f"There is no runtime {self.runtime!r}. Runtimes are: {known}.")
        if self.base_url and not self.api_key_env:
            raise _wrong(
                "A --base-url needs --api-key-env NAME, the variable that holds the key for it. No "
                "other key is ever sent there."
            )
        try:
            url = web_address(self.base_url) if self.base_url else ""
        except ValueError as error:
            raise _wrong(f"The --base-url cannot be used: {error}.") from error
        return Target(self.runtime, self.runtime, base_url=url, api_key_env=self.api_key_env)

    def stack(self) -> Stack:
        """Return a Stack in the current folder with only this target. Raises UsageError."""
        return Stack(NO_STACK, "", Path(), "", self.target())


def _wrong(detail: str) -> UsageError:
    """Return the error for options that cannot be used."""
    return UsageError(Diagnostic(codes.WRONG_USAGE, detail))


@contextmanager
def bare_session(options: RunOptions, bare: Bare) -> Iterator[Session]:
    """Yield a session on a target without a Stack. Nothing is declared, and no object is ours."""
    stack = bare.stack()
    with connected(options, Loaded(stack=stack), stack) as session:
        yield session
