"""Test the contents of a copy of an older release, and which of them count as drift."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.diff import diff
from provisioner.engine.guard import drift_refusals
from provisioner.engine.marks import make_mark
from provisioner.engine.rollback import changed_fields, mark_of_copy
from provisioner.kinds import KINDS
from provisioner.model.plan import UNSET, Action, Change, Reason
from provisioner.model.remote import Live, Published, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId, Sensitive, Spec, revealed
from provisioner.runtimes import RUNTIMES
from tests.engine.build import LIBRARY, OWNER, QA, assistant

BINDINGS = RUNTIMES["responses"].bindings
KIND, BINDING = KINDS["assistant"], BINDINGS["assistant"]


def release(number: int, **spec: Any) -> RemoteObject:
    """A release as an honest apply publishes it."""
    resource = assistant(**spec)
    mark = make_mark(resource, KIND, BINDING, OWNER)
    whole = BINDING.complete(revealed(resource.spec))
    metadata = {**whole.get("metadata", {}), **mark.to_metadata()}
    published = Published(number)
    return RemoteObject("assistant", "one", "qa", whole, mark, metadata, published=published)


def copied(current: RemoteObject, older: RemoteObject) -> RemoteObject:
    mark = mark_of_copy(current, older, KIND, BINDING)
    number = current.published.number + 1 if current.published else 0
    back = older.published.number if older.published else 0
    metadata = {**(older.spec.get("metadata") or {}), **(mark.to_metadata() if mark else {})}
    published = Published(number, rolled_back_to=back)
    return replace(older, mark=mark, metadata=metadata, published=published)


def planned(wanted: Resource, live: RemoteObject) -> Change:
    (change,) = diff({QA: wanted}, Live({QA: live}), KINDS, BINDINGS, OWNER)
    return change


CHANGES: dict[str, tuple[Spec, Spec]] = {
    "another text": ({"instructions": "One."}, {"instructions": "Two."}),
    "a field that the manifest no longer sets": ({"temperature": 0.2}, {}),
    "a field that it sets since": ({}, {"temperature": 0.2}),
    "one that has a default": ({"response_format": {"type": "json_object"}}, {}),
    "a tool less": ({"tools": {"f": {"type": "function"}}}, {}),
    "a tool more": ({}, {"tools": {"f": {"type": "function"}}}),
    "another tool": (
        {"tools": {"f": {"type": "function"}}},
        {"tools": {"g": {"type": "function"}}},
    ),
    "a metadata key": ({"metadata": {"a": "1"}}, {"metadata": {"b": "2"}}),
}


@pytest.mark.parametrize(("before", "now"), CHANGES.values(), ids=CHANGES)
def test_what_came_back_is_drift_and_nothing_else(before: Spec, now: Spec) -> None:
    older, current = release(1, **before), release(2, **now)

    change = planned(assistant(**now), copied(current, older))

    assert change.causes == {Reason.DRIFT}
    shown = changed_fields(current, older, KIND, BINDING)
    assert {f.path: f.desired for f in shown} == {f.path: f.live for f in change.fields}


@pytest.mark.parametrize(("before", "now"), CHANGES.values(), ids=CHANGES)
def test_a_manifest_that_says_the_same_is_no_drift(before: Spec, now: Spec) -> None:
    live = copied(release(2, **now), release(1, **before))

    assert planned(assistant(**before), live).action is Action.NO_OP


@pytest.mark.parametrize(("before", "now"), CHANGES.values(), ids=CHANGES)
def test_back_and_forth_is_where_it_was(before: Spec, now: Spec) -> None:
    older, current = release(1, **before), release(2, **now)

    again = copied(copied(current, older), current)

    assert planned(assistant(**now), again).action is Action.NO_OP


SEARCH = {"type": "file_search", "vector_store": Reference(LIBRARY)}
OLD = {"type": "file_search", "vector_store": RemoteId("vector_store", "vs_old", LIBRARY)}
PATH = "tools[file_search].vector_store"


def with_old_store(live: RemoteObject) -> RemoteObject:
    return replace(live, spec={**live.spec, "tools": {"file_search": OLD}})


def test_an_old_store_is_drift_where_somebody_rolled_back() -> None:
    both: Spec = {"tools": {"file_search": SEARCH}}
    live = with_old_store(copied(release(2, **both), release(1, **both)))

    change = planned(assistant(**both), live)

    assert [(f.path, f.cause) for f in change.fields] == [(PATH, Reason.DRIFT)]
    assert change.rolled_back_to == 1
    (refusal,) = drift_refusals([change])
    assert refusal.told == "assistant.qa: rolled back to an older release"
    assert PATH in refusal.detail


def test_an_old_store_is_a_mere_reference_where_nobody_did() -> None:
    live = with_old_store(release(2, tools={"file_search": SEARCH}))

    change = planned(assistant(tools={"file_search": SEARCH}), live)

    assert change.reason is Reason.REFERENCE
    assert change.causes == {Reason.REFERENCE}


@pytest.mark.parametrize(
    ("says", "cause"), [("Two.", {Reason.DRIFT}), ("One.", {Reason.REFERENCE})]
)
def test_an_old_store_follows_once_the_manifest_says_what_came_back_with_it(
    says: str, cause: set[Reason]
) -> None:
    tools = {"file_search": SEARCH}
    older = release(1, instructions="One.", tools=tools)
    current = release(2, instructions="Two.", tools=tools)
    live = with_old_store(copied(current, older))

    assert planned(assistant(instructions=says, tools=tools), live).causes == cause


def test_an_edit_of_something_else_does_not_let_the_old_store_go() -> None:
    tools = {"file_search": SEARCH}
    both = {"instructions": "One.", "tools": tools}
    live = with_old_store(copied(release(2, **both), release(1, **both)))

    change = planned(assistant(instructions="Three.", tools=tools), live)

    assert {f.path: f.cause for f in change.fields} == {
        "instructions": Reason.MANIFEST,
        PATH: Reason.DRIFT,
    }


def test_what_was_a_secret_stays_one() -> None:
    older = release(1, instructions=Sensitive("hush"))
    current = release(2, instructions="Two.")

    (shown,) = changed_fields(current, older, KIND, BINDING)
    live = replace(copied(current, older), spec={**current.spec, "instructions": "hush"})
    (field,) = planned(assistant(instructions="Two."), live).fields

    assert (shown.sensitive, field.sensitive) == (True, True)


def test_the_copy_speaks_for_the_files_of_the_older_one() -> None:
    older, current = release(1), release(2)
    assert older.mark
    assert current.mark
    older = replace(older, mark=replace(older.mark, settings={"files": ["rates:abc:old"]}))
    current = replace(current, mark=replace(current.mark, settings={"files": ["rates:def:new"]}))

    mark = mark_of_copy(current, older, KIND, BINDING)

    assert mark
    assert mark.settings == {"files": ["rates:abc:old"]}
    without = mark_of_copy(current, release(1), KIND, BINDING)
    assert without
    assert without.settings == {}


def test_where_only_one_side_has_a_field_the_other_has_none() -> None:
    (change,) = changed_fields(release(2), release(1, temperature=0.2), KIND, BINDING)

    assert (change.path, change.live, change.desired) == ("temperature", UNSET, 0.2)
