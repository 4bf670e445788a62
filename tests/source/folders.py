"""A folder of manifests, written by a test, loaded by the real thing."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.kinds.assistant_tools import TOOLS
from provisioner.model.binding import Binding, NormalForm
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.resource import Resource
from provisioner.model.runtime import Level, Runtime, Support
from provisioner.source import Loaded, load

STACK: Final = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  targets: {local: {runtime: full}}
"""
_FIELDS: Final = KINDS["assistant"].schema["properties"]
_BINDING: Final = Binding("things", lambda spec, _: dict(spec), NormalForm)


def _runtime(name: str, *lacks: str, bindings: tuple[str, ...]) -> Runtime:
    paths = [*_FIELDS, *(f"tools[{tool}]" for tool in TOOLS), *lacks]
    levels = {path: Level.UNSUPPORTED if path in lacks else Level.STORED for path in paths}
    support = {path: Support(level) for path, level in levels.items()}
    support |= {path: Support(Level.UNSUPPORTED, "It is older.") for path in lacks if "=" in path}
    support["name"] = Support(Level.STORED, limit=100 if lacks else 0)
    return Runtime(name, name, support, dict.fromkeys(bindings, _BINDING))


RUNTIMES: Final = {
    "full": _runtime("full", bindings=("assistant", "vector_store", "file")),
    "bare": _runtime(
        "bare",
        "temperature",
        "tools[web_search]",
        "tools[file_search].ranking_options",
        "tools[function].strict=true",
        "truncation_strategy=last_messages",
        bindings=("assistant", "file"),
    ),
}


@dataclass(frozen=True)
class Folder:
    """`root` is relative, as a user would type it: positions read `manifests/x.yaml:1:1`."""

    root: Path

    def write(self, **files: str | bytes) -> "Folder":
        """Write files by path: `write(**{"a.yaml": …})`."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else dedent(content).encode()
            path.write_bytes(data)
        return self

    def load(self, **options: Any) -> Loaded:
        return load(self.root, **{"environ": {}, "runtimes": RUNTIMES, **options})


def errors(loaded: Loaded) -> list[Diagnostic]:
    return [item for item in loaded.diagnostics if item.severity is Severity.ERROR]


def places(loaded: Loaded) -> list[tuple[str, str]]:
    """Return the place of each diagnostic, without the folder, and its message in short."""
    return [
        (str(item.position).removeprefix("manifests/") if item.position else "", item.summary)
        for item in loaded.diagnostics
    ]


def only(loaded: Loaded, address: str) -> Resource:
    """The one resource of that address, in a folder without a problem."""
    assert not errors(loaded), "\n".join(map(str, loaded.diagnostics))
    return next(item for key, item in loaded.desired.items() if str(key) == address)
