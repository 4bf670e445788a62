"""Plans of fleets: what is alike is shown once, and what is dangerous is shown first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.plan import Action, Change, FieldChange, Plan, Reason, Since, Undeclared
from provisioner.model.remote import Live
from provisioner.model.resource import Desired, Lifecycle, Resource
from provisioner.render.alike import grouped
from provisioner.render.document import plan_document, to_json
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.masking import CHANGED
from provisioner.render.reading import view_of_document
from provisioner.render.shared_edits import shared_edits
from provisioner.render.text import plan_text
from provisioner.render.view import view_of
from provisioner.source import Loaded
from provisioner.verbs._shared.risks import with_risks
from tests.engine.build import applied, live, plan
from tests.engine.chance import chance
from tests.source.folders import STACK, Folder, errors

FLEET = 400
SCREEN = 60
FEW = 20
MANIFEST = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: support}
for_each: {file: tenants.csv}
spec:
  name: Support for ${each.name}
  description: Answers the customers of ${each.name}.
  model: gpt-6.1
  temperature: 0.2
  instructions: {parts: [{file: tone.md}, {file: tenant.md, variables: true}]}
  max_completion_tokens: 1000
  metadata: {team: people}
  lifecycle: {prevent_destroy: true}
  tools:
    - {type: web_search, allowed_domains: [acme.example]}
    - {type: mcp, server_label: crm, server_url: "https://crm.example/mcp", require_approval: always}
    - type: function
      function:
        name: refund
        description: Refund an order.
        parameters:
          type: object
          properties: {order: {type: string}, amount: {type: number, maximum: 50}, why: {enum: [late]}}
          required: [order]
"""
TONE = "\n".join(f"{n}. Be friendly, and answer in the words of the question." for n in range(30))
TENANT = """\
You answer the customers of ${each.name} and nobody else.
Never tell a customer of ${each.name} the price that another customer pays.
Refunds up to 50 euros are given at once, others go to a colleague.
Do not use abbreviations. Greet everybody with a friendly sentence.
"""


@cache
def fleet(*, tone: str = TONE, tenant: str = TENANT, rows: int = FLEET) -> Desired:
    with TemporaryDirectory() as folder:
        return _loaded(Path(folder), tone, tenant, rows)


def _loaded(root: Path, tone: str, tenant: str, rows: int) -> Desired:
    table = "".join(f"t{n:03},Tenant {n:03} Inc\n" for n in range(rows))
    folder = Folder(root).write(
        **{
            "stack.yaml": STACK,
            "support.yaml": MANIFEST,
            "tone.md": tone,
            "tenant.md": tenant,
            "tenants.csv": f"key,name\n{table}",
        }
    )
    loaded = folder.load()
    assert not errors(loaded), errors(loaded)
    return loaded.desired


LIVE: dict[int, Live] = {}
"""Fleets that were applied, by the identity of what `fleet` returned, which stays."""


def planned(before: Desired, after: Desired) -> Plan:
    if id(before) not in LIVE:
        LIVE[id(before)] = live(*map(applied, before.values()))
    return with_risks(plan(after, LIVE[id(before)]), Loaded())


def shown(made: Plan, **options: Any) -> list[str]:
    return plan_text(view_of(made), **options).splitlines()


def test_nothing_changes_in_a_fleet_that_is_as_declared() -> None:
    assert planned(fleet(), fleet()).changes == ()


