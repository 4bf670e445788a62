import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from provisioner.model.address import Address
from provisioner.model.diagnostic import Position, warning
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import (
    UNSET,
    Action,
    Change,
    DocumentAction,
    DocumentChange,
    FieldChange,
    Plan,
    Reason,
)
from provisioner.model.value import Reference, Sensitive
from provisioner.render.document import outcome_document
from provisioner.render.schemas import generate
from tests.support.codes import code
from tests.support.views import plan_document

FOLDER = Path(__file__).parents[2] / "schemas"
STORE = Address("vector_store", "policies")
PLAN = Plan(
    stack="acme",
    environment="prod",
    target="local",
    host="embedded",
    changes=(
        Change(
            Address("assistant", "policy-qa"),
            Action.CREATE,
            fields=(
                FieldChange("tools[file_search].vector_store", UNSET, Reference(STORE)),
                FieldChange("metadata[token]", UNSET, Sensitive("hunter2")),
                FieldChange("description", "old", None, Reason.DRIFT),
            ),
        ),
        Change(STORE, Action.UPDATE, documents=(DocumentChange("a.md", DocumentAction.ADD),)),
    ),
    unchanged=3,
    dropped={Address("assistant", "policy-qa"): ("tools[web_search]",)},
    diagnostics=(
        warning(code("look"), "here", Position("a.yaml", 2, 3)),
        warning(code("or there")),
    ),
)
REPORT = Report(
    outcomes=(
        Outcome(STORE, Action.CREATE, Status.STARTED),
        Outcome(STORE, Action.CREATE, Status.DONE, "vs_1", seconds=0.51239),
        Outcome(Address("assistant", "a"), Action.CREATE, Status.FAILED, error="Refused."),
    ),
    requests={"POST": 2, "GET": 1},
    seconds=1.23456,
)


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", sorted(generate()))
def test_the_committed_schema_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == generate()[name]


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("plan.schema.json", plan_document(PLAN)),
        ("plan.schema.json", plan_document(Plan("acme", "", "local"))),
        ("outcome.schema.json", outcome_document(REPORT)),
        ("outcome.schema.json", outcome_document(Report())),
    ],
)
def test_what_is_printed_fits_its_schema(name: str, document: dict[str, Any]) -> None:
    validator(name).validate(document)


@pytest.mark.parametrize(
    "broken",
    [
        {"format_version": 2},
        {"summary": {}},
        {"changes": [{"address": "assistant.a"}]},
        {"changes": [{**plan_document(PLAN)["changes"][0], "action": "no-op"}]},
        {"dropped": {"assistant.a": "temperature"}},
    ],
)
def test_a_plan_that_says_something_else_does_not_fit(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        validator("plan.schema.json").validate(plan_document(PLAN) | broken)
