"""A family of rules is one file and one line in the table: what it tells is a risk."""

from typing import Any

import pytest

from provisioner.kinds import KINDS
from provisioner.model.plan import UNSET, Action, Change, FieldChange
from provisioner.model.schemas import NOWHERE
from provisioner.model.value import Placeholder, Sensitive
from provisioner.policy import risks
from provisioner.policy.seen import Seen, of_plan
from tests.engine.build import QA
from tests.support import added_rule


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risks, "FAMILIES", (*risks.FAMILIES, added_rule))


def told(live: Any, desired: Any) -> list[str]:
    field = FieldChange("instructions", live, desired)
    seen = of_plan(Change(QA, Action.UPDATE, fields=(field,)), [field], NOWHERE)
    return [risk.told for risk in risks.risks_of(seen)]


def test_what_an_added_rule_tells_is_a_risk() -> None:
    assert "is shouted now" in told("Be brief.", "BE BRIEF.")
    assert "is shouted now" not in told("Be brief.", "Be kind.")


@pytest.mark.parametrize(
    "side", [UNSET, Placeholder("(not shown)"), Sensitive("x"), 1, [], {}, None]
)
@pytest.mark.parametrize(
    "path",
    [
        *("instructions", "tools", "tools[a].allowed_domains", "model", "temperature"),
        *("expires_after", "response_format", "tools[a]", "tools[a].parameters", "tools["),
    ],
)
def test_no_rule_raises_for_a_side_of_any_shape(side: Any, path: str) -> None:
    schemas = KINDS["assistant"].schemas
    for field in (FieldChange(path, side, "a"), FieldChange(path, "a", side)):
        for spec in ({"tools": side, "response_format": side}, {"tools": {"a": side}}):
            seen = Seen(
                QA, Action.UPDATE, (field,), spec, {"tools": {"a": {"parameters": side}}}, schemas
            )
            assert all(isinstance(risk.told, str) for risk in risks.risks_of(seen))
