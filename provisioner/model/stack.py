"""The Stack: who we are, and where things live."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from provisioner.model.diagnostic import Position
from provisioner.model.mark import Owner


@dataclass(frozen=True, slots=True)
class Target:
    """A runtime, configured and named.

    `server` is `embedded` or empty; `data` is where the embedded server keeps its database.
    `api_key_env` is the name of an environment variable, never a key. Whatever is empty comes from
    the environment as the SDK reads it.
    """

    name: str
    runtime: str
    server: str = ""
    data: str = ""
    base_url: str = ""
    api_key_env: str = ""
    organization: str = ""
    project: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    origin: Position | None = None


@dataclass(frozen=True, slots=True)
class Guards:
    """`max_delete_percent` of our live objects may go in one run; never triggered below 5."""

    max_delete_percent: int = 30


@dataclass(frozen=True, slots=True)
class Stack:
    """One manifest folder, with its environment and target already chosen.

    `root` is the folder; every path in a manifest is relative to its manifest and stays inside.
    """

    name: str
    id: str
    root: Path
    environment: str
    target: Target
    guards: Guards = Guards()
    file_names: str = "plain"
    origin: Position | None = None

    @property
    def owner(self) -> Owner:
        return Owner(self.id or self.name, self.environment or "default")
