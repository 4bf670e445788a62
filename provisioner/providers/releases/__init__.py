"""The release registry, which contains the live assistants of the `responses` runtime as releases.

A release is the exact parameters of a request, in a numbered file. The registry is a folder, or a
place in object storage, to which pipelines publish and from which applications load. No server
orders their writes. So a file is written once and never changed, and the complete file with the
highest number is the current release of its assistant.

Applications import this package, so it imports little: a few modules of the standard library, and
`fsspec` only for a URL. `ReleasesProvider`, which only commands need, is in the module `provider`.
"""

from provisioner.providers.releases.faults import Conflict
from provisioner.providers.releases.loading import CachedRelease, load_release, owner_of
from provisioner.providers.releases.opening import open_registry
from provisioner.providers.releases.registry import Registry
from provisioner.providers.releases.release import Release

__all__ = [
    "CachedRelease",
    "Conflict",
    "Registry",
    "Release",
    "load_release",
    "open_registry",
    "owner_of",
]
