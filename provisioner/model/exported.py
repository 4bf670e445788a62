"""Defines Exported: an assistant from an export of the API, in the form of a manifest.

`pull` uses it.
"""

from dataclasses import dataclass, field
from typing import Any

from provisioner.model.frozen import frozen


@frozen
class Lost:
    """A part of an exported assistant that a manifest cannot contain, and the reason.

    An empty path means the whole assistant.
    """

    path: str
    why: str


# It is not frozen, because a runtime fills it while it reads the parts of the export.
@dataclass(slots=True)
class Exported:
    """One assistant of an export.

    `spec` is the spec for a manifest, without stores and files: `stores` and `files` have their
    ids. Functions and formats are inline in it. `searching` is the type of the tool that searches
    the stores. `lost` are the parts of the export that are not in `spec`. If `usable` is false, no
    manifest can be made, and the last entry of `lost` says why.
    """

    id: str
    spec: dict[str, Any] = field(default_factory=dict)
    stores: tuple[str, ...] = ()
    searching: str = ""
    files: tuple[str, ...] = ()
    lost: list[Lost] = field(default_factory=list)
    usable: bool = True

    @property
    def name(self) -> str:
        return str(self.spec.get("name") or "")

    def lose(self, path: str, why: str) -> None:
        self.lost.append(Lost(path, why))

    def refuse(self, why: str) -> None:
        """Record that no manifest can be made of this assistant, and why."""
        self.usable = False
        self.lose("", why)
