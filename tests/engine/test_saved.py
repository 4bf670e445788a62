"""A saved plan: everything comes back, nothing secret is in it, and whatever moved is noticed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.saved import (
    LONG,
    Saved,
    fingerprint,
    from_document,
    moved,
    sealed,
    to_document,
)
from provisioner.model.diagnostic import Position
from provisioner.model.errors import PlanRefused
from provisioner.model.plan import Plan
from provisioner.model.remote import Live
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.value import RemoteId, Sensitive, digest
from tests.engine import build
from tests.engine.build import LOOKUP, SEARCH, applied, assistant, document, edited, live, store

HUSH = "correct horse battery staple"
SECRETS = {sealed(HUSH): HUSH}
SCHEMA = {
    "type": "object",
    "properties": {"ref": {"type": "string"}, "sensitive": {"const": True}, "x": {"ref": "a.b"}},
    "required": ["ref", "sensitive"],
}
EVERY_TYPE: dict[str, Any] = {
    "instructions": Sensitive(HUSH),
    "temperature": 0.5,
    "max_prompt_tokens": 500,
    "parallel_tool_calls": False,
    "description": "ü\u2028\U0001f600 \x07",
    "tools": {"file_search": SEARCH, "f": {**LOOKUP, "parameters": SCHEMA, "strict": None}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}},
    "metadata": {"k": Sensitive(HUSH), "ref": "vector_store.library"},
}


def user(**spec: Any) -> Resource:
    kept = Lifecycle(prevent_destroy=True, ignore_changes=("top_p",))
    made = assistant(lifecycle=kept, **{**EVERY_TYPE, **spec})
    return replace(made, origin=Position("a.yaml", 3, 7))


SHELF = store(document("a.md", year=2026, ok=True), document("f", source="table"))


def saved(plan: Plan, secrets: Mapping[str, str] = SECRETS) -> Saved:
    return from_document(json.loads(json.dumps(to_document(plan))), secrets)


def update_plan(there: Live) -> Plan:
    return build.plan(build.desired(user(temperature=0.6), SHELF, build.file("table")), there)


def both_sides() -> Live:
    return live(applied(user()), applied(SHELF), applied(build.file("table")))


def test_every_kind_of_value_comes_back() -> None:
    plan = build.plan(build.desired(user(), SHELF, build.file("table")), live())

    back = saved(plan)

    assert dict(back.desired) == {c.address: c.desired for c in plan.changes}
    assert back.work == tuple((str(c.address), "create", "") for c in plan.changes)
    assert set(back.created) == {c.address for c in plan.changes}
    assert (back.stack, back.target, back.settings_digest) == ("acme", "local", "settings")


def test_made_again_from_what_it_wants_a_plan_comes_out_the_same() -> None:
    there = both_sides()
    plan = update_plan(there)

    again = build.plan(saved(plan).desired, live(there.objects[build.QA]))

    assert [(c.address, c.action, c.fields) for c in again.changes] == [
        (c.address, c.action, c.fields) for c in plan.changes
    ]


def test_no_secret_stands_in_it() -> None:
    there = both_sides()
    changed = user(instructions=Sensitive("another secret"))
    plans = [
        build.plan(build.desired(user(), SHELF), live()),
        build.plan(build.desired(changed, SHELF, build.file("table")), there),
        build.plan(build.desired(user(instructions="plain", metadata={})), there),
        build.plan({}, there),
    ]

    for plan in plans:
        text = json.dumps(to_document(plan), ensure_ascii=False)
        assert HUSH not in text
        assert "another secret" not in text


def test_a_secret_that_nobody_gives_again_refuses_the_plan() -> None:
    plan = build.plan(build.desired(user()), live())

    with pytest.raises(PlanRefused, match="same variables must be given"):
        saved(plan, secrets={})


def test_deletes_and_duplicates_come_back() -> None:
    kept = live(applied(SHELF), applied(build.file("table")))
    there = replace(kept, surplus=(applied(SHELF, id="second"),))
    back = saved(build.plan({}, there))

    assert [row[1:] for row in back.work] == [
        ("delete", "id-table"),
        ("delete", "id-library"),
        ("delete", "second"),
    ]
    assert not back.desired


class TestMoved:
    @pytest.mark.parametrize(
        ("move", "names", "says"),
        [
            (lambda o: o, None, ""),
            (lambda o: edited(o, temperature=0.9), "temperature", "0.9"),
            (lambda o: edited(o, description=None), "description", "not set"),
            (lambda o: edited(o, instructions="x"), "instructions", "a sensitive value"),
            (lambda o: edited(o, tools={}), "tools", "{}"),
            (lambda o: edited(o, model="y" * 999), "model", "…"),
            (lambda o: edited(o, metadata={"stray": "1"}), "metadata", "a sensitive value"),
            (lambda o: replace(o, expired=True), "expired", "True"),
            (lambda o: replace(o, mark=replace(o.mark, generation=2)), "mark", "now"),
            (lambda o: replace(o, mark=None), "mark", "absent"),
            (lambda o: replace(o, id="other"), "assistant.qa: it is gone", "Plan again"),
        ],
    )  # fmt: skip
    def test_an_edit_of_a_touched_object_is_shown(
        self, move: Callable[[Any], Any], names: str | None, says: str
    ) -> None:
        there = both_sides()
        back = saved(update_plan(there))
        objects = {**there.objects, build.QA: move(there.objects[build.QA])}

        found = [str(d) for d in moved(back, replace(there, objects=objects))]

        assert len(found) == (names is not None)
        assert all(names in text and says in text for text in found if names)
        assert not any(HUSH in text for text in found)

    def test_an_edit_of_an_untouched_object_is_nothing(self) -> None:
        there = both_sides()
        back = saved(update_plan(there))
        shelf = edited(there.objects[build.LIBRARY], name="renamed")

        assert moved(back, replace(there, objects={**there.objects, build.LIBRARY: shelf})) == []

    def test_a_referred_object_that_is_another_one_now_is_noticed(self) -> None:
        there = both_sides()
        back = saved(update_plan(there))
        objects = dict(there.objects)
        objects[build.LIBRARY] = replace(objects[build.LIBRARY], id="vs_other")

        found = [str(d) for d in moved(back, replace(there, objects=objects))]

        assert len(found) == 1
        assert "vector_store.library: it has another id now" in found[0]
        del objects[build.LIBRARY]
        assert len(moved(back, replace(there, objects=objects))) == 1

    def test_an_object_that_exists_meanwhile_is_not_made_again(self) -> None:
        back = saved(build.plan(build.desired(assistant()), live()))

        found = moved(back, live(applied(assistant())))

        assert ["assistant.qa: it exists now" in str(d) for d in found] == [True]

    def test_a_surplus_object_is_followed_by_its_id(self) -> None:
        there = replace(live(applied(assistant())), surplus=(applied(assistant(), id="second"),))
        back = saved(build.plan(build.desired(assistant()), there))

        assert moved(back, there) == []
        assert len(moved(back, replace(there, surplus=()))) == 1

    def test_what_the_live_side_refers_to_counts(self) -> None:
        old = {**SEARCH, "vector_store": RemoteId("vector_store", "vs_old")}
        there = live(edited(applied(user()), tools={"file_search": old}), applied(SHELF))
        back = saved(build.plan(build.desired(user(), SHELF), there))
        newer = {**SEARCH, "vector_store": RemoteId("vector_store", "vs_newer")}
        again = edited(applied(user()), tools={"file_search": newer})

        assert moved(back, there) == []
        assert ["vs_newer" in str(d) for d in moved(back, live(again, applied(SHELF)))] == [True]

    def test_documents_count(self) -> None:
        there = live(applied(SHELF))
        back = saved(build.plan({}, there))
        emptied = replace(there.objects[build.LIBRARY], documents={})

        found = [str(d) for d in moved(back, live(emptied))]

        assert len(found) == 2
        assert "documents.a.md" in found[0]


@pytest.mark.parametrize(
    "secret",
    [
        {"tools": {"f": {**LOOKUP, "description": Sensitive(HUSH)}}},
        {"metadata": {"a.b": Sensitive(HUSH)}},
        {"metadata": {'a["': Sensitive(HUSH)}},
        {"instructions": Sensitive(HUSH)},
    ],
)
def test_a_live_value_that_was_secret_when_applied_stays_masked(secret: dict[str, Any]) -> None:
    there = applied(assistant(**secret))

    assert HUSH not in json.dumps(fingerprint(there))
    assert HUSH in json.dumps(fingerprint(replace(there, mark=None)))


def seal(document: dict[str, Any]) -> dict[str, Any]:
    """With a digest that fits: what somebody does who has read the source."""
    body = {key: value for key, value in document.items() if key != "digest"}
    return {**body, "digest": digest(body, LONG)}


@pytest.mark.parametrize(
    "tamper",
    [
        lambda d: {**d, "target": "prod"},
        lambda d: {**d, "changes": []},
        lambda d: {key: value for key, value in d.items() if key != "digest"},
        lambda d: seal({**d, "version": 2}),
        lambda d: seal({**d, "changes": None}),
        lambda d: seal({**d, "changes": [{}]}),
        lambda d: seal({**d, "changes": [{**d["changes"][0], "address": "nonsense"}]}),
        lambda d: seal({**d, "changes": [{**d["changes"][0], "live": {}}]}),
        lambda d: seal({**d, "changes": [{**d["changes"][0], "desired": {"spec": {}}}]}),
        lambda d: seal({**d, "changes": [{**d["changes"][0], "desired": []}, "x"]}),
        lambda d: seal({**d, "pinned": []}),
        lambda d: seal({key: value for key, value in d.items() if key != "root"}),
        lambda _d: {},
        lambda _d: [],
    ],
)
def test_a_plan_file_that_is_not_whole_is_refused(tamper: Callable[[Any], Any]) -> None:
    document = to_document(build.plan(build.desired(user()), live()))

    with pytest.raises(PlanRefused, match="this plan file cannot be used"):
        from_document(tamper(document), SECRETS)


def test_a_plan_file_names_no_place() -> None:
    ground = replace(build.GROUND, host="http://host.test/v1", project="proj_1")
    from provisioner.engine.plan import make_plan

    text = json.dumps(to_document(make_plan(ground, build.desired(assistant()), live())))

    assert "host.test" not in text
    assert "proj_1" not in text
