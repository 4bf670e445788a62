"""The graph: what is declared and what is live, in one picture, and what of others names ours."""

from dataclasses import replace

from provisioner.engine.graph import Edge, Graph, State, graph_of
from provisioner.model.address import Address
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired
from tests.engine import build
from tests.engine.build import SEARCH, applied, assistant, store

TOOLS = {"file_search": SEARCH}


def drawn(wanted: Desired, there: Live) -> Graph:
    return graph_of("acme", wanted, there)


def states(graph: Graph) -> dict[str, State]:
    return {node.key: node.state for node in graph.nodes}


def test_a_reference_that_is_declared_and_live_is_one_edge() -> None:
    resources = (assistant(tools=TOOLS), store())
    graph = drawn(build.desired(*resources), build.live(*map(applied, resources)))

    assert states(graph) == {"assistant.qa": State.LIVE, "vector_store.library": State.LIVE}
    assert graph.edges == (Edge("assistant.qa", "vector_store.library", desired=True, live=True),)


def test_what_is_only_declared_and_what_is_only_live_are_told_apart() -> None:
    resources = (assistant(tools=TOOLS), store())
    graph = drawn(build.desired(*resources), build.live(applied(assistant()), applied(store())))
    assert graph.edges == (Edge("assistant.qa", "vector_store.library", desired=True, live=False),)

    there = build.live(*map(applied, resources))
    graph = drawn(build.desired(assistant(), store()), there)
    assert graph.edges == (Edge("assistant.qa", "vector_store.library", desired=False, live=True),)


def test_orphans_and_twins_are_marked() -> None:
    there = replace(
        build.live(applied(assistant()), applied(store())),
        surplus=(replace(applied(assistant()), id="asst_twin"),),
    )
    graph = drawn(build.desired(assistant()), there)

    assert states(graph) == {
        "assistant.qa": State.LIVE,
        "asst_twin": State.SURPLUS,
        "vector_store.library": State.ORPHAN,
    }


def test_of_others_only_what_names_ours_is_there() -> None:
    ours = applied(store())
    names = RemoteObject("assistant", "asst_x", "Theirs", {}, refers_to=frozenset({ours.id}))
    other = RemoteObject("assistant", "asst_y", "Alone", {}, refers_to=frozenset({"vs_elsewhere"}))
    there = replace(build.live(ours), foreign=(names, other))

    graph = drawn(build.desired(store()), there)

    assert states(graph) == {"asst_x": State.FOREIGN, "vector_store.library": State.LIVE}
    assert graph.edges == (Edge("asst_x", "vector_store.library", desired=False, live=True),)


def test_around_an_address_is_what_it_names_and_what_names_it_however_far() -> None:
    resources = (assistant(tools=TOOLS), store(), assistant("alone"))
    graph = drawn(build.desired(*resources), build.live())

    assert set(states(graph.around(Address("vector_store", "library")))) == {
        "assistant.qa",
        "vector_store.library",
    }
    assert set(states(graph.around(Address("assistant", "alone")))) == {"assistant.alone"}
