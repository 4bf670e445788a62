"""The support matrix of all fields and runtimes, as data and as Markdown.

`python -m provisioner.runtimes.matrix` writes it into `docs/runtimes.md`, between two comments.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from provisioner.kinds import KINDS
from provisioner.kinds.assistant_tools import NAMES, TOOLS
from provisioner.model.runtime import Level, Runtime, Support
from provisioner.runtimes import RUNTIMES

BEGIN: Final = "<!-- The matrix: `python -m provisioner.runtimes.matrix` writes it. -->"
END: Final = "<!-- End of the matrix. -->"
_SILENT: Final = Support(Level.UNSUPPORTED)
_CELL: Final = {Level.STORED: "stored", Level.PER_RUN: "per run", Level.UNSUPPORTED: "no"}
OURS: Final = ("lifecycle", "checks")
"""Fields for this tool alone, which are sent to no runtime."""
_PARTS: Final = ("type", "ref", "function", *NAMES.values())
"""Options that identify a tool. Every runtime that has the tool has them."""


def paths() -> list[str]:
    """Return the path of every row of the support matrix.

    Fields are ordered as in the manifest reference. Each is followed by the fields inside of it.
    """
    known = [path for runtime in RUNTIMES.values() for path in runtime.support]
    tops = [name for name in KINDS["assistant"].schema["properties"] if name not in OURS]
    rows: list[str] = []
    for top in (*tops, *(f"tools[{type}]" for type in TOOLS)):
        inner = [path for path in known if path.startswith((f"{top}.", f"{top}="))]
        # `fromkeys` removes repetitions, because several runtimes list the same row.
        rows += dict.fromkeys([top, *(f"{top}.{name}" for name in _options(top)), *inner])
    return rows


def _options(top: str) -> list[str]:
    """Return the options of a tool that are rows of their own."""
    options = TOOLS.get(top[6:-1], {}) if top.startswith("tools[") else {}
    return [name for name in options if name not in _PARTS]


def word(runtime: Runtime, path: str) -> Support:
    """Return a runtime's support of a row.

    If its table does not list the row, the support is that of the row around it.
    """
    whole = path
    # First the value is left out, then one part after another: the nearest row around it counts.
    while whole not in runtime.support:
        shorter = whole.rpartition("=" if "=" in whole else ".")[0]
        if not shorter:
            return _SILENT
        whole = shorter
    return runtime.support[whole]


def markdown() -> str:
    """Return the matrix as a table, followed by the notes on its cells."""
    head = f"| | {' | '.join(f'`{name}`' for name in RUNTIMES)} |\n|---|{'---|' * len(RUNTIMES)}\n"
    rows = "".join(f"| `{path}` | {' | '.join(_cells(path))} |\n" for path in paths())
    notes = "".join(_notes(runtime) for runtime in RUNTIMES.values())
    return f"{BEGIN}\n\n{head}{rows}\n{notes}{END}\n"


def _cells(path: str) -> Iterator[str]:
    for runtime in RUNTIMES.values():
        yield _CELL[word(runtime, path).level]


def _notes(runtime: Runtime) -> str:
    """Return the notes of a runtime. A note that several rows share is written once."""
    said: dict[str, list[str]] = {}
    for path in paths():
        if path in runtime.support and (note := runtime.support[path].note):
            said.setdefault(note, []).append(f"`{path}`")
    lines = (f"- {', '.join(fields)}: {note}\n" for note, fields in said.items())
    return f"### `{runtime.name}`: what to know\n\n{''.join(lines)}\n"


def refreshed(page: str) -> str:
    """Return the page with the present matrix between the two comments."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{markdown()}{rest.partition(END)[2].lstrip()}"


if __name__ == "__main__":
    where = Path("docs", "runtimes.md")
    where.write_text(refreshed(where.read_text(encoding="utf-8")), encoding="utf-8")