def test_a_row_removed_is_one_delete() -> None:
    made = planned(fleet(), fleet(rows=FLEET - 1))

    assert [(str(c.address), c.action.word) for c in made.changes] == [
        ("assistant.support[t399]", "delete")
    ]


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("tone", "answer in the words", "answer briefly in the words"),
        ("tenant", "Greet everybody", "Welcome everybody"),
        ("tenant", "the price that another", "the price which another"),
    ],
)
def test_a_shared_part_edited_is_one_change_of_twenty_lines(
    part: str, before: str, after: str
) -> None:
    texts = {"tone": TONE, "tenant": TENANT}
    texts[part] = texts[part].replace(before, after)
    made = planned(fleet(), fleet(tone=texts["tone"], tenant=texts["tenant"]))
    view = view_of(made)
    groups = grouped(view.changes)

    assert len(made.changes) == FLEET
    assert [len(group.changes) for group in groups] == [FLEET]
    assert groups[0].by_row is (before == "the price that another")
    lines = shown(made)
    [start] = [n for n, line in enumerate(lines) if line.startswith("~ assistant.support[t000]")]
    end = lines.index("", start)
    assert end - start <= FEW, "\n".join(lines)
    assert f"changed in {part}.md, shared by 400 resources" in "\n".join(lines) or (
        f"added in {part}.md, shared by 400 resources" in "\n".join(lines)
    )
    assert "in 399 more: assistant.support[t001]," in "\n".join(lines[start:end])
    assert f"{FLEET} to update" in lines[-1]
    assert len(plan_document(view)["changes"]) == FLEET


def test_everything_names_every_one() -> None:
    made = planned(fleet(), fleet(tone=TONE.replace("friendly", "kind")))
    text = "\n".join(shown(made, all_documents=True))

    assert all(str(change.address) in text for change in made.changes)
    assert "(--all)" not in text


def test_a_plan_file_shows_a_fleet_as_it_was_shown() -> None:
    view = view_of(planned(fleet(), fleet(tone=TONE.replace("friendly", "kind"))))
    again = view_of_document(json.loads(to_json(plan_document(view))))

    assert plan_text(again) == plan_text(view)


def test_four_hundred_creates_are_one() -> None:
    made = plan(fleet(), live())

    assert [len(group.changes) for group in grouped(view_of(made).changes)] == [FLEET]
    assert len(shown(made)) <= SCREEN
    assert any("each with the values of its row, in 399 more" in line for line in shown(made))


def test_what_holds_a_secret_is_alike_nothing() -> None:
    view = view_of(planned(fleet(), fleet(tone=TONE.replace("friendly", "kind"))))
    secret = [
        replace(one, fields=tuple(replace(field, sensitive=True) for field in one.fields))
        for one in view.changes[:FEW]
    ]

    assert [len(group.changes) for group in grouped(secret)] == [1] * FEW


def test_a_tool_that_somebody_added_by_hand_is_among_what_to_look_at_first() -> None:
    view = view_of(planned(fleet(rows=FEW), fleet(rows=FEW, tone=TONE.replace("friendly", "kind"))))
    odd = Undeclared(Address("assistant", "support[t003]"), "tools[shell]", {}, Since.UNKNOWN)
    long = replace(
        view, undeclared=(odd,), changes=(*view.changes, *plan(fleet(rows=FEW), live()).changes)
    )
    long = view_of(with_risks(long, Loaded()))
    line = "! assistant.support[t003]  tools[shell]: on the live side, and in no manifest"

    assert line in plan_text(long)
    again = view_of_document(json.loads(to_json(plan_document(long))))
    assert line in plan_text(again)


Edit = Callable[[Resource], Resource]


def spec(**values: Any) -> Edit:
    return lambda one: one.with_spec({**one.spec, **values})


def prose(old: str, new: str) -> Edit:
    def edit(one: Resource) -> Resource:
        assert old in one.spec["instructions"]
        return spec(instructions=one.spec["instructions"].replace(old, new, 1))(one)

    return edit


def tool(name: str, **values: Any) -> Edit:
    return lambda one: spec(
        tools={**one.spec["tools"], name: {**one.spec["tools"].get(name, {}), **values}}
    )(one)


def parameters(**values: Any) -> Edit:
    return lambda one: tool(
        "refund", parameters={**one.spec["tools"]["refund"]["parameters"], **values}
    )(one)


def argument(name: str, value: Mapping[str, Any]) -> Edit:
    return lambda one: parameters(
        properties={**one.spec["tools"]["refund"]["parameters"]["properties"], name: value}
    )(one)


