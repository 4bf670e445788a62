"""Makes the graph of references between resources and objects, which `show` draws. It is pure."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from provisioner.engine.references import reached, references
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired


class State(StrEnum):
    """The state of a node: if it is declared, if it is live, and whose live object it is.

    The value is the text that `show` prints.
    """

    LIVE = "declared and live"
    DECLARED = "declared, not live"
    ORPHAN = "orphan"
    SURPLUS = "duplicate or older generation"
    RETIRED = "retired"
    BORROWED = "borrowed"
    FOREIGN = "foreign"


@frozen
class Node:
    """One resource or object. `key` is its address, or its remote id if it has no address."""

    key: str
    state: State
    kind: str
    id: str = ""
    name: str = ""


@frozen
class Edge:
    """One reference from the node with the key `source` to the node with the key `target`.

    `desired` is true if a manifest has the reference, and `live` if the live object has it.
    """

    source: str
    target: str
    desired: bool
    live: bool


@frozen
class Graph:
    """The nodes and edges of one Stack on one target, in a fixed order."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def around(self, address: Address) -> "Graph":
        """Return only the node of an address, the nodes that it needs, and the nodes that need it.

        References are followed over any distance.
        """
        forward: dict[str, list[str]] = {}
        backward: dict[str, list[str]] = {}
        for edge in self.edges:
            forward.setdefault(edge.source, []).append(edge.target)
            backward.setdefault(edge.target, []).append(edge.source)
        start = [str(address)]
        # The two directions are not mixed: along a reference and back again leads to every other
        # user of a shared store.
        kept = reached(start, lambda key: forward.get(key, ()))
        kept |= reached(start, lambda key: backward.get(key, ()))
        return Graph(
            self.title,
            tuple(node for node in self.nodes if node.key in kept),
            tuple(edge for edge in self.edges if {edge.source, edge.target} <= kept),
        )


def graph_of(title: str, desired: Desired, live: Live) -> Graph:
    """Return the graph of everything that is declared, and of all our live objects.

    Objects of others are nodes only if they refer to one of ours.
    """
    ours = dict(_ours(live))
    ids = {found.id: key for key, found in ours.items()}
    nodes = {key: _live_node(key, found, desired, live) for key, found in ours.items()}
    for address in desired.keys() - live.objects.keys():
        nodes[str(address)] = Node(str(address), State.DECLARED, address.kind)
    wanted = {(str(a), str(other)) for a, r in desired.items() for other in r.references}
    there = {(key, name) for key, found in ours.items() for name in _named(found, ids)}
    # Others are of interest only as the reason why one of our objects stays.
    for found in (*live.foreign, *live.elsewhere, *live.bystanders, *live.releases):
        named = set(_named(found, ids))
        if named:
            nodes[found.id] = Node(found.id, State.FOREIGN, found.kind, found.id, found.name)
            there |= {(found.id, name) for name in named}
    edges = (
        Edge(*pair, desired=pair in wanted, live=pair in there)
        for pair in sorted(wanted | there)
        # A reference to an object that no longer exists, or that was not read, has no second node.
        if pair[0] != pair[1] and nodes.keys() >= set(pair)
    )
    return Graph(title, tuple(nodes[key] for key in sorted(nodes)), tuple(edges))


def _ours(live: Live) -> Iterator[tuple[str, RemoteObject]]:
    """Yield all our objects and all borrowed ones, each with the key of its node."""
    for address, found in (*live.objects.items(), *live.borrowed.items()):
        yield str(address), found
    for found in live.surplus:
        yield found.id, found


def _live_node(key: str, found: RemoteObject, desired: Desired, live: Live) -> Node:
    state = State.LIVE
    if any(found is one for one in live.surplus):
        state = State.SURPLUS
    elif any(found is one for one in live.borrowed.values()):
        state = State.BORROWED
    elif found.address not in desired:
        state = State.RETIRED if found.retained or found.former else State.ORPHAN
    return Node(key, state, found.kind, found.id, found.name)


def _named(found: RemoteObject, ids: Mapping[str, str]) -> Iterator[str]:
    """Yield the keys of the nodes to which a live object refers."""
    for name in references(found):
        if isinstance(name, Address):
            yield str(name)
        elif name in ids:
            yield ids[name]
