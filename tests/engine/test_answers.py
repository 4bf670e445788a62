"""Compare a server's answer with a write, as pure values: as sent, as before, or another value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.answers import Answer, Written, judged
from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.mark import Applied, tracked_key
from provisioner.model.value import Reference, RemoteId, digest
from tests.engine.build import BINDINGS, LIBRARY, LOOKUP, OWNER, SEARCH, assistant

KIND, BINDING = KINDS["assistant"], BINDINGS["assistant"]


def write(
    wanted: dict[str, Any],
    before: dict[str, Any] | None,
    cleared: dict[str, tuple[str, ...]] | None = None,
    last: Any = None,
) -> Written:
    """An update from `before` (a create, where that is None) of everything that is wanted."""
    resource = assistant(**wanted)
    old = None if before is None else assistant(**before)
    last = last or (old and make_mark(old, KIND, BINDING, OWNER))
    mark = make_mark(resource, KIND, BINDING, OWNER, before=last)
    spec = BINDING.complete(resource.spec)
    return Written(
        spec,
        mark,
        frozenset({*spec, "metadata"}),
        before=BINDING.complete(old.spec) if old else None,
        last=last,
        cleared=cleared or {},
    )


def answered(written: Written, **got: Any) -> Answer:
    """The answer that has `got` in the place of what was wanted; None for nothing."""
    spec = {name: value for name, value in {**written.wanted, **got}.items() if value is not None}
    return judged(written, BINDING.complete(spec), written.mark, KIND, BINDING)


def test_what_came_back_as_sent_leaves_the_mark_as_it_is() -> None:
    written = write({"description": "2"}, {"description": "1"})

    answer = answered(written)

    assert answer.is_as_sent
    assert answer.mark == written.mark


def test_what_is_as_before_was_not_taken() -> None:
    written = write({"description": "2", "temperature": 0.2}, {"description": "1"})

    answer = answered(written, description="1")

    assert (answer.unmoved, answer.other) == (("description",), ())
    assert answer.mark.of("description") == Applied(digest("2"), digest("1"), refused=True)
    assert answer.mark.of("temperature") == written.mark.of("temperature")


def test_what_is_neither_is_remembered_as_sent_and_got() -> None:
    written = write({"description": "2"}, {"description": "1"})

    answer = answered(written, description="3")

    assert (answer.unmoved, answer.other) == ((), ("description",))
    assert answer.mark.of("description") == Applied(digest("2"), digest("3"))


def test_after_a_create_nothing_is_as_before() -> None:
    answer = answered(write({"description": "2"}, None), description=None)

    assert (answer.unmoved, answer.other) == ((), ("description",))


def test_the_second_refusal_of_one_value_is_the_servers_form_of_it() -> None:
    first = answered(write({"description": "2"}, {"description": "1"}), description="1")
    same = write({"description": "2"}, {"description": "1"}, last=first.mark)
    other = write({"description": "3"}, {"description": "1"}, last=first.mark)

    assert answered(same, description="1").unmoved == ()
    assert answered(same, description="1").mark.of("description") == Applied(
        digest("2"), digest("1")
    )
    assert answered(other, description="1").unmoved == ("description",)


def test_a_version_of_what_was_sent_is_nothing_to_wait_for() -> None:
    answer = answered(write({"model": "gpt-x"}, None), model="gpt-x-2026-08-07")

    assert answer.is_as_sent
    assert answer.mark.of("model") == Applied(digest("gpt-x"), digest("gpt-x-2026-08-07"))


@pytest.mark.parametrize(
    ("before", "wanted", "path"),
    [
        ({"description": "1"}, {}, "description"),
        ({"metadata": {"k": "v", "j": "w"}}, {"metadata": {"j": "w"}}, "metadata.k"),
        ({"tools": {"f": LOOKUP, "g": LOOKUP}}, {"tools": {"f": LOOKUP}}, "tools[g]"),
    ],
)
def test_what_was_to_go_and_is_still_there_was_not_taken(
    before: dict[str, Any], wanted: dict[str, Any], path: str
) -> None:
    keys = tuple(path.replace("[", ".").strip("]").split("."))
    written = write(wanted, before, cleared={path: keys})

    there = answered(written, **before)

    assert there.unmoved == (path,)
    applied = there.mark.of(path)
    assert applied
    assert applied.refused
    assert answered(written).is_as_sent
    again = write(wanted, before, cleared={path: keys}, last=there.mark)
    kept = answered(again, **before)
    assert kept.unmoved == ()
    remembered = kept.mark.of(path)
    assert remembered
    assert (remembered.sent, remembered.refused) == ("", False)


def test_a_reference_that_still_leads_to_the_old_object_was_not_taken() -> None:
    """Both sides name one address; only the ids tell them apart."""
    old = RemoteId("vector_store", "vs_old")
    search = {"file_search": SEARCH}
    written = write({"tools": search}, {"tools": search})
    before = {**written.wanted, "tools": {"file_search": {**SEARCH, "vector_store": old}}}
    written = replace(written, before=BINDING.complete(before))

    assert answered(written, tools=before["tools"]).unmoved == ("tools[file_search]",)
    new = {"file_search": {**SEARCH, "vector_store": Reference(LIBRARY)}}
    assert answered(written, tools=new).is_as_sent


def test_tools_that_are_remembered_as_a_whole_are_judged_as_a_whole() -> None:
    before = {"tools": {f"f{n}": LOOKUP for n in range(60)}}
    wanted = {"tools": {**before["tools"], "f0": {**LOOKUP, "description": "Other."}}}
    written = write(wanted, before)
    assert written.mark.of("tools")

    assert answered(written).is_as_sent
    answer = answered(written, **before)
    assert answer.unmoved == ("tools",)
    assert tracked_key("tools[f0]") not in answer.mark.applied


class TestTheMark:
    def test_from_before_says_that_nothing_was_performed(self) -> None:
        written = write({"description": "2"}, {"description": "1"})

        answer = judged(written, written.before or {}, written.last, KIND, BINDING)

        assert answer.is_unmarked
        assert not answer.is_marked
        assert answer.unmoved == ("description",)

    def test_of_another_write_is_neither(self) -> None:
        written = write({"description": "2"}, {"description": "1"})
        other = make_mark(assistant(description="3"), KIND, BINDING, OWNER)

        answer = judged(written, written.wanted, other, KIND, BINDING)

        assert (answer.is_marked, answer.is_unmarked) == (False, False)
        assert not answer.is_as_sent
