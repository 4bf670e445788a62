"""Two runtimes side by side: what is exact, changed, lost and gained, by their tables alone."""

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.binding import Binding, NormalForm
from provisioner.model.migration import (
    AssistantMigration,
    FieldEffect,
    FieldMigration,
    ResourceEffect,
    Verdict,
)
from provisioner.model.resource import Document, Resource
from provisioner.model.runtime import Level, Runtime, Support
from provisioner.model.value import Reference
from provisioner.runtimes._shared.support_table import (
    SAME,
    Table,
    becomes,
    caveat,
    lacking,
    recorded,
)
from provisioner.source.migration import Comparison, Endpoint

A, STORE = Address("assistant", "a"), Address("vector_store", "s")
BINDING = Binding("things", lambda spec, _: dict(spec), NormalForm)
BASE: Table = {"name": SAME, "model": SAME, "tools": SAME}
KINDS = ("assistant", "vector_store", "file")


def runtime(table: Table, kinds: tuple[str, ...] = KINDS) -> Runtime:
    return Runtime("r", "", {**BASE, **table}, dict.fromkeys(kinds, BINDING))


def compared(
    spec: dict[str, Any], source: Endpoint | Table, target: Endpoint | Table, **more: Resource
) -> Comparison:
    one, other = (
        end if isinstance(end, Endpoint) else Endpoint(runtime(end)) for end in (source, target)
    )
    resource = Resource(A, {"name": "a", "model": "m", **spec})
    declared = {A: resource, **{each.address: each for each in more.values()}}
    return Comparison(declared, set(declared), one, other)


def moved(
    spec: dict[str, Any], source: Endpoint | Table, target: Endpoint | Table
) -> AssistantMigration:
    (one,) = compared(spec, source, target).assistants()
    return one


def field(one: AssistantMigration, path: str) -> FieldMigration:
    (found,) = (each for each in one.fields if each.path == path)
    return found


NEW = caveat("It is not the same.")


@pytest.mark.parametrize(
    ("source", "target", "effect", "note", "name"),
    [
        (SAME, SAME, FieldEffect.EXACT, "", ""),
        (SAME, becomes("other"), FieldEffect.EXACT, "", "other"),
        (SAME, becomes("other", "Mind it."), FieldEffect.CHANGED, "Mind it.", "other"),
        (SAME, NEW, FieldEffect.CHANGED, "It is not the same.", ""),
        (NEW, NEW, FieldEffect.EXACT, "", ""),
        (NEW, SAME, FieldEffect.EXACT, "", ""),
        (SAME, caveat("At most 128.", limit=128), FieldEffect.EXACT, "", ""),
        (recorded("By us."), SAME, FieldEffect.CHANGED, "", ""),
        (SAME, recorded("By us."), FieldEffect.CHANGED, "By us.", ""),
        (recorded("By us."), recorded("By us."), FieldEffect.EXACT, "", ""),
        (SAME, lacking("No such dial."), FieldEffect.LOST, "No such dial.", ""),
        (lacking("No."), SAME, FieldEffect.GAINED, "", ""),
        (lacking("No."), NEW, FieldEffect.GAINED, "It is not the same.", ""),
    ],
)
def test_a_field_is_what_the_two_tables_say_of_it(
    source: Support, target: Support, effect: FieldEffect, note: str, name: str
) -> None:
    one = field(moved({"top_p": 1}, {"top_p": source}, {"top_p": target}), "top_p")
    assert (one.effect, one.note, one.name) == (effect, note, name)


def test_what_is_lost_blocks_until_it_is_dropped() -> None:
    source, target = {"top_p": SAME}, runtime({"top_p": lacking("No.")})

    blocked = moved({"top_p": 1}, source, Endpoint(target))
    agreed = moved({"top_p": 1}, source, Endpoint(target, ("top_p",)))

    assert (blocked.verdict, field(blocked, "top_p").drop) == (Verdict.BLOCKED, "top_p")
    assert (agreed.verdict, field(agreed, "top_p").agreed) == (Verdict.CHANGED, True)


def test_what_neither_end_has_is_lost_by_no_move() -> None:
    lacks = runtime({"top_p": lacking("No.")})
    assert moved(
        {"top_p": 1}, Endpoint(lacks, ("top_p",)), Endpoint(lacks, ("top_p",))
    ).fields == tuple(moved({}, Endpoint(lacks), Endpoint(lacks)).fields)
    # But it blocks where the new one was not told.
    assert (
        moved({"top_p": 1}, Endpoint(lacks, ("top_p",)), Endpoint(lacks)).verdict is Verdict.BLOCKED
    )


def test_what_is_dropped_though_it_could_live_there_is_lost() -> None:
    both = runtime({"top_p": SAME})
    one = field(moved({"top_p": 1}, Endpoint(both), Endpoint(both, ("top_p",))), "top_p")
    assert (one.effect, one.agreed, one.note) == (FieldEffect.LOST, True, "")


