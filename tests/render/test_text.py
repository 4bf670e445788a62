import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic, Position, warning
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
from provisioner.model.value import Reference, RemoteId, Sensitive
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.report import report_text
from tests.render.samples import ASSISTANT, STORE, body, field_rows, plan, update
from tests.support.codes import code
from tests.support.views import plan_text

CREATE = Change(
    ASSISTANT,
    Action.CREATE,
    fields=(
        FieldChange("model", UNSET, "gpt-6.1-terra"),
        FieldChange("instructions", UNSET, "You answer questions.\nAlways.\n"),
        FieldChange("tools[file_search].vector_store", UNSET, Reference(STORE)),
        FieldChange("metadata[token]", UNSET, Sensitive("hunter2")),
    ),
)
NEW_STORE = Change(
    STORE, Action.CREATE, documents=(DocumentChange("policies/leave.md", DocumentAction.ADD),)
)
ORPHAN = Change(
    Address("assistant", "old-bot"),
    Action.DELETE,
    Reason.ORPHAN,
    live=RemoteObject("assistant", "asst_9", "Old", {}),
)


def test_a_plan_reads_from_where_to_what_to_how_much() -> None:
    shown = plan_text(
        plan(
            NEW_STORE,
            CREATE,
            ORPHAN,
            unchanged=17,
            project="proj_1",
            dropped={ASSISTANT: ("tools[web_search]",)},
            diagnostics=(warning(code("a name is taken"), "Adopt it.", Position("a.yaml", 3, 5)),),
        )
    )
    assert shown == (
        """\
Stack   acme, environment prod
Target  local · embedded · project proj_1

+ vector_store.policies  create
    + files[policies/leave.md]

+ assistant.policy-qa  create
    + model            "gpt-6.1-terra"
    + instructions     2 lines, 30 characters: "You answer questions."
    + tools[file_search].vector_store  vector_store.policies (known after apply)
    + metadata[token]  (sensitive)

- assistant.old-bot  delete  orphan: no manifest declares it  (asst_9)

! assistant.policy-qa  this target cannot hold: tools[web_search]

a.yaml:3:5: warning: a name is taken [a name is taken]
  Adopt it.

Plan: 2 to create, 0 to update, 0 to replace, 1 to delete, 17 unchanged; documents: 1 added, 0 changed, 0 removed.
"""
    )


@pytest.mark.parametrize(
    ("unchanged", "sentence"),
    [
        (20, "20 resources match the live side."),
        (1, "1 resource matches the live side."),
        (0, "Nothing is declared, and nothing of ours is live."),
    ],
)
def test_no_changes_says_how_many_resources_match(unchanged: int, sentence: str) -> None:
    last = plan_text(plan(unchanged=unchanged)).splitlines()[-1]
    assert last == f"No changes. {sentence}"


def test_an_empty_destroy_claims_nothing_of_what_is_declared() -> None:
    assert (
        plan_text(plan(verb="destroy"))
        .rstrip()
        .endswith("No changes. There is nothing of ours to delete.")
    )


@pytest.mark.parametrize(
    ("live", "desired", "cause", "expected"),
    [
        (0.2, 0.4, Reason.MANIFEST, ["    ~ field  0.2 → 0.4"]),
        (0.2, 0.4, Reason.DRIFT, ["    ~ field  0.2 → 0.4  # drift"]),
        ("8", 8, Reason.BOTH, ['    ~ field  "8" → 8  # both: manifest and live side changed']),
        (UNSET, None, Reason.MANIFEST, ["    + field  null"]),
        (5, UNSET, Reason.MANIFEST, ["    - field  5 → (not set)"]),
        ("a" * 90, UNSET, Reason.MANIFEST, [f'    - field  90 characters: "{"a" * 53}…" → (not set)']),
        ([], {"a": [1, None]}, Reason.MANIFEST, ["    ~ field  [] → {a: [1, null]}"]),
        (RemoteId("vector_store", "vs_1"), Reference(STORE), Reason.REFERENCE,
         ["    ~ field  vs_1 → vector_store.policies  # reference"]),
        (Sensitive("x"), Sensitive("y"), Reason.MANIFEST, ["    ~ field  (sensitive) → (sensitive, changed)"]),
        ("plain", Sensitive("y"), Reason.DRIFT, ["    ~ field  (sensitive) → (sensitive, changed)  # drift"]),
        ({"a": "x" * 60}, {"b": {"c": "y" * 80}}, Reason.MANIFEST,
         ["    ~ field", f'        - {{a: "{"x" * 60}"}}', "        + {b: {… 1 key}}"]),
        (UNSET, {"type": "function", "function": {"description": "d" * 80, "strict": True}}, Reason.MANIFEST,
         ["    + field", '        type: "function"', "        function:",
          f'          description: 80 characters: "{"d" * 59}…"',
          "          strict: true"]),
    ],
)  # fmt: skip
def test_a_field_reads_live_before_desired(
    live: Any, desired: Any, cause: Reason, expected: list[str]
) -> None:
    assert field_rows(live, desired, cause, path="field") == expected


