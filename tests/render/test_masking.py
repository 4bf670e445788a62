"""A view never shows a present or an earlier secret, on either side of a field."""

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.plan import UNSET, Action, Change, FieldChange, Plan
from provisioner.model.value import Placeholder, Sensitive
from provisioner.render.format import Format, Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.reading import view_of_document
from provisioner.render.values import MASK
from provisioner.render.view import view_of
from tests.support.views import plan_document, plan_text

SECRET = Sensitive("sk-1")
REMARK = Placeholder("(not shown by the server)")


def shown(field: FieldChange) -> tuple[Any, Any, Any]:
    change = Change(Address("assistant", "qa"), Action.UPDATE, fields=(field,))
    (found,) = view_of(Plan("acme", "", "local", changes=(change,))).changes[0].fields
    return found.live, found.desired, found.was


@pytest.mark.parametrize(
    ("live", "desired", "expected"),
    [
        ("sk-0", UNSET, (MASK, UNSET)),
        ("sk-0", "plain", (MASK, "plain")),
        ("sk-0", SECRET, (MASK, MASK)),
        ({"key": "sk-0"}, UNSET, (MASK, UNSET)),
        (REMARK, "plain", (REMARK, "plain")),
        (UNSET, "plain", (UNSET, "plain")),
    ],
)
def test_where_a_secret_was_applied_the_live_value_is_one(
    live: Any, desired: Any, expected: tuple[Any, Any]
) -> None:
    assert shown(FieldChange("instructions", live, desired, sensitive=True))[:2] == expected


def test_a_secret_of_the_manifest_masks_what_it_replaces() -> None:
    assert shown(FieldChange("instructions", "sk-0", SECRET))[:2] == (MASK, MASK)


def test_what_was_applied_before_is_masked_with_them() -> None:
    field = FieldChange("instructions", "new", "other", sensitive=True, was="sk-0")

    assert shown(field) == (MASK, "other", MASK)


OLD = "Be kind.\nCall 555-0100 at night.\nRefund nobody."
NEW = "Be kind.\nCall 555-0199 at night.\nRefund everybody."
SAID = "Be kind.\nCall (sensitive) at night.\nRefund nobody."


def text(value: str, *spans: tuple[int, int]) -> Sensitive:
    return Sensitive(value, spans=spans or ((14, 22),))


@pytest.mark.parametrize(
    ("live", "desired", "expected"),
    [
        # A created prompt is readable around its secret.
        (UNSET, text(OLD), (UNSET, SAID)),
        # The same secret, another sentence.
        (text(OLD), text(OLD.replace("nobody", "some")), (SAID, SAID.replace("nobody", "some"))),
        # Another secret is said to be another one.
        (
            text(OLD),
            text(NEW),
            (SAID, "Be kind.\nCall (sensitive, changed) at night.\nRefund everybody."),
        ),
        # The secret goes, and what it stood in stays readable.
        (text(OLD), "Be kind.", (SAID, "Be kind.")),
        (text(OLD), UNSET, (SAID, UNSET)),
        # Nobody knows where the secret of before stood: a line that the manifests say too is shown.
        (
            OLD,
            text(NEW),
            (
                "Be kind.\n(possibly sensitive)\n(possibly sensitive)",
                "Be kind.\nCall (sensitive, changed) at night.\nRefund everybody.",
            ),
        ),
        (OLD, SECRET, (MASK, MASK)),
        (text(OLD), {"a": SECRET}, (MASK, {"a": MASK})),
        (text("ab", (0, 0)), text("xy", (0, 1)), ("ab", "(sensitive, changed)y")),
    ],
)
def test_of_a_text_only_the_secret_is_masked(
    live: Any, desired: Any, expected: tuple[Any, Any]
) -> None:
    assert shown(FieldChange("instructions", live, desired, sensitive=True))[:2] == expected


def test_drift_shows_what_was_applied_around_its_secret() -> None:
    field = FieldChange("instructions", text(NEW), text(OLD), was=text(OLD), sensitive=True)

    assert shown(field)[2] == SAID


def prompt_plan() -> Plan:
    fields = (
        FieldChange("instructions", text(OLD), text(NEW), sensitive=True),
        FieldChange("description", OLD, text(NEW), sensitive=True),
        FieldChange("metadata[token]", "555-0100", Sensitive("555-0199")),
    )
    change = Change(Address("assistant", "qa"), Action.UPDATE, fields=fields)
    made = Change(
        Address("assistant", "new"),
        Action.CREATE,
        fields=(FieldChange("instructions", UNSET, text(NEW), sensitive=True),),
    )
    return Plan("acme", "", "local", changes=(change, made))


@pytest.mark.parametrize(
    "format", [f for f in FORMATS.values() if Shape.PLAN in f.shapes], ids=lambda f: f.name
)
@pytest.mark.parametrize("layout", [Layout(), Layout(colour=True, width=30), Layout(width=1000)])
def test_every_format_shows_the_words_around_a_secret_and_never_the_secret(
    format: Format, layout: Layout
) -> None:
    told = format.renderers[Shape.PLAN](view_of(prompt_plan()), layout)

    assert "555-01" not in told
    assert "everybody" in told
    assert "sensitive" in told


def test_a_changed_secret_is_said_to_have_changed() -> None:
    told = plan_text(prompt_plan())

    assert "Call [-(sensitive)-]{+(sensitive, changed)+} at night" in told
    assert "~ metadata[token]  (sensitive) → (sensitive, changed)" in told
    assert "Refund {+everybody+}" in told or "Refund [-nobody-]{+everybody+}" in told


def test_a_saved_plan_shows_the_same_words() -> None:
    plan = prompt_plan()

    assert plan_text(view_of_document(plan_document(plan))) == plan_text(plan)
