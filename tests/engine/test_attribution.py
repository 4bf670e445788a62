"""Three sides of a field, desired, live and last applied: who changed what."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.mark import APPLIED, OWNER, SETTINGS, Applied, Mark, tracked_key
from provisioner.model.plan import UNSET, Action, Reason
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.value import Reference, RemoteId, Sensitive, digest
from tests.engine import build
from tests.engine.build import LOOKUP, SEARCH, applied, assistant, causes, change_of, edited, store

MANY = {f"tool-{n}": {**LOOKUP, "description": str(n)} for n in range(50)}


@pytest.mark.parametrize(
    ("before", "edit", "after", "expected"),
    [
        ({"temperature": 0.2}, {}, {"temperature": 0.3}, {"temperature": "manifest"}),
        ({"temperature": 0.2}, {"temperature": 0.9}, {"temperature": 0.2}, {"temperature": "drift"}),
        ({"temperature": 0.2}, {"temperature": 0.9}, {"temperature": 0.3}, {"temperature": "both"}),
        ({"temperature": 0.2}, {"temperature": 0.3}, {"temperature": 0.3}, {}),
        ({}, {"temperature": 0.9}, {}, {}),
        ({}, {"temperature": 0.9}, {"temperature": 0.2}, {"temperature": "manifest"}),
        ({"temperature": 0.2}, {}, {}, {"temperature": "manifest"}),
        ({"temperature": 0.2}, {"temperature": 1}, {}, {}),
        ({"temperature": 0.2}, {"temperature": 0.9}, {}, {"temperature": "both"}),
        ({"instructions": "a"}, {"instructions": None}, {"instructions": "a"}, {"instructions": "drift"}),
        ({"max_prompt_tokens": 500}, {}, {"max_prompt_tokens": 600}, {"max_prompt_tokens": "manifest"}),
        ({"max_prompt_tokens": 500}, {"max_prompt_tokens": None}, {"max_prompt_tokens": 500}, {"max_prompt_tokens": "drift"}),
        ({"max_prompt_tokens": 500}, {}, {}, {"max_prompt_tokens": "manifest"}),
    ],
)  # fmt: skip
def test_a_field_takes_the_cause_of_whoever_moved_it(
    before: dict[str, Any], edit: dict[str, Any], after: dict[str, Any], expected: dict[str, str]
) -> None:
    there = edited(applied(assistant(**before)), **edit)

    assert causes(change_of(assistant(**after), there)) == expected


@pytest.mark.parametrize(
    ("live", "after", "expected"),
    [
        (0.2, 0.9, {"temperature": "manifest"}),
        (0.2, 0.7, {"temperature": "manifest"}),
        (0.9, 0.9, {}),
        (0.5, 0.9, {"temperature": "both"}),
    ],
)
def test_what_was_sent_and_not_taken_stays_the_manifests_change_until_it_moves(
    live: float, after: float, expected: dict[str, str]
) -> None:
    """0.9 was sent to an object that had 0.2, and the server answered 0.2 again."""
    there = edited(applied(assistant(temperature=0.9)), temperature=live)
    assert there.mark is not None
    refused = Applied(digest(0.9), digest(0.2), refused=True)
    entries = {**there.mark.applied, tracked_key("temperature"): refused}
    there = replace(there, mark=replace(there.mark, applied=entries))

    assert causes(change_of(assistant(temperature=after), there)) == expected


@pytest.mark.parametrize("version", [1, 2])
def test_a_mark_is_judged_with_the_digests_of_its_own_version(version: int) -> None:
    """Version 1 sorted the properties of a schema before it made a digest of them."""
    wanted = assistant(response_format=shape("zebra", "ant"))
    there = edited(applied(wanted), response_format=shape("somebody", "else"))
    assert there.mark is not None
    if version == 1:
        whole = build.BINDINGS["assistant"].complete(wanted.spec)["response_format"]
        blind = digest(whole)
        entries = {**there.mark.applied, tracked_key("response_format"): Applied(blind, blind)}
        there = replace(there, mark=replace(there.mark, applied=entries, version=1))

    assert set(causes(change_of(wanted, there)).values()) == {"drift"}


def shape(*names: str) -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in names}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


@pytest.mark.parametrize(
    ("before", "after", "live", "desired"),
    [
        ({"temperature": 0.2}, {}, 0.2, 1),
        ({"top_p": 0.2}, {}, 0.2, 1),
        ({"response_format": {"type": "json_object"}}, {}, {"type": "json_object"}, "auto"),
        ({"description": "d"}, {}, "d", UNSET),
        ({}, {"description": "d"}, UNSET, "d"),
        ({"tool_choice": "required"}, {}, "required", UNSET),
    ],
)
def test_a_field_that_the_manifest_no_longer_sets_goes_back_to_the_servers_default(
    before: dict[str, Any], after: dict[str, Any], live: Any, desired: Any
) -> None:
    change = change_of(assistant(**after), applied(assistant(**before)))

    assert change
    assert [(f.live, f.desired) for f in change.fields] == [(live, desired)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"temperature": 1}, {"temperature": 1.0}),
        ({"metadata": {}}, {"metadata": None}),
        ({"tools": {}}, {"tools": None}),
        ({"tools": {"f": LOOKUP}}, {"tools": {"f": {**LOOKUP, "strict": False}}}),
        ({"tools": {"f": {"type": "function"}}}, {"tools": {"f": {"type": "function", "parameters": {}, "strict": None}}}),
        ({"tools": {"file_search": {"type": "file_search"}}}, {"tools": {"file_search": {"type": "file_search", "max_num_results": 20, "ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0.0}}}}),
        ({"tools": {"code_interpreter": {"type": "code_interpreter"}}}, {"tools": {"code_interpreter": {"type": "code_interpreter", "files": {}}}}),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}}, {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": False}}}),
    ],
)  # fmt: skip
def test_two_spellings_of_one_value_are_no_difference(
    left: dict[str, Any], right: dict[str, Any]
) -> None:
    assert change_of(assistant(**left), edited(applied(assistant(**left)), **right)) is None


def test_true_is_not_one() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "const": 1}}}
    moved = {"type": "object", "properties": {"n": {"type": "integer", "const": True}}}
    there = edited(
        applied(assistant(tools={"f": {**LOOKUP, "parameters": schema}})),
        tools={"f": {**LOOKUP, "parameters": moved}},
    )

    change = change_of(assistant(tools={"f": {**LOOKUP, "parameters": schema}}), there)

    assert causes(change) == {"tools[f].parameters.properties.n.const": "drift"}


class TestAFieldThatTheServerDoesNotShow:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ("low", "low", []),
            ("low", "high", ["high"]),
            ("low", None, [UNSET]),
            (None, "low", ["low"]),
            (None, None, []),
        ],
    )
    def test_is_compared_with_the_mark(
        self, before: str | None, after: str | None, expected: list[Any]
    ) -> None:
        was: dict[str, Any] = {"reasoning_effort": before} if before else {}
        now: dict[str, Any] = {"reasoning_effort": after} if after else {}
        there = edited(applied(assistant(**was)), reasoning_effort=None)

        change = change_of(assistant(**now), there)

        assert [f.desired for f in (change.fields if change else ())] == expected
        assert set(causes(change).values()) <= {"manifest"}

    def test_can_drift_where_it_is_shown_after_all(self) -> None:
        there = edited(applied(assistant(reasoning_effort="low")), reasoning_effort="high")

        change = change_of(assistant(reasoning_effort="low"), there)

        assert causes(change) == {"reasoning_effort": "drift"}


class TestTools:
    """A closed list: what is on it, and what is not, is ours."""

    @pytest.mark.parametrize(
        ("before", "live", "after", "expected"),
        [
            (["a"], ["a", "b"], ["a"], {"tools[b]": "drift"}),
            (["a", "b"], ["a"], ["a", "b"], {"tools[b]": "drift"}),
            (["a"], ["a"], ["a", "b"], {"tools[b]": "manifest"}),
            (["a", "b"], ["a", "b"], ["a"], {"tools[b]": "manifest"}),
            (["a", "b"], ["a"], ["a"], {}),
            (["a"], ["a"], None, {"tools[a]": "manifest"}),
            ([], ["b"], [], {"tools[b]": "drift"}),
            (None, ["b"], None, {}),
            (None, ["b"], ["a"], {"tools[a]": "manifest", "tools[b]": "manifest"}),
        ],
    )
    def test_are_attributed_one_by_one(
        self,
        before: list[str] | None,
        live: list[str],
        after: list[str] | None,
        expected: dict[str, str],
    ) -> None:
        def spec(names: list[str] | None) -> dict[str, Any]:
            return {} if names is None else {"tools": dict.fromkeys(names, LOOKUP)}

        there = edited(applied(assistant(**spec(before))), tools=dict.fromkeys(live, LOOKUP))

        assert causes(change_of(assistant(**spec(after)), there)) == expected

    def test_of_fifty_are_attributed_as_a_whole_and_shown_one_by_one(self) -> None:
        resource = assistant(tools=MANY)
        there = applied(resource)
        moved = {**MANY, "tool-7": {**LOOKUP, "description": "moved"}}

        assert there.mark
        assert there.mark.of("tools")
        assert change_of(resource, there) is None
        assert causes(change_of(assistant(tools=moved), there)) == {
            "tools[tool-7].description": "manifest"
        }
        assert causes(change_of(resource, edited(there, tools=moved))) == {
            "tools[tool-7].description": "drift"
        }
        more = {**MANY, "extra": LOOKUP}
        assert causes(change_of(resource, edited(there, tools=more))) == {"tools[extra]": "drift"}
        assert causes(change_of(assistant(), there)) == {
            f"tools[{name}]": "manifest" for name in MANY
        }

    def test_that_become_many_keep_their_attribution(self) -> None:
        few = assistant(tools={"tool-0": MANY["tool-0"]})

        change = change_of(assistant(tools=MANY), applied(few))

        assert causes(change) == {f"tools[{name}]": "manifest" for name in list(MANY)[1:]}

    def test_that_become_few_keep_their_attribution(self) -> None:
        many = applied(assistant(tools=MANY))

        change = change_of(assistant(tools={"tool-0": MANY["tool-0"]}), many)

        assert causes(change) == {f"tools[{name}]": "manifest" for name in list(MANY)[1:]}


class TestMetadata:
    """An open map: a key that no manifest names is somebody else's."""

    @pytest.mark.parametrize(
        ("before", "live", "after", "expected"),
        [
            ({"a": "1"}, {"a": "1", "b": "2"}, {"a": "1"}, {}),
            ({"a": "1"}, {"a": "2"}, {"a": "1"}, {"metadata.a": "drift"}),
            ({"a": "1"}, {}, {"a": "1"}, {"metadata.a": "drift"}),
            ({"a": "1"}, {"a": "1", "b": "2"}, {}, {"metadata.a": "manifest"}),
            ({"a": "1"}, {"a": "1"}, None, {"metadata.a": "manifest"}),
            ({}, {"b": "2"}, {"b": "3"}, {"metadata.b": "manifest"}),
            ({"a.b": "1"}, {"a.b": "2"}, {"a.b": "1"}, {"metadata[a.b]": "drift"}),
            ({'a["': "1"}, {'a["': "2"}, {'a["': "1"}, {'metadata["a[\\""]': "drift"}),
        ],
    )
    def test_is_compared_key_by_key(
        self,
        before: dict[str, str],
        live: dict[str, str],
        after: dict[str, str] | None,
        expected: dict[str, str],
    ) -> None:
        there = edited(applied(assistant(metadata=before)), metadata=live)

        now: dict[str, Any] = {} if after is None else {"metadata": after}
        change = change_of(assistant(**now), there)

        assert causes(change) == expected


