"""Render a graph of references as DOT for Graphviz: `provisioner show --format dot | dot -Tsvg`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioner.render.format import Format, Layout, Shape
from provisioner.render.visible import visible

if TYPE_CHECKING:
    from provisioner.engine.graph import Edge, Graph, Node

# States are named by text, because their enumeration would load the engine even for `--help`.
_STYLES: Final = {
    "DECLARED": "style=dashed",
    "ORPHAN": 'color="red", fontcolor="red"',
    "SURPLUS": 'color="red", style=dashed',
    "RETIRED": 'color="gray40"',
    "BORROWED": "peripheries=2",
    "FOREIGN": 'color="gray60", fontcolor="gray40"',
}
"""The attributes of a node, by its state. A node that is declared and live needs none."""


def dot(graph: Graph, _layout: Layout) -> str:
    """Return a graph as DOT. An edge points from a resource to the resource that it refers to."""
    lines = [
        f"digraph {_quoted(graph.title)} {{",
        "  rankdir=LR;",
        '  node [shape=box, fontname="sans-serif"];',
        *map(_node, graph.nodes),
        *map(_edge, graph.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(node: Node) -> str:
    """Return the line of DOT that declares a node."""
    rows = [node.key, *filter(None, [node.name if node.name != node.key else "", node.id])]
    rows = [*dict.fromkeys(rows)]
    if node.state.name in _STYLES:
        rows.append(f"({node.state})")
    # `\\n` is DOT's own line break. The rows themselves contain no line break.
    label = "\\n".join(map(_escaped, rows))
    style = f", {_STYLES[node.state.name]}" if node.state.name in _STYLES else ""
    return f'  {_quoted(node.key)} [label="{label}"{style}];'


def _edge(edge: Edge) -> str:
    """Return the line of DOT that declares an edge.

    The edge is dashed if only the manifests have the reference, and dotted if only the live objects
    do.
    """
    style = ""
    if not edge.live:
        style = ' [style=dashed, label="declared"]'
    elif not edge.desired:
        style = ' [style=dotted, label="live"]'
    return f"  {_quoted(edge.source)} -> {_quoted(edge.target)}{style};"


def _quoted(text: str) -> str:
    """Return a text as a quoted string of DOT."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return a text that cannot end a quoted string, and in which a backslash means itself."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')


FORMAT: Final = Format("dot", {Shape.GRAPH: dot})