DANGEROUS: Mapping[str, tuple[Edit, str]] = {
    "a tool added": (tool("code_interpreter", type="code_interpreter"), "a tool is added"),
    "another tool added": (tool("shell", type="shell"), "a tool is added"),
    "a tool taken away": (
        lambda one: spec(tools={k: v for k, v in one.spec["tools"].items() if k != "refund"})(one),
        "a tool is taken away",
    ),
    "a negation gone": (prose("Never tell", "Tell"), "“never” is taken out"),
    "a negation turned": (prose("Never tell", "Always tell"), "“never” is taken out"),
    "a negation moved": (prose("Do not use", "Do use"), "“not” is taken out"),
    "another thing denied": (prose("Do not use", "Do not avoid"), "“not avoid”"),
    "a bound gone": (prose("and nobody else", "and everybody else"), "“nobody” is taken out"),
    "a number raised": (prose("up to 50", "up to 5000"), "50 becomes 5000"),
    "an address": (prose("a colleague.", "https://evil.example/x."), "https://evil.example/x"),
    "a limit raised": (spec(max_completion_tokens=9000), "raised from 1,000 to 9,000"),
    "a limit gone": (
        lambda one: one.with_spec(
            {k: v for k, v in one.spec.items() if k != "max_completion_tokens"}
        ),
        "the limit of 1,000 is taken away",
    ),
    "a required argument": (parameters(required=["order", "amount"]), "required now: amount"),
    "an argument set free": (parameters(required=[]), "not required any more: order"),
    "an argument": (argument("account", {"type": "string"}), "an argument is added"),
    "a maximum raised": (
        argument("amount", {"type": "number", "maximum": 5000}),
        "raised from 50 to 5,000",
    ),
    "a choice": (argument("why", {"enum": ["late", "other"]}), "more values pass: other"),
    "an allowed domain": (
        tool("web_search", allowed_domains=["acme.example", "evil.example"]),
        "allows evil.example",
    ),
    "no approval": (tool("crm", require_approval="never"), "the approval of its calls changes"),
    "another server": (tool("crm", server_url="https://evil.example"), "leads somewhere else"),
    "another model": (spec(model="gpt-cheap"), "another model: gpt-6.1 → gpt-cheap"),
    "no protection": (
        lambda one: replace(one, lifecycle=Lifecycle()),
        "is not protected any more",
    ),
}
HARMLESS: tuple[Callable[[int], Edit], ...] = (
    lambda n: prose("a friendly sentence", f"a warm sentence number {n} of ours"),
    lambda n: prose("7. Be friendly", f"7. Be kind as ever, say {n} words more"),
    lambda n: spec(description=f"Answers the customers, text {n}."),
    lambda n: spec(temperature=round(0.3 + n / 1000, 3)),
    lambda n: spec(metadata={"team": f"people {n}"}),
    lambda n: tool("refund", description=f"Refund an order, wording {n}."),
)


def edited(
    fleet: Desired, seed: int, names: Collection[str] = DANGEROUS.keys()
) -> tuple[Desired, Mapping[Address, str]]:
    """Return a fleet with sixty edits, and by address the names of the dangerous ones, at most 20."""
    after = dict(fleet)
    luck = chance(seed)
    chosen: list[Address] = luck.sample(sorted(fleet), 60)
    dangerous = dict(zip(chosen, luck.sample(sorted(names), min(20, len(names))), strict=False))
    for number, address in enumerate(chosen):
        edit = (
            DANGEROUS[dangerous[address]][0]
            if address in dangerous
            else luck.choice(HARMLESS)(number)
        )
        after[address] = edit(after[address])
    return after, dangerous


@cache
def sixty_edits(seed: int, *, shared: bool = False) -> tuple[Plan, Mapping[Address, str]]:
    """A plan of sixty edits of the fleet, and by address the names of the twenty dangerous ones."""
    before = fleet()
    base = fleet(tone=TONE.replace("11. Be", "11. Stay")) if shared else before
    after, dangerous = edited(base, seed)
    return planned(before, after), dangerous


