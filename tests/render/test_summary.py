"""A summary is a line for each sort of thing, as text and as Markdown."""

from __future__ import annotations

from dataclasses import replace

from provisioner.render.format import Layout, Shape
from provisioner.render.formats import rendered
from provisioner.render.view import view_of
from tests.render.samples import fleet_page, hostile_plan, moved_page, plan
from tests.render.test_markdown import OURS, Rendered

SHORT = Layout(summary=True)


def test_the_summary_of_a_plan() -> None:
    assert rendered(Shape.PLAN, fleet_page(), "text", SHORT) == (
        "Stack   acme, environment prod\n"
        "Target  local · embedded\n"
        "Plan: 1 to create, 5 to update, 1 to delete; documents: 1 added.\n"
        "Refused: 1 reason (not-read).\n"
        "Drift: 1 change overwrites what was changed on the live side.\n"
        "Security: 1 warning on 1 resource (tool-added).\n"
        "Undeclared: 1 value that no manifest sets.\n"
        "Warnings: 1 (not-read).\n"
    )


def test_the_summary_as_markdown_is_a_paragraph_and_a_list() -> None:
    text = rendered(Shape.PLAN, fleet_page(), "markdown", SHORT)
    first, blank, *lines = text.splitlines()

    assert first.startswith("**Plan: 1 to create, 5 to update, 1 to delete")
    assert first.endswith("Stack `acme` · environment `prod` · target `local` · host `embedded` "
                          "· digest `abc123`")  # fmt: skip
    assert blank == ""
    assert all(line.startswith("- ") for line in lines)


def test_what_a_manifest_allows_is_no_line_of_a_summary() -> None:
    view = fleet_page()
    allowed = replace(view, risks=tuple(replace(risk, allowed="yes") for risk in view.risks))
    assert "Security" not in rendered(Shape.PLAN, allowed, "text", SHORT)


def test_the_summary_of_nothing_and_of_drift() -> None:
    empty = rendered(Shape.PLAN, view_of(plan(unchanged=2)), "text", SHORT)
    assert empty.splitlines()[2:] == ["No changes. 2 resources match the live side."]
    moved = rendered(Shape.DRIFT, moved_page(), "text", SHORT).splitlines()[2:]
    told = "Drift: 1 object changed, 1 declared and not live, 1 undeclared value."
    assert moved == [
        f"{told} Live and as last applied: 4.",
        "Undeclared: 1 value that no manifest sets.",
    ]


def test_no_text_of_others_is_markup_in_a_summary() -> None:
    page = Rendered(rendered(Shape.PLAN, view_of(hostile_plan()), "markdown", SHORT))
    assert page.names <= OURS
    assert page.links == []
