"""Undeclared values: seen one by one, judged by a baseline, and moved only by what was agreed to."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.baseline import ALL
from provisioner.engine.both_sides import compared_object
from provisioner.engine.marks import make_mark
from provisioner.engine.plan import agreed as agreed_to
from provisioner.engine.plan import make_plan
from provisioner.engine.undeclared import (
    NOTHING_KNOWN,
    ComparedObject,
    accepted,
    carried,
    has_none,
    undeclared,
)
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.mark import Mark, tracked_key
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Since
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.stack import Guards
from provisioner.runtimes import RUNTIMES
from tests.engine import build
from tests.engine.build import LOOKUP, OWNER, applied, assistant, edited, live, plan, store

MANY = {f"tool-{n}": {**LOOKUP, "description": str(n)} for n in range(60)}
CODE: dict[str, Any] = {"code_interpreter": {"type": "code_interpreter", "files": {}}}
KIND, BINDING = KINDS["assistant"], build.BINDINGS["assistant"]
AGENTS, RELEASES = (RUNTIMES[name].bindings["assistant"] for name in ("agents", "responses"))


def found(resource: Resource, there: RemoteObject) -> dict[str, tuple[Any, Since]]:
    """The undeclared values that a plan shows: live values and since when, by path."""
    values = plan({resource.address: resource}, live(there)).undeclared
    return {value.path: (value.live, value.since) for value in values}


def with_entries(there: RemoteObject, **entries: Any) -> RemoteObject:
    """The object with other entries of undeclared values in its mark."""
    mark = there.mark or Mark(OWNER, Address("assistant", "qa"), intact=False)
    return replace(there, mark=replace(mark, applied={**mark.applied, **entries}))


def sides(resource: Resource, there: RemoteObject) -> ComparedObject:
    kind = KINDS[there.kind]
    return compared_object(resource, there, kind, build.BINDINGS[there.kind], OWNER)


def agreed(resource: Resource, there: RemoteObject) -> RemoteObject:
    """The object after a plan that shows its undeclared values was agreed to."""
    entries = accepted(sides(resource, there))
    binding = build.BINDINGS[there.kind]
    mark = make_mark(
        resource, KINDS[there.kind], binding, OWNER, before=there.mark, undeclared=entries
    )
    return replace(there, mark=mark)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({}, {}),
        ({"top_p": 0.3}, {"top_p": (0.3, Since.MOVED)}),
        ({"top_p": 1.0, "temperature": 1, "response_format": "auto"}, {}),
        ({"reasoning_effort": "high"}, {"reasoning_effort": ("high", Since.MOVED)}),
        ({"instructions": "Refund."}, {"instructions": ("Refund.", Since.MOVED)}),
        ({"max_completion_tokens": 9}, {"max_completion_tokens": (9, Since.MOVED)}),
        ({"tools": CODE}, {"tools[code_interpreter]": (CODE["code_interpreter"], Since.MOVED)}),
        ({"metadata": {"who": "them"}}, {}),
        ({"not_in_the_schema": 1}, {}),
    ],
)
def test_what_no_manifest_sets_is_shown_when_it_is_off_its_default(
    edit: dict[str, Any], expected: dict[str, Any]
) -> None:
    resource, there = assistant(), edited(applied(assistant()), **edit)

    assert found(resource, there) == expected
    assert not (has_none(resource, there, BINDING.fields.defaults) and expected)


def test_an_object_at_its_defaults_is_told_without_comparing_it() -> None:
    """One with a baseline is not: of that, something may be gone."""
    there = edited(applied(assistant()), top_p=1, temperature=1.0, response_format="auto")

    assert has_none(assistant(), there, BINDING.fields.defaults)
    moved = edited(there, top_p=0.3)
    assert not has_none(assistant(), agreed(assistant(), moved), BINDING.fields.defaults)
    assert not has_none(
        assistant(), edited(agreed(assistant(), moved), top_p=1), BINDING.fields.defaults
    )


def test_the_plan_stays_empty_and_the_value_counts_for_drift() -> None:
    resource = assistant()
    made = plan({resource.address: resource}, live(edited(applied(resource), top_p=0.3)))

    assert made.is_empty
    assert [(value.was, value.counts) for value in made.undeclared] == [(1, True)]


def test_a_tool_beside_declared_ones_is_drift_and_not_undeclared() -> None:
    resource = assistant(tools={"lookup": LOOKUP})
    there = edited(applied(resource), tools={"lookup": LOOKUP, **CODE})
    made = plan({resource.address: resource}, live(there))

    assert made.undeclared == ()
    assert [field.path for field in made.changes[0].fields] == ["tools[code_interpreter]"]


def test_what_is_ignored_is_not_undeclared() -> None:
    resource = assistant(lifecycle=Lifecycle(ignore_changes=("top_p",)))

    assert found(resource, edited(applied(resource), top_p=0.3)) == {}


def test_a_store_that_would_lapse_though_no_manifest_says_so() -> None:
    lapses = {"anchor": "last_active_at", "days": 1}

    there = edited(applied(store()), expires_after=lapses)

    assert found(store(), there) == {"expires_after": (lapses, Since.MOVED)}


class TestBaseline:
    @pytest.mark.parametrize(
        ("then", "expected"),
        [
            ({}, {}),
            ({"top_p": 0.4}, {"top_p": (0.4, Since.MOVED)}),
            ({"temperature": 2}, {"temperature": (2, Since.MOVED)}),
            ({"top_p": None}, {"top_p": (1, Since.MOVED)}),
            ({"tools": None}, {"tools": ("(1 that no manifest declares, no longer there)", Since.MOVED)}),
        ],
    )  # fmt: skip
    def test_what_was_agreed_to_is_silent_until_it_moves_again(
        self, then: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        there = agreed(assistant(), edited(applied(assistant()), top_p=0.3, tools=CODE))

        assert found(assistant(), edited(there, **then)) == expected

    def test_a_routine_apply_leaves_it_where_it_was(self) -> None:
        moved = edited(agreed(assistant(), edited(applied(assistant()), top_p=0.3)), tools=CODE)

        entries = carried(sides(assistant(), moved))

        mark = make_mark(assistant(), KIND, BINDING, OWNER, before=moved.mark, undeclared=entries)
        assert list(found(assistant(), replace(moved, mark=mark))) == ["tools[code_interpreter]"]

    def test_a_value_that_is_declared_now_leaves_it(self) -> None:
        there = agreed(assistant(), edited(applied(assistant()), top_p=0.3, temperature=0.1))

        entries = carried(sides(assistant(top_p=0.3), there))

        assert set(entries) == {tracked_key("temperature")}

    def test_a_mark_of_version_1_knows_none_and_only_a_tool_counts(self) -> None:
        first = applied(assistant())
        assert first.mark
        there = edited(replace(first, mark=replace(first.mark, version=1)), top_p=0.3, tools=CODE)
        values = plan({build.QA: assistant()}, live(there)).undeclared

        assert {v.path: (v.since, v.counts) for v in values} == {
            "top_p": (Since.UNKNOWN, False),
            "tools[code_interpreter]": (Since.UNKNOWN, True),
        }
        assert carried(sides(assistant(), there)) == {tracked_key(ALL): NOTHING_KNOWN}

    def test_of_an_object_with_nothing_undeclared_the_default_is_the_baseline(self) -> None:
        first = applied(assistant())
        assert first.mark
        there = replace(first, mark=replace(first.mark, version=1))

        assert carried(sides(assistant(), there)) == {}

    def test_nothing_known_stays_unknown_after_a_routine_apply(self) -> None:
        there = with_entries(applied(assistant()), **{tracked_key(ALL): NOTHING_KNOWN})
        there = edited(there, top_p=0.3)

        assert found(assistant(), there) == {"top_p": (0.3, Since.UNKNOWN)}
        assert carried(sides(assistant(), there)) == {tracked_key(ALL): NOTHING_KNOWN}


class TestWithoutRoom:
    """Sixty tools added by hand: one digest stands for all of them."""

    def test_one_digest_stands_for_all(self) -> None:
        there = agreed(assistant(), edited(applied(assistant()), tools=MANY))

        assert there.mark
        assert there.mark.of(ALL)
        assert found(assistant(), there) == {}

    def test_one_that_moves_makes_each_of_them_one_of_those_that_may_have(self) -> None:
        there = agreed(assistant(), edited(applied(assistant()), tools=MANY))

        values = found(assistant(), edited(there, tools={**MANY, **CODE}))

        assert len(values) == 61
        assert {since for _, since in values.values()} == {Since.AMONG}

    def test_one_that_is_declared_now_changes_nothing_for_the_others(self) -> None:
        there = agreed(assistant(), edited(applied(assistant()), tools=MANY, top_p=0.3))
        declared = assistant(top_p=0.3)

        entries = carried(sides(declared, there))

        mark = make_mark(declared, KIND, BINDING, OWNER, before=there.mark, undeclared=entries)
        assert found(declared, replace(there, mark=mark)) == {}

    @pytest.mark.parametrize(
        "moved",
        [
            {"tools": {**MANY, **CODE}, "top_p": 0.3},
            {"tools": {**MANY, "tool-7": {**LOOKUP, "description": "else"}}, "top_p": 0.3},
            {"tools": MANY, "top_p": 0.9, "temperature": 0.1},
        ],
        ids=["a tool more", "a tool changed", "a field more"],
    )
    def test_one_that_is_declared_while_another_moved_accepts_nothing(
        self, moved: dict[str, Any]
    ) -> None:
        """A routine apply cannot tell which of them moved, so it knows nothing from then on."""
        there = agreed(assistant(), edited(applied(assistant()), tools=MANY, top_p=0.3))
        there, declared = edited(there, **moved), assistant(top_p=0.3)

        entries = carried(sides(declared, there))

        mark = make_mark(declared, KIND, BINDING, OWNER, before=there.mark, undeclared=entries)
        after = found(declared, replace(edited(there, top_p=0.3), mark=mark))
        assert {since for _, since in after.values()} == {Since.UNKNOWN}


@pytest.mark.parametrize(
    ("binding", "quiet", "loud"),
    [
        (
            AGENTS,
            {"reasoning_effort": "medium", "service_tier": "auto", "verbosity": "medium"},
            {"reasoning_effort": "max", "service_tier": "priority", "compaction": {"async": True}},
        ),
        (RELEASES, {"response_format": {"type": "text"}}, {"top_p": 0.3, "store": False}),
    ],
    ids=["agents", "responses"],
)
def test_each_runtime_knows_what_its_server_fills_in(
    binding: Binding, quiet: dict[str, Any], loud: dict[str, Any]
) -> None:
    resource = assistant()
    mark = make_mark(resource, KIND, binding, OWNER)
    spec = {**resource.spec, **quiet}

    def shown(live_spec: dict[str, Any]) -> list[str]:
        both = ComparedObject(
            binding.complete(resource.spec), binding.complete(live_spec), KIND, binding, mark
        )
        return sorted(value.path for value in undeclared(resource.address, both))

    assert shown(spec) == []
    assert shown({**spec, **loud}) == sorted(loud)


def test_an_object_about_to_be_made_has_none() -> None:
    resource = assistant()

    made = plan({resource.address: resource}, live())

    assert made.changes[0].action is Action.CREATE
    assert made.undeclared == ()


def test_a_typed_yes_accepts_what_the_plan_shows_of_objects_that_it_changes() -> None:
    one, two = assistant("one"), assistant("two")
    there = live(*(edited(applied(each), top_p=0.3) for each in (one, two)))
    made = plan(build.desired(assistant("one", instructions="Be brief."), two), there)

    said = agreed_to(made)

    assert [(str(c.address), c.accepted) for c in made.changes] == [("assistant.one", ())]
    assert [(str(c.address), c.accepted) for c in said.changes] == [("assistant.one", ("top_p",))]


def test_accepting_remembers_them_on_objects_that_nothing_else_is_done_to() -> None:
    there = live(edited(applied(assistant()), top_p=0.3))

    made = plan(build.desired(assistant()), there, overrides=Overrides(accept_undeclared=True))

    assert [(c.action, c.accepted, c.fields) for c in made.changes] == [
        (Action.UPDATE, ("top_p",), ())
    ]
    assert not made.changes[0].drifts


@pytest.mark.parametrize(
    ("word", "accepts", "refused"),
    [("warn", False, False), ("refuse", False, True), ("refuse", True, False), ("ignore", False, False)],
)  # fmt: skip
def test_a_stack_says_what_a_plan_does_about_them(
    word: str, *, accepts: bool, refused: bool
) -> None:
    stack = replace(build.STACK, guards=Guards(undeclared=word))
    there = live(edited(applied(assistant()), top_p=0.3))

    made = make_plan(
        replace(build.CONTEXT, stack=stack),
        build.desired(assistant()),
        there,
        overrides=Overrides(accept_undeclared=accepts),
    )

    assert [one.code.name for one in made.refusals] == (["undeclared"] if refused else [])
    assert bool(made.undeclared) is (word != "ignore")
