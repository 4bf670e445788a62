"""The shortcut for an unchanged object finds the same as the comparison of all its fields."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from provisioner.engine.baseline import MOMENT
from provisioner.engine.both_sides import differing_fields_of, tracked_fields_of
from provisioner.engine.unshown import AS_MADE
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import tracked_key
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.value import Reference, RemoteId, Sensitive
from tests.engine.build import BINDINGS, LOOKUP, OWNER, SEARCH, applied, assistant, edited

KIND, BINDING = KINDS["assistant"], BINDINGS["assistant"]
OLD_STORE = RemoteId("vector_store", "vs_old", Address("vector_store", "library"))
PARAMETERS = {"type": "object", "properties": {"a": {}, "b": {}}}
TURNED = {"type": "object", "properties": {"b": {}, "a": {}}}

WANTED: dict[str, dict[str, Any]] = {
    "plain": {},
    "every sort of field": {
        "description": "Answers.",
        "temperature": 0.2,
        "max_completion_tokens": 1500,
        "metadata": {"team": "people"},
        "tools": {"file_search": SEARCH, "lookup": {**LOOKUP, "parameters": PARAMETERS}},
    },
    "a field that is not shown": {"reasoning_effort": "low"},
    "a secret": {"instructions": Sensitive("hush")},
}
EDITS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "another number": {"temperature": 0.9},
    "a number of another type": {"temperature": 1},
    "a field that is gone": {"description": None},
    "a field that no manifest sets": {"description": "By hand."},
    "a version of the model": {"model": "gpt-6.1-2026-09-01"},
    "a key of somebody else": {"metadata": {"team": "people", "theirs": "1"}},
    "no metadata": {"metadata": None},
    "a tool by hand": {"tools": {"file_search": SEARCH, "code_interpreter": {"type": "x"}}},
    "no tools": {"tools": None},
    "the order of properties": {
        "tools": {"file_search": SEARCH, "lookup": {**LOOKUP, "parameters": TURNED}}
    },
    "the id of an older store": {"tools": {"file_search": {**SEARCH, "vector_store": OLD_STORE}}},
    "another store": {
        "tools": {
            "file_search": {**SEARCH, "vector_store": Reference(Address("vector_store", "other"))}
        }
    },
    "a run setting": {"max_completion_tokens": 300},
}


def causes(
    find: Callable[..., list[Any]], wanted: Resource, found: RemoteObject
) -> dict[str, object]:
    sides = find(wanted, found, KIND, BINDING, OWNER)
    return {one.path: one.cause for one in sides if one.cause is not None}


@pytest.mark.parametrize(("before", "now", "edit"), list(product(WANTED, WANTED, EDITS)))
def test_the_shortcut_finds_what_the_comparison_finds(before: str, now: str, edit: str) -> None:
    there = edited(applied(assistant(**WANTED[before])), **EDITS[edit])
    wanted = assistant(**WANTED[now])
    assert causes(differing_fields_of, wanted, there) == causes(tracked_fields_of, wanted, there)


def test_an_unchanged_object_takes_the_shortcut() -> None:
    wanted = assistant(**WANTED["every sort of field"])
    assert differing_fields_of(wanted, applied(wanted), KIND, BINDING, OWNER) == []


def test_an_object_that_was_written_since_takes_no_shortcut() -> None:
    """A value that the server does not show may have changed in that write."""
    wanted = assistant()
    there = applied(wanted, created_at=100.0, updated_at=200.0)
    assert there.mark is not None
    entries = {**there.mark.applied, tracked_key(MOMENT): AS_MADE}
    there = replace(there, mark=replace(there.mark, applied=entries))
    assert differing_fields_of(wanted, there, KIND, BINDING, OWNER) != []


def test_an_id_that_was_copied_from_the_live_side_takes_no_shortcut() -> None:
    tools = {"file_search": {**SEARCH, "vector_store": OLD_STORE}}
    there = edited(applied(assistant(tools={"file_search": SEARCH})), tools=tools)
    ignored = Lifecycle(ignore_changes=("tools[file_search].vector_store",))
    wanted = replace(assistant(tools=tools), lifecycle=ignored)
    assert causes(differing_fields_of, wanted, there) == causes(tracked_fields_of, wanted, there)
    assert causes(differing_fields_of, wanted, there) != {}


def test_a_field_that_the_mark_alone_remembers_takes_no_shortcut() -> None:
    there = edited(applied(assistant(description="old")), description="old")
    assert causes(differing_fields_of, assistant(), there) != {}