def test_one_value_of_a_field_may_be_lost_and_another_not() -> None:
    source: Table = {"truncation_strategy": SAME}
    target: Table = {**source, "truncation_strategy=last_messages": lacking("No count.")}

    cut = moved(
        {"truncation_strategy": {"type": "last_messages", "last_messages": 3}}, source, target
    )
    auto = moved({"truncation_strategy": {"type": "auto"}}, source, target)

    assert field(cut, "truncation_strategy").drop == "truncation_strategy=last_messages"
    assert auto.verdict is Verdict.READY


def test_a_value_of_its_own_in_the_table_wins_over_the_field() -> None:
    source: Table = {"service_tier": SAME}
    target: Table = {"service_tier": SAME, "service_tier=flex": NEW}
    assert field(moved({"service_tier": "flex"}, source, target), "service_tier").note
    assert not field(moved({"service_tier": "auto"}, source, target), "service_tier").note


def test_options_of_tools_are_looked_at_each_and_what_is_lost_with_its_tool_only_once() -> None:
    source: Table = {"tools[function]": SAME, "tools[function].strict": SAME, "tools[mcp]": SAME}
    target: Table = {
        **source,
        "tools[function].strict=true": lacking("No strict mode."),
        "tools[mcp]": lacking("No servers."),
        "tools[mcp].headers": lacking("No headers."),
    }
    tools = {
        "one": {"type": "function", "strict": True},
        "two": {"type": "function", "strict": False},
        "crm": {"type": "mcp", "headers": {}},
    }

    lost = moved({"tools": tools}, source, target).of(FieldEffect.LOST)

    assert {one.path: one.drop for one in lost} == {
        "tools[one].strict": "tools[function].strict=true",
        "tools[crm]": "tools[crm]",
    }


def test_a_name_that_is_too_long_can_only_be_made_shorter() -> None:
    target = {"name": caveat("At most 3.", limit=3)}
    one = field(moved({"name": "long"}, {}, target), "name")
    assert (one.blocks, one.drop) == (True, "")
    assert "shorten the text" in one.note


SEARCH = {"tools": {"file_search": {"type": "file_search", "vector_store": Reference(STORE)}}}
SEARCHES: Table = {"tools[file_search]": SAME}
KNOWING = Resource(STORE, {"name": "s"}, documents={"a": Document("a", "x", 1)})


def test_a_kind_that_does_not_exist_there_is_dropped_and_its_tools_with_it() -> None:
    target = runtime({"tools[file_search]": lacking("No stores.")}, ("assistant",))
    comparison = compared(SEARCH, SEARCHES, Endpoint(target), store=KNOWING)

    (one,), (store,) = comparison.assistants(), comparison.resources(one_account=True)

    assert field(one, "tools[file_search]").drop == "vector_store"
    assert (store.effect, store.blocks, store.drop) == (ResourceEffect.LOST, True, "vector_store")
    dropped = compared(SEARCH, SEARCHES, Endpoint(target, ("vector_store",)), store=KNOWING)
    (one,), (store,) = dropped.assistants(), dropped.resources(one_account=True)
    assert one.verdict is Verdict.CHANGED
    assert (store.effect, store.blocks) == (ResourceEffect.LOST, False)


@pytest.mark.parametrize(
    ("one_account", "effect"), [(True, ResourceEffect.STAYS), (False, ResourceEffect.REBUILT)]
)
def test_knowledge_stays_on_one_account_and_is_rebuilt_on_another(
    one_account: bool, effect: ResourceEffect
) -> None:
    comparison = compared(SEARCH, SEARCHES, SEARCHES, store=KNOWING)
    (store,) = comparison.resources(one_account=one_account)
    assert (store.effect, store.documents) == (effect, 1)


def test_knowledge_is_gained_where_it_was_dropped() -> None:
    source = Endpoint(runtime(SEARCHES), ("vector_store",))
    comparison = compared(SEARCH, source, SEARCHES, store=KNOWING)
    (store,) = comparison.resources(one_account=True)
    assert store.effect is ResourceEffect.GAINED
    assert field(comparison.assistants()[0], "tools[file_search]").effect is FieldEffect.GAINED


def test_an_assistant_that_is_dropped_whole_cannot_move() -> None:
    both = runtime({})
    one = moved({}, Endpoint(both), Endpoint(both, ("assistant",)))
    assert one.verdict is Verdict.BLOCKED
    assert [each.path for each in one.fields] == ["assistant"]


def test_what_no_table_lists_is_lost() -> None:
    assert moved({"top_p": 1}, {"top_p": SAME}, {}).verdict is Verdict.BLOCKED
    assert (
        field(moved({"top_p": 1}, {"top_p": SAME}, {}), "top_p").target.level is Level.UNSUPPORTED
    )


def test_options_that_are_gained_with_their_tool_need_a_word_only_with_a_caveat() -> None:
    target: Table = {
        "tools[mcp]": SAME,
        "tools[mcp].headers": SAME,
        "tools[mcp].connector_id": caveat("Not for new models."),
    }
    tools = {"crm": {"type": "mcp", "headers": {}, "connector_id": "c"}}
    gained = moved({"tools": tools}, {"tools[mcp]": lacking("No.")}, target).of(FieldEffect.GAINED)
    assert [one.path for one in gained] == ["tools[crm]", "tools[crm].connector_id"]
