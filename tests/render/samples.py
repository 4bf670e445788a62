"""Plans small enough to read, for more than one test module."""

from dataclasses import replace
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes.plans import NOT_READ
from provisioner.model.codes.risks import TOOL_ADDED
from provisioner.model.diagnostic import Diagnostic, Position, Severity
from provisioner.model.drift import Absent, Drift
from provisioner.model.leaks import Condition, Judgement, Survey, Whose
from provisioner.model.plan import (
    UNSET,
    Action,
    Change,
    DocumentAction,
    DocumentChange,
    FieldChange,
    Plan,
    Reason,
    Referrer,
    Since,
    Undeclared,
)
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.risk import Meaning, Risk
from provisioner.model.text_change import TextChange
from provisioner.model.value import Reference
from provisioner.render.leaks.view import LeaksView, view_of_survey
from provisioner.render.text_changes import text_change
from provisioner.render.view import View, view_of
from tests.support.codes import code
from tests.support.views import plan_text

ASSISTANT = Address("assistant", "policy-qa")
STORE = Address("vector_store", "policies")
PROMPT = "\n".join(f"{n}. Be friendly, and answer in the words of the question." for n in range(40))
EVIL = (
    "```\n</details>\n<img src=x onerror=alert(1)>\n::error::lost\n##[error]lost\n"
    "~~~\n    ```\n@everyone #1 a@b.example [y](http://evil)\n````` x"
)


def plan(*changes: Change, **more: Any) -> Plan:
    return Plan("acme", "prod", "local", host="embedded", changes=changes, **more)


def update(*fields: FieldChange, address: Address = ASSISTANT) -> Change:
    return Change(address, Action.UPDATE, fields=fields)


def field_rows(
    live: Any,
    desired: Any,
    cause: Reason = Reason.MANIFEST,
    *,
    path: str = "instructions",
    **options: Any,
) -> list[str]:
    """The lines that a plan prints for one field."""
    text = plan_text(plan(update(FieldChange(path, live, desired, cause))), **options)
    return body(text)


def body(text: str) -> list[str]:
    """Every line below the first change's heading, down to the blank line before the summary."""
    return text.split("\n\n", 1)[1].rsplit("\n\n", 1)[0].split("\n")[1:]


def fleet_page() -> View:
    """A plan with something of each sort: risks, drift, alike changes, creates, deletes, references."""
    changes = [
        update(
            FieldChange("instructions", PROMPT, PROMPT.replace(f"{n}. Be", f"{n}. Stay")),
            FieldChange("tools[refund].parameters.required", ["id"], ["id", f"extra-{n}"]),
            address=Address("assistant", f"number-{n}"),
        )
        for n in range(4)
    ]
    declared = Resource(ASSISTANT, {}, origin=Position("manifests/qa.yaml", 3, 1))
    linked = replace(
        update(
            FieldChange("temperature", 0.9, 0.2, Reason.DRIFT, was=0.2),
            FieldChange("tools[file_search].vector_store", UNSET, Reference(STORE)),
            FieldChange("response_format", {"type": "text"}, {"a": list(range(40))}),
        ),
        desired=declared.referring_to([STORE]),
        live=RemoteObject("assistant", "asst_1", "", {}),
    )
    store = Change(
        STORE,
        Action.CREATE,
        fields=(FieldChange("name", UNSET, "Policies"),),
        documents=(DocumentChange("a.md", DocumentAction.ADD),),
        desired=Resource(STORE, {}),
    )
    gone = Change(Address("assistant", "gone"), Action.DELETE, Reason.ORPHAN)
    risk = Risk(Meaning.SECURITY, TOOL_ADDED, changes[0].address, "tools[shell]", "a tool is added")
    told = Diagnostic(NOT_READ, "What, why,\nand what to do.", Position("a.yaml"))
    odd = Undeclared(ASSISTANT, "tools[shell]", {"type": "shell"}, Since.MOVED)
    return view_of(
        plan(
            *(gone, linked, store, *changes),
            risks=(risk,),
            refusals=(replace(told, severity=Severity.ERROR),),
            diagnostics=(told,),
            undeclared=(odd,),
            foreign={"assistant": 3},
            dropped={ASSISTANT: ("top_p",)},
            digest="abc123",
        )
    )