@pytest.mark.parametrize("value", [0.3, "a text", "a\ntext", ["x" * 90], Sensitive("s"), None])
@pytest.mark.parametrize("way", ["set", "unset"])
def test_what_is_not_set_has_no_name_of_our_code(value: Any, way: str) -> None:
    sides = (UNSET, value) if way == "set" else (value, UNSET)

    told = "\n".join(field_rows(*sides, path="field"))

    assert told.startswith("    + field" if way == "set" else "    - field")
    assert "Unset" not in told
    assert "UNSET" not in told
    assert told.endswith("→ (not set)") is (way == "unset")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.DRIFT, "drift: changed on the live side"),
        (Reason.BOTH, "both: changed in the manifest and on the live side"),
        (Reason.DUPLICATE, "duplicate: another live object stands for this address"),
        (Reason.EXPIRED, "expired: the server let it lapse"),
        (Reason.REFERENCE, "reference: what it refers to has a new id"),
    ],
)
def test_a_reason_stands_in_words(reason: Reason, words: str) -> None:
    assert f"~ assistant.policy-qa  update  {words}\n" in plan_text(
        plan(Change(ASSISTANT, Action.UPDATE, reason))
    )


@pytest.mark.parametrize(
    ("action", "word"), [(Action.REPLACE, "replaced"), (Action.CREATE, "created")]
)
def test_a_reference_says_what_was_made_anew(action: Action, word: str) -> None:
    field = FieldChange("store", Reference(STORE), Reference(STORE), Reason.REFERENCE)
    change = replace(update(field), reason=Reason.REFERENCE)
    shown = plan_text(plan(Change(STORE, action), change))
    assert f"reference: vector_store.policies is {word}" in shown
    assert "  vector_store.policies → vector_store.policies (known after apply)" in shown


def test_twenty_documents_are_listed_and_all_of_them_on_request() -> None:
    documents = tuple(DocumentChange(f"d{n:02}.md", DocumentAction.ADD) for n in range(57))
    shown = plan(Change(STORE, Action.UPDATE, documents=tuple(reversed(documents))))
    rows = body(plan_text(shown))
    assert rows[0] == "    + files[d00.md]"
    assert rows[20:] == ["      … and 37 more (--all)"]
    assert len(body(plan_text(shown, all_documents=True))) == 57


@pytest.mark.parametrize(
    ("document", "row"),
    [
        (DocumentChange("a.md", DocumentAction.CHANGE), "~ files[a.md]"),
        (
            DocumentChange("a.md", DocumentAction.CHANGE, content=False),
            "~ files[a.md]  # attributes only",
        ),
        (
            DocumentChange("a.md", DocumentAction.REMOVE, Reason.DRIFT, note="failed"),
            "- files[a.md]  # failed, drift",
        ),
    ],
)
def test_a_document_says_what_happens_to_it(document: DocumentChange, row: str) -> None:
    shown = plan_text(plan(Change(STORE, Action.UPDATE, documents=(document,))))
    assert body(shown) == [f"    {row}"]


def test_overwriting_drift_is_said_before_the_summary() -> None:
    shown = plan_text(plan(update(FieldChange("temperature", 1, 0, Reason.DRIFT))))
    assert shown.splitlines()[-2] == "Drift: 1 change overwrites what was changed on the live side."


def test_colour_adds_codes_and_takes_only_the_markers() -> None:
    shown = plan(CREATE, update(FieldChange("instructions", "old word\n", "new word\n")))
    painted = plan_text(shown, colour=True)
    assert "\x1b[32m+\x1b[0m" in painted
    assert "\x1b[9;31mold\x1b[0m\x1b[1;32mnew\x1b[0m word" in painted
    assert "[-" not in painted
    assert "\x1b" not in plan_text(shown)


def test_a_report_tells_failures_first_and_counts_last() -> None:
    report = Report(
        (
            Outcome(STORE, Action.CREATE, Status.DONE, "vs_1"),
            Outcome(ASSISTANT, Action.UPDATE, Status.FAILED, error="Refused (400).\nreq_1"),
            Outcome(Address("assistant", "b"), Action.CREATE, Status.SKIPPED, error="It waits."),
        ),
        (warning(code("odd")),),
        {"POST": 5, "GET": 9},
        2.06,
    )
    assert report_text(report) == (
        """\
✗ assistant.policy-qa  update failed
    Refused (400).
    req_1

· assistant.b  create skipped
    It waits.

warning: odd [odd]

Apply: 1 created, 1 failed, 1 skipped in 2.1 s, 14 requests (9 GET, 5 POST).
"""
    )


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (Report(), "Apply: nothing was done in 0.0 s, no requests."),
        (
            Report(requests={"GET": 1}, seconds=125, interrupted=True),
            "Apply, interrupted: nothing was done in 2 min 5 s, 1 request (1 GET).",
        ),
        (
            Report((Outcome(STORE, Action.FORGET, Status.DONE),), seconds=59.97),
            "Apply: 1 forgotten in 60.0 s, no requests.",
        ),
    ],
)
def test_the_last_line_of_a_report(report: Report, line: str) -> None:
    assert report_text(report) == f"{line}\n"


