"""A changed document is prose, and its reviewers read it: plans show which words of the live text change."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from provisioner.engine.saved import plan_digest
from provisioner.model.text_change import TextChange
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.reading import view_of_document
from provisioner.render.text_changes import BASIS
from provisioner.render.view import view_of
from provisioner.verbs._shared.document_texts import MOST_BYTES, with_document_texts
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.plan import Planned, planned
from tests.support.faults import Fault, Faulty, answer, fail
from tests.support.stories import STACK, manifest, watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.model.plan import Plan
    from tests.support.stories import World

POLICY = [f"{n}. Whoever returns something may do so within {n} days." for n in range(1, 60)]
HIDDEN = "s3cr3t-of-the-shop"


@pytest.fixture
def stocked(world: World) -> World:
    """A store of a policy of some pages and of twelve short documents, all of them live."""
    world.put("docs/policy.md", "\n".join(POLICY) + "\n")
    for n in range(12):
        world.put(f"docs/note-{n:02}.md", f"Note {n} is about nothing.\n")
    world.put("docs/scan.pdf", b"%PDF-1.7")
    world.write([STACK, manifest("VectorStore", "library", files=[{"glob": "docs/*"}])])
    world.converge()
    return world


def change(world: World) -> None:
    text = "\n".join(POLICY) + "\n"
    world.put("docs/policy.md", text.replace("41. Whoever returns something may", "41. Nobody may"))


@contextmanager
def shown(world: World) -> Iterator[tuple[Planned, Plan]]:
    with planned(world.options) as found:
        yield found, with_document_texts(found.plan, found.session, found.inventory)


def texts(plan: Plan) -> dict[str, TextChange | None]:
    return {one.path: one.text for made in plan.changes for one in made.documents}


def rendered(plan: Plan, format: str) -> str:
    return FORMATS[format].renderers[Shape.PLAN](view_of(plan), Layout())


def test_the_changed_words_of_a_document_are_shown_wherever_people_read(stocked: World) -> None:
    change(stocked)

    with shown(stocked) as (_, plan):
        text, markdown, html = (rendered(plan, name) for name in ("text", "markdown", "html"))

    assert "~ files[docs/policy.md]  # 1 word added, 3 taken out" in text
    assert "41. [-Whoever returns something-]{+Nobody+} may do so within 41 days." in text
    assert "@@ 1 word added, 3 taken out, line 40 @@" in markdown
    assert "+ 41. Nobody may do so within 41 days." in markdown.split("\n")
    assert len(markdown) < 1200
    assert "<del>Whoever returns something</del>" in html
    assert "<ins>Nobody</ins>" in html
    for page in (text, markdown, html):
        assert BASIS in page
        assert "40." in page
        assert "35." not in page


def test_the_texts_decide_nothing_and_are_read_for_a_reader_alone(stocked: World) -> None:
    change(stocked)
    faulty = watched(stocked)

    with shown(stocked) as (found, plan):
        settings = found.session.context.settings
        assert plan_digest(plan, settings) == plan_digest(found.plan, settings)
    stocked.converge()

    contents = [call.path for call in faulty.calls if call.path.endswith("/content")]
    assert len(contents) == 1
    with shown(stocked) as (_, plan):
        assert not plan.changes
    assert sum(call.path.endswith("/content") for call in faulty.calls) == 1


def test_a_saved_plan_shows_what_its_reviewers_saw_and_is_applied(stocked: World) -> None:
    change(stocked)
    file = stocked.root / "plan.json"

    with shown(stocked) as (found, plan):
        save(Planned(found.session, plan, found.live), file)
        before = rendered(plan, "markdown")

    again = view_of_document(json.loads(file.read_text("utf-8")))
    assert rendered(again, "markdown").replace(f" · digest `{again.digest}`", "") == before
    assert stocked.apply_file(file).succeeded


def test_of_many_documents_the_first_are_read_and_the_others_are_counted(stocked: World) -> None:
    for n in range(12):
        stocked.put(f"docs/note-{n:02}.md", f"Note {n} is about something.\n")
    faulty = watched(stocked)

    with shown(stocked) as (_, plan):
        found = texts(plan)

    told = [text.missing or text.added for text in found.values() if text]
    assert told == [1] * 10 + ["it is one of 2 beyond the first 10 of this plan"]
    assert sum(call.path.endswith("/content") for call in faulty.calls) == 10


@pytest.mark.parametrize("effect", [fail(500), answer({"data": 3}, 200), answer({}, 404)])
def test_a_text_that_the_server_does_not_give_is_one_line_and_no_error(
    stocked: World, effect: object
) -> None:
    for n in range(3):
        stocked.put(f"docs/note-{n:02}.md", f"Note {n} is about something.\n")
    fault = Fault(lambda call: call.path.endswith("/content"), effect, 100)  # type: ignore[arg-type]
    stocked.app = Faulty(stocked.server, fault)

    with shown(stocked) as (_, plan):
        lines = [one for one in rendered(plan, "text").split("\n") if "not compared" in one]

    assert len(lines) == 1
    assert (
        "files[docs/note-00.md]  # its words are not compared: the server did not give" in lines[0]
    )
    assert lines[0].endswith("; so it is with 2 more")


def test_what_is_large_no_text_or_another_by_now_is_not_compared(stocked: World) -> None:
    stocked.put("docs/note-00.md", "Long. " * MOST_BYTES)
    stocked.put("docs/scan.pdf", b"%PDF-1.7 \xff\xfe")
    stocked.put("docs/note-02.md", "Note 2.")
    with planned(stocked.options) as found:
        stocked.put("docs/note-02.md", "Note 3.")
        plan = with_document_texts(found.plan, found.session, found.inventory)

    assert [text.missing for text in texts(plan).values() if text] == [
        "it is larger than 200 kB",
        "the file in the folder has changed since the plan was made",
        "the file is no UTF-8 text",
    ]


def test_a_secret_is_masked_on_both_sides(stocked: World) -> None:
    variable = {"variables": {"token": {"sensitive": True, "default": HIDDEN}}}
    stack = {**STACK, "spec": {**STACK["spec"], **variable}}
    qa = manifest("Assistant", "qa", model="m", instructions="Say ${var:token}.")
    store = manifest("VectorStore", "library", files=[{"glob": "docs/*"}])
    stocked.put("docs/policy.md", f"Say {HIDDEN} at the door.\n")
    stocked.write([stack, qa, store])
    stocked.converge()
    stocked.put("docs/policy.md", f"Whisper {HIDDEN} at the door.\n")

    with shown(stocked) as (_, plan):
        pages = [rendered(plan, name) for name in ("text", "markdown", "html", "json")]

    assert all("Whisper" in page and HIDDEN not in page for page in pages)
