import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from jsonschema import Draft202012Validator, ValidationError

from provisioner.engine.migration import KeptObject
from provisioner.model.address import Address
from provisioner.model.diagnostic import Position, warning
from provisioner.model.drift import Absent, Drift
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
from provisioner.render.document import outcome_document, to_json
from provisioner.render.drift import drift_document
from provisioner.render.json_schema import Keys, Ref, one_of, schema_of
from provisioner.render.migration_document import execution_document, migration_document
from provisioner.render.schemas import generate
from tests.render.test_migration import migration
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
DRIFT = Drift(
    Plan(
        "acme",
        "",
        "local",
        changes=(
            Change(
                Address("assistant", "policy-qa"),
                Action.UPDATE,
                reason=Reason.DRIFT,
                fields=(FieldChange("top_p", 0.5, 0.9, Reason.DRIFT, was=0.9),),
            ),
        ),
    ),
    absent=(Absent(STORE, (Address("assistant", "policy-qa"),)),),
    read=1,
    others={Reason.ORPHAN: 1},
)
MOVE = execution_document(
    "done",
    plan=PLAN,
    retire=PLAN,
    drift=Plan("acme", "prod", "old"),
    applied=REPORT,
    retired=Report(),
    verified=True,
    stays=[KeptObject(STORE, "vs_1", "A release names it.", later=True)],
    ids={STORE: ("vs_1", ""), Address("assistant", "policy-qa"): ("asst_1", "asst_2")},
    diagnostics=(warning(code("look")),),
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
        ("drift.schema.json", drift_document(DRIFT)),
        ("outcome.schema.json", outcome_document(REPORT)),
        ("outcome.schema.json", outcome_document(Report())),
        ("migration.schema.json", migration_document(migration())),
        ("migration.schema.json", migration_document(migration(), MOVE)),
    ],
)
def test_what_is_printed_fits_its_schema(name: str, document: dict[str, Any]) -> None:
    validator(name).validate(json.loads(to_json(document)))


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


class Inner(TypedDict):
    """An inner object, which is never a document of its own."""

    name: str


class Sample(TypedDict):
    """A sample, as nothing prints it.

    This paragraph is for readers of the code alone.
    """

    number: Annotated[int, {"minimum": 0}, "How many."]
    word: Annotated[str, one_of(("a", "b"))]
    inner: Annotated[Inner, Ref("inner")] | None
    counts: Annotated[Mapping[str, int], Keys({"x": int})]
    left_out: NotRequired[Annotated[list[str], "Of one place.", Ref("names"), "Here."]]


def test_a_schema_is_derived_from_the_declaration_of_a_document() -> None:
    assert schema_of(Sample) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A sample",
        "description": "A sample, as nothing prints it.",
        "type": "object",
        "required": ["number", "word", "inner", "counts"],
        "properties": {
            "number": {"description": "How many.", "type": "integer", "minimum": 0},
            "word": {"enum": ["a", "b"]},
            "inner": {"anyOf": [{"$ref": "#/$defs/inner"}, {"type": "null"}]},
            "counts": {
                "type": "object",
                "required": ["x"],
                "properties": {"x": {"type": "integer"}},
            },
            "left_out": {"description": "Here.", "$ref": "#/$defs/names"},
        },
        "$defs": {
            "inner": {
                "description": "An inner object, which is never a document of its own.",
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}},
            },
            "names": {
                "description": "Of one place.",
                "type": "array",
                "items": {"type": "string"},
            },
        },
    }
