"""Plan a folder of manifests that anybody may have written, with the settings of a trusted one."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from provisioner.model.frozen import frozen


@frozen
class Trusted:
    """A folder whose Stack says where requests go while manifests of another folder are planned.

    `names` are the environment variables that its manifests ask for. The other folder gets no
    others.
    """

    path: Path
    names: frozenset[str] = frozenset()

    def narrowed(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the part of an environment that the trusted manifests ask for."""
        return {name: text for name, text in environ.items() if name in self.names}


class Asked(Mapping[str, str]):
    """An environment that notes the names that it is asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)