def three_hundred() -> Plan:
    """A plan of three hundred changes: sixty edits, a hundred creates and 140 deletes."""
    made, _ = sixty_edits(1, shared=True)
    creates = planned({}, fleet(rows=100)).changes
    gone = [Address("assistant", f"gone-{n}") for n in range(140)]
    deletes = [Change(address, Action.DELETE, Reason.ORPHAN) for address in gone]
    return replace(made, changes=(*made.changes[:60], *creates, *deletes))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("shared", [False, True], ids=["alone", "with a shared part edited"])
def test_each_dangerous_edit_stands_within_the_first_sixty_lines(seed: int, shared: bool) -> None:
    made, dangerous = sixty_edits(seed, shared=shared)
    lines = shown(made)[:SCREEN]

    for address, name in dangerous.items():
        told = DANGEROUS[name][1]
        assert any(str(address) in line and told in line for line in lines), (
            f"{address}: {name}\n" + "\n".join(lines)
        )


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_edit_is_told(name: str) -> None:
    before = fleet(rows=1)
    edit, told = DANGEROUS[name]
    made = planned(before, {address: edit(one) for address, one in before.items()})

    assert any(told in risk.told for risk in made.risks), made.risks


def rendered(made: Plan, format: str, **layout: Any) -> str:
    return FORMATS[format].renderers[Shape.PLAN](view_of(made), Layout(**layout))


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_a_shared_edit_is_shown_once_where_each_text_has_an_edit_of_its_own(format: str) -> None:
    before = fleet(rows=FEW)
    after = {
        address: prose("Greet everybody", f"Greet them all, as number {n} does,")(one)
        for n, (address, one) in enumerate(
            fleet(rows=FEW, tone=TONE.replace("11. Be friendly", "11. Be kind")).items()
        )
    }
    text = rendered(planned(before, after), format)

    assert (
        len(re.findall(r"11\. (?:<[^>]*>)?Be (?:<[^>]*>|\{\+)?kind|\[-friendly-\]\{\+kind", text))
        == 1
    )
    assert text.count("1 changed line as in assistant.support[t000]") == FEW - 1
    assert all(f"as number {n} does" in text for n in range(FEW))
    # In a comment the twenty stand together, so nothing has to be listed.
    assert ("some of these edits are also in" in text.lower()) is (format != "markdown")


def test_everything_repeats_what_is_shared() -> None:
    before = fleet(rows=FEW)
    after = {
        address: spec(temperature=n / 100)(one)
        for n, (address, one) in enumerate(fleet(rows=FEW, tone=TONE + "\nBe kind.").items())
    }

    for format in ("text", "markdown"):
        text = rendered(planned(before, after), format, everything=True)
        assert "changed line as in" not in text
        assert text.count("Be kind.") == FEW


def test_two_texts_that_share_an_edit_show_it_both_and_a_masked_one_is_shared_with_nobody() -> None:
    def changes(count: int, *, mask: str = "") -> list[Change]:
        return [
            Change(
                Address("assistant", f"a{n}"),
                Action.UPDATE,
                fields=(FieldChange("instructions", "a\nb\nc\nd", f"x{mask}\nb\nc\nd{n}"),),
            )
            for n in range(count)
        ]

    assert not shared_edits(grouped(changes(2))).first
    assert [*shared_edits(grouped(changes(3))).first.values()] == [Address("assistant", "a0")]
    assert not shared_edits(grouped(changes(3, mask=CHANGED))).first


def test_a_group_of_alike_changes_and_one_with_an_edit_of_its_own_share() -> None:
    before = fleet(rows=FEW)
    after = dict(fleet(rows=FEW, tone=TONE.replace("11. Be friendly", "11. Be kind")))
    last = max(after)
    after[last] = prose("Never tell", "Always tell")(after[last])
    text = rendered(planned(before, after), "markdown")

    assert text.count("+ 11. Be kind") == 1
    assert "The same in `assistant.support[t001]`" in text
    assert f"1 changed line as in {last}" in text
