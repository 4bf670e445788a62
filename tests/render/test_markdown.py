"""Comments of pull requests: short, the riskiest first, never too long, and never obeyed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from provisioner.model.address import Address
from provisioner.model.codes import risks
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.drift import Absent, Drift
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
from provisioner.model.risk import Meaning, Risk
from provisioner.render.document import plan_document, to_json
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.markdown.room import AROUND, LIMIT, NOTICE, Piece, fitted
from provisioner.render.markdown.syntax import code as code_of
from provisioner.render.markdown.syntax import escaped
from provisioner.render.reading import view_of_document
from provisioner.render.view import view_of
from tests.render.reports import REPORTS, report_of
from tests.render.samples import ASSISTANT, EVIL, STORE, hostile_plan, leaks_page, plan, update
from tests.render.test_fleet_plans import (
    DANGEROUS,
    fleet,
    planned,
    sixty_edits,
    three_hundred,
)
from tests.support.codes import code
from tests.support.peers import octodns, tfcmt

MARKDOWN = FORMATS["markdown"].renderers
PROMPT = [
    f"{n}. Answer in the words of the question, and cite where it stands." for n in range(500)
]


def markdown(made: Plan, **layout: Any) -> str:
    return MARKDOWN[Shape.PLAN](view_of(made), Layout(**layout))


def outside_fences(text: str) -> list[str]:
    """The lines that Markdown reads: those that stand in no fence. Every fence has its end."""
    outside, fence = [], ""
    for line in text.split("\n"):
        run = re.match(r" {0,3}(`{3,})[^`]*$", line)
        if fence:
            if run and len(run[1]) >= len(fence) and not line.strip().strip("`"):
                fence = ""
        elif run:
            fence = run[1]
        else:
            outside.append(line)
    assert not fence
    return outside


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sixty_edits_of_a_fleet_are_told_briefly_and_the_dangerous_ones_first(seed: int) -> None:
    made, dangerous = sixty_edits(seed)
    text = markdown(made)
    lines = text.splitlines()[:60]

    assert len(dangerous) == 20
    for address, name in dangerous.items():
        assert any(str(address) in line and DANGEROUS[name][1] in line for line in lines), name
    assert all(str(change.address) in text for change in made.changes)
    assert len(text) <= len(tfcmt(made.changes)) / 3
    assert len(text) < len(octodns(made.changes))


def test_the_details_begin_with_the_gravest_change() -> None:
    made, _ = sixty_edits(1)
    [first, *_] = re.findall(r"<summary>.*", markdown(made))
    risk = re.search(r"^! (\S+)  (\S+):", markdown(made), re.MULTILINE)

    assert risk
    assert risk[1] in first
    assert risk[2] in first


def test_one_word_of_a_long_prompt_takes_fifteen_lines_and_a_thousand_bytes() -> None:
    after = [*PROMPT[:249], PROMPT[249].replace("cite", "quote"), *PROMPT[250:]]
    made = plan(update(FieldChange("instructions", "\n".join(PROMPT), "\n".join(after))))
    text = markdown(made)

    assert text.count("\n") <= 15
    assert len(text.encode()) <= 1_000
    assert "- 249. Answer in the words of the question, and cite where it stands." in text
    assert "+ 249. Answer in the words of the question, and quote where it stands." in text


def test_the_comment_in_full() -> None:
    made = plan(
        update(FieldChange("temperature", 0.2, 0.9), FieldChange("top_p", UNSET, 1)),
        Change(
            STORE, Action.DELETE, Reason.ORPHAN, live=RemoteObject("vector_store", "vs_1", "", {})
        ),
        unchanged=3,
        foreign={"assistant": 2},
    )
    assert (
        markdown(made)
        == """\
### Plan: 1 to update, 1 to delete, 3 unchanged

Stack `acme` · environment `prod` · target `local` · host `embedded`

- delete `vector_store.policies` `vs_1` (orphan: no manifest declares it)

<details open><summary>update <code>assistant.policy-qa</code>: <code>temperature</code>, <code>top_p</code></summary>

```diff
- temperature: 0.2
+ temperature: 0.9
+ top_p: 1
```
</details>

<details><summary>Notes</summary>

