"""Render the survey of `gc` for programs: as JSON, and as CSV for spreadsheets."""

import csv
from io import StringIO
from typing import Final

from provisioner.model.leaks import Condition, Judgement
from provisioner.render.document import FORMAT_VERSION, diagnostic_document
from provisioner.render.leaks.output import LeakDocument, LeaksDocument
from provisioner.render.leaks.view import LeaksView, pending
from provisioner.render.visible import visible

COLUMNS: Final = tuple(LeakDocument.__annotations__)
"""The columns of the CSV: the keys of an object in the JSON document."""
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of texts that spreadsheets run as formulas."""


def leaks_document(view: LeaksView) -> LeaksDocument:
    """Return the survey as a JSON document."""
    counts = {one.value: view.counts.get(one, 0) for one in Condition}
    return {
        "format_version": FORMAT_VERSION,
        "host": view.host,
        "project": view.project,
        "owner": view.owner or None,
        "taken_at": view.taken_at,
        "prices_of": view.prices_of,
        "summary": {
            "objects": len(view.objects),
            "leaks": sum(one.condition.is_leak for one in view.objects),
            "deletable": pending(view),
            "conditions": counts,
            "bytes": sum(one.bytes or 0 for one in view.objects),
            "price_per_day": round(view.bill, 6),
            "leaks_price_per_day": round(view.leaked, 6),
        },
        "objects": [leak_document(one) for one in view.objects],
        "diagnostics": [diagnostic_document(one) for one in view.diagnostics],
    }


def leak_document(one: Judgement) -> LeakDocument:
    """Return one object of the survey as a JSON document."""
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "whose": one.whose.value,
        "owner": one.owner or None,
        "address": str(one.address) if one.address else None,
        "condition": one.condition.value,
        "proof": one.proof,
        "users": list(one.users),
        "deletable": one.deletable,
        "bytes": one.bytes,
        "created_at": one.created_at,
        "last_active_at": one.last_active_at,
        "price_per_day": None if one.price_per_day is None else round(one.price_per_day, 6),
    }


def leaks_csv(view: LeaksView) -> str:
    """Return a line of headers, and one line for each object. An empty cell means "not known"."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in view.objects:
        writer.writerow([_cell(value) for value in leak_document(one).values()])
    return text.getvalue()


def _cell(value: object) -> str:
    """Return the text of one cell."""
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    shown = "" if value is None else visible(str(value))
    # A spreadsheet would run a name that begins like a formula. The apostrophe makes it a text.
    return f"'{shown}" if isinstance(value, str) and shown.startswith(FORMULAS) else shown
