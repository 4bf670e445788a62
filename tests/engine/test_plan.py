"""make_plan: every action and reason, what is left alone, and what is said about it."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.prepare import selected
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.plan import Action, Reason
from provisioner.model.remote import RemoteDocument, RemoteObject
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.value import Reference, RemoteId
from tests.engine import build
from tests.engine.build import (
    LOOKUP,
    SEARCH,
    applied,
    assistant,
    causes,
    change_of,
    desired,
    document,
    edited,
    file,
    live,
    plan,
    store,
)

TABLE = Reference(Address("file", "table"))
CODE: dict[str, Any] = {"code_interpreter": {"type": "code_interpreter", "files": {"table": TABLE}}}


def live_file(resource: Resource, **facts: Any) -> RemoteObject:
    there = applied(resource, **facts)
    sha256 = next(iter(resource.documents.values())).sha256[:12]
    return replace(there, documents={"": RemoteDocument(there.id, "", sha256)}, metadata={})


def test_nothing_desired_and_nothing_there_is_an_empty_plan() -> None:
    found = plan({}, live())

    assert found.is_empty
    assert set(found.counts.values()) == {0}


def test_what_is_in_sync_is_counted_and_not_listed() -> None:
    found = plan(desired(assistant(), store()), live(applied(assistant()), applied(store())))

    assert found.is_empty
    assert found.counts["no-op"] == 2


def test_a_missing_object_is_created_with_all_its_fields() -> None:
    found = plan(desired(store(document("a.md")), assistant(temperature=0.2)), live())

    assert [(c.action, c.reason) for c in found.changes] == [(Action.CREATE, Reason.MANIFEST)] * 2
    assert list(causes(found.changes[0])) == ["name", "model", "temperature"]
    assert found.document_counts == {"added": 1, "changed": 0, "removed": 0}


def test_an_object_that_no_manifest_declares_is_an_orphan() -> None:
    change = change_of(None, applied(assistant()))

    assert change
    assert (change.action, change.reason) == (Action.DELETE, Reason.ORPHAN)


def test_a_second_object_of_one_address_is_a_duplicate() -> None:
    there = replace(live(applied(assistant())), surplus=(applied(assistant(), id="second"),))

    found = plan(desired(assistant()), there)

    assert [(c.action, c.reason, c.live and c.live.id) for c in found.changes] == [
        (Action.DELETE, Reason.DUPLICATE, "second")
    ]
    assert found.counts["no-op"] == 1


@pytest.mark.parametrize("field", [{"description": "new"}, {"chunking_strategy": build.BINDINGS["vector_store"].complete({"chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}}})["chunking_strategy"]}])  # fmt: skip
def test_a_field_that_cannot_be_updated_replaces_the_object(field: dict[str, Any]) -> None:
    resource = store(document("a.md"), document("b.md"))

    change = change_of(store(document("a.md"), **field), applied(resource))

    assert change
    assert (change.action, change.documents) == (Action.REPLACE, ())


def test_an_expired_store_is_replaced() -> None:
    change = change_of(store(), applied(store(), expired=True))

    assert change
    assert (change.action, change.reason, change.fields) == (Action.REPLACE, Reason.EXPIRED, ())


class TestFiles:
    @pytest.mark.parametrize(
        ("before", "after", "actions"),
        [
            ("1,2", "1,2", []),
            ("1,2", "1,3", [("assistant.qa", "update"), ("file.table", "replace")]),
        ],
    )
    def test_are_replaced_when_their_content_moves(
        self, before: str, after: str, actions: list[tuple[str, str]]
    ) -> None:
        user = assistant(tools=CODE)
        there = live(applied(user), live_file(file("table", before)))

        found = plan(desired(user, file("table", after)), there)

        assert [(str(c.address), c.action.word) for c in found.changes] == actions

    def test_that_stay_are_not_pointed_to_anew(self) -> None:
        other = Reference(Address("file", "other"))
        both = {"table": TABLE, "other": other}
        user = assistant(tools={"code_interpreter": {"type": "code_interpreter", "files": both}})
        there = live(
            applied(user), live_file(file("table", "old")), live_file(file("other"), id="id-other")
        )

        found = plan(desired(user, file("table", "new"), file("other")), there)

        assert causes(found.changes[0]) == {"tools[code_interpreter].files[table]": "reference"}

    def test_say_which_content(self) -> None:
        user = assistant(tools=CODE)
        there = live(applied(user), live_file(file("table", "old")))

        change = plan(desired(user, file("table", "new")), there).changes[1]

        assert change.address.kind == "file"
        assert list(causes(change)) == ["content"]
        assert str(change.fields[0].live).startswith("sha256:")
        created = plan(desired(user, file("table")), live()).changes[1]
        assert created.fields[0].desired == "f (4 bytes)"

    def test_that_nothing_refers_to_do_not_exist(self) -> None:
        assert plan(desired(file("table")), live()).is_empty

    def test_that_are_gone_are_made_again_and_pointed_to(self) -> None:
        user = assistant(tools=CODE)
        gone = {"code_interpreter": {**CODE["code_interpreter"], "files": {"table": RemoteId("file", "f", gone=True)}}}  # fmt: skip

        found = plan(desired(user, file("table")), live(edited(applied(user), tools=gone)))

        assert [(str(c.address), c.action.word, causes(c)) for c in found.changes] == [
            ("assistant.qa", "update", {"tools[code_interpreter].files[table]": "reference"}),
            ("file.table", "create", {"content": "manifest"}),
        ]

    def test_whose_digest_nobody_knows_are_replaced(self) -> None:
        user = assistant(tools=CODE)
        unknown = replace(
            live_file(file("table")), documents={"": RemoteDocument("id-table", "", "")}
        )

        found = plan(desired(user, file("table")), live(applied(user), unknown))

        assert found.counts["replace"] == 1


class TestSelection:
    @pytest.mark.parametrize(
        ("terms", "expected"),
        [
            ([], ["assistant.a", "assistant.b", "assistant.orphan", "vector_store.library"]),
            (["assistant.a"], ["assistant.a"]),
            (["assistant.*"], ["assistant.a", "assistant.b", "assistant.orphan"]),
            (["team=ops"], ["assistant.b"]),
            (["team=ops", "vector_store.library"], ["assistant.b", "vector_store.library"]),
            (["assistant.orphan"], ["assistant.orphan"]),
        ],
    )
    def test_leaves_the_rest_alone(self, terms: list[str], expected: list[str]) -> None:
        wanted = desired(assistant("a"), replace(assistant("b"), labels={"team": "ops"}), store())
        there = live(applied(assistant("orphan")), applied(store(description="old")))

        found = plan(wanted, there, chosen=selected(terms, wanted, there))

        assert [str(change.address) for change in found.changes] == expected

    @pytest.mark.parametrize("term", ["", ".x", "assistant."])
    def test_refuses_what_it_cannot_read(self, term: str) -> None:
        with pytest.raises(ValueError, match="is not an address"):
            selected([term], {}, live())

    @pytest.mark.parametrize(
        ("term", "why"),
        [
            ("team=nobody", "no declared resource has this label"),
            ("assistent.a", r"has it\. Did you mean `assistant\.a`\?$"),
            ("foo.*", "no resource with that address is declared"),
        ],
    )
    def test_refuses_a_term_that_matches_nothing(self, term: str, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            selected([term], desired(assistant("a")), live())

    def test_finds_by_its_label_what_is_no_longer_desired(self) -> None:
        labelled = desired(replace(assistant("a"), labels={"team": "ops"}))

        assert selected(["team=ops"], labelled, live()) == frozenset(labelled)

    @pytest.mark.parametrize(
        ("terms", "left"),
        [
            (["!assistant.a"], ["assistant.b", "assistant.c", "file.t"]),
            (["assistant.*", "!assistant.b"], ["assistant.a", "assistant.c"]),
            (["!assistant.*"], ["file.t"]),
            (["!assistant.a", "assistant.*"], ["assistant.b", "assistant.c"]),
        ],
    )
    def test_what_is_excluded_is_taken_away_from_what_is_selected(
        self, terms: list[str], left: list[str]
    ) -> None:
        wanted = desired(assistant("a"), assistant("b"), assistant("c"), file("t"))
        chosen = selected(terms, wanted, live())
        assert sorted(map(str, chosen or ())) == left

    def test_excluding_nothing_is_a_slip_of_the_hand(self) -> None:
        with pytest.raises(ValueError, match=r"--exclude .* matches nothing"):
            selected(["!assistant.b"], desired(assistant("a")), live())

    @pytest.mark.parametrize(
        "terms",
        [["assistant.a", "!assistant.a"], ["!assistant.*"], ["team=ops", "!assistant.a"]],
    )
    def test_excluding_all_that_is_selected_is_one_too(self, terms: list[str]) -> None:
        wanted = desired(replace(assistant("a"), labels={"team": "ops"}))

        with pytest.raises(
            ValueError, match=r"excludes everything that is selected\. Exclude less"
        ):
            selected(terms, wanted, live())

    def test_names_what_would_be_missing(self) -> None:
        wanted = desired(assistant(tools={"file_search": SEARCH}), store())

        chosen = frozenset({Address("assistant", "qa")})

        lonely = plan(wanted, live(), chosen=chosen)
        accompanied = plan(wanted, live(applied(store())), chosen=chosen)

        assert ["--select vector_store.library" in str(d) for d in lonely.diagnostics] == [True]
        assert accompanied.diagnostics == ()
        assert accompanied.pinned == {build.LIBRARY: "id-library"}

    def test_ignores_live_objects_without_an_address(self) -> None:
        nameless = replace(applied(assistant()), mark=None)

        assert plan({}, replace(live(), surplus=(nameless,))).is_empty


class TestIgnoredChanges:
    @pytest.mark.parametrize(
        ("path", "before", "edit", "after"),
        [
            ("temperature", {"temperature": 0.2}, {"temperature": 0.9}, {"temperature": 0.3}),
            ("temperature", {"temperature": 0.2}, {"temperature": None}, {"temperature": 0.2}),
            ("temperature", {}, {"temperature": 0.9}, {}),
            ("metadata.a", {"metadata": {"a": "1"}}, {"metadata": {"a": "2"}}, {"metadata": {"a": "3"}}),
            ("metadata.a", {"metadata": {"a": "1"}}, {"metadata": {}}, {"metadata": {"a": "1"}}),
            ("metadata", {"metadata": {"a": "1"}}, {"metadata": {"b": "2"}}, {"metadata": {"a": "1"}}),
            ("tools[f]", {"tools": {"f": LOOKUP}}, {"tools": {"f": {**LOOKUP, "description": "x"}}}, {"tools": {"f": LOOKUP}}),
            ("tools[f].description", {"tools": {"f": LOOKUP}}, {"tools": {"f": {**LOOKUP, "description": "x"}}}, {"tools": {"f": LOOKUP}}),
            ("response_format.json_schema", {"response_format": "auto"}, {}, {"response_format": "auto"}),
            ("tools[g].description", {"tools": {"f": LOOKUP}}, {}, {"tools": {"f": LOOKUP}}),
        ],
    )  # fmt: skip
    def test_are_as_the_live_side_has_them(
        self, path: str, before: dict[str, Any], edit: dict[str, Any], after: dict[str, Any]
    ) -> None:
        kept = Lifecycle(ignore_changes=(path,))
        there = edited(applied(assistant(lifecycle=kept, **before)), **edit)

        assert change_of(assistant(lifecycle=kept, **after), there) is None

    def test_do_not_hide_their_neighbours(self) -> None:
        kept = Lifecycle(ignore_changes=("tools[f].description",))
        there = applied(assistant(lifecycle=kept, tools={"f": LOOKUP}))
        strict = {"f": {**LOOKUP, "strict": True, "description": "new"}}

        change = change_of(assistant(lifecycle=kept, tools=strict), there)

        assert causes(change) == {"tools[f].strict": "manifest"}

    def test_count_for_nothing_before_the_object_exists(self) -> None:
        change = change_of(
            assistant(lifecycle=Lifecycle(ignore_changes=("temperature",)), temperature=0.2), None
        )

        assert "temperature" in causes(change)


def test_a_plan_knows_where_it_will_happen() -> None:
    dropped = {build.QA: ("tools[web_search]",), build.LIBRARY: ("x",)}

    found = plan(desired(assistant()), live(), dropped=dropped)

    assert (found.stack, found.environment, found.target) == ("acme", "", "local")
    assert found.dropped == dropped, "what is left out as a whole is told too"
    chosen = plan(desired(assistant()), live(), dropped=dropped, chosen=frozenset({build.QA}))
    assert chosen.dropped == {build.QA: ("tools[web_search]",)}


def test_what_a_target_has_no_form_for_is_not_planned() -> None:
    function = Resource(Address("function", "lookup"), {})

    assert plan(desired(function), live()).is_empty


def test_what_is_not_ours_is_counted() -> None:
    theirs = RemoteObject("assistant", "asst_theirs", "x", {})
    held = replace(theirs, id="asst_prod", mark=Mark(Owner("k3v9", "prod"), build.QA))
    shelf = replace(applied(store()), foreign_documents=("file_1", "file_2"))
    there = replace(live(shelf), foreign=(theirs,), elsewhere=(held,))

    found = plan(desired(store()), there)

    assert found.foreign == {"assistant": 2}
    assert found.foreign_documents == {build.LIBRARY: 2}