class TestWhatTheServerKeepsOtherwiseThanSent:
    @staticmethod
    def normalised(resource: Resource, **got: Any) -> RemoteObject:
        """Live as a server has it that changes what it is given, once that is remembered."""
        there = edited(applied(resource), **got)
        kind, binding = KINDS["assistant"], build.BINDINGS["assistant"]
        from provisioner.engine.remembered import remembered

        wanted, have = binding.complete(resource.spec), binding.complete(there.spec)
        assert there.mark
        both = remembered(wanted, have, kind, binding, sent=wanted)
        return replace(there, mark=replace(there.mark, applied=both))

    def test_is_in_sync_while_neither_moves(self) -> None:
        resource = assistant(instructions="Be kind. ", tools={"f": LOOKUP})
        trimmed = {**LOOKUP, "description": "look up"}

        there = self.normalised(resource, instructions="Be kind.", tools={"f": trimmed})

        assert change_of(resource, there) is None
        assert causes(change_of(assistant(instructions="Be", tools={"f": LOOKUP}), there)) == {
            "instructions": "manifest"
        }
        assert causes(change_of(resource, edited(there, instructions="Be rude."))) == {
            "instructions": "drift"
        }

    def test_may_be_nothing_at_all(self) -> None:
        resource = assistant(description="d", metadata={"a": "1"})

        there = self.normalised(resource, description=None, metadata={})

        assert change_of(resource, there) is None

    def test_is_remembered_of_fifty_tools_as_a_whole(self) -> None:
        resource = assistant(tools=MANY)
        lower = {name: {**tool, "strict": True} for name, tool in MANY.items()}

        there = self.normalised(resource, tools=lower)

        assert change_of(resource, there) is None

    def test_stays_remembered_when_something_else_is_sent(self) -> None:
        resource = assistant(instructions="Be kind. ")
        there = self.normalised(resource, instructions="Be kind.")
        kind, binding = KINDS["assistant"], build.BINDINGS["assistant"]

        next_ = assistant(instructions="Be kind. ", description="new")
        mark = make_mark(next_, kind, binding, build.OWNER, before=there.mark)

        assert there.mark
        assert mark.of("instructions") == there.mark.of("instructions")
        changed = make_mark(
            assistant(instructions="Be"), kind, binding, build.OWNER, before=there.mark
        )
        assert changed.of("instructions") != there.mark.of("instructions")


