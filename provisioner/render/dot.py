"""Render a graph as DOT for Graphviz: `provisioner show --format dot | dot -Tsvg`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioner.render.format import Format, Layout, Shape
from provisioner.render.visible import visible

if TYPE_CHECKING:
    from provisioner.engine.graph import Edge, Graph, Node

_STYLES: Final = {
    "DECLARED": "style=dashed",
    "ORPHAN": 'color="red", fontcolor="red"',
    "SURPLUS": 'color="red", style=dashed',
    "RETIRED": 'color="gray40"',
    "BORROWED": "peripheries=2",
    "FOREIGN": 'color="gray60", fontcolor="gray40"',
}
"""The attributes of nodes by state. A node that is declared and live needs none."""


def dot(graph: Graph, _layout: Layout) -> str:
    """Return the graph as DOT. An edge points from what refers to what is referred to."""
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
    rows = [node.key, *filter(None, [node.name if node.name != node.key else "", node.id])]
    rows = [*dict.fromkeys(rows)]
    if node.state.name in _STYLES:
        rows.append(f"({node.state})")
    # `\\n` is DOT's own line break; what stands in a row can hold none.
    label = "\\n".join(map(_escaped, rows))
    style = f", {_STYLES[node.state.name]}" if node.state.name in _STYLES else ""
    return f'  {_quoted(node.key)} [label="{label}"{style}];'


def _edge(edge: Edge) -> str:
    style = ""
    if not edge.live:
        style = ' [style=dashed, label="declared"]'
    elif not edge.desired:
        style = ' [style=dotted, label="live"]'
    return f"  {_quoted(edge.source)} -> {_quoted(edge.target)}{style};"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return a text that cannot end a quoted string, and in which no backslash means anything."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')


FORMAT: Final = Format("dot", {Shape.GRAPH: dot})
