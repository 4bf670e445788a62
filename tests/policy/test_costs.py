"""The cost of changes: prices of models and tools, longer prompts and larger stores."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.plan import (
    UNSET,
    Action,
    Change,
    DocumentAction,
    DocumentChange,
    FieldChange,
    Reason,
)
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Document, Resource
from provisioner.model.risk import Meaning
from provisioner.model.schemas import NOWHERE
from provisioner.model.value import Placeholder
from provisioner.policy.prices import models, tools
from provisioner.policy.risks import risks_of
from provisioner.policy.seen import of_drift, of_plan
from provisioner.verbs._shared.lifecycle import is_vendor_host

QA = Address("assistant", "qa")
STORE = Address("vector_store", "library")
LONG = "Answer in whole sentences. " * 100


def costs(
    path: str,
    live: Any,
    desired: Any,
    *,
    vendor: bool = True,
    action: Action = Action.UPDATE,
    cause: Reason = Reason.MANIFEST,
) -> dict[str, str]:
    field = FieldChange(path, live, desired, cause)
    after = Resource(QA, {"model": "gpt-4o"})
    change = Change(QA, action, fields=(field,), desired=after)
    found = risks_of(of_plan(change, [field], NOWHERE, vendor=vendor))
    return {one.code.name: one.told for one in found if one.meaning is Meaning.COST}


@pytest.mark.parametrize(
    ("path", "live", "desired", "code", "told"),
    [
        (
            "model",
            "gpt-4o",
            "gpt-4o-mini",
            "price-lowered",
            ("input price 2.50 → 0.15, cached input price 1.25 → 0.075, output price 10.00 → 0.60 USD "
            "per million tokens (standard prices, dated 2026-08-21)"),
        ),
        (
            "model",
            "gpt-4o-mini",
            "gpt-6.1-sol",
            "price-raised",
            ("input price 0.15 → 2.00, cached input price 0.075 → 0.10, output price 0.60 → 10.00 USD "
            "per million tokens (standard prices, dated 2026-08-21 and 2026-10-01)"),
        ),
        (
            "model",
            "gpt-4o",
            "gpt-4o-2024-05-13",
            "price-raised",
            ("input price 2.50 → 5.00, output price 10.00 → 15.00 USD per million tokens (standard "
            "prices, dated 2026-08-21)"),
        ),
        (
            "model",
            "gpt-6-sol",
            "gpt-6.1-sol",
            "price-lowered",
            ("input price 2.00 as before, cached input price 0.20 → 0.10, output price 10.00 as before "
            "USD per million tokens (standard prices, dated 2026-09-22 and 2026-10-01)"),
        ),
        (
            "model",
            "gpt-4o",
            "gpt-4o-2024-08-06",
            "price-changed",
            ("charged as gpt-4o-2024-08-06, and not as gpt-4o; no price of gpt-4o-2024-08-06 is known "
            "here"),
        ),
        (
            "instructions",
            "Be brief.",
            LONG,
            "prompt-longer",
            ("about 672 more input tokens in each answer (estimated: characters / 4), 1.68 USD for "
            "1,000 answers at 2.50 USD per million (dated 2026-08-21)"),
        ),
        (
            "tools[web_search]",
            UNSET,
            {"type": "web_search"},
            "tool-charged",
            "web_search has a price of its own: 10.00 USD for 1,000 calls (dated 2026-08-21)",
        ),
    ],
)  # fmt: skip
def test_the_cost_of_a_change_is_told(
    path: str, live: Any, desired: Any, code: str, told: str
) -> None:
    assert costs(path, live, desired) == {code: told}


@pytest.mark.parametrize(
    ("path", "live", "desired"),
    [
        ("instructions", LONG, "Be brief."),
        ("instructions", LONG, LONG + "And be kind."),
        ("instructions", Placeholder("(not shown)"), LONG),
        ("description", "Short.", LONG),
        ("tools[f]", UNSET, {"type": "function"}),
        ("tools[web_search]", {"type": "web_search"}, UNSET),
        ("tools[web_search].context_size", "low", "high"),
        ("name", "gpt-4o", "gpt-4o-mini"),
        ("response_format.json_schema.schema.properties.model", "gpt-4o", "gpt-4o-mini"),
    ],
)
def test_what_looks_alike_has_no_cost(path: str, live: Any, desired: Any) -> None:
    assert costs(path, live, desired) == {}


def test_no_price_is_told_on_a_host_of_somebody_else() -> None:
    assert costs("model", "gpt-4o", "gpt-6.1-sol", vendor=False) == {
        "price-changed": "charged as gpt-6.1-sol, and not as gpt-4o"
    }
    assert costs("tools[web_search]", UNSET, {"type": "web_search"}, vendor=False) == {}
    assert costs("instructions", "", LONG, vendor=False) == {
        "prompt-longer": "about 675 more input tokens in each answer (estimated: characters / 4)"
    }


def test_a_model_that_the_server_resolved_and_one_of_a_new_object_are_no_change_of_price() -> None:
    assert costs("model", "gpt-4o", "gpt-6.1-sol", cause=Reason.SERVER) == {}
    assert costs("model", UNSET, "gpt-6.1-sol", action=Action.CREATE) == {}


@pytest.mark.parametrize(
    ("host", "vendor"),
    [
        ("api.openai.com", True),
        ("eu.api.openai.com:443", True),
        ("api.openai.com.example", False),
        ("notapi.openai.com", False),
        ("127.0.0.1:8080", False),
        ("", False),
    ],
)
def test_only_the_vendors_own_hosts_have_its_prices(host: str, vendor: bool) -> None:
    assert is_vendor_host(host) is vendor


def stored(action: Action, *changes: DocumentChange, size: int, vendor: bool = True) -> list[str]:
    declared = {path: Document(path, "0" * 64, size) for path in ("a.md", "b.md")}
    change = Change(
        STORE, action, documents=changes, desired=Resource(STORE, {}, documents=declared)
    )
    found = risks_of(of_plan(change, [], NOWHERE, vendor=vendor))
    return [one.told for one in found if one.code.name == "storage-grew"]


def test_a_store_that_grows_costs_more_a_day() -> None:
    add = DocumentChange("a.md", DocumentAction.ADD)
    change = DocumentChange("b.md", DocumentAction.CHANGE)
    told = (
        "1,073.7 MB more are stored: about 0.10 USD a day (estimated: bytes of the files, above 1 GiB "
        "an account; prices of 2026-09-30)"
    )

    assert stored(Action.UPDATE, add, change, size=1 << 30) == [told]
    assert stored(Action.CREATE, size=1 << 29) == [told]
    assert stored(Action.UPDATE, change, size=1 << 30) == []
    assert stored(Action.UPDATE, add, size=4000) == []
    assert stored(Action.UPDATE, add, size=1 << 30, vendor=False) == []


def test_drift_of_a_model_is_priced_from_what_was_applied_to_what_is_live() -> None:
    field = FieldChange("model", "gpt-5-pro", "gpt-5-mini", Reason.DRIFT, was="gpt-5-mini")
    live = RemoteObject("assistant", "asst_1", "", {"model": "gpt-5-pro"})
    change = Change(QA, Action.UPDATE, Reason.DRIFT, fields=(field,), live=live)

    found = {r.code.name: r.told for r in risks_of(of_drift(change, [field], NOWHERE, vendor=True))}

    assert found["price-raised"].startswith("input price 0.25 → 15.00, output price 2.00 → 120.00")


def test_each_row_of_the_tables_has_a_day_and_prices_that_can_be() -> None:
    for price in models().values():
        assert date.fromisoformat(price.day) <= date(2026, 11, 27)
        assert 0 < (price.cached_input or price.input) <= price.input < price.output
    assert all(row.price > 0 and date.fromisoformat(row.day) for row in tools().values())
