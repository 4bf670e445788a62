"""The small nouns: identity, problems, plans and reports say what they are."""

from dataclasses import replace

import pytest

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, Position, has_errors, warning
from provisioner.model.errors import ManifestErrors, NotFound, PlanRefused
from provisioner.model.kind import Kind
from provisioner.model.leaks import Condition, Judgement, Whose, has_metadata
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import Action, Change, DocumentAction, DocumentChange, Plan
from provisioner.model.provider import Provider
from provisioner.model.resource import Document, Resource
from provisioner.model.stack import Stack, Target
from provisioner.model.value import Reference
from tests.support.codes import code

QA, STORE = Address("assistant", "qa"), Address("vector_store", "library")


def test_an_address_prints_parses_and_sorts() -> None:
    assert Address.parse("assistant.policy-qa") == Address("assistant", "policy-qa")
    assert str(QA) == "assistant.qa"
    assert sorted([STORE, QA]) == [QA, STORE]


@pytest.mark.parametrize("text", ["", "qa", ".qa", "assistant."])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address; one looks like"):
        Address.parse(text)


def test_a_diagnostic_says_where_what_and_why() -> None:
    found = Diagnostic(code("no such file"), "Look again.\n\nOr not.", Position("a.yaml", 2, 5))

    assert (
        str(found) == "a.yaml:2:5: error: no such file [no such file]\n  Look again.\n\n  Or not."
    )
    assert str(warning(code("odd"))) == "warning: odd [odd]"
    assert has_errors([warning(code("odd")), found])
    assert not has_errors([warning(code("odd"))])


def test_errors_carry_diagnostics() -> None:
    refused = PlanRefused(Diagnostic(code("one")), Diagnostic(code("two"), subject="it"))
    missing = NotFound(code("gone"), "It was here.", status=404, request_id="req_1")

    assert str(ManifestErrors([Diagnostic(code("three"))])) == "error: three [three]"
    assert str(refused) == "error: one [one]\nerror: it: two [two]"
    assert (missing.status, missing.request_id) == (404, "req_1")
    assert "It was here." in str(missing)


def test_a_report_counts_what_was_done() -> None:
    report = Report(
        tuple(
            Outcome(QA, action, status)
            for action, status in [
                (Action.CREATE, Status.DONE),
                (Action.CREATE, Status.FAILED),
                (Action.UPDATE, Status.DONE),
                (Action.REPLACE, Status.DONE),
                (Action.DELETE, Status.SKIPPED),
                (Action.DELETE, Status.DONE),
            ]
        )
    )

    assert report.counts == {
        "created": 1, "updated": 1, "replaced": 1, "deleted": 1, "failed": 1, "skipped": 1,
    }  # fmt: skip
    assert not report.succeeded
    assert Report((Outcome(QA, Action.CREATE, Status.DONE),)).succeeded
    assert not Report(interrupted=True).succeeded


def test_a_plan_counts_what_would_be_done() -> None:
    documents = tuple(DocumentChange(f"{a}", a) for a in DocumentAction)
    plan = Plan("acme", "", "local", unchanged=3, changes=(Change(QA, Action.UPDATE, documents=documents),))  # fmt: skip

    assert plan.counts == {"create": 0, "update": 1, "replace": 0, "delete": 0, "forget": 0, "no-op": 3}  # fmt: skip
    assert plan.document_counts == {"added": 1, "changed": 1, "removed": 1}
    assert not plan.is_empty


@pytest.mark.parametrize(
    ("action", "makes", "removes"),
    [
        (Action.CREATE, True, False),
        (Action.UPDATE, False, False),
        (Action.REPLACE, True, True),
        (Action.DELETE, False, True),
        (Action.FORGET, False, False),
        (Action.NO_OP, False, False),
    ],
)
def test_an_action_knows_what_comes_of_it(action: Action, makes: bool, removes: bool) -> None:
    assert (action.makes, action.removes) == (makes, removes)


def test_a_resource_refers_to_what_its_fields_and_documents_name() -> None:
    file = Address("file", "table")
    document = Document("docs/a.md", "00", 1, source=file)
    resource = Resource(STORE, {"x": [Reference(QA), Reference(STORE)]}, documents={"a": document})

    assert resource.references == {QA, file}
    assert document.name == "a.md"
    assert resource.with_spec({}).references == {file}


@pytest.mark.parametrize(
    ("id", "environment", "owner"),
    [("k3v9", "prod", "k3v9/prod"), ("", "", "acme/default")],
)
def test_a_stack_owns_by_its_id_or_name(id: str, environment: str, owner: str) -> None:
    from pathlib import Path

    stack = Stack("acme", id, Path(), environment, Target("local", "assistants"))

    assert str(stack.owner) == owner


def test_a_kind_that_says_nothing_else_takes_every_spec_as_it_is() -> None:
    kind = Kind("note", "Note", "A note.", {})

    assert kind.normalise({"a": 1}) == {"a": 1}
    assert list(kind.check({"a": 1})) == []


def test_the_seam_to_the_outside_is_a_protocol() -> None:
    from provisioner.providers.openai import OpenAIProvider

    promised = {name for name in vars(Provider) if not name.startswith("_")}

    assert promised <= set(vars(OpenAIProvider))


def test_a_condition_says_whether_it_is_a_leak_and_how_the_command_line_spells_it() -> None:
    assert {one.value for one in Condition if not one.is_leak} == {
        "declared", "in use", "unknowable", "idle",
    }  # fmt: skip
    assert {one for one in Condition if one.is_a_class and not one.is_leak} == {Condition.IDLE}
    assert Condition.UNANSWERED.option == "possible-unanswered-upload"


def test_a_judgement_was_active_when_it_was_last_used_or_made() -> None:
    one = Judgement("file", "f", Whose.NOBODY, Condition.DANGLING, "No.", metadata={"app": "a"})

    assert one.active_at is None
    assert replace(one, created_at=1.0).active_at == 1.0
    assert replace(one, created_at=1.0, last_active_at=2.0).active_at == 2.0
    assert has_metadata(one, {"app": "a"})
    assert not has_metadata(one, {"app": "b"})