class TestSensitiveValues:
    @pytest.mark.parametrize("edit", [{}, {"instructions": "edited by hand"}])
    def test_are_masked_on_both_sides(self, edit: dict[str, str]) -> None:
        there = edited(applied(assistant(instructions=Sensitive("old secret"))), **edit)

        change = change_of(assistant(instructions=Sensitive("new secret")), there)

        assert change
        assert [f.sensitive for f in change.fields] == [True]

    def test_stay_masked_when_the_manifest_has_no_secret_there_any_more(self) -> None:
        there = applied(assistant(instructions=Sensitive("old secret")))

        change = change_of(assistant(instructions="plain"), there)

        assert change
        assert [(f.live, f.sensitive) for f in change.fields] == [("old secret", True)]

    def test_are_masked_in_creates_and_resets(self) -> None:
        resource = assistant(metadata={"key": Sensitive("s")}, description="d")

        created, reset = change_of(resource, None), change_of(assistant(), applied(resource))

        assert created
        assert {f.path: f.sensitive for f in created.fields}["metadata"]
        assert not {f.path: f.sensitive for f in created.fields}["description"]
        assert reset
        assert {f.path: f.sensitive for f in reset.fields} == {
            "metadata.key": True,
            "description": False,
        }

    def test_are_compared_like_any_other(self) -> None:
        there = applied(assistant(instructions=Sensitive("s")))

        assert change_of(assistant(instructions=Sensitive("s")), there) is None
        assert change_of(assistant(instructions="s"), there) is None


