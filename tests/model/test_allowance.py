"""A comment allows a finding of its code, within its lines, with a reason."""

from __future__ import annotations

import pytest

from provisioner.model.address import Address
from provisioner.model.allowance import Allowance, allowed, unused
from provisioner.model.codes import manifests, risks
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.risk import Meaning, Risk

AT = Position("a.yaml", 6, 3)
COMMENT = Allowance(Position("a.yaml", 5, 1), "model-changed", "agreed", 6, 8)


@pytest.mark.parametrize(
    ("finding", "covered"),
    [
        (Diagnostic(risks.MODEL_CHANGED, "", AT), True),
        (Diagnostic(risks.MODEL_CHANGED, "", Position("a.yaml", 8, 1)), True),
        (Diagnostic(risks.MODEL_CHANGED, "", Position("a.yaml", 9, 1)), False),
        (Diagnostic(risks.MODEL_CHANGED, "", Position("b.yaml", 6, 1)), False),
        (Diagnostic(risks.MODEL_CHANGED), False),
        (Diagnostic(risks.LIMIT_RAISED, "", AT), False),
        (Diagnostic(manifests.NOT_A_FOLDER, "", AT), False),
    ],
)
def test_a_comment_covers_one_code_on_its_lines(finding: Diagnostic, covered: bool) -> None:
    used: set[Allowance] = set()
    [found] = allowed([finding], [COMMENT], used)

    assert found.allowed == ("agreed" if covered else "")
    assert used == ({COMMENT} if covered else set())
    assert len(unused([COMMENT], used)) == (0 if covered else 1)


def test_a_comment_without_a_reason_allows_nothing_and_is_told_elsewhere() -> None:
    silent = Allowance(COMMENT.position, COMMENT.code, "", 6, 8)
    [found] = allowed([Diagnostic(risks.MODEL_CHANGED, "", AT)], [silent], set())

    assert found.allowed == ""
    assert unused([silent], set()) == []


def test_a_risk_that_is_allowed_says_so_as_a_diagnostic() -> None:
    risk = Risk(Meaning.BEHAVIOUR, risks.MODEL_CHANGED, Address("assistant", "qa"), "", "moved", AT)
    [found] = allowed([risk], [COMMENT], set())

    assert (found.diagnostic.allowed, found.diagnostic.detail) == ("agreed", "Moved.")
