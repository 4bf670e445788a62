"""An assistant from an export of an API, in the form of a manifest."""

from dataclasses import dataclass, field
from typing import Any

from provisioner.model.frozen import frozen


@frozen
class Lost:
    """A part of an export that no manifest can hold, and the reason.

    An empty path means all of it.
    """

    path: str
    why: str


@dataclass(slots=True)
class Exported:
    """One assistant of an export.

    `spec` is the spec of a manifest without stores and files: `stores` and `files` hold their ids.
    Functions and formats stand inline. `searching` is the type of the tool that searches the stores.
    `lost` are the parts of the export that are not in `spec`. If `usable` is false, the last of them
    says why.
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
        """Record that the assistant cannot become a manifest."""
        self.usable = False
        self.lose("", why)