class TestADamagedMark:
    def test_makes_every_difference_drift(self) -> None:
        whole = applied(assistant(temperature=0.2))
        assert whole.mark
        metadata = {k: v for k, v in whole.metadata.items() if k != APPLIED}
        there = replace(
            whole, mark=replace(whole.mark, applied={}, intact=False), metadata=metadata
        )

        change = change_of(assistant(temperature=0.3, max_prompt_tokens=500), there)

        assert change
        assert change.drifts
        assert causes(change) == {"temperature": "drift", f"metadata[{APPLIED}]": "drift"}

    def test_that_is_gone_is_drift_on_the_mark_alone(self) -> None:
        resource = assistant(temperature=0.2)
        placeholder = Mark(build.OWNER, resource.address, intact=False)
        there = replace(applied(resource), mark=placeholder, metadata={})

        change = change_of(resource, there)

        assert change
        assert change.action is Action.UPDATE
        assert change.reason is Reason.DRIFT
        assert {path.partition("[")[0] for path in causes(change)} == {"metadata"}
        assert f"metadata[{OWNER}]" in causes(change)

    def test_without_its_settings_is_drift_of_what_stood_there(self) -> None:
        resource = assistant(max_prompt_tokens=500)
        there = applied(resource)
        metadata = {k: v for k, v in there.metadata.items() if k != SETTINGS}
        spec = {k: v for k, v in there.spec.items() if k != "max_prompt_tokens"}

        change = change_of(resource, replace(there, metadata=metadata, spec=spec))

        assert causes(change) == {"max_prompt_tokens": "drift"}


