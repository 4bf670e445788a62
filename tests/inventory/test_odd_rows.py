"""A row of an odd shape is one diagnostic that names it, and holds up nothing but its own change."""

from typing import Any

import pytest

from provisioner.engine.classify import classify
from provisioner.engine.marks import make_mark
from provisioner.engine.plan import make_plan
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.inventory import Inventory
from provisioner.model.plan import Plan
from provisioner.model.provider import Row
from provisioner.model.remote import Live
from provisioner.model.resource import Resource
from tests.engine.build import BINDINGS, CONTEXT, OWNER, QA, assistant, desired


def nested(levels: int = 3_000) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = [value]
    return value


ODD: dict[str, dict[str, Any]] = {
    "metadata that is a text": {"metadata": "team=people"},
    "metadata that is a list": {"metadata": ["a"]},
    "a name that is an object": {"name": {"first": "a"}},
    "tools that are a text": {"tools": "file_search"},
    "a tool that is a text": {"tools": ["file_search"]},
    "tools that are numbers": {"tools": [1, 2]},
    "resources that are a list": {"tools": [{"type": "file_search"}], "tool_resources": [1]},
    "3,000 levels": {"instructions": nested()},
    "3,000 levels of a field nobody knows": {"tomorrow": {"x": nested()}},
    "a time that is an object": {"created_at": {}},
}


def our_row(wanted: Resource, **facts: Any) -> Row:
    mark = make_mark(wanted, KINDS["assistant"], BINDINGS["assistant"], OWNER)
    return {"id": "asst_ours", **wanted.spec, "metadata": mark.to_metadata(), **facts}


def read(*rows: Row, wanted: tuple[Resource, ...] = ()) -> Live:
    inventory = Inventory({"assistant": rows, "vector_store": ()})
    return classify(inventory, BINDINGS, OWNER, desired(*wanted))


def planned(*rows: Row, wanted: tuple[Resource, ...] = ()) -> Plan:
    return make_plan(CONTEXT, desired(*wanted), read(*rows, wanted=wanted))


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_a_foreign_row_is_at_most_one_diagnostic_and_stops_nothing(odd: dict[str, Any]) -> None:
    theirs = {"id": "asst_theirs", "model": "m", **odd}
    wanted = (assistant(),)

    plan = planned(theirs, our_row(assistant()), wanted=wanted)

    assert plan.is_empty
    assert len(plan.diagnostics) <= 1
    for one in plan.diagnostics:
        assert one.code.name == "odd-shape"
        assert "asst_theirs" in one.detail


@pytest.mark.parametrize(
    ("odd", "field"),
    [
        ({"tools": "file_search"}, "tools"),
        ({"tools": [7]}, "tools"),
        ({"instructions": nested()}, "instructions"),
    ],
    ids=["a text", "a number", "3,000 levels"],
)
class TestARowOfOurs:
    def test_names_the_object_and_the_field_and_is_not_called_unchanged(
        self, odd: dict[str, Any], field: str
    ) -> None:
        plan = planned(our_row(assistant(), **odd), wanted=(assistant(),))

        (said,) = plan.diagnostics
        assert said.subject == "assistant.qa"
        assert f"`{field}`" in said.detail
        assert plan.is_empty
        assert plan.unchanged == 0

    def test_blocks_its_own_change_and_no_other(self, odd: dict[str, Any], field: str) -> None:
        wanted = (assistant(description="new"), assistant("other"))

        plan = planned(our_row(assistant(), **odd), wanted=wanted)

        by_address = {str(c.address): c for c in plan.changes}
        assert by_address["assistant.qa"].blocked.startswith(field)
        assert by_address["assistant.other"].blocked == ""

    def test_can_still_be_deleted(self, odd: dict[str, Any], field: str) -> None:
        assert field in odd

        (change,) = planned(our_row(assistant(), **odd)).changes

        assert (change.action.word, change.blocked) == ("delete", "")


def test_a_row_with_nothing_but_an_id_is_foreign() -> None:
    live = read({"id": "asst_bare"})

    assert [found.id for found in live.foreign] == ["asst_bare"]
    assert live.diagnostics == ()


def test_what_an_odd_row_names_is_in_use_all_the_same() -> None:
    other = {"id": "asst_theirs", "tools": "x", "metadata": 5, "y": [{"z": "asst_ours"}]}

    (change,) = planned(our_row(assistant()), other).changes

    assert change.address == QA
    assert change.action.word == "forget"


def test_a_row_without_an_id_is_one_diagnostic_and_keeps_what_it_names() -> None:
    theirs = {
        "name": "odd",
        "tool_resources": {"file_search": {"vector_store_ids": ["vs_ours_one"]}},
    }
    store = Resource(Address("vector_store", "docs"), {"name": "docs"})
    mark = make_mark(store, KINDS["vector_store"], BINDINGS["vector_store"], OWNER)
    row = {"id": "vs_ours_one", "name": "docs", "metadata": mark.to_metadata()}
    inventory = Inventory({"vector_store": (row,)}, nameless={"assistant": (theirs,)})

    live = classify(inventory, BINDINGS, OWNER, {})
    plan = make_plan(CONTEXT, {}, live)

    assert [(d.code.name, d.subject) for d in live.diagnostics] == [("odd-shape", "assistant")]
    assert [change.action.word for change in plan.changes] == ["forget"]
