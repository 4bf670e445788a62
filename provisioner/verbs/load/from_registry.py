"""Load an assistant from a release registry, without manifests and without an API.

Applications import this module before their first request, so it imports next to nothing.
"""

from os import PathLike

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.model.frozen import frozen
from provisioner.verbs.load.live_assistant import RELEASES, LiveAssistant

RUNTIME = "responses"
CALL = "client.responses.create(**assistant.params(), input=…)"
"""The runtime that publishes releases, and its call. Both are repeated here, because importing the
table of runtimes takes longer than loading a release. A test compares them."""


@frozen
class Renewal:
    """The way in which an application gets newer releases.

    `look_every` is the shortest time between two looks, in seconds. With `is_behind`, a thread of
    its own looks. With a `number`, that release is used for ever.
    """

    look_every: float = 30.0
    is_behind: bool = False
    number: int | None = None


def find_release(
    location: str | PathLike[str],
    owner: str,
    address: Address,
    renewal: Renewal,
    timeout: float,
) -> LiveAssistant:
    """Return a release in the registry at `location`.

    `owner` may be empty if the registry has the assistant for one owner only. `timeout` is in
    seconds, for one request to object storage. Raises ProvisionerError if no release was published,
    or if the registry cannot be read.
    """
    from provisioner.providers.releases import CachedRelease, owner_of

    owner = owner or owner_of(location, address.name, timeout=timeout)
    stack, _, environment = owner.partition("/")
    if not stack or not environment:
        detail = f"{owner!r} is not an owner. An owner looks like k3v9q0x7dp/default."
        raise UsageError(Diagnostic(codes.NOT_AN_OWNER, detail))
    kept = CachedRelease(
        location,
        stack,
        environment,
        address.name,
        number=renewal.number,
        every=renewal.look_every,
        renews_behind=renewal.is_behind,
        timeout=timeout,
    )
    current = kept.release
    return LiveAssistant(
        current.id,
        address,
        current.name,
        str(current.params.get("model") or ""),
        release=kept,
        runtime=RUNTIME,
        loads=RELEASES,
        call=CALL,
    )
