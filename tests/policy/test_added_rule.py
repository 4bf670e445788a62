"""A family of rules is one file and one line in the table: what it tells stands above the plan."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.model.plan import UNSET, Action, Change, FieldChange
from provisioner.model.remote import Live
from provisioner.model.value import Placeholder, Sensitive
from provisioner.policy import risks
from provisioner.render.look_first import look_first_text
from provisioner.render.palette import Palette
from provisioner.render.view import view_of
from tests.engine.build import QA, plan
from tests.support import added_rule


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risks, "FAMILIES", (*risks.FAMILIES, added_rule))


def told(live: Any, desired: Any) -> str:
    field = FieldChange("instructions", live, desired)
    change = Change(QA, Action.UPDATE, fields=(field,))
    return look_first_text(view_of(replace(plan({}, Live()), changes=(change,))), Palette(), 120)


def test_what_an_added_rule_tells_is_read_first() -> None:
    assert "is shouted now" in told("Be brief.", "BE BRIEF.")
    assert "is shouted now" not in told("Be brief.", "Be kind.")


@pytest.mark.parametrize(
    "side", [UNSET, Placeholder("(not shown)"), Sensitive("x"), 1, [], {}, None]
)
def test_no_rule_raises_for_a_side_of_any_shape(side: Any) -> None:
    for rule in (rule for family in risks.FAMILIES for rule in family.RULES):
        for path in ("instructions", "tools", "tools[a].allowed_domains", "model", "temperature"):
            for field in (FieldChange(path, side, "a"), FieldChange(path, "a", side)):
                assert all(isinstance(one, str) for one in rule(field)), rule