class TestProtection:
    @pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
    def test_is_a_field_of_the_mark(self, *, before: bool, after: bool) -> None:
        there = applied(assistant(lifecycle=Lifecycle(prevent_destroy=before)))

        change = change_of(assistant(lifecycle=Lifecycle(prevent_destroy=after)), there)

        assert causes(change) == {"lifecycle.prevent_destroy": "manifest"}

    def test_that_stays_is_no_change(self) -> None:
        resource = assistant(lifecycle=Lifecycle(prevent_destroy=True))

        assert change_of(resource, applied(resource)) is None


class TestReferences:
    @pytest.mark.parametrize(
        ("there", "expected"),
        [
            (Reference(build.LIBRARY), {}),
            (RemoteId("vector_store", "vs_gone", gone=True), "reference"),
            (RemoteId("vector_store", "vs_old", build.LIBRARY), "reference"),
            (RemoteId("vector_store", "vs_foreign"), "drift"),
            (None, "drift"),
        ],
    )
    def test_are_pointed_anew_or_were_moved_by_somebody(self, there: Any, expected: Any) -> None:
        resource = assistant(tools={"file_search": SEARCH})
        tool = {**SEARCH, "vector_store": there} if there else {"type": "file_search"}
        sides = build.live(edited(applied(resource), tools={"file_search": tool}), applied(store()))

        found = build.plan(build.desired(resource, store()), sides).changes

        path = "tools[file_search].vector_store"
        assert [causes(change) for change in found] == ([{path: expected}] if expected else [])

    def test_follow_a_store_that_is_replaced(self) -> None:
        user = assistant(tools={"file_search": SEARCH})
        wanted = build.desired(user, store(description="new"))

        changes = build.plan(wanted, build.live(applied(user), applied(store()))).changes

        assert [(str(c.address), c.action, c.reason) for c in changes] == [
            ("assistant.qa", Action.UPDATE, Reason.REFERENCE),
            ("vector_store.library", Action.REPLACE, Reason.MANIFEST),
        ]

    def test_are_named_once_beside_what_else_changes(self) -> None:
        user = assistant(tools={"file_search": SEARCH})
        changed = assistant(tools={"file_search": {**SEARCH, "max_num_results": 5}}, top_p=0.5)
        wanted = build.desired(changed, store(description="new"))

        changes = build.plan(wanted, build.live(applied(user), applied(store()))).changes

        assert causes(changes[0]) == {
            "tools[file_search].max_num_results": "manifest",
            "tools[file_search].vector_store": "reference",
            "top_p": "manifest",
        }
        assert changes[0].reason is Reason.MANIFEST

    def test_to_a_new_object_are_part_of_the_tool_that_is_new(self) -> None:
        changed = assistant(tools={"file_search": SEARCH})

        changes = build.plan(build.desired(changed, store()), build.live(applied(assistant())))

        assert causes(changes.changes[0]) == {"tools[file_search]": "manifest"}


@pytest.mark.parametrize(
    ("edit", "after", "reason"),
    [
        ({"temperature": 0.9}, {"description": "new"}, Reason.BOTH),
        ({"temperature": 0.9}, {}, Reason.DRIFT),
        ({}, {"description": "new"}, Reason.MANIFEST),
    ],
)
def test_a_change_has_one_reason(
    edit: dict[str, Any], after: dict[str, Any], reason: Reason
) -> None:
    there = edited(applied(assistant(temperature=0.2, description="old")), **edit)

    change = change_of(assistant(**{"temperature": 0.2, "description": "old", **after}), there)

    assert change
    assert change.reason is reason


def test_a_unit_is_spelled_in_a_mark_by_its_path() -> None:
    there = applied(assistant(tools={"f": LOOKUP}))

    assert there.mark
    assert tracked_key("tools[f]") in there.mark.applied
    assert tracked_key("tools") not in there.mark.applied