def moved_page() -> Drift:
    """Drift of fields, of a document, of an object that is gone, and of what no manifest sets."""
    field = FieldChange("temperature", 0.9, 0.2, Reason.DRIFT, was=0.2)
    prose = FieldChange("instructions", PROMPT.replace("7. Be", "7. Stay"), PROMPT, was=PROMPT)
    document = DocumentChange("a.md", DocumentAction.ADD, Reason.DRIFT)
    change = replace(update(field, prose), documents=(document,), reason=Reason.DRIFT)
    odd = Undeclared(ASSISTANT, "tools[shell]", {"type": "shell"}, Since.MOVED)
    return Drift(plan(change, undeclared=(odd,), unchanged=4), (Absent(STORE),), read=5)


def hostile_plan() -> Plan:
    """A plan in which everything that others can write is an order, markup, or the end of a fence."""
    evil = Address("assistant", EVIL)
    told = Diagnostic(code("odd"), EVIL, subject=EVIL)
    fields = (
        FieldChange(EVIL, "a\nb", EVIL),
        FieldChange("instructions", EVIL, f"{EVIL}\nx"),
        FieldChange("tools", UNSET, {EVIL: [EVIL, {"a": EVIL * 40}]}),
        FieldChange("name", EVIL.split("\n")[2], "b", Reason.DRIFT),
    )
    changed = text_change(f"{EVIL}\nBe kind.\n", f"{EVIL}\nBe {EVIL} kind.\n{EVIL}")
    missing = TextChange(missing=EVIL)
    documents = (
        DocumentChange(EVIL, DocumentAction.ADD, note=EVIL),
        DocumentChange(EVIL, DocumentAction.CHANGE, text=changed),
        DocumentChange(EVIL, DocumentAction.CHANGE, text=missing),
    )
    live = RemoteObject("assistant", EVIL, EVIL, {})
    referrer = Referrer("assistant", EVIL, EVIL, EVIL)
    made = plan(
        Change(evil, Action.UPDATE, Reason.RENAMED, fields, documents, live=live, blocked=EVIL),
        Change(evil, Action.FORGET, Reason.ORPHAN, live=live, referrers=(referrer,)),
        Change(evil, Action.DELETE, Reason.ORPHAN, live=live),
        undeclared=(Undeclared(evil, EVIL, EVIL, Since.MOVED),),
        dropped={evil: (EVIL,)},
        foreign={EVIL: 2},
        foreign_documents={evil: 2},
        diagnostics=(told, replace(told, severity=Severity.WARNING)),
        refusals=(told,),
        digest="a" * 8,
    )
    return replace(made, stack=EVIL, environment=EVIL, target=EVIL, host=EVIL, project=EVIL)


def hostile_drift() -> Drift:
    """Drift of the same sort."""
    made = hostile_plan()
    address = made.changes[0].address
    return Drift(made, (Absent(address, (address,)),), read=1)


def leaks_page(text: str = "Handbook") -> LeaksView:
    """Two objects that leaked and one that is declared, whose names and proofs are this text."""
    old = Judgement("vector_store", "vs_1", Whose.OURS, Condition.DANGLING, text, name=text)
    found = (
        replace(old, bytes=3 << 30, created_at=1e9 - 4e6, price_per_day=0.3),
        Judgement("file", text, Whose.OTHERS, Condition.ORPHAN, text, owner=text),
        Judgement("assistant", "asst_1", Whose.OURS, Condition.DECLARED, text),
    )
    return view_of_survey(Survey(found, (), 1e9, "2026-11-01", text, text, text))
