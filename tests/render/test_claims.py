"""Claims about the live side are limited to the part that was read."""

import pytest

from provisioner.model.address import Address
from provisioner.model.codes.plans import NOT_READ, ODD_SHAPE
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.drift import Absent, Drift
from provisioner.model.plan import Plan, Since, Undeclared, Unshown
from provisioner.render.drift import drift_text
from provisioner.render.text import plan_text
from provisioner.render.view import view_of

QA = Address("assistant", "qa")
TOOL = Undeclared(QA, "tools[shell]", {"type": "shell"}, Since.MOVED, item=True)
OLD = Undeclared(QA, "top_p", 0.3, Since.UNKNOWN)
SECRET = Unshown(Address("credential", "depot"), "token_env")
UNREAD = warning(NOT_READ, "403", subject="vault")
ODD = Diagnostic(ODD_SHAPE, "tools", subject="assistant.qa")


def plan(
    *diagnostics: Diagnostic,
    undeclared: tuple[Undeclared, ...] = (),
    unshown: tuple[Unshown, ...] = (),
) -> Plan:
    return Plan(
        "acme", "", "local", unchanged=2,
        undeclared=undeclared, unshown=unshown, diagnostics=diagnostics,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "ending"),
    [
        (plan(), "match the live side."),
        (plan(unshown=(SECRET,)), "match the live side, as far as the server shows it."),
        (plan(UNREAD), "match the live side, as far as it could be read (see above)."),
        (plan(ODD, unshown=(SECRET,)), "as far as the server shows it and it could be read (see above)."),
        (plan(undeclared=(TOOL,)), "match the live side; the undeclared values above are not touched."),
    ],
)  # fmt: skip
def test_a_plan_without_changes(made: Plan, ending: str) -> None:
    text = plan_text(view_of(made))

    assert text.rstrip().endswith(ending)
    assert ("tools[shell]" in text) is bool(made.undeclared)


@pytest.mark.parametrize(
    ("made", "claim"),
    [
        (plan(), "No drift. 2 live objects were compared"),
        (plan(unshown=(SECRET,)), "No drift in what the server shows."),
        (plan(UNREAD), "No drift in what could be read."),
        (
            plan(ODD, unshown=(SECRET,)),
            "No drift in what the server shows and in what could be read.",
        ),
        (plan(undeclared=(OLD,)), "No drift in what the manifests declare."),
    ],
)
def test_no_drift_names_what_it_is_true_of(made: Plan, claim: str) -> None:
    assert claim in drift_text(Drift(made, read=2))


@pytest.mark.parametrize(
    "drift",
    [
        Drift(plan(undeclared=(TOOL,)), read=2),
        Drift(plan(), (Absent(QA),), read=2),
        Drift(plan(unshown=(Unshown(QA, "token_env", changed=True),)), read=2),
    ],
    ids=["a tool by hand", "a deleted object", "a rotated secret"],
)
def test_no_drift_is_never_said_over_what_counts(drift: Drift) -> None:
    assert not drift.is_empty
    assert "No drift" not in drift_text(drift)


def test_what_may_be_a_credential_in_a_tool_by_hand_is_masked() -> None:
    mcp = {"type": "mcp", "server_url": "https://x", "headers": {"Authorization": "Bearer hunter2"}}
    made = plan(undeclared=(Undeclared(QA, "tools[x]", mcp, Since.MOVED, item=True),))

    for text in (plan_text(view_of(made)), drift_text(Drift(made, read=1))):
        assert "https://x" in text
        assert "hunter2" not in text
