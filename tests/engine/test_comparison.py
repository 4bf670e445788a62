"""Test the comparison of two sides, as pure values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provisioner.engine.comparison import compared, document_differences
from provisioner.kinds import KINDS
from provisioner.model.plan import UNSET, Action, Change
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.value import Reference, Sensitive
from tests.engine.build import LIBRARY, LOOKUP, SEARCH, applied, assistant, desired, document, store


def changes(first: list[Resource], second: list[Resource]) -> list[Change]:
    return [*compared(desired(*first), desired(*second), KINDS)[0]]


def fields(first: Resource, second: Resource) -> dict[str, tuple[Any, Any]]:
    return {
        field.path: (field.live, field.desired)
        for change in changes([first], [second])
        for field in change.fields
    }


def test_what_is_alike_is_counted_and_what_one_side_alone_has_is_named() -> None:
    first, second = desired(assistant(), assistant("a")), desired(assistant(), assistant("b"))
    found, alike = compared(first, second, KINDS)

    assert alike == 1
    assert [(str(one.address), one.action) for one in found] == [
        ("assistant.a", Action.DELETE),
        ("assistant.b", Action.CREATE),
    ]


def test_each_field_is_told_at_its_path_from_the_first_to_the_second() -> None:
    one = assistant(temperature=0.2, tools={"file_search": SEARCH}, metadata={"a": "1"})
    other = assistant(
        tools={"file_search": {**SEARCH, "max_num_results": 3}, "look": LOOKUP},
        metadata={"a": "2"},
    )
    assert fields(one, other) == {
        "metadata.a": ("1", "2"),
        "temperature": (0.2, UNSET),
        "tools[file_search].max_num_results": (UNSET, 3),
        "tools[look]": (UNSET, LOOKUP),
    }


def test_references_are_compared_by_address_and_numbers_by_value() -> None:
    one = assistant(temperature=1, tools={"file_search": {**SEARCH}})
    other = assistant(temperature=1.0, tools={"file_search": {**SEARCH}})
    moved = {**SEARCH, "vector_store": Reference(replace(LIBRARY, name="other"))}

    assert fields(one, other) == {}
    assert [*fields(one, assistant(temperature=1, tools={"file_search": moved}))] == [
        "tools[file_search].vector_store"
    ]


def test_the_order_of_the_properties_of_a_schema_is_compared() -> None:
    def with_order(*names: str) -> Resource:
        schema = {"type": "object", "properties": {name: {} for name in names}}
        return assistant(tools={"look": {**LOOKUP, "parameters": schema}})

    assert [*fields(with_order("a", "b"), with_order("b", "a"))] == [
        "tools[look].parameters.properties"
    ]


def test_a_secret_that_differs_is_told_as_one() -> None:
    [change] = changes(
        [assistant(instructions=Sensitive("one"))], [assistant(instructions=Sensitive("two"))]
    )
    assert [field.sensitive for field in change.fields] == [True]


def test_protection_is_compared() -> None:
    protected = assistant(lifecycle=Lifecycle(prevent_destroy=True))
    assert fields(assistant(), protected) == {"lifecycle.prevent_destroy": (False, True)}


def test_documents_are_compared_by_content_and_by_attributes() -> None:
    one = store(document("a.md"), document("b.md"), document("c.md"), document("d.md"))
    other = store(
        document("b.md", "new"), document("c.md", team="x"), document("d.md"), document("e.md")
    )
    [change] = changes([one], [other])

    assert [(d.path, d.action.value, d.content) for d in change.documents] == [
        ("a.md", "remove", True),
        ("b.md", "change", True),
        ("c.md", "change", False),
        ("e.md", "add", True),
    ]


def test_a_document_recorded_by_the_digest_of_its_bytes_is_the_same() -> None:
    with_both = replace(document("a.md"), sha256="b" * 64, content="c" * 64)
    by_bytes = replace(document("a.md"), sha256="b" * 64)

    assert changes([store(with_both)], [store(by_bytes)]) == []
    assert changes([store(by_bytes)], [store(with_both)]) == []


def test_two_empty_sides_are_alike() -> None:
    assert compared({}, {}, KINDS) == ((), 0)


def test_the_documents_of_a_declared_store_are_compared_with_those_of_a_live_one() -> None:
    there = applied(store(document("a.md"), document("b.md", "old")))
    declared = store(document("b.md", "new"), document("c.md"))

    assert [(d.path, d.action.value) for d in document_differences(declared, there)] == [
        ("a.md", "remove"),
        ("b.md", "change"),
        ("c.md", "add"),
    ]
