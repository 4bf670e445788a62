"""load: return a live assistant to an application, with the settings that every run of it needs.

Most applications import this module before their first request. So it imports next to nothing, and
each way of loading imports what it needs.
"""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.model.frozen import frozen
from provisioner.verbs.load.from_registry import Renewal, find_release
from provisioner.verbs.load.live_assistant import LiveAssistant
from provisioner.verbs.load.redirect import redirect

KIND = "assistant"


def load(
    name: str,
    *,
    manifests: str | PathLike[str] = "manifests",
    environment: str | None = None,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    releases: str | PathLike[str] | None = None,
    owner: str | None = None,
    release: int | None = None,
    timeout: float = 60.0,
    look_every: float = 30.0,
) -> LiveAssistant:
    """Return the live assistant of the manifest `name`: `policy-qa`, or `assistant.policy-qa`.

    Reads the Stack in the folder `manifests`, which names the target, and asks that target once. On
    a runtime that publishes releases, only the release registry is read.

    With `releases`, a folder or a URL such as `s3://acme/releases`, no manifests are needed: that
    registry is read. `owner` is the owner of the release, as `k3v9q0x7dp/prod`: the Stack's id and
    the environment (`default` without one). It may be left out if the registry has the assistant
    for one owner only.

    A newer release is looked for at most every `look_every` seconds. With `release`, a number, the
    assistant stays at that release. `timeout` is in seconds. Raises ProvisionerError if the Stack
    cannot be used, if the target or registry does not answer, or if the assistant has not been
    applied there.
    """
    renewal = Renewal(look_every, number=release)
    place = _Place(manifests, environment, target, variables or {}, releases, owner)
    return _load(name, place, renewal, timeout)


async def load_async(
    name: str,
    *,
    manifests: str | PathLike[str] = "manifests",
    environment: str | None = None,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    releases: str | PathLike[str] | None = None,
    owner: str | None = None,
    release: int | None = None,
    timeout: float = 60.0,  # noqa: ASYNC109 - that of one request, as in `load`
    look_every: float = 30.0,
) -> LiveAssistant:
    """Return what `load` returns, without blocking the event loop.

    Afterwards a thread looks for newer releases, so `params()` never waits: a newer release is used
    by a later call. Raises the errors of `load`.
    """
    import asyncio

    renewal = Renewal(look_every, is_behind=True, number=release)
    place = _Place(manifests, environment, target, variables or {}, releases, owner)
    return await asyncio.to_thread(_load, name, place, renewal, timeout)


@frozen
class _Place:
    """The arguments that say where an assistant is: manifests, or a registry."""

    manifests: str | PathLike[str]
    environment: str | None
    target: str | None
    variables: Mapping[str, str]
    releases: str | PathLike[str] | None
    owner: str | None


def _load(name: str, place: _Place, renewal: Renewal, timeout: float) -> LiveAssistant:
    """Return the live assistant at a place. Raises ProvisionerError."""
    address = Address(KIND, name.removeprefix(f"{KIND}."))
    if elsewhere := redirect():
        return elsewhere(address)
    if place.releases is not None:
        unused = {
            "environment": place.environment,
            "target": place.target,
            "variables": place.variables,
        }
        _refuse(unused, "With `releases`, `owner` alone says whose release it is.")
        return find_release(place.releases, place.owner or "", address, renewal, timeout)
    _refuse({"owner": place.owner}, "The Stack names the owner; `owner` goes with `releases`.")
    from provisioner.verbs.load.from_manifests import Wanted, from_manifests

    wanted = Wanted(
        address,
        place.manifests,
        place.environment,
        place.target,
        place.variables,
        timeout,
        renewal,
    )
    return from_manifests(wanted)


def _refuse(arguments: Mapping[str, Any], why: str) -> None:
    """Raise UsageError if one of these arguments is given."""
    given = " and ".join(name for name, value in arguments.items() if value)
    if given:
        detail = f"load takes no {given} here. {why} Leave out {given}."
        raise UsageError(Diagnostic(codes.LOAD_ARGUMENTS, detail))
