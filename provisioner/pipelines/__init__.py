"""The hosts that run pipelines, one file each: their events, approvals, comments and issues.

`host` says what a host must, may and must not do. Only `verbs` uses this room, and gives it
the `HostApi` that sends requests.
"""

from collections.abc import Mapping
from typing import Final

from provisioner.pipelines import github, gitlab
from provisioner.pipelines.host import HostKind

HOSTS: Final[Mapping[str, HostKind]] = {host.name: host for host in (github.HOST, gitlab.HOST)}
"""Every host, by its name."""


def host_here(environ: Mapping[str, str]) -> HostKind | None:
    """Return the host that runs this process; None outside of a pipeline."""
    return next((host for host in HOSTS.values() if host.is_here(environ)), None)
