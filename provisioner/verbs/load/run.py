"""load: a live assistant for an application, with the settings that every run of it needs.

Applications import this module, most of them in front of their first request. So it imports next
to nothing, and what only some ways of loading need is imported on that way.
"""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.verbs.load.from_registry import find_release
from provisioner.verbs.load.live_assistant import LiveAssistant

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
    timeout: float = 60.0,
    look_every: float = 30.0,
) -> LiveAssistant:
    """Return the live assistant of the manifest `name`: `policy-qa`, or `assistant.policy-qa`.

    Reads the Stack in the folder `manifests`, which names the target, and asks that target once. On
    a runtime that publishes releases, it asks the release registry alone.

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
        _refuse(unused, "`releases` says where to look, and `owner` says whose release is meant.")
        return find_release(releases, owner or "", address, look_every, timeout)
    _refuse({"owner": owner}, "The Stack says who the owner is; `owner` goes with `releases`.")
    from provisioner.verbs.load.from_manifests import Wanted, from_manifests

    wanted = Wanted(address, manifests, environment, target, variables or {}, timeout, look_every)
    return from_manifests(wanted)


def _refuse(arguments: Mapping[str, Any], why: str) -> None:
    given = [name for name, value in arguments.items() if value]
    if given:
        raise UsageError(
            Diagnostic(codes.LOAD_ARGUMENTS, f"load takes no {' and '.join(given)} here. {why}")
        )
