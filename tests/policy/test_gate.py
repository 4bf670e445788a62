"""The findings that `--fail-on` stops for."""

from __future__ import annotations

import pytest

from provisioner.model.address import Address
from provisioner.model.codes import manifests, policies, risks
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.risk import Meaning, Risk
from provisioner.policy.gate import stopping

ERROR = Diagnostic(manifests.NOT_A_FOLDER)
WARNING = Diagnostic(policies.MODEL_GOES)
NOTE = Risk(
    Meaning.BEHAVIOUR, risks.SAMPLING_CHANGED, Address("assistant", "qa"), "top_p", "1 → 2"
).diagnostic
ALLOWED = Diagnostic(policies.API_GOES, allowed="we know")
ALL = [ERROR, WARNING, NOTE, ALLOWED]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], []),
        (["error"], [ERROR]),
        (["warning"], [ERROR, WARNING]),
        (["note"], [ERROR, WARNING, NOTE]),
        (["sampling-changed"], [NOTE]),
        (["sampling-changed", "error"], [ERROR, NOTE]),
        (["api-goes"], []),
        (["contract-broken"], []),
    ],
)
def test_a_term_is_a_code_or_a_severity_and_all_that_is_graver(
    terms: list[str], expected: list[Diagnostic]
) -> None:
    assert stopping(terms, [*ALL, *ALL]) == expected
