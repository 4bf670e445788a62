"""The release registry, which holds the assistants of the `responses` runtime.

It is a folder, or a place in object storage, that pipelines publish to and applications load from.
There is no server that could order their writes. So releases are numbered files, which are written once
and never changed, and the file with the highest number that is complete is the current release.

Applications import this room, so it imports little: a few modules of the standard library, and
`fsspec` only for a URL. `ReleasesProvider`, which only commands need, stands in the module `provider`.
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
