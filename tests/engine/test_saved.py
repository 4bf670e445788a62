"""A saved plan: everything comes back, nothing secret is in it, and whatever moved is noticed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.saved import (
    Saved,
    body_digest,
    fingerprint,
    from_document,
    plan_digest,
    to_document,
)
from provisioner.engine.sealing import sealed
from provisioner.engine.staleness import changes_since, staleness
from provisioner.model.diagnostic import Position
from provisioner.model.errors import PlanRefused
from provisioner.model.plan import Plan
from provisioner.model.remote import Live
from provisioner.model.resource import Desired, Lifecycle, Resource
from provisioner.model.value import MissingSecret, RemoteId, Sensitive
from tests.engine import build
from tests.engine.build import LOOKUP, SEARCH, applied, assistant, document, edited, live, store

HUSH = "correct horse battery staple"
SALT = "salt"
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


def written(plan: Plan) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(to_document(plan, SALT, "settings")))
    return document


def saved(plan: Plan, held: Desired | None = None) -> Saved:
    """Read back with the manifests that the plan was made from, or with others."""
    theirs = {c.address: c.desired for c in plan.changes if c.desired}
    return from_document(written(plan), theirs if held is None else held)


def update_plan(there: Live) -> Plan:
    return build.plan(build.desired(user(temperature=0.6), SHELF, build.file("table")), there)


def both_sides() -> Live:
    return live(applied(user()), applied(SHELF), applied(build.file("table")))


def without_sizes(resource: Resource | None) -> Resource | None:
    """A plan file knows what a file says, and not how many bytes say it."""
    if resource is None:
        return None
    documents = {path: replace(doc, size=0) for path, doc in resource.documents.items()}
    return replace(resource, documents=documents)


def test_every_kind_of_value_comes_back() -> None:
    plan = build.plan(build.desired(user(), SHELF, build.file("table")), live())

    back = saved(plan)

    assert dict(back.desired) == {c.address: without_sizes(c.desired) for c in plan.changes}
    assert back.work == tuple((str(c.address), "create", "") for c in plan.changes)
    assert set(back.created) == {c.address for c in plan.changes}
    assert (back.stack, back.target, back.verb) == ("acme", "local", "apply")
    assert back.settings == sealed("settings", SALT)


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
        text = json.dumps(written(plan), ensure_ascii=False)
        assert HUSH not in text
        assert "another secret" not in text


def test_a_secret_that_nobody_gives_again_refuses_the_plan() -> None:
    plan = build.plan(build.desired(user()), live())

    other = user(instructions=Sensitive("another secret"))
    with pytest.raises(PlanRefused, match="the variables that the plan was made with"):
        saved(plan, build.desired(other))


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

        found = [str(d) for d in staleness(back, replace(there, objects=objects))]

        assert len(found) == (names is not None)
        assert all(names in text and says in text for text in found if names)
        assert not any(HUSH in text for text in found)

    @pytest.mark.parametrize(
        ("kept", "says"),
        [
            ({}, "The document a.md was removed."),
            ({"sha256": "f" * 64, "file_id": "file-2"}, "The content of a.md was replaced (file "),
            ({"attributes": {"team": "x"}}, "The attributes of a.md changed from {} to {'team'"),
            ({"status": "failed"}, "The status of a.md changed from 'completed' to 'failed'."),
            ({"file_id": "file-2"}, "The document a.md was uploaded again (file "),
        ],
    )
    def test_an_edit_of_a_document_is_said_in_words(self, kept: dict[str, Any], says: str) -> None:
        there = applied(store(document("a.md")))
        before = fingerprint(there, "salt")
        documents = {path: replace(doc, **kept) for path, doc in there.documents.items() if kept}

        (found,) = changes_since(
            SHELF.address, before, fingerprint(replace(there, documents=documents), "salt")
        )

        assert says in found.detail
        assert "['" not in found.detail

    def test_an_edit_of_an_untouched_object_is_nothing(self) -> None:
        there = both_sides()
        back = saved(update_plan(there))
        shelf = edited(there.objects[build.LIBRARY], name="renamed")

        assert (
            staleness(back, replace(there, objects={**there.objects, build.LIBRARY: shelf})) == []
        )

    def test_a_referred_object_that_is_another_one_now_is_noticed(self) -> None:
        there = both_sides()
        back = saved(update_plan(there))
        objects = dict(there.objects)
        objects[build.LIBRARY] = replace(objects[build.LIBRARY], id="vs_other")

        found = [str(d) for d in staleness(back, replace(there, objects=objects))]

        assert len(found) == 1
        assert "vector_store.library: it has another id now" in found[0]
        del objects[build.LIBRARY]
        assert len(staleness(back, replace(there, objects=objects))) == 1

    def test_an_object_that_exists_meanwhile_is_not_made_again(self) -> None:
        back = saved(build.plan(build.desired(assistant()), live()))

        found = staleness(back, live(applied(assistant())))

        assert ["assistant.qa: it exists now" in str(d) for d in found] == [True]

    def test_a_surplus_object_is_followed_by_its_id(self) -> None:
        there = replace(live(applied(assistant())), surplus=(applied(assistant(), id="second"),))
        back = saved(build.plan(build.desired(assistant()), there))

        assert staleness(back, there) == []
        assert len(staleness(back, replace(there, surplus=()))) == 1

    def test_what_the_live_side_refers_to_counts(self) -> None:
        old = {**SEARCH, "vector_store": RemoteId("vector_store", "vs_old")}
        there = live(edited(applied(user()), tools={"file_search": old}), applied(SHELF))
        back = saved(build.plan(build.desired(user(), SHELF), there))
        newer = {**SEARCH, "vector_store": RemoteId("vector_store", "vs_newer")}
        again = edited(applied(user()), tools={"file_search": newer})

        assert staleness(back, there) == []
        assert ["vs_newer" in str(d) for d in staleness(back, live(again, applied(SHELF)))] == [
            True
        ]

    def test_documents_count(self) -> None:
        there = live(applied(SHELF))
        back = saved(build.plan({}, there))
        emptied = replace(there.objects[build.LIBRARY], documents={})

        found = [str(d) for d in staleness(back, live(emptied))]

        assert len(found) == 2
        assert "The document a.md was removed." in found[0]


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

    assert HUSH not in json.dumps(fingerprint(there, SALT))
    assert HUSH in json.dumps(fingerprint(replace(there, mark=None), SALT))


def seal(document: dict[str, Any]) -> dict[str, Any]:
    """With a digest that fits: what somebody does who has read the source."""
    body = {key: value for key, value in document.items() if key != "digest"}
    try:
        return {**body, "digest": body_digest(body)}
    except (KeyError, TypeError, ValueError, AttributeError):
        return {**body, "digest": "of nothing"}


@pytest.mark.parametrize(
    "tamper",
    [
        lambda d: {**d, "target": "prod"},
        lambda d: {**d, "changes": []},
        lambda d: {key: value for key, value in d.items() if key != "digest"},
        lambda d: seal({**d, "version": 1}),
        lambda d: seal({**d, "version": 3}),
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
    wanted = build.desired(user())
    document = written(build.plan(wanted, live()))

    with pytest.raises(PlanRefused, match=r"cannot be used|was written by another version"):
        from_document(tamper(document), wanted)


def test_a_plan_file_of_an_earlier_version_says_to_plan_again() -> None:
    document = {**written(build.plan(build.desired(assistant()), live())), "version": 1}

    with pytest.raises(PlanRefused, match="Make a new plan: `provisioner plan --out FILE`"):
        from_document(document, build.desired(assistant()))


class TestASecretIsRestoredWhereTheManifestsHoldItAlone:
    """An edited plan file must not move a secret to a place where it can be read."""

    WANTED = (assistant("vault", instructions=Sensitive(HUSH)), assistant("open"))

    def moved_to(self, place: Callable[[dict[str, Any], Any], None]) -> dict[str, Any]:
        document = written(build.plan(build.desired(*self.WANTED), live()))
        rows = {row["address"]: row["desired"]["spec"] for row in document["changes"]}
        place(rows, rows["assistant.vault"]["instructions"])
        return seal(document)

    @pytest.mark.parametrize(
        "place",
        [
            lambda rows, secret: rows["assistant.open"].update(instructions=secret),
            lambda rows, secret: rows["assistant.open"].update(name=secret),
            lambda rows, secret: rows["assistant.vault"].update(description=secret),
            lambda rows, secret: rows["assistant.vault"].update(metadata={"k": secret}),
            lambda rows, secret: rows["assistant.vault"].update(tools={"f": {"x": [secret]}}),
        ],
    )
    def test_and_nowhere_else(self, place: Callable[[dict[str, Any], Any], None]) -> None:
        with pytest.raises(PlanRefused, match=r"\[sensitive-misplaced\]") as refused:
            from_document(self.moved_to(place), build.desired(*self.WANTED))
        assert HUSH not in str(refused.value)

    def test_nor_at_an_address_that_no_manifest_declares(self) -> None:
        document = written(build.plan(build.desired(*self.WANTED), live()))

        with pytest.raises(PlanRefused, match=r"\[sensitive-misplaced\]"):
            from_document(document, build.desired(self.WANTED[1]))

    def test_a_variable_that_was_not_set_is_taken_from_its_own_place_alone(self) -> None:
        waiting = assistant("vault", instructions=MissingSecret("TOKEN"))
        document = written(build.plan(build.desired(waiting), live()))
        held = assistant("vault", instructions=Sensitive(HUSH, "TOKEN"))
        other = assistant("vault", instructions=Sensitive(HUSH, "OTHER"))

        back = from_document(document, build.desired(held))
        assert back.desired[held.address].spec["instructions"] == Sensitive(HUSH, "TOKEN")
        with pytest.raises(PlanRefused, match=r"\[sensitive-misplaced\]"):
            from_document(document, build.desired(other))


def test_two_files_of_one_plan_have_different_seals_and_one_digest() -> None:
    plan = build.plan(build.desired(user()), live())
    one, other = (to_document(plan, salt, "settings") for salt in ("a", "b"))

    assert one["settings"] != other["settings"]
    assert one["changes"] != other["changes"]
    assert plan_digest(plan) == plan_digest(replace(plan, root="elsewhere"))
    assert plan_digest(plan) != plan_digest(replace(plan, target="prod"))
    assert plan_digest(plan, "here") != plan_digest(plan, "there")


def test_a_digest_does_not_depend_on_what_stands_beside_the_changes() -> None:
    plan = build.plan(build.desired(user()), live())
    (change,) = plan.changes
    assert change.desired
    moved = replace(change.desired, origin=Position("elsewhere.yaml", 99, 1))

    assert plan_digest(plan) == plan_digest(replace(plan, unchanged=plan.unchanged + 3))
    assert plan_digest(plan) == plan_digest(
        replace(plan, changes=(replace(change, desired=moved),))
    )
    assert plan_digest(plan) != plan_digest(replace(plan, changes=()))


def test_a_plan_file_names_no_place() -> None:
    context = replace(build.CONTEXT, host="http://host.test/v1", project="proj_1")
    from provisioner.engine.plan import make_plan

    text = json.dumps(written(make_plan(context, build.desired(assistant()), live())))

    assert "host.test" not in text
    assert "proj_1" not in text


def test_a_secret_is_expensive_to_guess(cost_of_a_seal: dict[str, int]) -> None:
    """One guess takes 16 MiB: 128 bytes, times n, times r."""
    assert 128 * cost_of_a_seal["n"] * cost_of_a_seal["r"] >= 16 * 2**20
