"""Test the risks of changes, rule by rule, and changes without a risk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.code import Severity
from provisioner.model.plan import (
    UNSET,
    Action,
    Change,
    DocumentAction,
    DocumentChange,
    FieldChange,
    Reason,
    Since,
    Undeclared,
)
from provisioner.model.resource import Document, Resource
from provisioner.model.risk import Meaning, Risk
from provisioner.model.schemas import NOWHERE
from provisioner.model.value import Sensitive
from provisioner.policy.knowledge import size
from provisioner.policy.risks import FAMILIES, ranked, risks_of, undeclared_risks
from provisioner.policy.seen import of_drift, of_plan

QA = Address("assistant", "qa")
STORE = Address("vector_store", "library")


def found(path: str, live: Any, desired: Any, action: Action = Action.UPDATE) -> list[Risk]:
    field = FieldChange(path, live, desired)
    return [*risks_of(of_plan(Change(QA, action, fields=(field,)), [field], NOWHERE))]


def said(risks: list[Risk]) -> dict[str, str]:
    return {risk.code.name: risk.told for risk in risks}


@pytest.mark.parametrize(
    ("path", "live", "desired", "code", "told"),
    [
        ("tools[shell]", UNSET, {"type": "shell"}, "tool-reaches-out", "a tool is added"),
        ("tools[crm]", UNSET, {"type": "mcp"}, "tool-reaches-out", "a tool is added"),
        (
            "tools[code_interpreter]",
            UNSET,
            {"type": "code_interpreter", "network_policy": {"type": "allowlist"}},
            "tool-reaches-out",
            "a tool is added",
        ),
        ("tools[file_search]", UNSET, {"type": "file_search"}, "tool-added", "a tool is added"),
        ("tools[f]", UNSET, {"type": "function"}, "contract-extended", "a function is added that the application has to answer"),
        ("tools[shell]", {"type": "shell"}, UNSET, "tool-removed", "a tool is taken away"),
        ("tools[f]", {"type": "function"}, UNSET, "contract-broken", "a tool is taken away"),
        ("tools[f].type", "function", "custom", "contract-broken", "is no function any more, but custom"),
        ("tools[a].allowed_domains", ["a"], ["a", "b"], "reach-widened", "allows b"),
        ("tools[a].allowed_domains[1]", UNSET, "b", "reach-widened", "allows b"),
        ("tools[a].allowed_domains", ["a"], UNSET, "reach-widened", "is no longer limited to a list"),
        ("tools[a].blocked_domains[0]", "a", UNSET, "reach-widened", "no longer blocks a"),
        ("tools[a].require_approval", "always", "never", "approval-changed", "the approval of its calls changes"),
        ("tools[a].server_url", "https://a", "https://b", "place-changed", "leads somewhere else"),
        ("model", "m-1", "m-2", "model-changed", "another model: m-1 → m-2"),
        ("model", "m-1", "m-2", "price-changed", "charged as m-2, and not as m-1"),
        ("service_tier", "default", "priority", "price-changed", "charged as priority, and not as default"),
        ("lifecycle.prevent_destroy", True, False, "protection-off", "is not protected any more"),
        ("expires_after", UNSET, {"days": 30}, "expiry-shortened", "expires after 30 days without use"),
        ("expires_after.days", 30, 7, "expiry-shortened", "expires after 7 days without use, instead of 30"),
        ("max_completion_tokens", 1000, UNSET, "limit-raised", "the limit of 1,000 is taken away"),
        ("max_completion_tokens", 1000, 2500, "limit-raised", "raised from 1,000 to 2,500"),
        ("instructions", "Short.", "Brief.", "instructions-changed", "its instructions change"),
        ("tools[f].description", "Look.", "Seek.", "instructions-changed", "another text tells a model what this is for"),
        ("tools[f].parameters.properties.id.description", "An id.", "The id.", "instructions-changed", "another text tells a model what this is for"),
        ("temperature", 0.1, 0.9, "sampling-changed", "0.1 → 0.9"),
        ("tools[f].strict", True, UNSET, "contract-widened", "more is possible than before: the model need not match the schema exactly"),
        ("tools[f].strict", False, True, "contract-extended", "the model must match the schema exactly"),
        ("response_format.json_schema.strict", True, False, "contract-broken", "more is possible than before: the model need not match the schema exactly"),
        ("tools[c].format.definition", "a", "b", "contract-unclear", "the grammar of its input changes"),
        ("instructions", "You can help me.", "You can't help me.", "text-turned", "“not” is put in"),
        ("instructions", "Das darf nie so sein.", "Das darf so sein.", "text-turned", "“nie” is taken out"),
        (
            "instructions",
            "You must not lie and you must pay.",
            "You must lie and you must not pay.",
            "text-turned",
            "“not lie” becomes “not pay”",
        ),
        ("instructions", "Pay up to 1,000 euros.", "Pay up to 9,000 euros.", "text-turned", "1,000 becomes 9,000"),
        (
            "description",
            "Write to a@b.example now.",
            "Write to a@c.example now.",
            "text-turned",
            "names a@c.example",
        ),
    ],
)  # fmt: skip
def test_a_change_is_named(path: str, live: Any, desired: Any, code: str, told: str) -> None:
    assert said(found(path, live, desired))[code] == told


@pytest.mark.parametrize(
    ("path", "live", "desired"),
    [
        ("tools[a].allowed_domains[1]", "b", UNSET),
        ("tools[a].blocked_domains[0]", UNSET, "a"),
        ("max_completion_tokens", 1000, 500),
        ("max_completion_tokens", True, 500),
        ("max_completion_tokens", 500, "many"),
        ("tools", 3, UNSET),
        ("tools[", "a", "b"),
        ("expires_after.days", 7, 30),
        ("expires_after", {"days": 7}, UNSET),
        ("description", "It has 3 parts. It is old.", "It has 3 parts. It is new now."),
        ("name", "QA", "Q&A"),
        ("tools[f].parameters.properties.description", UNSET, {"type": "string"}),
        ("description", "Do not\nlie to me.", "Do not lie\nto me."),
        ("description", "Never lie.\nBe kind.", "Be kind.\nNever lie."),
        ("description", "It has 3 parts now.", "There are 4 of them here."),
        ("description", Sensitive("never do it"), Sensitive("always do it")),
        ("metadata.team", "a", "b"),
    ],
)
def test_a_change_means_nothing_of_the_kind(path: str, live: Any, desired: Any) -> None:
    assert found(path, live, desired) == []


def test_of_what_is_created_only_a_tool_that_reaches_out_is_named() -> None:
    tools = {"web_search": {"type": "web_search"}, "file_search": {"type": "file_search"}}

    assert found("model", UNSET, "m", Action.CREATE) == []
    assert said(found("tools", UNSET, tools, Action.CREATE)) == {
        "tool-reaches-out": "the tool web_search is added"
    }


def test_an_assistant_made_anew_has_another_id_and_a_deleted_one_none() -> None:
    def codes(address: Address, action: Action) -> list[str]:
        return [one.code.name for one in risks_of(of_plan(Change(address, action), [], NOWHERE))]

    assert codes(QA, Action.REPLACE) == ["id-changed"]
    assert codes(QA, Action.DELETE) == ["object-removed"]
    assert codes(STORE, Action.DELETE) == ["object-removed"]
    assert codes(Address("file", "rates"), Action.DELETE) == []
    assert codes(QA, Action.FORGET) == []


def documents(*changes: DocumentChange, action: Action = Action.UPDATE) -> dict[str, str]:
    declared = {path: Document(path, "0" * 64, 4000) for path in ("a.md", "b.md", "c.md")}
    store = Resource(STORE, {}, documents=declared)
    change = Change(STORE, action, documents=changes, desired=store)
    return said([*risks_of(of_plan(change, [], NOWHERE))])


def test_documents_are_counted_with_the_volume_that_is_embedded_again() -> None:
    add = DocumentChange("a.md", DocumentAction.ADD)
    change = DocumentChange("b.md", DocumentAction.CHANGE)
    attributes = DocumentChange("c.md", DocumentAction.CHANGE, content=False)

    assert documents(add, change, attributes) == {
        "documents-changed": (
            "1 added, 1 changed of 3 documents: 8.0 kB to embed, about 2,000 tokens"
        )
    }
    assert documents(attributes) == {}
    assert documents(action=Action.REPLACE) == {
        "documents-changed": (
            "all 3 documents of the new store are embedded: 12.0 kB to embed, about 3,000 tokens"
        )
    }


@pytest.mark.parametrize(
    ("volume", "told"), [(999, "999 B"), (1000, "1.0 kB"), (2_345_678, "2.3 MB")]
)
def test_a_volume_is_told_in_units_that_fit(volume: int, told: str) -> None:
    assert size(volume) == told


def test_a_document_that_goes_away_is_named_and_a_left_over_copy_is_not() -> None:
    gone = DocumentChange("old.md", DocumentAction.REMOVE)
    left = DocumentChange("a.md", DocumentAction.REMOVE, note="left over")

    assert documents(gone, left) == {"documents-removed": "1 document removed: old.md"}


def test_drift_is_told_from_what_was_applied_to_what_is_live() -> None:
    field = FieldChange("tools[shell]", {"type": "shell"}, UNSET, Reason.DRIFT, was=UNSET)
    change = Change(QA, Action.UPDATE, Reason.DRIFT, fields=(field,))

    assert said([*risks_of(of_drift(change, [field], NOWHERE))]) == {
        "undeclared-tool": "a tool is added",
        "tool-reaches-out": "a tool is added",
    }
    function = replace(field, path="tools[pay]", live={"type": "function"})
    assert said([*risks_of(of_drift(change, [function], NOWHERE))]) == {
        "undeclared-tool": "a tool is added"
    }


def test_a_tool_that_no_manifest_sets_is_named_until_somebody_accepts_it() -> None:
    values = [
        Undeclared(QA, "tools[shell]", {}, Since.UNKNOWN),
        Undeclared(QA, "tools[x]", {}, Since.ACCEPTED),
        Undeclared(QA, "top_p", 0.5, Since.MOVED),
    ]
    assert [risk.path for risk in undeclared_risks(values)] == ["tools[shell]"]


def test_the_gravest_come_first_and_then_what_reaches_further() -> None:
    risks = [
        *found("temperature", 0.1, 0.2),
        *found("instructions", "You may refund it.", "You must never refund it."),
        *found("tools[shell]", UNSET, {"type": "shell"}),
    ]
    names = dict.fromkeys(risk.code.name for risk in ranked([*risks, *risks]))
    assert [*names] == [
        "tool-reaches-out",
        "text-turned",
        "sampling-changed",
        "instructions-changed",
    ]


def test_a_model_that_the_server_resolved_is_nobodys_change() -> None:
    field = FieldChange("model", "m-2026", "m", Reason.SERVER)
    assert [*risks_of(of_plan(Change(QA, Action.UPDATE), [field], NOWHERE))] == []


def test_every_family_stands_for_a_meaning_of_its_own_in_their_order() -> None:
    assert [family.MEANING for family in FAMILIES] == [*Meaning]


def test_no_risk_is_an_error_so_that_none_stops_a_plan() -> None:
    codes = {code for family in FAMILIES for code, _ in family.RULES}
    assert {code.severity for code in codes} == {Severity.WARNING, Severity.NOTE}