```text
Foreign, left alone: 2 assistants.
```
</details>
"""
    )


def test_a_plan_without_changes_claims_what_was_read() -> None:
    assert markdown(plan(unchanged=2)).startswith(
        "### Plan: no changes\n\n2 resources match the live side."
    )


def test_alike_changes_are_one_with_a_list() -> None:
    made = planned(fleet(rows=50), fleet(rows=50, tone="Be kind.\n"))
    text = markdown(made)

    assert text.count("<details") == 1
    assert "· the same in 49 more</summary>" in text
    assert "The same in `assistant.support[t001]`, " in text
    assert "and 29 more (--all)." in text
    assert "assistant.support[t049]" in markdown(made, everything=True)


def test_harmless_changes_of_the_same_field_are_one_with_a_part_for_each() -> None:
    changes = [
        update(FieldChange("description", "a", f"b {n}"), address=Address("assistant", f"a{n}"))
        for n in range(5)
    ]
    text = markdown(plan(*changes))

    assert text.count("<details") == 1
    assert "update <code>description</code> of 5 resources" in text
    assert text.count("@@ assistant.a") == 5


def many(count: int, size: int, letter: str = "x") -> Plan:
    """A plan of changes that are nothing alike, each with a text of its own."""
    return plan(
        *(
            update(
                FieldChange("instructions", f"{n} before", f"{n} " + f"{letter * 9} " * size),
                FieldChange("top_p", 0, n / count),
                address=Address("assistant", f"number-{n}"),
            )
            for n in range(count)
        )
    )


def creates(count: int) -> Plan:
    addresses = [Address("assistant", f"number-{n}") for n in range(count)]
    fields = [(FieldChange("name", UNSET, f"{n}"),) for n in range(count)]
    return plan(*map(Change, addresses, [Action.CREATE] * count, [Reason.MANIFEST] * count, fields))


@pytest.mark.parametrize(
    ("made", "cut"),
    [
        (many(300, 2), False),
        (many(300, 200), True),
        (many(300, 40, "漢"), True),
        (creates(2_500), True),
    ],
    ids=["300 short", "300 long", "300 of wide letters", "2,500 new"],
)
def test_no_comment_is_longer_than_github_takes_and_says_what_it_cut(made: Plan, cut: bool) -> None:
    text = markdown(made)
    named = sum(f"number-{n}</code>" in text or f"number-{n}`" in text or f"number-{n} @@" in text
                for n in range(len(made.changes)))  # fmt: skip

    assert len(text) <= len(text.encode()) <= LIMIT
    assert ("**Cut for the length of a comment**" in text) is cut
    if len(made.changes) == 300:
        assert named == 300
    else:
        left = re.search(r"([\d,]+) changes are not shown\. All of it is in `--format json`", text)
        assert left
        assert named + int(left[1].replace(",", "")) == len(made.changes)
    outside_fences(text)


def test_three_hundred_changes_of_all_sorts_fit() -> None:
    whole = three_hundred()
    text = markdown(whole)

    assert len(whole.changes) == 300
    assert len(text.encode()) <= LIMIT
    deletes = [one for one in whole.changes if one.action is Action.DELETE]
    assert len(deletes) == 140
    assert all(str(one.address) in text for one in deletes)


def test_what_does_not_fit_is_told_in_a_line_and_then_counted() -> None:
    room = LIMIT - NOTICE
    half = ("x" * (room // 2),)
    text = fitted((), [Piece("a", half), Piece("b", half), Piece("c", half, 7)], ())
    assert [line[:1] for line in text.splitlines()[:3]] == ["x", "b", "c"]
    assert ": 8 changes have only one line each. All of it is in" in text
    lines = [Piece("y" * 999) for _ in range(100)]
    assert "changes are not shown" in fitted((), lines, ())


def shown_hostile() -> dict[str, str]:
    made = hostile_plan()
    drift = Drift(made, (Absent(made.changes[0].address, (made.changes[0].address,)),), read=1)
    return {
        "plan": markdown(made),
        "everything": markdown(made, everything=True),
        "cut": markdown(replace(made, changes=made.changes * 40)),
        "drift": MARKDOWN[Shape.DRIFT](drift, Layout()),
        "leaks": MARKDOWN[Shape.LEAKS](leaks_page(EVIL), Layout()),
        **{str(shape): MARKDOWN[shape](report_of(shape, EVIL), Layout()) for shape in REPORTS},
    }


OURS = {
    "h3",
    "h4",
    "h5",
    "br",
    "p",
    "ul",
    "li",
    "strong",
    "b",
    "code",
    "pre",
    "a",
    "details",
    "summary",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


class Rendered(HTMLParser):
    """The elements of a text as GitHub's own renderer makes them, the links, and what is no code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.links: list[str] = []
        self.words = ""
        unsafe = Options.CMARK_OPT_UNSAFE
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=unsafe))
        self.close()

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(name)
        self.open += [name] if name != "br" else []
        self.links += [str(value) for key, value in attributes if key in ("href", "src")]

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        if not {"code", "pre"} & set(self.open):
            self.words += data


@pytest.mark.parametrize("name", ["plan", "everything", "cut", "drift", "leaks", *REPORTS])
def test_no_text_of_others_is_html_or_a_link_or_the_end_of_a_fence_or_an_order(name: str) -> None:
    text = shown_hostile()[name]
    page = Rendered(text)

    assert page.open == []
    assert page.names <= OURS
    assert page.links == []
    assert not re.search(r"[@#]\w", page.words)
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert "##[" not in text
    outside_fences(text)


@pytest.mark.parametrize(
    "text", [EVIL, "a|b", "`", " ` ", "\\|", "``a``", "a@b.example", "www.a.example"]
)
def test_code_is_shown_as_it_is(text: str) -> None:
    for made in (code_of(text), escaped(text)):
        page = Rendered(f"x {made} y\n\n| a |\n|--|\n| {made} |\n")
        assert page.links == []
        assert page.names <= OURS
        assert page.open == []
    assert Rendered(f"| a |\n|--|\n| {code_of(text)} |\n").words.strip() == "a"


