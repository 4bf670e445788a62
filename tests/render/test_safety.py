"""No value of the live side can command the terminal, and no secret is shown."""

import json
import random
import re
from typing import Any

import pytest

from provisioner.engine.graph import Edge, Graph, Node, State
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, Position
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
from provisioner.model.remote import RemoteObject
from provisioner.model.value import RemoteId, Sensitive
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.document import outcome_document, to_json
from provisioner.render.format import Format, Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.report import report_text
from provisioner.render.tables import table
from provisioner.render.view import view_of
from tests.support.codes import code
from tests.support.views import plan_document, plan_text

CANARY = "sk-CANARY-0123"
NASTY = (
    "\x1b[2J",
    "\x07",
    "\x9b31m",
    "\r",
    "\u202e",
    "\u200b",
    "\u2066",
    "\ufeff",
    "\ud800",
    "\x7f",
)
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800]"
)
SGR = re.compile("\x1b\\[[0-9;]*m")


class Noise:
    """Random values: words, nested containers, control characters, and now and then a secret."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - makes test data, no secret

    def text(self, words: int = 6) -> str:
        stock = ("policy", "answer", "漢字", "the", "\n", "\n\n", "\t", *NASTY)
        return " ".join(self.rng.choice(stock) for _ in range(self.rng.randrange(1, words)))

    def value(self, depth: int = 2) -> Any:
        match self.rng.randrange(9 if depth else 6):
            case 0:
                return self.rng.choice([None, True, 1, 0.5, UNSET if depth == 2 else 7])
            case 1:
                return Sensitive(f"{self.text()}{CANARY}{self.text()}")
            case 2:
                return RemoteId("vector_store", self.text())
            case 3 | 4 | 5:
                return self.text(self.rng.choice([4, 200]))
            case 6:
                return [self.value(depth - 1) for _ in range(self.rng.randrange(4))]
            case _:
                return {self.text(): self.value(depth - 1) for _ in range(self.rng.randrange(5))}

    def field(self) -> FieldChange:
        """A secret's other side is the plain string that it was, flagged or not."""
        cause = self.rng.choice([Reason.MANIFEST, Reason.DRIFT, Reason.REFERENCE])
        match self.rng.randrange(3):
            case 0:
                return FieldChange(self.text(), CANARY, self.value(), cause, sensitive=True)
            case 1:
                return FieldChange(self.text(), f"was {CANARY}", Sensitive(CANARY), cause)
            case _:
                return FieldChange(self.text(), self.value(), self.value(), cause)

    def change(self) -> Change:
        return Change(
            Address("assistant", self.text()),
            self.rng.choice([a for a in Action if a is not Action.NO_OP]),
            self.rng.choice(list(Reason)),
            (
                FieldChange("metadata[token]", CANARY, self.value(), sensitive=True),
                *(self.field() for _ in range(self.rng.randrange(6))),
            ),
            (DocumentChange(self.text(), DocumentAction.CHANGE, note=self.text()),),
            live=RemoteObject("assistant", self.text(), self.text(), {"a": CANARY}),
        )

    def diagnostic(self) -> Diagnostic:
        return Diagnostic(code("odd"), self.text(40), Position(self.text()), subject=self.text())

    def plan(self) -> Plan:
        changes = tuple(self.change() for _ in range(4))
        dropped = {Address("assistant", self.text()): (self.text(),)}
        return Plan(self.text(), self.text(), self.text(), self.text(), self.text(),
                    changes=changes, dropped=dropped, diagnostics=(self.diagnostic(),))  # fmt: skip

    def report(self) -> Report:
        outcomes = tuple(
            Outcome(
                Address("assistant", self.text()), Action.CREATE, status, self.text(), self.text(40)
            )
            for status in Status
        )
        return Report(outcomes, (self.diagnostic(),), {self.text(): 1})


@pytest.mark.parametrize("seed", range(60))
def test_no_control_character_survives(seed: int) -> None:
    noise = Noise(seed)
    plan, report = noise.plan(), noise.report()
    width = noise.rng.choice([10, 60, 100])
    shown = [
        plan_text(plan, width=width),
        SGR.sub("", plan_text(plan, colour=True, width=width)),
        report_text(report),
        SGR.sub("", report_text(report, colour=True)),
        diagnostics_text(plan.diagnostics),
        table([(noise.text(), noise.text())], ("A", "B")),
        to_json(plan_document(plan)),
        to_json(outcome_document(report)),
    ]
    assert [FORBIDDEN.findall(text) for text in shown] == [[]] * len(shown)
    assert all(text.encode() for text in shown)


