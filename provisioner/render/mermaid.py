"""Render a graph of references as Mermaid, which GitHub, GitLab and many wikis draw in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from provisioner.render.format import Format, Layout, Shape
from provisioner.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.engine.graph import Edge, Graph, Node

_PLAIN: Final = re.compile(r"[A-Za-z0-9 ._/(),-]")
"""A character that has no meaning in a quoted label."""
# States are named by text, because their enumeration would load the engine even for `--help`.
_CLASSES: Final = {
    "DECLARED": "stroke-dasharray: 4 4",
    "ORPHAN": "stroke:#c00,color:#c00",
    "SURPLUS": "stroke:#c00,stroke-dasharray: 4 4",
    "RETIRED": "stroke:#666",
    "BORROWED": "stroke-width:3px",
    "FOREIGN": "stroke:#999,color:#666",
}
"""The style of a node, by its state. A node that is declared and live needs none."""


def mermaid(graph: Graph, _layout: Layout) -> str:
    """Return a graph as a Mermaid flowchart. An edge points from a resource to the resource that it refers to."""
    # Mermaid reads some characters and words in an id as syntax, so no address is an id.
    ids = {node.key: f"n{index}" for index, node in enumerate(graph.nodes)}
    used = {node.state.name for node in graph.nodes}
    lines = [
        "flowchart LR",
        *(_node(node, ids) for node in graph.nodes),
        *(_edge(edge, ids) for edge in graph.edges),
        *(f"  classDef {name} {style}" for name, style in _CLASSES.items() if name in used),
    ]
    return "\n".join(lines) + "\n"


def _node(node: Node, ids: Mapping[str, str]) -> str:
    """Return the line of Mermaid that declares a node."""
    rows = [*dict.fromkeys(filter(None, [node.key, node.name, node.id]))]
    known = node.state.name in _CLASSES
    rows += [f"({node.state})"] if known else []
    style = f":::{node.state.name}" if known else ""
    return f'  {ids[node.key]}["{"<br>".join(map(_escaped, rows))}"]{style}'


def _edge(edge: Edge, ids: Mapping[str, str]) -> str:
    """Return the line of Mermaid for an edge, with a label if it is only declared or only live."""
    arrow = "-->"
    if not edge.live:
        arrow = "-. declared .->"
    elif not edge.desired:
        arrow = "-. live .->"
    return f"  {ids[edge.source]} {arrow} {ids[edge.target]}"


def _escaped(text: str) -> str:
    """Return a text in which every character that Mermaid could read as syntax is its code point."""
    return "".join(one if _PLAIN.match(one) else f"#{ord(one)};" for one in visible(text))


FORMAT: Final = Format("mermaid", {Shape.GRAPH: mermaid})