def test_a_saved_plan_is_shown_as_it_was() -> None:
    view = view_of(sixty_edits(2)[0])
    again = view_of_document(json.loads(to_json(plan_document(view))))

    assert MARKDOWN[Shape.PLAN](again, Layout()) == MARKDOWN[Shape.PLAN](view, Layout())


def test_what_stands_against_a_plan_is_told_before_everything_else() -> None:
    refused = Diagnostic(code("odd"), "Because.", subject="assistant.policy-qa")
    text = markdown(plan(update(FieldChange("name", "a", "b")), refusals=(refused,)))

    assert "**This plan cannot be applied:**" in text.partition("<details")[0]
    assert "Because." in text.partition("<details")[0]


def test_drift_is_told_from_what_was_applied_to_what_is_live() -> None:
    field = FieldChange("temperature", 0.9, 0.2, Reason.DRIFT, was=0.2)
    document = DocumentChange("a.md", DocumentAction.ADD, Reason.DRIFT)
    change = replace(update(field), documents=(document,), reason=Reason.DRIFT)
    found = Drift(plan(change, unchanged=4), (Absent(STORE),), read=5)
    text = MARKDOWN[Shape.DRIFT](found, Layout())

    assert text.startswith("### Drift: 1 object changed, 1 declared and not live. Live and as last")
    assert "- `vector_store.policies`: not live: it was deleted there or never created" in text
    assert "- temperature: 0.2\n+ temperature: 0.9\n- files[a.md]  # no longer in the store" in text


def test_no_drift_is_said_with_its_limits() -> None:
    text = MARKDOWN[Shape.DRIFT](Drift(plan(unchanged=4), read=4), Layout())
    assert text.startswith("### No drift. 4 live objects were compared")


def test_an_outcome_tells_first_what_failed_and_then_each_id() -> None:
    failed = Outcome(STORE, Action.CREATE, Status.FAILED, error="The server said no.")
    done = Outcome(ASSISTANT, Action.UPDATE, Status.DONE, "asst_1", release=3)
    text = MARKDOWN[Shape.OUTCOME](Report((done, failed), (), {"GET": 2}, 1.5), Layout())

    assert text.startswith(
        "### Apply (not every change was made): 1 updated, 1 failed in 1.5 s, 2 requests (2 GET)\n"
    )
    assert text.index("The server said no.") < text.index("- update `assistant.policy-qa` `asst_1`")
    assert "`asst_1` release 3" in text


def test_a_known_cost_stands_at_its_change_in_every_format_for_people() -> None:
    risk = Risk(Meaning.COST, risks.PROMPT_LONGER, ASSISTANT, "instructions", "about `9` more")
    made = replace(plan(update(FieldChange("name", "a", "b"))), risks=(risk,))
    told = "cost of instructions: about `9` more"

    assert f"  # {told}" in markdown(made).split("\n")
    for format, line in (("text", f"# {told}"), ("html", "Cost of instructions: about `9` more.")):
        assert line in FORMATS[format].renderers[Shape.PLAN](view_of(made), Layout())
    assert told not in markdown(replace(made, risks=(replace(risk, allowed="agreed"),)))


@pytest.mark.parametrize("shape", REPORTS)
@pytest.mark.parametrize("text", ["y" * 100_000, EVIL * 200], ids=["a long word", "orders"])
def test_no_report_is_longer_than_github_takes_whatever_stands_in_it(
    shape: Shape, text: str
) -> None:
    told = MARKDOWN[shape](report_of(shape, text), Layout())

    assert len(told.encode()) <= LIMIT
    outside_fences(told)


def test_no_plan_is_longer_whatever_its_names_and_messages_are() -> None:
    long = "n" * 100_000
    said = Diagnostic(code("odd"), long, subject=long)
    address = Address("assistant", long)
    live = RemoteObject("assistant", long, long, {})
    made = plan(
        replace(update(FieldChange(long, long, "x"), address=address), blocked=long),
        Change(address, Action.DELETE, Reason.ORPHAN, live=live),
        diagnostics=(said,),
        refusals=tuple(replace(said, detail=f"{n}. {long}") for n in range(99)),
    )

    for named in (made, replace(made, stack=long, target=long, host=long, project=long)):
        told = markdown(named)
        assert len(told.encode()) <= LIMIT
        outside_fences(told)
    assert len(MARKDOWN[Shape.LEAKS](leaks_page(long), Layout())) <= LIMIT


def test_a_head_or_a_tail_for_which_there_is_no_room_is_said_to_be_left_out() -> None:
    long = ["x" * LIMIT]

    assert "A part is left out" in fitted(long, [Piece("- a")], ["end"])
    told = fitted(["head"], [Piece("- a")], long)
    assert told.startswith("head\n- a\n")
    assert "A part is left out" in told
    edge = ["x" * (LIMIT - AROUND - NOTICE - 1)]
    assert "A part is left out" not in fitted(edge, (), ())
    assert len(fitted(edge, [Piece("- a")], ()).encode()) <= LIMIT
