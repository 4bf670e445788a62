"""The release registry: where assistants of the `responses` runtime live.

A folder, or a place in object storage, that pipelines publish to and applications load from. No
server stands between them, so everything that a server would see to is in the layout: numbered
files, each made once and never changed, of which the highest complete one counts.

Applications import this room, so that it loads little: of the standard library what it needs, and
`fsspec` for URLs alone. `ReleasesProvider`, which only a command needs, stands in `provider`.
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