@pytest.mark.parametrize("seed", range(60))
def test_no_secret_is_ever_shown(seed: int) -> None:
    plan = Noise(seed).plan()
    for text in (
        plan_text(plan, all_documents=True),
        plan_text(plan, colour=True, width=30),
        to_json(plan_document(plan)),
    ):
        assert "CANARY" not in text


@pytest.mark.parametrize("seed", range(5))
def test_the_same_plan_is_always_the_same_text(seed: int) -> None:
    one, other = Noise(seed).plan(), Noise(seed).plan()
    assert plan_text(one) == plan_text(other)
    assert to_json(plan_document(one)) == to_json(plan_document(other))


@pytest.mark.parametrize("seed", range(10))
def test_json_that_is_safe_to_print_says_the_same(seed: int) -> None:
    document = plan_document(Noise(seed).plan())
    assert json.loads(to_json(document)) == document


COMMANDS = ("::error::lost", "  ::set-output name=a::b", "##[error]lost", "##vso[task.complete]x")
"""Texts that pipelines obey: at the beginning of a line, or anywhere in one."""


def hostile() -> tuple[Plan, Report]:
    """A plan and a report in which everything that others can write holds a secret or a command."""
    said = "\n".join(COMMANDS)
    fields = (
        FieldChange("metadata[token]", CANARY, "new", sensitive=True, was=CANARY),
        FieldChange("instructions", said, f"{said}\nmore"),
        FieldChange("name", "##[error]a", "::error::b"),
        FieldChange("tools", {"::error::a": COMMANDS}, {"b": said}),
    )
    change = Change(
        Address("assistant", "a"),
        Action.UPDATE,
        fields=fields,
        documents=tuple(DocumentChange(text, DocumentAction.ADD) for text in COMMANDS),
        live=RemoteObject("assistant", "##[error]id", said, {"a": CANARY}, metadata={"a": CANARY}),
    )
    told = Diagnostic(code("odd"), said, subject=COMMANDS[0])
    outcome = Outcome(change.address, Action.UPDATE, Status.FAILED, "##[error]id", said)
    plan = Plan("a", "b", "c", changes=(change,), diagnostics=(told,), refusals=(told,))
    return plan, Report((outcome,), (told,), {})


def hostile_graph() -> Graph:
    """A graph of foreign objects whose names are commands."""
    nodes = tuple(
        Node(f"id{n}", State.FOREIGN, "assistant", f"id{n}", text)
        for n, text in enumerate(COMMANDS)
    )
    return Graph(COMMANDS[0], nodes, (Edge("id0", "id1", desired=False, live=True),))


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_no_format_shows_a_secret_or_gives_an_order(format: Format) -> None:
    plan, report = hostile()
    values: dict[Shape, Any] = {Shape.PLAN: view_of(plan), Shape.OUTCOME: report}
    values[Shape.GRAPH] = hostile_graph()
    shown = [
        format.renderers[shape](value, layout)
        for shape, value in values.items()
        for layout in LAYOUTS
        if shape in format.renderers
    ]
    for text in shown:
        plain = SGR.sub("", text)
        assert "CANARY" not in plain
        assert FORBIDDEN.findall(plain) == []
        orders = [line for line in plain.splitlines() if line.lstrip().startswith("::")]
        # The annotations of GitHub are orders of ours, in which texts are escaped.
        assert orders == [line for line in orders if OURS.match(line) and format.name == "github"]
        assert "##[" not in plain
        assert "##vso[" not in plain


OURS = re.compile(r"::(error|warning|notice) title=[^:,]*::")

LAYOUTS = [Layout(), Layout(colour=True, width=30), Layout(everything=True, width=1000)]


def test_a_view_holds_no_secret_on_any_side_and_nothing_that_is_not_shown() -> None:
    plan, _ = hostile()
    view = view_of(plan)

    assert "CANARY" not in repr(view)
    assert view.changes[0].live == RemoteObject("assistant", "##[error]id", "\n".join(COMMANDS), {})
    assert view_of(view) == view


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": {}, "b": [], "c": [[1, {"d": None}], ()], "é": '"\\\n\t\u200d'},
        {"n": [1, -2.5, 1e300, 2**70, True, False, None, float("inf")], "t": ("x", {"y": ["z"]})},
    ],
)
def test_json_is_laid_out_as_the_standard_library_does(value: dict[str, Any]) -> None:
    text = to_json(value)
    assert (
        text.replace("\\u200d", "\u200d") == json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    )
