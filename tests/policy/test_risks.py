"""What a reviewer has to see first, rule by rule, and what is no reason to look."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.plan import UNSET, Action, Change, FieldChange, Reason
from provisioner.model.value import Sensitive
from provisioner.policy.risks import risks

QA = Address("assistant", "qa")


def told(path: str, live: Any, desired: Any, action: Action = Action.UPDATE) -> str:
    field = FieldChange(path, live, desired)
    return "; ".join(risk.told for risk in risks(Change(QA, action, fields=(field,))))


@pytest.mark.parametrize(
    ("path", "live", "desired", "expected"),
    [
        ("tools[shell]", UNSET, {"type": "shell"}, "a tool is added"),
        ("tools[shell]", {"type": "shell"}, UNSET, "a tool is taken away"),
        ("tools[a].allowed_domains", ["a"], ["a", "b"], "allows b"),
        ("tools[a].allowed_domains[1]", UNSET, "b", "allows b"),
        ("tools[a].allowed_domains", ["a"], UNSET, "is no longer limited to a list"),
        ("tools[a].blocked_domains[0]", "a", UNSET, "no longer blocks a"),
        (
            "tools[a].require_approval.never.tool_names[0]",
            UNSET,
            "pay",
            "allows pay; who approves its calls is changed",
        ),
        ("tools[a].server_url", "https://a", "https://b", "leads somewhere else"),
        (
            "tools",
            "shell",
            {"search": {}},
            "the tool search is added; the tool shell is taken away",
        ),
        ("tools", UNSET, ["shell"], "the tool shell is added"),
        ("model", "m-1", "m-2", "another model: m-1 → m-2"),
        ("lifecycle.prevent_destroy", True, False, "is not protected any more"),
        ("max_completion_tokens", 1000, UNSET, "the limit of 1,000 is taken away"),
        ("tools[f].parameters.required[0]", "id", UNSET, "not required any more: id"),
        (
            "tools[f].parameters.properties.id",
            {"type": "string"},
            UNSET,
            "an argument is taken away",
        ),
        ("max_completion_tokens", 1000, 2500, "raised from 1,000 to 2,500"),
        ("tools[f].parameters.required", ["a"], ["b"], "required now: b; not required any more: a"),
        ("tools[f].parameters.properties.id", UNSET, {}, "an argument is added"),
        ("tools[f].parameters.properties.id.enum", ["a"], UNSET, "any value passes"),
        ("tools[f].parameters.properties.id.enum", ["a"], ["a", "b"], "more values pass: b"),
        ("tools[f].parameters.additionalProperties", False, True, "more passes than before"),
        ("tools[f].strict", True, UNSET, "more passes than before"),
        ("instructions", "You can help me.", "You can't help me.", "“not” is put in"),
        ("instructions", "Das darf nie so sein.", "Das darf so sein.", "“nie” is taken out"),
        (
            "instructions",
            "You must not lie and you must pay.",
            "You must lie and you must not pay.",
            "“not lie” becomes “not pay”",
        ),
        ("instructions", "Pay up to 1,000 euros.", "Pay up to 9,000 euros.", "1,000 becomes 9,000"),
        (
            "description",
            "Write to a@b.example now.",
            "Write to a@c.example now.",
            "names a@c.example",
        ),
    ],
)
def test_a_change_is_named(path: str, live: Any, desired: Any, expected: str) -> None:
    assert told(path, live, desired) == expected


@pytest.mark.parametrize(
    ("path", "live", "desired"),
    [
        ("tools[a].allowed_domains[1]", "b", UNSET),
        ("tools[a].blocked_domains[0]", UNSET, "a"),
        ("max_completion_tokens", 1000, 500),
        ("temperature", 0.1, 0.9),
        ("max_completion_tokens", True, 500),
        ("max_completion_tokens", 500, "many"),
        ("tools[f].parameters.properties.id.enum", ["a", "b"], ["a"]),
        ("tools[f].parameters.properties.id", {"type": "string"}, {"type": "integer"}),
        ("tools[f]", {"type": "shell"}, {"type": "search"}),
        ("tools", 3, UNSET),
        ("tools[", "a", "b"),
        ("tools[f].parameters.required", ["a", "b"], ["b", "a"]),
        ("instructions", "Short.", "Brief."),
        ("instructions", "It has 3 parts. It is old.", "It has 3 parts. It is new now."),
        ("name", "QA", "Q&A"),
        ("tools[f].parameters.properties.id.description", "An id.", "The id."),
        ("instructions", "Do not\nlie to me.", "Do not lie\nto me."),
        ("instructions", "Never lie.\nBe kind.", "Be kind.\nNever lie."),
        ("instructions", "It has 3 parts now.", "There are 4 of them here."),
        ("instructions", Sensitive("never do it"), Sensitive("always do it")),
        ("metadata.team", "a", "b"),
    ],
)
def test_a_change_is_no_reason_to_look(path: str, live: Any, desired: Any) -> None:
    assert told(path, live, desired) == ""


def test_what_is_created_is_not_looked_into() -> None:
    assert told("model", UNSET, "m", Action.CREATE) == ""


def test_what_reaches_further_comes_before_what_reads_otherwise() -> None:
    fields = [FieldChange("instructions", "You may refund.", "You must never refund.")]
    fields += [FieldChange("tools[shell]", UNSET, {"type": "shell"})]
    found = [*risks(Change(QA, Action.UPDATE, fields=tuple(fields)))]

    assert [risk.path for risk in sorted(found, key=lambda one: one.family)] == [
        "tools[shell]",
        "instructions",
    ]


def test_a_model_that_the_server_resolved_is_nobodys_change() -> None:
    field = FieldChange("model", "m-2026", "m", Reason.SERVER)
    assert [*risks(Change(QA, Action.UPDATE, fields=(field,)))] == []
