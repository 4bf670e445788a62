"""Pages in a real Chromium: light and dark, by keyboard, without barriers, requests or scripts.

One browser serves all tests of a process, because its start takes a second. Only a browser can say what
a page looks like, what the keyboard reaches, and what a policy blocks.
"""

from __future__ import annotations

import os
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.view import view_of
from tests.render.reports import REPORTS, report_of
from tests.render.samples import fleet_page, hostile_plan, leaks_page, moved_page
from tests.render.test_fleet_plans import three_hundred
from tests.support.browser import Browser, browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PAGES: Mapping[str, Callable[[], str]] = {
    "fleet": lambda: FORMATS["html"].renderers[Shape.PLAN](fleet_page(), Layout()),
    "hostile": lambda: FORMATS["html"].renderers[Shape.PLAN](view_of(hostile_plan()), Layout()),
    "drift": lambda: FORMATS["html"].renderers[Shape.DRIFT](moved_page(), Layout()),
    "leaks": lambda: FORMATS["html"].renderers[Shape.LEAKS](leaks_page(), Layout()),
    "three hundred": lambda: FORMATS["html"].renderers[Shape.PLAN](
        view_of(three_hundred()), Layout()
    ),
    **{
        str(shape): partial(FORMATS["html"].renderers[shape], report_of(shape), Layout())
        for shape in REPORTS
    },
}
AXE = """axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
  .then(found => found.violations.map(one => one.id + ": " + one.nodes.map(node => node.html)[0]))"""
PICTURES = os.environ.get("PROVISIONER_TEST_PICTURES", "")
"""The folder for pictures of each page, for a person to look at; empty for none."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, made in PAGES.items():
        (folder / f"{name}.html").write_text(made(), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.mark.parametrize(
    ("name", "dark"),
    [
        ("fleet", False),
        ("fleet", True),
        ("hostile", False),
        ("drift", True),
        ("leaks", False),
        ("outcome", False),
        ("move", True),
        ("checks", True),
        ("comparison", False),
        ("validation", False),
    ],
)
def test_a_page_has_no_barrier_and_asks_for_nothing(
    chromium: Browser, pages: dict[str, Path], name: str, dark: bool
) -> None:
    chromium.open(pages[name], dark=dark)
    if PICTURES:
        chromium.picture(Path(PICTURES) / f"{name}-{'dark' if dark else 'light'}.png")

    background = chromium.value("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
    assert chromium.value("document.querySelectorAll('script, img, iframe, form').length") == 0
    assert chromium.requested == [pages[name].as_uri()]
    chromium.value((files("axe_core_python") / "axe.min.js").read_text("utf-8"))
    assert chromium.value(AXE) == []


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_a_page_is_as_wide_as_its_window(
    chromium: Browser, pages: dict[str, Path], width: int
) -> None:
    for page in pages.values():
        chromium.open(page, width=width)
        assert chromium.value("document.documentElement.scrollWidth") <= width


def test_the_keyboard_skips_to_the_content_and_unfolds_a_change(
    chromium: Browser, pages: dict[str, Path]
) -> None:
    chromium.open(pages["fleet"])
    chromium.press("Tab")
    assert chromium.value("document.activeElement.className") == "skip"
    assert chromium.value("document.activeElement.getBoundingClientRect().left") >= 0
    chromium.press("Enter")
    assert chromium.value("location.hash") == "#main"
    closed = "document.querySelectorAll('details:not([open])').length"
    before = chromium.value(closed)
    presses = 0
    while chromium.value("!document.activeElement.matches('details:not([open]) > summary')"):
        chromium.press("Tab")
        presses += 1
        assert presses < 200
    assert chromium.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    chromium.press("Enter")
    assert chromium.value(closed) == before - 1


def test_a_link_to_a_change_unfolds_it(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["fleet"])
    link = "document.querySelector('#references a[href^=\"#change-\"]')"
    target = f"document.querySelector({link}.getAttribute('href')).closest('details')"

    assert chromium.value(f"{target}.open") is False
    chromium.value(f"{link}.click()")
    assert chromium.value(f"{target}.open") is True


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_three_hundred_changes_are_one_page_of_which_the_risky_ones_are_open(
    chromium: Browser, pages: dict[str, Path], dark: bool
) -> None:
    """Axe takes ten seconds for so many elements of the same sorts, and has seen each on other pages."""
    chromium.open(pages["three hundred"], dark=dark)
    if PICTURES:
        chromium.picture(Path(PICTURES) / f"three-hundred-{'dark' if dark else 'light'}.png")

    told = "document.querySelector('#changes').textContent"
    assert chromium.value(f"{told}.match(/assistant\\.gone-\\d+/g).length") == 140
    opened = "document.querySelectorAll('#changes > details[open]').length"
    assert (
        0 < chromium.value(opened) < chromium.value("document.querySelectorAll('details').length")
    )
    assert chromium.requested == [pages["three hundred"].as_uri()]