def test_diagnostics_stand_at_their_place() -> None:
    found = [
        Diagnostic(
            code("no such field"), "Did you mean model?\n\nOr not.", Position("a.yaml", 1, 2)
        )
    ]
    assert diagnostics_text(found) == (
        "a.yaml:1:2: error: no such field [no such field]\n  Did you mean model?\n\n  Or not."
    )


def test_rendering_imports_no_other_library() -> None:
    code = (
        "import sys, provisioner.render.text, provisioner.render.document,"
        " provisioner.render.schemas, provisioner.render.tables;"
        "print({'rich', 'deepdiff', 'openai', 'jsonschema', 'yaml'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_a_plan_of_an_unnamed_environment_has_a_short_head() -> None:
    assert plan_text(Plan("acme", "", "local")).startswith("Stack   acme\nTarget  local\n\n")


def test_what_a_target_cannot_hold_is_one_line() -> None:
    names = tuple(f"tools[number-{n}]" for n in range(40))
    stores = {Address("vector_store", name): ("vector_store",) for name in ("a", "b")}
    plan = Plan("acme", "", "local", dropped={Address("assistant", "qa"): names, **stores})

    folded = plan_text(plan, width=80)
    whole = plan_text(plan, width=80, all_documents=True)

    assert "! left out of 3 resources, as `drop` says: vector_store (2), … and 40 more" in folded
    assert "! this target has no place for: vector_store.a, vector_store.b" in whole
    assert "! assistant.qa  this target cannot hold: tools[number-0], tools[number-1]," in whole
    assert "more (--all)" not in whole
    assert all(name in whole for name in names)
    assert max(map(len, whole.splitlines())) <= 80


def test_what_is_not_ours_is_counted_in_one_line() -> None:
    plan = Plan(
        "acme",
        "",
        "local",
        foreign={"vector_store": 1, "assistant": 1200},
    )

    assert "Foreign, left alone: 1,200 assistants, 1 vector store.\nNo changes." in plan_text(plan)


def test_very_many_creates_are_told_in_a_row_each_and_in_full_where_everything_is_asked_for() -> (
    None
):
    def made(count: int) -> list[Change]:
        return [
            replace(
                CREATE,
                address=Address("assistant", f"clerk-{number:02}"),
                fields=(FieldChange("model", UNSET, f"gpt-{number}"), *CREATE.fields[1:]),
            )
            for number in range(count)
        ]

    short, whole = "+ assistant.clerk-00  create  (4 fields; --all)", '"gpt-50"'
    many = plan(*made(51))
    assert short in plan_text(many)
    assert whole not in plan_text(many)
    for everything in ({"all_documents": True}, {"whole_texts": True}):
        assert short not in plan_text(many, **everything)
        assert whole in plan_text(many, **everything)
    assert '"gpt-49"' in plan_text(plan(*made(50)))


def test_thousands_of_creates_are_told_in_a_row_each_wherever_they_are_printed() -> None:
    many = plan(*(replace(CREATE, address=Address("assistant", f"a-{n}")) for n in range(501)))
    short = plan_text(replace(many, changes=many.changes[:2]), whole_texts=True)
    assert "(4 fields; --all)" not in short
    unlike = [
        replace(one, fields=(FieldChange("model", UNSET, f"gpt-{n}"), *one.fields[1:]))
        for n, one in enumerate(many.changes)
    ]
    long = replace(many, changes=tuple(unlike))
    assert plan_text(long, whole_texts=True).count("(4 fields; --all)") == 501
    assert '"gpt-500"' in plan_text(long, all_documents=True)


def test_a_brief_text_counts_many_changes_and_names_what_goes() -> None:
    made = [
        replace(CREATE, address=Address("assistant", f"a-{number}"), fields=(field,))
        for number in range(60)
        for field in [FieldChange("model", UNSET, f"gpt-{number}")]
    ]
    told = plan_text(plan(*made, ORPHAN), brief=True)

    assert "assistant.a-1 " not in told
    assert "- assistant.old-bot  delete" in told
    assert "61 changes; each is shown when it is made (--all shows every field now)." in told
    assert "Plan: 60 to create, 0 to update, 0 to replace, 1 to delete" in told
    assert "gpt-59" in plan_text(plan(*made, ORPHAN), brief=True, all_documents=True)
    assert "gpt-3" in plan_text(plan(*made[:5], ORPHAN), brief=True)


@pytest.mark.parametrize("verb", ["adopt", "rollback", "forget"])
def test_a_plan_of_what_was_asked_for_counts_nothing_as_unchanged(verb: str) -> None:
    shown = plan(CREATE)
    assert plan_text(replace(shown, verb=verb)).rstrip().endswith("0 to delete.")
    assert plan_text(shown).rstrip().endswith(" unchanged.")
