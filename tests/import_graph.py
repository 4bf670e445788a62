"""The import graph of the package's rooms, drawn from the code for `docs/architecture.md`.

    python -m tests.import_graph

writes it into the page, between two marks. An arrow that a longer way implies is left out. A dotted
arrow is an import that stands only inside of functions, so that it costs nothing until it is needed.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.support.trees import tree_of

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "provisioner"
PAGE: Final = ROOT / "docs" / "architecture.md"
BEGIN: Final = "<!-- The import graph: `python -m tests.import_graph` draws it from the code. -->"
END: Final = "<!-- End of the import graph. -->"


def rooms() -> tuple[str, ...]:
    """Return the names of the package's folders, sorted."""
    return tuple(sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))


def imports() -> dict[str, dict[str, bool]]:
    """Return, for each room, the rooms that it imports.

    The value of an imported room is true if it is imported inside of functions only.
    """
    known = set(rooms())
    found: dict[str, dict[str, bool]] = {room: {} for room in sorted(known)}
    for room, others in found.items():
        for path in sorted((PACKAGE / room).rglob("*.py")):
            for other, is_lazy in _imported(tree_of(path), is_lazy=False):
                if other in known - {room}:
                    others[other] = others.get(other, True) and is_lazy
    return found


def _imported(node: ast.AST, *, is_lazy: bool) -> Iterator[tuple[str, bool]]:
    """Yield (room, true if it stands inside of a function) for each import below a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and (child.module or "").startswith(PACKAGE.name):
            modules = [f"{child.module}.{alias.name}" for alias in child.names]
            yield from ((module.split(".")[1], is_lazy) for module in modules)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _imported(child, is_lazy=is_lazy or inside)


def reached(graph: Mapping[str, Mapping[str, bool]], start: str) -> set[str]:
    """Return every room that a room imports, directly or through others."""
    found: set[str] = set()
    waiting = [*graph[start]]
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting += graph[room]
    return found


def drawn() -> str:
    """Return the graph as Mermaid, between its marks."""
    graph = imports()
    lines = ["```mermaid", "flowchart TD"]
    for room, others in graph.items():
        for other, is_lazy in sorted(others.items()):
            if not any(other in reached(graph, one) for one in others if one != other):
                lines.append(f"  {room} {'-.->' if is_lazy else '-->'} {other}")
    return "\n".join([BEGIN, "", *lines, "```", "", END])


def refreshed(page: str) -> str:
    """Return the page with the graph as it is now."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{drawn()}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
