"""Pages hold what a plan says, each thing in its place, and no text of others as markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from provisioner.model.plan import Plan
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.html.markup import Markup, joined, tag, text
from provisioner.render.view import view_of
from tests.render.reports import REPORTS, report_of
from tests.render.samples import (
    EVIL,
    fleet_page,
    hostile_drift,
    hostile_plan,
    leaks_page,
    moved_page,
    plan,
)
from tests.render.test_fleet_plans import sixty_edits

HTML = FORMATS["html"].renderers
VOID = {"meta", "col"}
KNOWN = {
    "html",
    "head",
    "title",
    "meta",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "nav",
    "ul",
    "li",
    "main",
    "section",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "dl",
    "div",
    "dt",
    "dd",
    "p",
    "details",
    "summary",
    "strong",
    "span",
    "del",
    "ins",
    "pre",
}


class Reader(HTMLParser):
    """Reads a page: its elements, its texts by section, and that all of them are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: dict[str, str] = {}
        self.section = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(name)
        found = dict(attributes)
        self.ids += [found["id"]] if found.get("id") else []  # type: ignore[list-item]
        self.links += [value for key in ("href", "src") if (value := found.get(key))]
        if name == "section":
            self.section = found.get("id") or ""
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.texts[self.section] = self.texts.get(self.section, "") + data


def page(made: Plan) -> str:
    return HTML[Shape.PLAN](view_of(made), Layout())


@pytest.mark.parametrize(
    "made",
    [
        lambda: HTML[Shape.PLAN](fleet_page(), Layout()),
        lambda: page(hostile_plan()),
        lambda: page(plan(unchanged=2)),
        lambda: page(sixty_edits(1, shared=True)[0]),
        lambda: HTML[Shape.DRIFT](moved_page(), Layout()),
        lambda: HTML[Shape.DRIFT](hostile_drift(), Layout()),
        lambda: HTML[Shape.LEAKS](leaks_page(), Layout()),
        lambda: HTML[Shape.LEAKS](leaks_page(EVIL), Layout()),
        *(lambda shape=shape: HTML[shape](report_of(shape), Layout()) for shape in REPORTS),
        *(lambda shape=shape: HTML[shape](report_of(shape, EVIL), Layout()) for shape in REPORTS),
    ],
    ids=[
        "fleet",
        "hostile plan",
        "empty",
        "sixty edits",
        "drift",
        "hostile drift",
        "leaks",
        "hostile leaks",
        *REPORTS,
        *(f"hostile {shape}" for shape in REPORTS),
    ],
)
def test_a_page_is_closed_self_contained_and_made_of_our_elements_alone(made: object) -> None:
    assert callable(made)
    whole = made()
    read = Reader(whole)

    assert read.open == []
    assert read.names <= KNOWN
    assert len(read.ids) == len(set(read.ids))
    assert all(link.startswith("#") and link[1:] in read.ids for link in read.links)
    assert "url(" not in whole
    assert "default-src &#x27;none&#x27;; style-src &#x27;sha256-" in whole


def test_each_thing_stands_in_its_section() -> None:
    read = Reader(HTML[Shape.PLAN](fleet_page(), Layout()))

    assert "this kind could not be read" in read.texts["refused"]
    assert "a tool is added" in read.texts["risks"]
    assert "temperature0.20.90.2" in read.texts["drift"]
    assert "tools[shell]" in read.texts["undeclared"]
    assert "tools[shell]" not in read.texts["changes"]
    assert "assistant.policy-qavector_store.policies" in read.texts["references"]
    assert "declared at manifests/qa.yaml:3:1" in read.texts["changes"]
    assert "3 assistants" in read.texts["notes"]


def test_the_words_that_changed_are_marked_on_their_side() -> None:
    whole = HTML[Shape.PLAN](fleet_page(), Layout())

    assert '<td class="gone">10. <del>Be</del> friendly,' in whole
    assert '<td class="came">10. <ins>Stay</ins> friendly,' in whole


def test_a_value_of_many_keys_is_a_tree_of_lines() -> None:
    whole = HTML[Shape.PLAN](fleet_page(), Layout())

    assert "<li><code>response_format</code>: <pre>" in whole
    assert "<del>  &quot;type&quot;: &quot;text&quot;</del>" in whole
    assert "<code>tools</code> / <code>refund</code> / <code>parameters</code>" in whole


def test_drift_goes_from_what_was_applied_to_what_is_live() -> None:
    whole = HTML[Shape.DRIFT](moved_page(), Layout())

    assert "<del>0.2</del> → <ins>0.9</ins>" in whole
    assert "Last applied</th>" in whole
    assert "no longer in the store" in whole


def test_alike_changes_are_one_with_a_list_of_all() -> None:
    made, _ = sixty_edits(1, shared=True)
    whole = page(replace(made, risks=()))

    assert re.search(r"and \d+ others, alike", whole)
    assert all(str(change.address) in whole for change in made.changes)


def test_leaks_have_their_costs_and_the_proof_of_each_object() -> None:
    read = Reader(HTML[Shape.LEAKS](leaks_page("It is named by nothing."), Layout()))

    assert "charged $0.30 a day" in read.texts["costs"]
    assert "3.0 GiB$0.30a leak" in read.texts["costs"]
    assert "It is named by nothing." in read.texts["condition-0"]
    assert "46 d" in read.texts["condition-0"]


def test_every_text_is_escaped_unless_it_was_built_here() -> None:
    assert tag("p", "<b>", Markup("<i>")) == "<p>&lt;b&gt;<i></p>"
    assert tag("a", "x", href='"&', open=False) == '<a href="&quot;&amp;">x</a>'
    assert joined(["<", text(">")], "&") == "&lt;&amp;&gt;"
    assert "<img" not in text(EVIL)


def test_every_shape_of_markdown_is_a_page_too() -> None:
    assert FORMATS["markdown"].shapes == FORMATS["html"].shapes


def test_an_outcome_has_what_failed_first_and_the_id_of_each_object() -> None:
    whole = HTML[Shape.OUTCOME](report_of(Shape.OUTCOME, "The server\nsaid no."), Layout())
    read = Reader(whole)

    assert "create assistant.policy-qa" in read.texts["failed"]
    assert "The server\nsaid no." in read.texts["failed"]
    assert "vector_store.policiescreatevs_13" in read.texts["done"]
    assert whole.index('id="failed"') < whole.index('id="done"')


def test_a_move_has_its_report_and_both_plans_each_with_its_own_anchors() -> None:
    read = Reader(HTML[Shape.MOVE](report_of(Shape.MOVE), Layout()))

    assert "blocked" in read.texts["verdict"]
    assert "temperature" in read.texts["moved"]
    assert "assistant.policy-qa" in read.texts["make-changes"]
    assert "vector_store.policies" in read.texts["retire-changes"]
    assert "used by others" in read.texts["stays"]
    assert {"make-change-0", "retire-change-0"} <= set(read.ids)


def test_a_report_of_checks_says_why_an_answer_failed_and_what_is_for_comparison() -> None:
    read = Reader(HTML[Shape.CHECKS](report_of(Shape.CHECKS, "It says 5."), Layout()))

    assert "answer 1: It says 5." in read.texts["failed"]
    assert "live, for comparison" in read.texts["checks"]
    assert "The plan abc has not passed." in read.texts["checks"]


def test_a_comparison_shows_both_sides_of_each_field() -> None:
    read = Reader(HTML[Shape.COMPARISON](report_of(Shape.COMPARISON), Layout()))

    assert "temperature: 0.2 → 0.9" in read.texts["changes"]
    assert "only in prod" in read.texts["alone"]
