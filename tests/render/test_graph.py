"""A graph as DOT and as Mermaid: each node and each edge, and no name that breaks out of its place."""

import re

import pytest

from provisioner.engine.graph import Edge, Graph, Node, State
from provisioner.render.dot import dot
from provisioner.render.format import Layout
from provisioner.render.mermaid import mermaid

GRAPH = Graph(
    "acme",
    (
        Node("assistant.qa", State.LIVE, "assistant", "asst_1", "Policy Q&A"),
        Node("asst_x", State.FOREIGN, "assistant", "asst_x", "Theirs"),
        Node("vector_store.old", State.ORPHAN, "vector_store", "vs_2"),
    ),
    (
        Edge("assistant.qa", "vector_store.old", desired=False, live=True),
        Edge("asst_x", "vector_store.old", desired=True, live=False),
    ),
)


def test_dot_in_full() -> None:
    assert (
        dot(GRAPH, Layout())
        == """\
digraph "acme" {
  rankdir=LR;
  node [shape=box, fontname="sans-serif"];
  "assistant.qa" [label="assistant.qa\\nPolicy Q&A\\nasst_1"];
  "asst_x" [label="asst_x\\nTheirs\\n(foreign)", color="gray60", fontcolor="gray40"];
  "vector_store.old" [label="vector_store.old\\nvs_2\\n(orphan)", color="red", fontcolor="red"];
  "assistant.qa" -> "vector_store.old" [style=dotted, label="live"];
  "asst_x" -> "vector_store.old" [style=dashed, label="declared"];
}
"""
    )


def test_mermaid_in_full() -> None:
    assert (
        mermaid(GRAPH, Layout())
        == """\
flowchart LR
  n0["assistant.qa<br>Policy Q#38;A<br>asst_1"]
  n1["asst_x<br>Theirs<br>(foreign)"]:::FOREIGN
  n2["vector_store.old<br>vs_2<br>(orphan)"]:::ORPHAN
  n0 -. live .-> n2
  n1 -. declared .-> n2
  classDef ORPHAN stroke:#c00,color:#c00
  classDef FOREIGN stroke:#999,color:#666
"""
    )


EVIL = (
    'x"]; evil -> z; "',
    "back\\",
    "two\nlines",
    "<script>alert(1)</script>",
    "#quot;]",
    "click n0 call",
    "`code`",
    "%% comment",
    "\x1b[31mred",
    "\u202eturned",
    "}\n}",
    "\\N\\G",
)


@pytest.mark.parametrize("name", EVIL)
def test_no_name_breaks_out_of_its_label(name: str) -> None:
    node = Node("assistant.qa", State.LIVE, "assistant", "asst_1", name)
    graph = Graph(name, (node, Node(name, State.FOREIGN, "assistant", name)), ())

    lines = dot(graph, Layout()).splitlines()
    strings = re.compile(r'"(?:[^"\\]|\\.)*"')
    assert [strings.sub('""', line) for line in lines] == [
        'digraph "" {',
        "  rankdir=LR;",
        '  node [shape=box, fontname=""];',
        '  "" [label=""];',
        '  "" [label="", color="", fontcolor=""];',
        "}",
    ]
    body = mermaid(graph, Layout()).splitlines()
    assert body[0] == "flowchart LR"
    label = r"[A-Za-z0-9 ._/(),-]|#\d+;|<br>"
    assert re.fullmatch(rf'  n0\["(?:{label})+"\]', body[1])
    assert re.fullmatch(rf'  n1\["(?:{label})+"\]:::FOREIGN', body[2])
    assert len(body) == 4
