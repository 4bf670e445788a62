"""Read the JSON document of a saved plan as a View, to show it in any format.

The document is only for reviewers. Nothing in it is ever applied.
"""

from collections.abc import Mapping
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes.table import TABLE
from provisioner.model.diagnostic import Diagnostic, Position, Severity
from provisioner.model.plan import (
    NOT_KNOWN,
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
    Unshown,
)
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Part, Resource
from provisioner.model.risk import Meaning, Risk
from provisioner.model.text_change import Line, Span, TextChange
from provisioner.model.value import Content, Reference
from provisioner.render.values import MASK
from provisioner.render.view import View, view_of

_ACTIONS = {action.word: action for action in Action}


def view_of_document(document: Mapping[str, Any]) -> View:
    """Return the view from which a plan's document was made.

    Raises KeyError, TypeError, ValueError or AttributeError for any other document.
    """
    foreign = document["foreign"]
    plan = Plan(
        stack=document["stack"],
        environment=document["environment"],
        target=document["target"],
        host=document["host"],
        project=document["project"],
        changes=tuple(map(_change, document["changes"])),
        unchanged=document["summary"][Action.NO_OP.word],
        dropped={Address.parse(a): tuple(paths) for a, paths in document["dropped"].items()},
        undeclared=tuple(map(_undeclared, document["undeclared"])),
        unshown=tuple(
            Unshown(Address.parse(one["address"]), one["path"], one["changed"])
            for one in document["unshown"]
        ),
        risks=tuple(map(_risk, document["risks"])),
        foreign=dict(foreign["objects"]),
        foreign_documents={Address.parse(a): n for a, n in foreign["documents"].items()},
        diagnostics=tuple(map(diagnostic_of_document, document["diagnostics"])),
        refusals=tuple(map(diagnostic_of_document, document["refusals"])),
        verb=document["verb"],
        digest=document["digest"] or "",
    )
    # The document has no secrets. The view is made for `made` and `costs`, which are derived.
    return view_of(plan)


def _change(row: Mapping[str, Any]) -> Change:
    address = Address.parse(row["address"])
    return Change(
        address,
        _ACTIONS[row["action"]],
        Reason(row["reason"]),
        fields=tuple(map(_field, row["fields"])),
        documents=tuple(
            DocumentChange(
                one["path"],
                DocumentAction(one["action"]),
                Reason(one["cause"]),
                one["content"],
                one["note"],
                text=_text(one["text"]) if "text" in one else None,
            )
            for one in row["documents"]
        ),
        desired=_declared(address, row),
        live=RemoteObject(address.kind, row["id"], "", {}) if row["id"] else None,
        referrers=tuple(Referrer(**one) for one in row["referrers"]),
        accepted=tuple(row["accepted"]),
        blocked=row["blocked"] or "",
        proof=row.get("proof", ""),
    )


def _text(row: Mapping[str, Any]) -> TextChange:
    groups = tuple(tuple(map(_line, group)) for group in row["groups"])
    return TextChange(groups, row["added"], row["removed"], row["more"], row["missing"])


def _line(row: Mapping[str, Any]) -> Line:
    spans = tuple(Span(one["sign"], one["text"]) for one in row["spans"])
    return Line(row["sign"], spans, row["number"], row["note"])


def _declared(address: Address, row: Mapping[str, Any]) -> Resource | None:
    """Return the declared resource of a change, with the facts that the document has of it.

    None if the document has no such fact.
    """
    parts = {
        one["path"]: tuple(Part(**part) for part in one["parts"])
        for one in row["fields"]
        if "parts" in one
    }
    values, at = row.get("row", {}), row["position"]
    names = [Address.parse(text) for text in row["refers_to"]]
    if not (parts or values or at or names):
        return None
    origin = Position(**at) if at else None
    # The spec stays empty: the document has only the fields that change.
    return Resource(address, {}, origin=origin, parts=parts, row=values).referring_to(names)


def _field(row: Mapping[str, Any]) -> FieldChange:
    live, desired = (_side(row, side) for side in ("live", "desired"))
    return FieldChange(row["path"], live, desired, Reason(row["cause"]))


def _side(row: Mapping[str, Any], side: str) -> Any:
    return _value(row[side]) if side in row else UNSET


def _value(value: Any) -> Any:
    """Return the value from which `model.value.encode` made this JSON.

    References, secrets and file contents are recognised by their keys.
    """
    match value:
        # An object of a user may have such keys too, so no other key may be beside them.
        case {"sensitive": True} if len(value) == 1:
            return MASK
        case {"ref": str(address)} if len(value) == 1:
            return Reference(Address.parse(address))
        case {"path": str(path), "sha256": str(sha256), "size": int(size)} if len(value) == len(
            ("path", "sha256", "size")
        ):
            return Content(path, sha256, size)
        case Mapping():
            return {key: _value(item) for key, item in value.items()}
        case list():
            return [_value(item) for item in value]
        case _:
            return value


def _undeclared(row: Mapping[str, Any]) -> Undeclared:
    return Undeclared(
        Address.parse(row["address"]),
        row["path"],
        _side(row, "live"),
        Since(row["since"]),
        _value(row["baseline"]) if "baseline" in row else NOT_KNOWN,
    )


def _risk(row: Mapping[str, Any]) -> Risk:
    at = row["position"]
    return Risk(
        Meaning(row["meaning"]),
        TABLE[row["code"]],
        Address.parse(row["address"]),
        row["path"],
        row["told"],
        Position(**at) if at else None,
        row["allowed"] or "",
    )


def diagnostic_of_document(row: Mapping[str, Any]) -> Diagnostic:
    """Return the diagnostic from which a document was made. Raises KeyError for an unknown code."""
    at = row["position"]
    return Diagnostic(
        TABLE[row["code"]],
        row["detail"],
        Position(**at) if at else None,
        Severity(row["severity"]),
        row["subject"] or "",
        allowed=row.get("allowed", ""),
    )
